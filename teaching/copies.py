"""Student and solution copies of a notebook. The notebook is the one source; what is solved lies in ``solutions/``."""

import json
import re
from pathlib import Path

__all__ = ["NOTEBOOKS", "SOLUTIONS", "as_text", "solutions", "solved", "student"]

HERE = Path(__file__).resolve().parent
NOTEBOOKS, SOLUTIONS = HERE.parent / "notebooks", HERE / "solutions"
CELL = re.compile(r"^# %% ([a-z-]+)\n", re.M)
HAND_IN = "from evsim.lesson.hand_in import hand_in\n\nhand_in(...)  # your name, in quotes"


def solutions(name):
    """cell -> its solution, for the notebook of that name."""
    file = SOLUTIONS / f"{name}.py"
    if not file.exists():
        return {}
    _, *parts = CELL.split(file.read_text(encoding="utf-8"))
    return {cell: source.strip() for cell, source in zip(parts[::2], parts[1::2], strict=True)}


def student(path, hand_in=True):
    """A notebook to hand out: without outputs, with a last cell to hand in, if it has none."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    if hand_in and notebook["cells"][-1]["id"] != "hand-in":
        notebook["cells"].append(_code("hand-in", HAND_IN))
    return notebook


def solved(path, hand_in=True):
    """The same notebook with the solutions in the place of what is left to do."""
    notebook, found = student(path, hand_in), solutions(path.stem)
    for cell in notebook["cells"]:
        if cell["id"] in found:
            cell["source"] = found.pop(cell["id"]).splitlines(keepends=True)
    if found:
        raise ValueError(f"{path.name} has no cell {', '.join(found)}, for which there are solutions")
    return notebook


def as_text(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _code(name, source):
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [],
            "source": source.splitlines(keepends=True)}  # fmt: skip
