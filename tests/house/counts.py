"""How the house stands, in numbers: ``python -m tests.house.counts``.

What each number counts is in the words beside it; docs/decisions.md has them before and now. What it says of parts
that came is read from the history, so it needs a clone.
"""

import ast
import re
import subprocess
from collections import Counter

from evsim.registry import folders, parts
from tests.house.source import PACKAGE, ROOT, circles, files, imports, tree, without_the_named_exception

MOST_LINES, MOST_OF_A_FUNCTION = 400, 55
LOCATOR = re.compile(r"\bsystem\.([a-z_]+)")
KERNEL = {"kernel"}
MODULES = ("settings", "engine", "audit", "figures", "picture", "words", "in_vain", "trials")
CAPACITY = re.compile(r"(?:settings|services\[[^\]]*\])\.(?:instances|workers)\b|\bservice\.workers\b")
PAGE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|js|yaml|md))`")


def text(path):
    return path.read_text(encoding="utf-8")


def comparisons(path):
    """(line, the constants it is compared with) of each test of a ``kind`` in a file."""
    for node in ast.walk(tree(path)):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if any(getattr(each, "attr", getattr(each, "id", None)) == "kind" for each in sides):
            inside = [each for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)]
            yield node.lineno, {each.value for each in inside}


def core():
    """The files outside the folder of the parts."""
    return [path for path in files() if path.relative_to(PACKAGE).parts[0] != "parts"]


def kind_tests():
    """(tests of ``kind``, files with one), outside the folder of the parts."""
    found = {path: len(list(comparisons(path))) for path in core()}
    return sum(found.values()), sum(map(bool, found.values()))


def tests_for_parts():
    """``file:line`` of each test outside the folder of the parts that asks for the word of a part.

    A lesson about a part may look for what the part has, and so may a reader of foreign files.
    """
    words = {part.word for part in parts()}
    return [
        *(f"{path.relative_to(ROOT)}:{line}" for path in core() for line, said in comparisons(path) if said & words),
        *(f"{path.relative_to(ROOT)}:{line}" for path in rooms() for line, said in attributes(path) if said in words),
        *(f"{path.relative_to(ROOT)}:{line}" for path in player() for line, said in of_script(path) if said in words),
    ]


def rooms():
    """The files of the rooms that know no part (`pyproject.toml`, "The core names no part")."""
    names = {"engine", "experiment", "results", "run.py", "scenario", "view"}
    return [path for path in core() if path.relative_to(PACKAGE).parts[0] in names]


def attributes(path):
    """(line, name) of each attribute that is looked for by its name, ``getattr(step, "hedge", None)``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "getattr" and len(node.args) > 1:
            yield node.lineno, getattr(node.args[1], "value", None)


def player():
    """The scripts of the player."""
    return sorted(PACKAGE.glob("view/player/js/*.js"))


def of_script(path):
    """(line, word) of each comparison of a ``kind`` with a word in a script."""
    for number, line in enumerate(text(path).splitlines(), start=1):
        for word in re.findall(r"\bkind [!=]== \"([^\"]*)\"", line):
            yield number, word


def locator():
    """(files that reach into ``system``, of these the ones that want only what a kernel has)."""
    source = text(PACKAGE / "engine" / "system.py")
    its = set(re.findall(r"\bself\.([a-z]\w*)", source)) | set(re.findall(r"    def ([a-z]\w*)", source))
    found = {path: its.intersection(LOCATOR.findall(text(path))) for path in files()}
    reaching = [names for names in found.values() if names]
    return len(reaching), sum(names <= KERNEL for names in reaching)


def constant_capacity():
    """Files of engine, results and view that read instances or workers of the settings, which are constants."""
    rooms = ("engine", "results", "view")
    return sum(bool(CAPACITY.search(text(path))) for path in files() if path.relative_to(PACKAGE).parts[0] in rooms)


def twice(names):
    return sorted(name for name, count in Counter(names).items() if count > 1)


def class_names_twice():
    return twice(node.name for path in files() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))


def file_names_twice():
    """Names of files that exist twice, but for those that each part has (:mod:`evsim.registry`)."""
    return twice(path.name for path in files() if path.name != "__init__.py" and not _prescribed(path))


def _prescribed(path):
    return path.stem in MODULES and path.relative_to(PACKAGE).parts[0] == "parts"


def readers_of_verdicts():
    """Files of neither engine nor audit that work out for themselves what an asker heard."""
    engine = {"engine", "engine.py", "audit", "audit.py"}
    return [path for path in files() if not engine & set(path.parts) and re.search(r"\bVerdict\.", text(path))]


def pages_that_name_what_is_gone():
    """``page: file`` for each file that a page of the manual names and that is not there."""
    rooms = ("evsim", "tests", "docs", "benchmarks", "notebooks", "slides", "teaching")
    known = {str(path.relative_to(ROOT)) for folder in rooms for path in (ROOT / folder).rglob("*.*")}
    gone = []
    for page in sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]):
        for name in PAGE.findall(text(page)):
            if not any(each == name or each.endswith("/" + name) for each in known):
                gone.append(f"{page.relative_to(ROOT)}: {name}")
    return gone


def long_files(most):
    """``file: lines`` of each file that is longer."""
    found = {path: len(text(path).splitlines()) for path in files()}
    return {str(path.relative_to(PACKAGE)): count for path, count in found.items() if count > most}


def long_functions(most):
    """``file:function: lines`` of each function that is longer."""
    found = {}
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= most:
                found[f"{path.relative_to(PACKAGE)}:{node.name}"] = node.end_lineno - node.lineno + 1
    return found


def touched_by_new_parts():
    """part -> how many files of evsim outside its folder the commit touched that brought it.

    Only of those that came as parts: a commit that deletes or moves files of evsim made a part of what was there.
    """
    touched = {}
    for name in folders():
        its = f"evsim/parts/{name}"
        (first, *_) = _git("log", "--diff-filter=A", "--format=%h", "--reverse", "--", f"{its}/__init__.py") or [None]
        if first and not _git("show", "--diff-filter=DR", "--name-only", "--format=", first, "--", "evsim"):
            changed = _git("show", "--name-only", "--format=", first, "--", "evsim")
            touched[name] = sum(not each.startswith(f"{its}/") for each in changed)
    return touched


def _git(*command):
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.split("\n")[:-1]


def lines(pattern):
    return sum(len(text(path).splitlines()) for path in sorted(PACKAGE.glob(pattern)))


def counts():
    """``{what: number}``, in the order in which people ask."""
    rounds = circles(without_the_named_exception())
    inside = set().union(*rounds) if rounds else set()
    lazy = sum(late for name in inside for other, late in imports()[name].items() if other in inside)
    asked, where = kind_tests()
    reaching, modest = locator()
    return {
        "files of Python": len(files()),
        "lines of Python": lines("**/*.py"),
        "files in a circle of imports": len(inside),
        "imports inside functions that hold a circle": lazy,
        "tests of `kind` outside the parts": asked,
        "files with such a test": where,
        "of these tests, ask for a part": len(tests_for_parts()),
        "files that read instances or workers as constants": constant_capacity(),
        "files that reach into the system": reaching,
        "of these, want only what a kernel has": modest,
        "files of neither engine nor audit that read verdicts": len(readers_of_verdicts()),
        "class names that exist twice": len(class_names_twice()),
        "file names that exist twice": len(file_names_twice()),
        "lines of Python in pictures": lines("view/*.py"),
        "lines of JavaScript in the player": lines("view/player/js/*.js"),
        f"files longer than {MOST_LINES} lines": len(long_files(MOST_LINES)),
        f"functions longer than {MOST_OF_A_FUNCTION} lines": len(long_functions(MOST_OF_A_FUNCTION)),
        "files named by the manual that are not there": len(pages_that_name_what_is_gone()),
    }


if __name__ == "__main__":
    for what, number in counts().items():
        print(f"{number:7,}  {what}")
    for part, number in sorted(touched_by_new_parts().items(), key=lambda each: each[1]):
        print(f"{number:7,}  files of evsim outside its folder, touched when the part {part} came")
