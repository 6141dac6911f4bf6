"""Pictures of runs that are few or many, side by side, at a moment, in one frame, or on small axes."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure

import evsim
from evsim import Scenario
from evsim.view import diagram, dots, ecdf, instances, lives, matrix, spread, staleness, strip, svg
from evsim.view.plan import plans
from evsim.view.scene import axes, scene
from evsim.view.what_changed import Noticed, all_that_changed, what_changed
from tests.snapshots.runs.single_runs import CLASSIC, EVENTS, HYBRID, LATE, WHOLE, pictures
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, examples, plain, written
from tests.snapshots.texts import drawn, tried
from tests.view import runs

__all__ = ["RUNS_DRAWN"]

CONSTANT = "workloads.callers.arrivals"
SECOND = {"run.duration": "1s", WORK: "4ms", WORKERS: 20}
MAILING = "services.mailing-list"


def _seen(*made):
    return plain("\n".join(map(written, made)))


def _many(customers, **changes):
    """A desk to which so many come in a second, one after the other."""
    return DESK.replace(SECOND | {CONSTANT: {"constant": f"{customers}/s"}} | changes).run()


def _many_or_few():
    for customers in (99, 100, 101, 150):
        yield f"{customers} customers", _seen(*pictures(_many(customers), "latency", "promise", "ecdf", "instances"))
    for customers in (2001, 2002):
        made = pictures(_many(customers), "promise", "latency")
        yield f"{customers} customers", _seen(*(f"{each.title} {each.alt} {each.x} {each.size}" for each in made), *(
            f"{mark.name} {len(mark.left)} {mark.left[:3]} {mark.right[-3:]} {mark.high[:5]}"
            for mark in made[0].marks if hasattr(mark, "left")))  # fmt: skip
    for columns in (1, 99, 100, 101):
        yield f"in {columns} columns", _seen(*pictures(_many(100), "promise", columns=columns))
    yield "1,200 customers", _seen(*pictures(_many(1200, **{WORK: {"exponential": "4ms"}}), "ecdf", "staleness"))
    yield "hardly apart", _seen(*pictures(_many(150, **{WORK: {"exponential": "9ms"}, WORKERS: 1}), "instances"))
    yield "strips", "\n".join(map(strip.strip, (_many(100), _many(150), runs.few(), runs.classic())))


def _side_by_side():
    late = CLASSIC.replace({"run.duration": "2s", "run.warmup": "1s"})
    some = {name: late.run(seed=number) for number, name in enumerate("abcdef", 1)}
    others = {
        "nobody": runs.nobody(),
        "few": runs.few(),
        "gone": CLASSIC.replace(GONE).run(),
        "refused": runs.refused(),
    }
    groups = {
        "six": some, "unlike": some | others, "pairs": [some["a"], some["a"]], "three": dict(list(some.items())[:3]),
        "nobody": {"a": runs.nobody(), "b": runs.refused()}, "later": {"a": some["a"], "z": runs.events()},
        "unknown": [WHOLE["hung"](), runs.nobody(), WHOLE["hung"]()], "fewer": [_many(100), runs.few()],
    }  # fmt: skip
    for name, group in groups.items():
        yield name, _seen(*(drawing.scene(group) for drawing in (dots, ecdf, staleness)))
    for drawing in (ecdf.ecdf, staleness.staleness, dots.latency):
        yield f"{drawing.__name__} on axes", drawn(drawing, groups["unlike"], ax=_axes(1, 2))
    noticed = {name: Noticed(run) for name, run in (some | others).items()}
    pairs = [("ab", "ba"), ("ab", "a"), ("a", "ab"), ("ab", "bc"), ("a", "b")]
    pairs = [({name: noticed[name] for name in one}, dict(zip(two, map(noticed.get, two[::-1])))) for one, two in pairs]
    changes = [all_that_changed(*each) for each in pairs]
    yield "what changed", "\n".join([*changes, what_changed(runs.few(), runs.few()), *(
        what_changed(some["a"], run) for run in others.values())])  # fmt: skip


GONE = {"workloads.register-page": LATE | {"patience": "20ms"}, "services.database.workers": 1, "run.duration": "2s"}
SLOW = {f"{MAILING}.workers": 1, "workloads.register-page.arrivals": {"constant": "10/s"}, "run.duration": "9s",
        "services.register.handle.0.work": "1ms"}  # fmt: skip
DOWN = {"outage": "mailing-list", "at": 1, "for": 2}
CATCH_UPS = {
    "never": SLOW | {f"{MAILING}.handle.0.work": "150ms", "faults": [DOWN]},
    "as many come as can be done": SLOW | {f"{MAILING}.handle.0.work": "100ms", "faults": [DOWN]},
    "twice": SLOW | {f"{MAILING}.handle.0.work": "50ms", "faults": [DOWN, DOWN | {"at": 8, "for": "500ms"}]},
    "again before it is over": SLOW | {f"{MAILING}.handle.0.work": "50ms", "faults": [DOWN, DOWN | {"at": 3.5}]},
    "until the end": SLOW | {f"{MAILING}.handle.0.work": "50ms", "faults": [DOWN | {"for": 20}]},
    "not seen": SLOW | {f"{MAILING}.handle.0.work": "90ms", "faults": [DOWN | {"for": 5}], "run.drain_limit": "100ms"},
    "a large one": SLOW | {"workloads.register-page.arrivals": {"constant": "200/s"}, "run.duration": "3s",
                           f"{MAILING}.handle.0.work": "4ms", f"{MAILING}.workers": 2, "faults": [DOWN | {"for": 1}]},
    "no work": SLOW | {f"{MAILING}.handle.0.work": "0s", "faults": [DOWN]},
}  # fmt: skip
NOBODY_WRITES = EVENTS.replace({
    "channels.spare": "queue", "services.idle": {"subscribe": "spare", "handle": [{"work": "5ms"}]},
    "faults": [{"outage": "idle", "at": 1, "for": 1}], "run.duration": "3s",
})  # fmt: skip


def _catching_up():
    for name, changes in CATCH_UPS.items():
        yield name, _seen(*pictures(EVENTS.replace(changes).run(), "flow"))
    yield "nobody writes", _seen(*pictures(NOBODY_WRITES.run(), "flow", "diagram", "spread", "instances"))


def _names(*names):
    """A desk that calls services of these names, the last of which tells others of it."""
    services = {name: {"handle": [{"work": "1ms"}]} for name in names}
    return Scenario.from_dict({
        "name": "names", "workloads": {"page": {"target": names[0], "arrivals": {"poisson": "5/s"}}},
        "services": services | {names[0]: {"handle": [{"call": name} for name in names[1:]] + [{"work": "1ms"}]}},
        "run": {"duration": "1s"},
    })  # fmt: skip


LETTERS = "abcdefghijklmnopqrstuvwxy"
WIRED = {
    "names": _names("twelve-lette", "thirteen-lett", "sixteenlettersss", LETTERS[:24], LETTERS),
    "as one": _names("a"), "two": _names("a", "b"),
    "nobody reads": DESK.replace({"channels.news": "log", "services.desk.handle.1": {"publish": "news"}}),
    **{rate: DESK.replace({RATE: rate}) for rate in ("999.4/s", "1000/s", "12345/s", "0.5/s")},
}  # fmt: skip


def _wired():
    for name, system in WIRED.items():
        yield name, _seen(diagram.scene(system), matrix.scene(system))
    fast = DESK.replace(SECOND | {CONSTANT: {"constant": "1200/s"}, WORK: "1us"})
    warm = CLASSIC.replace({"run.warmup": "1s"})
    systems = {"fast": fast.run(), "idle": runs.nobody(), "before it is warm": warm.run(until=0.5),
               "until it is warm": warm.run(until=1)}  # fmt: skip
    for name, run in systems.items():
        yield f"run: {name}", _seen(diagram.scene(run))
    pairs = {"like one": EVENTS, "like a list": [EVENTS, HYBRID], "like a pair": (HYBRID, CLASSIC)}
    for name, like in pairs.items():
        yield name, drawn(CLASSIC.run(until=1).plot.diagram, like=like)
        yield f"plans {name}", str(plans([CLASSIC, *(like if isinstance(like, list | tuple) else [like])]))
    bent = np.array([[0.0, 0], [1, 0], [1, 1], [2, 1], [3, 1], [3, 0], [4, 0]])
    for name, its in {
        "bent": bent,
        "an arc": bent[:4],
        "level": bent[[0, 1, 5, 6]],
        "steep": bent[[6, 6, 3, 3]],
    }.items():
        curve = diagram._curve(its)
        beside = [diagram._beside(points, share) for points in (curve, its) for share in (0.0, 0.01, 0.5, 1.0)]
        yield name, plain(f"{np.array(beside).round(9).tolist()}{curve.round(9).tolist()}")
    yield "of no length", str(diagram._beside(bent[[1, 1]], 0.5))


def _axes(rows=1, columns=1, size=(8, 4.5)):
    return Figure(size).subplots(rows, columns, squeeze=False)[-1, -1]


DRAWN = ("flow", "promise", "latency", "ecdf", "staleness", "spread", "instances", "who_knows_whom", "diagram", "lives",
         "waterfall")  # fmt: skip


def _on_axes():
    run = runs.events()
    for size in ((1.5, 1.0), (16, 11)):
        for name in DRAWN:
            yield f"{name} of {size}", drawn(getattr(run.plot, name), ax=_axes(size=size))
    for name in DRAWN:
        yield f"{name} at a place", drawn(getattr(run.plot, name), ax=Figure((3, 2)).add_axes([0.2, 0.2, 0.5, 0.5]))
    for at in (0.05, 5, 8, 8.5, 13, 13.25, 1e3):
        yield f"promise at {at}", drawn(run.plot.promise, ax=_axes(2, 1, (8, 9)), at=at)
    two = runs.two_workloads()
    for name in ("waterfall", "lives"):
        yield f"{name} of a workload", drawn(getattr(two.plot, name), request=3, workload="mobile-app", ax=_axes())
    for name in ("spread", "instances"):
        yield f"{name} of a service", drawn(getattr(run.plot, name), "database", ax=_axes(1, 2))
    yield "lives of two", drawn(runs.classic().plot.lives, run, 100, ax=_axes())
    asked = [("lives", 5), ("spread", 5), ("spread", "nobody"), ("instances", "nobody"), ("waterfall", 9999)]
    yield "refused", "\n".join(str(tried(getattr(run.plot, name), its)) for name, its in asked)
    yield "of a part", _seen(*pictures(next(its for name, its in examples() if name == "breaker").run(), "breakers"))
    flow, latency = (run.plot.scene(name) for name in ("flow", "latency"))
    yield (
        "inline",
        plain("\n".join(svg.tag("a", made) for made in (flow.alt, repr(latency)))) + svg.tag("b", x=1.25, y_z=2),
    )


def _in_one_frame():
    short, long = DESK.run(until=1), DESK.run()
    for drawing in (spread, instances, staleness, ecdf, dots):
        yield drawing.__name__.rpartition(".")[2], _seen(*scene.hold(map(drawing.scene, (short, long))))
    named = scene.hold([each.plot.scene("promise").named(name) for name, each in (("short", short), ("long", long))])
    yield "promise", _seen(*named, *scene.hold([lives.scene(long).named("one"), short.plot.scene("latency")]), *(
        scene.hold([])))  # fmt: skip
    cold = evsim.load("registration-serverless").replace({"run.duration": "2s", "run.warmup": 0})
    yield "never ready", _seen(*pictures(cold.run(until=0.05), "instances", "spread", "diagram"))


HOURS = (9 * 1920 * 3600.0, 9 * 1921 * 3600.0, 5 * 3600.0, 7200.0, 7199.0, 600.0, 599.0, 540.0, 4.5, 1.0, 0.999, 0.0)


def _divided():
    """Axes of every length."""
    yield "times", plain("\n".join(f"{axes.times(left, end)}" for end in HOURS for left in (0.0, end / 2)))
    ends = [(0.001, 10.0), (0.0009999999999999, 1.0), (0.5, 700.0), (0.2, 0.3), (1.0, 1e6), (1e-6, 1.0000000001e-3)]
    yield "in equal factors", plain("\n".join(f"{axes.times(*each, log=True)}" for each in ends))
    for make in (axes.counts, axes.shares, partial(axes.amounts, words="{:g}".format)):
        ends = [(0.0, high) for high in (0.0, 0.3, 1.0, 3, 7, 8, 69, 70, 71, 1234)] + [(-5.0, 9.0)]
        yield str(getattr(make, "__name__", "amounts")), plain("\n".join(f"{make(*each, 'it')}" for each in ends))
    frames = [axes.Frame(2.0), axes.Frame(9.0, 4.0, 0.25, True, (60, 30)), axes.Frame(3.0, 9.0, 0.5, False, (30, 60))]
    yield "frames", "\n".join(str(axes.Frame.around(each)) for each in (frames, frames[::2], frames[:2], frames[1:]))


RUNS_DRAWN = {
    "pictures of many or few": _many_or_few, "pictures side by side": _side_by_side, "catching up": _catching_up,
    "wirings": _wired, "pictures on axes of all sizes": _on_axes, "pictures in one frame": _in_one_frame,
    "divisions of axes": _divided,
}  # fmt: skip
