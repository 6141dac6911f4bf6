"""Every setting says what it is, and stands in the one table of all settings."""

import re

import pytest

from docs.pages.setting_table import setting_table
from evsim.registry import modules
from evsim.scenario import Scenario
from evsim.scenario.faults import Fault
from evsim.scenario.manual import settings_rows
from evsim.scenario.part import every_part


def models():
    """All that a person can write, but for what others are made of, and what this process has of other packages."""
    assert Scenario and modules("settings")  # all of them are imported
    mine = {each for each in every_part() if each.__module__.startswith("evsim.")}
    return [each for each in mine if not each.__subclasses__() or each is Fault.__base__]


def without_places(table):
    """The table without its column *in*, as a row of one model has none."""
    rows = (re.split(r"(?<!\\)\|", row) for row in table.splitlines())
    return "".join("|".join([*row[:2], *row[3:]]) + "\n" for row in rows)


def test_every_setting_is_described():
    silent = [
        f"{model.__module__}.{model.__name__}.{name}"
        for model in models()
        for name, field in model.model_fields.items()
        if name != "kind" and not (field.description or (field.json_schema_extra or {}).get("description"))
    ]
    assert len(models()) > 60 and silent == []


@pytest.mark.slow
def test_every_setting_stands_in_a_table_of_the_manual():
    manual = without_places(setting_table())
    rows = {f"{model.__name__}: {row}" for model in models() if model is not Fault for row in settings_rows(model)}
    assert len(rows) > 150
    assert [row for row in rows if row.partition(": ")[2] not in manual] == []


@pytest.mark.slow
def test_a_row_says_type_unit_bounds_and_what_is_usual():
    manual = without_places(setting_table())
    for row in (
        "how many rows of records there may be: a whole number, at least 1, at most 100,000,000 | `2000000` |",
        "| `give_up` | when a lost call without a timeout fails: a time, more than 0 | `30s` |",
        "| `on_error` | what follows when all attempts have failed: `fail` or `ignore` or settings | `fail` |",
        "standard deviation by mean: a number, at least 1, at most 1,000 | must be written |",
        "| `loss` | the share of hops that get lost: a share, 0 to 1 | `0.0` |",
    ):
        assert row in manual, row
