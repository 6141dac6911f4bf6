"""Every rule of the manual that names a limit or an order holds exactly on it, and just beyond it no more."""

from importlib import import_module
from pathlib import Path

import pytest

from docs.pages.figure_tables import figure_tables
from evsim.registry import parts
from tests.rules.rule import nano

HERE = Path(__file__).parent
AREAS = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("__init__", "rule", "test_rules"))
RULES = [
    pytest.param(rule, id=f"{area}-{number}: {rule.says[:60]}")
    for area in AREAS
    for number, rule in enumerate(import_module(f"tests.rules.{area}").RULES, 1)
]
DOCS = HERE.parents[1] / "docs"
PAGES = [
    *((DOCS / name).read_text(encoding="utf-8") for name in ("rules.md", "figures.md")),
    figure_tables(),
    *(part.page for part in parts()),
]
MANUAL = " ".join(" ".join(PAGES).split())


WITHOUT_RULES = {  # parts, and why
    "exchange": "it compares words: it has no limit and no order of its own",
    "operations": "it chooses by a name: it has no limit and no order of its own",
    "guarantee": "other names of settings of queues and logs, whose limits are theirs",
}


def nanos(told):
    """What is told, with its times to the nanosecond."""
    if isinstance(told, list | tuple):
        return type(told)(map(nanos, told))
    return nano(told) if isinstance(told, float) else told


@pytest.mark.parametrize("guarded", [False, True], ids=["plain", "guarded"])
@pytest.mark.parametrize("side", ["on", "beyond"])
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_on_its_limit_and_just_beyond(rule, side, guarded):
    setting, told = getattr(rule, side)
    run = rule.system(setting).run(guarded=guarded)
    assert rule.tells(run) == nanos(told), rule.says
    assert run.audit()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_in_the_manual_as_it_is_quoted_here(rule):
    assert " ".join(rule.says.split()) in MANUAL, "quote the manual as it is, or mend the rule's case"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_tells_the_limit_from_what_lies_beyond(rule):
    assert rule.on != rule.beyond and rule.on[1] != rule.beyond[1]


def test_every_part_has_a_rule_of_its_own_page_here():
    quoted = [" ".join(rule.values[0].says.split()) for rule in RULES]
    without = {part.folder for part in parts() if not any(each in " ".join(part.page.split()) for each in quoted)}
    assert without == WITHOUT_RULES.keys()
