"""Pictures of runs beside each other whose parts come in another order, of ties, and of nobody on given axes."""

import re

from matplotlib.figure import Figure

from evsim import Scenario
from evsim.view import dots, lives, promise, show
from evsim.view.player.widget import Player
from evsim.view.sweep_pictures import heat_scene
from evsim.view.truth import State
from tests.snapshots.experiments.results_drawn import _sweep
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, plain
from tests.snapshots.texts import drawn, tried
from tests.view import runs

__all__ = ["SEVERAL_VIEWS"]


def _calling(name, *services):
    """A desk that calls services one after the other, and clerks who are told yes of what is dropped."""
    return Scenario.from_dict({
        "name": name, "workloads": {"page": {"target": "desk", "arrivals": {"constant": "4/s"}},
                                    "clerks": {"target": "office", "arrivals": {"burst": {"count": 4, "at": "500ms"}}}},
        "services": {"desk": {"workers": 4, "handle": [*({"call": each} for each in services), {"effect": "served"}]},
                     **{each: {"handle": [{"work": "25ms"}, {"effect": each}]} for each in sorted(services)},
                     "office": {"workers": 4, "handle": [{"publish": "jobs"}, {"reply": "noted"}]},
                     "reader": {"subscribe": "jobs", "handle": [{"work": "500ms"}, {"effect": "filed"}]}},
        "channels": {"jobs": {"queue": {"max_length": 1}}}, "run": {"duration": "2s"},
    })  # fmt: skip


def _axes(size=(3, 2)):
    return Figure(size).subplots()


def _seen():
    one, other = _calling("one", "left", "right").run(), _calling("other", "right", "left").run()
    for first, second in ((one, other), (other, one), (one, None)):
        yield (
            f"lives of {first.scenario.name} and {second and second.scenario.name}",
            drawn(lives.lives, first, second, request=1, workload="page"),
        )
    for both in ((one, other), (other,)):
        found = Player(both[0]) if len(both) == 1 else Player(*both)
        yield f"still of {len(both)}", re.sub(r'base64,[^"]*', "", found.still())
    burst = one.scenario.run(seed=2)
    for numbers in ([0, 1, 2], [3, 1], [2, 0]):
        yield f"at one moment {numbers}", plain(burst.sequence(numbers, "clerks").text())
    for at in (0.25, 0.5, 0.75, 1.0):
        yield f"until {at}", f"{State(one, at).customers.tolist()} {drawn(one.plot.promise, ax=_axes(), at=at)}"
    early = DESK.replace({"workloads.callers.arrivals": {"burst": 3}, "run.warmup": "1s"}).run()
    yield "before the warm-up", "\n".join(drawn(dots.latency, early, ax=ax) for ax in (None, _axes()))
    logs = one.scenario.replace({"channels.jobs": {"log": {"replicas": 2}}, "channels.more": {"log": {"replicas": 3}},
                                 "services.desk.handle.0": {"publish": "more"},
                                 "services.left.subscribe": ["more", "jobs"]}).run()  # fmt: skip
    yield "what may break", str(Player(logs).film["breaks"])
    yield "two ways", drawn(logs.plot.spread, "left")
    for drawing in (dots.latency, promise.promise):
        yield f"{drawing.__name__} of nobody", "\n".join(drawn(drawing, runs.nobody(), ax=ax) for ax in (None, _axes()))


def _shown():
    points = [{WORKERS: 1, RATE: 2}, {WORKERS: 2, WORK: 3}]
    yield "not set", str(tried(heat_scene, _sweep([(each, None) for each in points]), "errors", WORKERS, RATE))
    figure = Figure((3, 2))
    first, second = figure.subplots(1, 2)
    second.alt_text = "The second."
    yield "texts", "\n".join(show(each).alt_text for each in (figure, second))
    yield "more texts", show(DESK.run(until=0.5).plot.latency(ax=first)).alt_text


SEVERAL_VIEWS = {"several views": _seen, "several shown": _shown}
