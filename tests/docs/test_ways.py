"""The rooms and the ways through the house: no room is left out, and every file and function on a way is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/ways.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
WAYS = [name for name in SECTIONS if name.startswith("The way of")]
MOST = 12


def test_every_room_is_named_and_is_there():
    table = PAGE.partition("\n## ")[0]
    named = set(re.findall(r"`(evsim/[\w.]+)`", table))
    rooms = {path for path in ROOT.glob("evsim/[a-z]*") if path.suffix in ("", ".py")}
    assert named == {path.relative_to(ROOT).as_posix() for path in rooms}


def test_every_folder_of_tests_is_named_where_they_are_listed():
    table = (ROOT / "tests/README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    named = {name.partition("/")[0] for name in re.findall(r"`([a-z_]+(?:/<part>)?)`", table)}
    folders = {path.parent.name for path in ROOT.glob("tests/*/*.py")} - {"tests"}
    assert folders - named == set()


def defined(path):
    """The functions, classes and methods of a file: `read`, `Service`, `Service.fill`."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            inside = node.body if isinstance(node, ast.ClassDef) else []
            found |= {node.name, *(f"{node.name}.{each.name}" for each in inside if isinstance(each, ast.FunctionDef))}
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_way_has_at_most_twelve_places_and_each_is_there(way):
    places = re.findall(r"^\d+\. `([^`]+)` `([^`]+)`: ", SECTIONS[way], re.MULTILINE)
    assert 5 < len(places) <= MOST and len(places) == len(re.findall(r"^\d+\. ", SECTIONS[way], re.MULTILINE))
    for file, name in places:
        assert name in defined(file), f"{file} has no {name}"


@pytest.mark.parametrize("section", SECTIONS)
def test_what_a_section_names_is_there(section):
    for name in re.findall(r"`((?:evsim|tests|docs)/[^`]+)`", SECTIONS[section]):
        assert (ROOT / name).exists(), name


def test_the_setting_that_is_followed_is_named_where_the_way_says():
    way = SECTIONS["The way of one setting"]
    for name in re.findall(r"`(evsim/(?:scenario/(?:subscription|validation|lint)|parts/queue/engine/\w+)\.py)`", way):
        assert "prefetch" in (ROOT / name).read_text(encoding="utf-8"), name


def test_a_column_that_is_followed_is_named_where_the_table_says():
    (row,) = [row for row in SECTIONS["What a change touches"].splitlines() if row.startswith("| a column ")]
    (column,) = re.findall(r"`(\w+)`, in these files", row)
    for name in re.findall(r"`(evsim/[\w/]+\.py)`", row):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert f'"{column}"' in text, name
