"""Short runs of parts at the corners of their rules: what is counted, what the audit says, and what is paid."""

from pathlib import Path

from tests.snapshots.runs.short_runs import told_of_run
from tests.snapshots.runs.systems import scenarios_of
from tests.snapshots.telling import says
from tests.snapshots.texts import drawn, tried

__all__ = ["RUNS_OF_PARTS"]

FILE = Path(__file__).with_suffix(".yaml")


def _told():
    for scenario in scenarios_of(FILE):
        run, name = scenario.run(), scenario.name
        yield from told_of_run(name, run)
        for picture in ("breakers", "loop"):
            yield f"{name}: {picture}", says(tried(run.plot.scene, picture))
        priced = [*scenario.services.values(), *scenario.channels.values()]
        if any(each.price for each in priced):
            yield f"{name}: cost", drawn(run.plot.cost)
            yield f"{name}: cost in words", run.plot.cost().alt_text


RUNS_OF_PARTS = {"runs of parts": _told}
