"""Pictures that parts add, of what is asked for by name, in a given frame or axes, and where they hold no more."""

from unittest.mock import patch

from matplotlib.figure import Figure

from evsim import Scenario
from evsim.parts.breaker import picture as breakers
from evsim.parts.event_loop import picture as loops
from evsim.parts.pollers import picture as pollers
from evsim.view.scene.scene import hold
from tests.snapshots.runs.systems import written_for
from tests.snapshots.telling import says
from tests.snapshots.texts import drawn, tried

__all__ = ["PICTURES_OF_PARTS"]

STRETCHES = (
    {}, {"service": "other"}, {"service": "front", "instance": 2}, {"begin": 1.0, "end": 2.0}, {"begin": 0.625},
    {"end": 0.25}, {"begin": 0.5, "end": 0.5}, {"begin": -1.0}, {"begin": 2, "end": 1}, {"begin": 0.25, "end": 0.375},
    {"service": "nobody"}, {"instance": 3}, {"instance": 0}, {"instance": "1"}, {"begin": 99},
)  # fmt: skip
POLLED = (
    {}, {"channel": "rows"}, {"service": "reader"}, {"channel": "rows", "service": "writer"}, {"channel": "dead"},
    {"channel": "rows", "service": "clerk"}, {"service": "clerk"}, {"channel": "notes", "service": "writer"},
)  # fmt: skip
QUIET = Scenario.from_dict({
    "name": "quiet", "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": 1, "at": 2}}}},
    "services": {
        "front": {"handle": [{"work": 1}, {"publish": "rows"}]},
        "writer": {"function": {}, "subscribe": {"channel": "rows", "pollers": True}, "handle": [{"work": 1}]},
    },
    "channels": {"rows": {"queue": {"like": "sqs"}}}, "run": {"duration": 1},
})  # fmt: skip


def _run(purpose, number=0):
    return list(written_for(purpose).values())[number].run()


def _axes():
    return Figure().add_axes([0.1, 0.1, 0.8, 0.8])


def _of_loops():
    run = _run("cores-and-loops")
    for asked in STRETCHES:
        yield f"loop {asked}", says(tried(run.plot.scene, "loop", **asked))
    yield "loop on axes", drawn(run.plot.loop, ax=_axes(), service="front", instance=2, begin=1, end=2)
    there = len(loops.Pieces(run, "front", 1, 0.0, 9.0).began)
    for most in (there - 3, there - 1, there):
        with patch.object(loops, "MOST_PIECES", most):
            yield f"loop of {there - most} pieces too many", says(run.plot.scene("loop"))
    with patch.object(loops, "MOST_LANES", 3):
        yield "loop of 3 lanes", says(run.plot.scene("loop"))
    yield "loops in one frame", says(hold([loops.scene(run), loops.scene(run, instance=2, begin=1.0, end=2.0)]))


def _of_pollers():
    run = _run("functions")
    for asked in POLLED:
        yield f"pollers {asked}", says(tried(run.plot.scene, "pollers", **asked))
    yield "pollers on axes", drawn(run.plot.pollers, "rows", _axes(), "writer")
    with patch.object(pollers, "POINTS", 5):
        yield "pollers of 5 points", says(run.plot.scene("pollers"))
    yield "pollers in one frame", says(hold([pollers.scene(run, "mails"), pollers.scene(run, "notes")]))
    yield "pollers of nobody", says(QUIET.run().plot.scene("pollers"))


def _of_breakers():
    run = _run("calls-that-fail")
    yield "breakers on axes", drawn(run.plot.breakers, ax=_axes())
    for most in (1, 2, 3):
        with patch.object(breakers, "MOST", most):
            yield f"{most} breakers", says(run.plot.scene("breakers"))
    yield (
        "breakers in one frame",
        says(hold([breakers.scene(run), breakers.scene(run.scenario.replace({"run.duration": 2.25}).run())])),
    )
    yield "cost on axes", drawn(_run("prices").plot.cost, ax=_axes())


PICTURES_OF_PARTS = {f"pictures of {name}": each for name, each in (
    ("loops", _of_loops), ("pollers", _of_pollers), ("breakers", _of_breakers))}  # fmt: skip
