"""The shape of the lessons, and what they show. That they run as notebooks is nbval's to tell."""

import ast
import re

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evsim.lesson.exercises import Exercise
from evsim.lesson.predictions import Prediction
from evsim.lesson.sliders import Slider
from evsim.view import Picture, show
from tests.notebooks.reading import COMPANIONS, NAMES, cells, code, notebook, prose, ran
from tests.support.nightly import NIGHTLY

each_notebook = pytest.mark.parametrize("name", NAMES)
each_file = pytest.mark.parametrize("name", [*NAMES, *COMPANIONS])
IMPORTS = {"evsim"}


def tagged(name, tag):
    return [cell for cell in cells(name) if tag in cell.tags]


def of_kind(name, kind):
    return [value for value in ran(name).gave.values() if isinstance(value, kind)]


def alts(picture):
    """What those are told who can't see it: of each scene, where it is made of scenes."""
    return tuple(each.alt for each in picture.scenes) if hasattr(picture, "scenes") else (picture.alt_text,)


def test_the_story_begins():
    assert [name[:2] for name in NAMES[:4]] == ["00", "01", "02", "03"]


# The files.


@each_file
def test_no_output_is_stored(name):
    assert all(not cell.outputs and cell.count is None for cell in code(name))
    assert "widgets" not in notebook(name)["metadata"]


@each_file
def test_every_cell_has_an_id_that_says_what_it_is(name):
    ids = [cell.id for cell in cells(name)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", each) for each in ids)


@each_file
def test_nothing_of_the_machine_it_was_written_on_is_in_it(name):
    metadata = notebook(name)["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert metadata["language_info"] == {"name": "python"}


# The shape of a lesson.


@each_notebook
def test_the_front_matter_says_minutes_question_aims_and_what_to_know(name):
    front, *others = tagged(name, "front-matter")
    assert cells(name)[0] == front and not others
    assert front.source.startswith(f"# {name[:2]} · ")
    (minutes,) = re.findall(r"^\*\*(\d+) minutes\.\*\*", front.source, re.M)
    assert int(minutes) == notebook(name)["metadata"]["evsim"]["minutes"] and 20 <= int(minutes) <= 25
    assert re.search(r"^\*\*Question\.\*\* .+\?$", front.source, re.M)
    aims, before = front.source.split("**Afterwards you can**")[1].split("**Before you start**")
    assert 2 <= len(re.findall(r"^\* ", aims, re.M)) <= 4
    questions = re.findall(r"^\* (.+)$", before, re.M)
    assert questions and all(question.endswith("?") for question in questions)


@each_notebook
def test_it_is_short_and_no_cell_of_code_is_long(name):
    assert 15 <= len(cells(name)) <= 26
    lengths = [len(cell.source.splitlines()) for cell in code(name)]
    assert max(lengths) <= 15
    assert max(len(line) for cell in code(name) for line in cell.source.splitlines()) <= 108
    assert sum(lengths) / len(lengths) <= 4
    words = [len(cell.source.split()) for cell in cells(name) if cell.kind == "markdown"]
    assert sum(words) <= 1100 and max(words) <= 240


@pytest.mark.slow
@each_notebook
def test_it_asks_for_a_guess_before_it_shows_anything(name):
    ids = [cell.id for cell in cells(name)]
    guess = min(ids.index(cell.id) for cell in tagged(name, "predict"))
    first_slider = min(ids.index(cell.id) for cell in tagged(name, "slider"))
    assert guess < first_slider
    predictions, truths = of_kind(name, Prediction), tagged(name, "compare")
    assert 1 <= len(predictions) == len(truths) <= 2
    for cell, truth in zip(tagged(name, "predict"), truths):
        assert ids.index(cell.id) < ids.index(truth.id)
        assert "You have not guessed" in ran(name).gave[truth.id]


@pytest.mark.slow
@each_notebook
def test_each_question_has_four_answers_and_says_what_each_wrong_one_comes_from(name):
    choices = [each.choices for each in of_kind(name, Prediction) if each.choices]
    compared = [text for text in of_kind(name, str) if "The answer is" in text]
    assert choices
    for each, text in zip(choices, compared, strict=True):
        (right,) = (answer for answer, remark in each.items() if not remark)
        assert len(each) == 4 and f"“{right}”" in text


@pytest.mark.slow
@each_notebook
def test_no_code_gives_the_answer_to_a_question_away(name):
    for cell in tagged(name, "predict") + tagged(name, "compare"):
        for choice in (each for each in of_kind(name, Prediction) if each.choices):
            assert not any(answer in cell.source for answer in choice.choices)


@pytest.mark.slow
@each_notebook
def test_it_has_one_slider_which_works_at_each_of_its_values(name):
    (moved,) = of_kind(name, Slider)
    assert len(tagged(name, "slider")) == 1 and 4 <= len(moved.values) <= 12
    alt_texts = set()
    values = moved.values if NIGHTLY else [*moved.values][:: len(moved.values) - 1]  # by day the first and the last
    for value in values:
        picture = moved(value)
        assert "<img alt=" in show(picture)._repr_html_()
        alt_texts.add(alts(picture))
    assert len(alt_texts) == len(values)  # each shows something else


@pytest.mark.slow
@each_notebook
def test_it_has_one_exercise_with_check_and_hint(name):
    assert [len(tagged(name, tag)) for tag in ("exercise", "check", "hint")] == [1, 1, 1]
    names = ran(name).names
    assert [each for each in names.values() if isinstance(each, Exercise)] == [names["task"]]
    assert len(re.findall(r"\bexercise\(", "\n".join(cell.source for cell in code(name)))) == 1
    verdict = ran(name).gave[tagged(name, "check")[0].id]
    assert verdict.passed is not True  # the work is left to do
    assert "No hint yet" in ran(name).gave[tagged(name, "hint")[0].id]


@each_file
def test_it_ends_with_key_points_what_is_left_out_and_where_to_read_on(name):
    last = cells(name)[-1]
    assert "key-points" in last.tags
    headings = re.findall(r"^## (.+)$", last.source, re.M)
    assert headings == ["Key points", "What this model leaves out", "Where to read on"]


@each_notebook
def test_it_imports_evsim_and_nothing_else(name):
    for cell in code(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= IMPORTS
            elif isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] in IMPORTS


@each_file
def test_what_it_imports_and_defines_is_used(name):
    source = "\n".join(cell.source for cell in code(name))
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    for each in (alias.asname or alias.name for node in imports for alias in node.names):
        assert len(re.findall(rf"\b{each}\b", source)) > 1, each


# What it shows.


@each_file
def test_what_is_given_to_show_is_the_last_line_of_its_cell_and_so_it_is_seen(name):
    for cell in code(name):
        tree = ast.parse(cell.source)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "show"]
        assert all(isinstance(tree.body[-1], ast.Expr) and tree.body[-1].value is call for call in calls), cell.id


@pytest.mark.slow
@each_notebook
def test_every_picture_has_an_alt_text_with_numbers(name):
    pictures = of_kind(name, Picture) + [moved.shown for moved in of_kind(name, Slider)]
    assert pictures and not of_kind(name, Axes | Figure)
    for picture in pictures:
        for alt in alts(picture):
            assert len(alt) > 40 and re.search(r"\d", alt)


@each_notebook
def test_every_lesson_it_speaks_of_is_there(name):
    text = "\n".join(cell.source for cell in cells(name) if cell.kind == "markdown")
    mentions = re.findall(r"[Ll]essons? (\d\d)(?: (?:to|and) (\d\d))?", text)
    assert {number for pair in mentions for number in pair if number} <= {each[:2] for each in NAMES}


@each_file
def test_the_prose_is_plain(name):
    text = prose(name)
    words = r"\b(simply|easily|obviously|just|very|powerful|robust|seamless\w*|blazing\w*)\b"
    assert not re.findall(words, text, re.I)
    assert "!" not in text
    sentences = re.split(r"(?<=[.?:]) ", text)
    assert sum(len(each.split()) for each in sentences) / len(sentences) < 17
