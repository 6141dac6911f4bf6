"""Student and solution copies: one source, nothing solved in the one, everything in the other."""

import json

import nbformat
import pytest

from teaching.__main__ import made, main
from teaching.copies import NOTEBOOKS, SOLUTIONS, solutions, solved, student
from tests.notebooks.reading import COMPANIONS, NAMES, cells, ran

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def sources(notebook):
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


@pytest.mark.ci
@pytest.mark.parametrize("name", [*NAMES, *COMPANIONS])
def test_every_exercise_has_a_solution_and_it_passes(name):
    left = [cell.id for cell in cells(name) if "check" in cell.tags]
    assert list(solutions(name)) == left
    names = dict(ran(name).names)
    for source in solutions(name).values():
        *lines, last = source.splitlines()
        exec("\n".join(lines), names)
        grade = eval(last, names)
        assert grade, grade


def test_a_student_copy_is_the_notebook_with_a_cell_to_hand_in_and_no_solution():
    for path in PATHS:
        notebook, copy = json.loads(path.read_text("utf-8")), student(path)
        own = [cell for cell in notebook["cells"] if cell["id"] != "hand-in"]
        assert copy["cells"][:-1] == own and copy["cells"][-1]["id"] == "hand-in"
        text = json.dumps(copy)
        assert not any(json.dumps(source)[1:-1] in text for source in solutions(path.stem).values())
        nbformat.validate(nbformat.from_dict(copy))


def test_a_solution_copy_differs_in_what_was_left_to_do_alone():
    for path in PATHS:
        before, after = sources(student(path)), sources(solved(path))
        assert {cell for cell in before if before[cell] != after[cell]} == set(solutions(path.stem))


@pytest.mark.ci
def test_one_command_writes_all_of_it(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert (
        written
        == set(made())
        >= {"inventory.html", "worksheet.html", "students/glossary.md", f"solutions/{NAMES[0]}.ipynb"}
    )
    assert main(["--what"]) == 2 and "python -m teaching" in capsys.readouterr().out


def test_a_solution_for_a_cell_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("teaching.copies.solutions", lambda name: {"exercise-anser": "1"})
    with pytest.raises(ValueError, match="has no cell exercise-anser"):
        solved(PATHS[0])


def test_there_are_no_solutions_for_notebooks_that_are_not_there():
    assert {path.stem for path in SOLUTIONS.glob("*.py")} <= {path.stem for path in PATHS}
