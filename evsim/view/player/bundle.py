"""One ES module out of the small ones in ``js/``: a notebook and a page that stands alone can load nothing else.

Each module becomes a function that is called once and gives what it exports. So the names of one module are unknown to
the others, as in the files. The files keep to one form: imports (of names, from files beside them or in ``js/``) and
exports (of declarations) each begin a line.
"""

import re
from functools import cache
from pathlib import Path

__all__ = ["bundle", "styles"]

FOLDER = Path(__file__).parent / "js"
IMPORT = re.compile(r'^import (\{[^}]*\}) from "\.[\w./]*/([\w-]+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\[[^\]]*\]|\w+)", re.MULTILINE)


@cache
def bundle(entry, folder=FOLDER):
    """The text of the module `entry` with its imports, of `folder` or ``js/``; its exports are its default's."""
    texts = {}
    _collect(entry, texts, folder)
    return "\n".join([*texts.values(), f"export default {_variable(entry)};\n"])


@cache
def styles():
    """The style sheets of the player and its panels."""
    return "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("style", "panels"))


def _collect(name, texts, folder, trail=()):
    """Put the text of a module behind those of the modules it imports."""
    if name in texts:
        return
    if name in trail:
        raise ValueError(f"modules import each other in a circle: {' -> '.join([*trail, name])}")
    file = next(place / f"{name}.js" for place in (folder, FOLDER) if (place / f"{name}.js").exists())
    source = file.read_text(encoding="utf-8")
    for _, other in IMPORT.findall(source):
        _collect(other, texts, folder, (*trail, name))
    exported = [each for names in EXPORT.findall(source) for each in re.findall(r"\w+", names)]
    source = IMPORT.sub(lambda match: f"const {_renamed(match[1])} = {_variable(match[2])};\n", source)
    source = re.sub(r"^export (?=async|function|const|let|class)", "", source, flags=re.MULTILINE)
    texts[name] = f"const {_variable(name)} = (() => {{\n{source}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _renamed(names):
    """``{ a as b }`` of an import as a pattern of an assignment."""
    return re.sub(r"(\w+) as (\w+)", r"\1: \2", names)


def _variable(name):
    return f"module_{name.replace('-', '_')}"
