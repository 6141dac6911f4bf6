"""The companions of lessons: what is built there by hand, in plain SimPy, tells the same story as evsim."""

import ast
import re

import pytest

from evsim.lesson.by_hand import luck_of, same, without_network
from tests.notebooks.reading import COMPANIONS, FOLDER, NAMES, cells, code, notebook, prose, ran

CLASSIC, EVENTS = COMPANIONS
each_companion = pytest.mark.parametrize("name", COMPANIONS)
SEEDS = 2, 3


def test_two_lessons_have_a_companion_and_say_so():
    assert [name[:2] for name in COMPANIONS] == ["01", "03"]
    for name in COMPANIONS:
        lesson = name.removesuffix("-build-it")
        assert lesson in NAMES and f"({name}.ipynb)" in cells(lesson)[-1].source


@pytest.mark.parametrize("seed", SEEDS)
def test_the_classic_design_by_hand_tells_the_story_of_evsim_with_any_seed(seed):
    names, run = ran(CLASSIC).names, without_network("classic").run(seed=seed)
    assert ran(CLASSIC).gave["simulate"] and same(run, names["simulate"](names["register"], luck_of(run)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_log_by_hand_tells_the_story_of_evsim_with_any_seed(seed):
    names, run = ran(EVENTS).names, without_network("events").run(seed=seed)
    told, done = names["simulate"](names["register"], luck_of(run), names["two"])
    assert ran(EVENTS).gave["compare"] and same(run, told, done=done)


def test_what_is_built_first_does_what_the_text_says():
    one_worker = ran(CLASSIC).printed["second"]
    assert [line[:5] for line in one_worker.splitlines()] == ["0.050", "0.100", "0.150"]
    first, second = (ran(EVENTS).printed[cell].splitlines() for cell in ("first", "second"))
    assert first == ["database has the event of Ada", "mailing list has the event of Ben"]
    assert len(second) == 4 == len(set(second))


@each_companion
def test_two_exercises_fade_from_worked_to_empty_and_are_left_to_do(name):
    left = [cell for cell in cells(name) if "check" in cell.tags]
    assert len(left) == 2
    assert all(ran(name).gave[cell.id].passed is False for cell in left)


@each_companion
def test_it_is_short_and_builds_with_simpy_alone(name):
    assert cells(name)[0].source.startswith(f"# {name[:2]} · Build it: ") and 12 <= len(cells(name)) <= 24
    minutes = notebook(name)["metadata"]["evsim"]["minutes"]
    assert f"**{minutes} minutes.**" in cells(name)[0].source and minutes <= 25
    tree = ast.parse("\n".join(cell.source for cell in code(name)))
    imported = {each.names[0].name if isinstance(each, ast.Import) else each.module
                for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)}  # fmt: skip
    assert imported == {"simpy", "evsim.lesson.by_hand"}
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        assert function.end_lineno - function.lineno < 15, function.name


NUMBERS = [
    ("*register* has 8 workers, the other two have 2 each, and *register* has 2 ms of work of its own",
     lambda classic, _: [each.workers for each in classic.services.values()] == [8, 2, 2]
     and classic.services["register"].handle[0].time.mean == 0.002),
    ("in which of 16 partitions", lambda _, events: events.channels["customer-registered"].partitions == 16),
    ("What *register* does takes 2 ms", lambda _, events: events.services["register"].handle[0].time.mean == 0.002),
    ("From second 8 to second 13", lambda *_: '"at": "8s", "for": "5s"' in source(CLASSIC, "exercise-outage")),
    ("with 4 workers and 20 ms of work",
     lambda *_: '{"workers": 4' in source(EVENTS, "exercise-gift") and '"20ms"' in source(EVENTS, "exercise-gift")),
]  # fmt: skip


def source(name, cell):
    return next(each.source for each in cells(name) if each.id == cell)


def test_every_number_in_the_prose_is_one_of_the_settings():
    text = " ".join(map(prose, COMPANIONS))
    for phrase, holds in NUMBERS:
        assert phrase in text and holds(without_network("classic"), without_network("events"))
        text = text.replace(phrase, "")
    harmless = r"# \d\d · |\d\d · Build it|\*\*\d+ minutes\.\*\*|`[^`]*`|[Ll]essons? \d\d|or 03 and"
    assert not re.findall(r".{0,30}\d.{0,30}", re.sub(harmless, "", text))


def test_every_file_it_speaks_of_is_there():
    for name in (*NAMES, *COMPANIONS):
        for cell in cells(name):
            for file in re.findall(r"\]\(([\w-]+\.ipynb)\)", cell.source):
                assert (FOLDER / file).exists()
