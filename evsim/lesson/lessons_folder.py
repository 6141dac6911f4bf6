"""The lessons in a folder of the user's. What lies there already stays as it is."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from evsim.scenario.errors import Problem, ScenarioError
from evsim.whole import write_text

__all__ = ["Placed", "in_checkout", "lesson_named", "place_lessons", "shipped", "usual_folder"]

PACKAGE = Path(__file__).resolve().parents[1]
USUAL = "evsim-lessons"
WIDGETS = "anywidget>=0.9"  # what a host of notebooks may lack


def in_checkout():
    """Whether this is the source of evsim, where the lessons lie beside the package, and not in it."""
    return not (PACKAGE / "lessons").is_dir()


def shipped():
    """The folder with the lessons as they came."""
    return PACKAGE.parent / "notebooks" if in_checkout() else PACKAGE / "lessons"


def usual_folder():
    """Where lessons are put if nobody names a folder: here, if this is such a folder, or in a new one in here."""
    here = Path.cwd()
    first = lesson_named(None)
    return here if (here / first).exists() else here / USUAL


def lesson_named(name):
    """The file of the lesson with this number or name; without one, of the first."""
    files = sorted(path.name for path in shipped().glob("*.ipynb"))
    if not files:
        raise ScenarioError([Problem("lessons", "did not come with this evsim", hint="install it from its wheel")])
    part = "" if name is None else Path(name).name.removesuffix(".ipynb")
    found = [each for each in files if part in each]
    if not found:
        names = [each.removesuffix(".ipynb") for each in files]
        near = get_close_matches(part, names, 1) or [", ".join(names)]
        raise ScenarioError([Problem("lesson", "there is none of this name", name, hint=f"there is {near[0]}")])
    return next((each for each in found if "build-it" not in each), found[0])


@dataclass(frozen=True)
class Placed:
    """What became of the lessons: files that are new in the folder, that were there as they are shipped, and others."""

    folder: Path
    new: list
    same: list
    other: list

    def text(self):
        """What to tell the user."""
        lines = [f"The lessons are in {self.folder}."]
        if self.other:
            lines.append(f"Not as shipped, and left as they are: {', '.join(self.other)}.")
            lines.append("For fresh copies, name another folder: --folder NAME")
        return "\n".join(lines)


def place_lessons(folder, install_from=None):
    """Put the lessons that are missing into a folder; write over nothing.

    install_from: what pip shall install (a name, a wheel, an address), by a first cell in each lesson.
    """
    folder = Path(folder).absolute()
    if folder.exists() and not folder.is_dir():
        raise ScenarioError([Problem(str(folder), "is a file, and the lessons are several", hint="name a folder")])
    folder.mkdir(parents=True, exist_ok=True)
    new, same, other = [], [], []
    for name, text in _texts(install_from).items():
        path = folder / name
        if not path.exists():
            write_text(path, text)
            new.append(name)
        elif path.read_bytes() == text.encode("utf-8"):
            same.append(name)
        else:
            other.append(name)
    return Placed(folder, new, same, other)


def _texts(install_from):
    """name -> text of each file of the lessons."""
    paths = [*sorted(shipped().glob("*.ipynb")), shipped() / "glossary.md"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    if install_from is None:
        return texts
    return {
        name: _with_first_cell(text, install_from) if name.endswith(".ipynb") else text for name, text in texts.items()
    }


def _with_first_cell(text, install_from):
    notebook = json.loads(text)
    lines = [
        "# Colab, Kaggle and other hosts: this cell brings evsim. Run it first.\n",
        f'%pip install --quiet "{install_from}" "{WIDGETS}"',
    ]
    cell = {
        "cell_type": "code", "execution_count": None, "id": "install", "metadata": {}, "outputs": [], "source": lines,
    }  # fmt: skip
    notebook["cells"].insert(0, cell)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
