"""Every setting says what it is, so that the tables of the manual and the schema in an editor do."""

from evsim.registry import modules
from evsim.scenario import Scenario
from evsim.scenario.part import every_part

MODULES_TO_COME = ("evsim.scenario.steps", "evsim.scenario.faults", "evsim.scenario.outbox")


def test_every_setting_is_described():
    assert Scenario and modules("settings")  # all of them are imported
    ours = {each for each in every_part() if each.__module__.startswith("evsim.")}
    silent = [
        f"{each.__module__}.{each.__name__}.{name}"
        for each in ours
        for name, field in each.model_fields.items()
        if name != "kind" and not (field.description or (field.json_schema_extra or {}).get("description"))
    ]
    assert len(ours) > 60
    assert [name for name in silent if not name.startswith(MODULES_TO_COME)] == []
