"""Rules of logs, windows and breakers, and pictures of windows, asked alone for what runs seldom ask of them."""

from itertools import product
from math import inf

from matplotlib.figure import Figure

from evsim.parts.breaker.settings import BreakerSettings
from evsim.parts.log.engine.assignors import ASSIGN
from evsim.parts.window import picture, worker_strip
from evsim.parts.window.event_time import Watermark
from evsim.parts.window.key_groups import instance_of_key, key_group, key_groups
from evsim.view.scene.scene import hold
from tests.snapshots.runs.systems import written_for
from tests.snapshots.telling import says
from tests.snapshots.texts import drawn, tried

__all__ = ["PARTS_ALONE"]

TOPICS = {"b": 3, "a": 4, "nobody reads it": 2}
GROUPS = {
    "alike": {"C1": ["b", "a"], "C0": ["a", "b"], "C2": ["a", "b"]},
    "unlike": {"C2": ["a"], "C0": ["b", "a"], "C1": ["b", "there is none"]},
    "one": {"C0": ["b"]},
}
HAD = {
    "nothing": {},
    "all": {"C0": [("b", 2), ("a", 3), ("a", 0), ("b", 0)], "C1": [("a", 1), ("b", 1)], "gone": [("a", 2)]},
    "too much": {"C0": [("a", 3), ("a", 9)], "C1": [("a", 3), ("a", 1), ("b", 0)], "C2": [("b", 0), ("b", 2)]},
}
KEYS = ("", "a", "customer-42", "ключ", "🙂", "a long text that goes beyond 32 bits", *map(str, range(40)))
BREAKERS = (
    {"failures": 2}, {"failures": 2, "window": 4}, {"failure_rate": 0.5}, {"failure_rate": 0.3, "window": 10},
    {"failure_rate": 0.5, "window": 4, "minimum": 2}, {"failure_rate": 0.5, "minimum": 2},
)  # fmt: skip
ASKED = {
    "windows": ({}, {"service": "adder"}, {"until": 1.5}),
    "backpressure": ({}, {"service": "adder"}, {"begin": 1.5}, {"end": 2.0}, {"end": 99.0}, {"begin": 99.0}),
}


def _of_logs():
    for (name, members), (before, current), (rule, assign) in product(GROUPS.items(), HAD.items(), ASSIGN.items()):
        yield f"{rule}, {name}, {before}", str(assign(members, TOPICS, current))


def _of_windows():
    numbers = (1, 2, 85, 86, 100, 170, 171, 21845, 21846, 32768)
    yield "groups of keys", str([key_groups(number) for number in numbers])
    yield "keys", str([(key_group(key, 128), [instance_of_key(key, number) for number in (1, 3, 100)]) for key in KEYS])
    for sources, bound in product(((), ("a", "b")), (0, 2)):
        clock, told = Watermark(bound, sources), []
        for source, time, idle in (
            ("a", 5, ""),
            ("a", 3, ""),
            ("b", 9, ""),
            ("a", 6, "a"),
            ("b", 9, "b"),
            ("a", 1, ""),
        ):
            clock.saw(source, time)
            clock.idle |= {idle} - {""}
            told.append((clock.advance(), clock.of(source)))
        yield f"a watermark, {sources}, {bound}", str(told)
    yield "a watermark of nothing", str([Watermark(1).advance(), Watermark(1, ("a",)).advance(), -inf])


def _of_breakers():
    for settings in BREAKERS:
        rule = BreakerSettings(open_for=1, **settings)
        found = [
            (count, failed)
            for count, failed in product(range(12), range(7))
            if failed <= count and rule.trips(count, failed)
        ]
        yield f"a breaker with {settings}", f"{rule.calls} {found}"


def _pictures():
    run = next(iter(written_for("windows").values())).run()
    for kind, tries in ASKED.items():
        for asked in tries:
            yield f"{kind} {asked}", says(tried(run.plot.scene, kind, **asked))
    axes = [Figure().add_axes([0.1, 0.1, 0.8, 0.8]) for _ in range(2)]
    yield "windows on axes", drawn(run.plot.windows, ax=axes[0], service="adder", until=2.5)
    yield "backpressure on axes", drawn(run.plot.backpressure, ax=axes[1], service="adder", begin=1.0, end=3.0)
    yield "windows in one frame", says(hold([picture.scene(run, until=2.0), picture.scene(run, service="adder")]))
    yield (
        "backpressure in one frame",
        says(hold([worker_strip.scene(run, end=2.0), worker_strip.scene(run, "adder", 1.0, 3.0)])),
    )


def _told():
    yield from _of_logs()
    yield from _of_windows()
    yield from _of_breakers()


PARTS_ALONE = {"parts alone": _told, "windows asked by name": _pictures}
