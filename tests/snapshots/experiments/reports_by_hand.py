"""What pages of reports say of results that are made up: flips, bars and origins of every kind, side by side."""

import re
from functools import partial
from types import SimpleNamespace

from evsim.experiment.judging import judge
from evsim.experiment.sensitivity import Bar, Flip, Sensitivity
from evsim.experiment.statistics import difference, estimate
from evsim.reporting.breaking import Broken
from evsim.reporting.report_page import COMPARED, SHOWN, Report, _few
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, told

__all__ = ["REPORTS_BY_HAND"]

FIRST = DESK.replace({
    "name": "first", "services.archive": {"workers": 2, "handle": [{"work": "3ms"}]},
    "objectives": {"response_p90": "1s"},
    "origins": {WORK: "measured: a log", RATE: "published: a page", "services.archive": "guessed"},
})  # fmt: skip
SECOND = DESK.replace({
    "name": "second", WORKERS: 7, "services.desk.handle.0.work": {"exponential": "90ms"},
    "objectives": {"response_mean": "1s"}, "origins": {WORK: "guessed", RATE: "published: a page"},
})  # fmt: skip
ARCHIVE = "services.archive.handle.0.work"
HIDDEN = float("nan")


def _flip(path, value):
    judged = judge({"response_mean": 0.1}, {"response_mean": estimate([value, value])})[0]
    return Flip(path, value, judged, judged, f"the input {path}", f"{value}")


def _bar(path, fewer, more):
    """A bar of made-up runs beside others that show 0.1 s each."""
    less, rather = (difference([0.1] * 3, its) for its in (fewer, more))
    return Bar(path, "5ms", less, rather, 0.004, 0.006, f"what is at {path}")


WIDE, SEEN, SMALL = (0.05, 0.5, 0.1), (0.2, 0.21, 0.2), (0.1, 0.101, 0.1)
BARS = [
    _bar("a-name-that-is-longer-than-half-of-a-sheet-has-room-for", SEEN, WIDE), _bar("b", WIDE, WIDE),
    _bar("c", WIDE, SMALL), _bar("d", SMALL, SMALL), _bar("e", SEEN, SMALL), _bar("f", SMALL, SMALL),
    _bar("g", SEEN, SEEN), _bar("h", SMALL, SMALL), _bar("i", SEEN, SEEN),
]  # fmt: skip

FOUR = [_bar("of four ticks", (0.04, 0.041, 0.04), (0.22, 0.23, 0.22))]


def _turned(*flips, bars=BARS):
    return Sensitivity(FIRST, "response_mean", 0.25, estimate([0.1, 0.11]), tuple(bars), flips)


class _Comparison:
    """Designs side by side of which each figure has made-up values."""

    def __init__(self, designs, values):
        found = {name: {metric: estimate(its) for metric, its in values[name].items()} for name in designs}
        self.designs = {
            name: SimpleNamespace(
                scenario=each,
                summary=partial(dict, found[name]),
                theory=lambda: SimpleNamespace(table=lambda: ([], [])),
            )
            for name, each in designs.items()
        }
        self.first, self.seeds, self.warnings = next(iter(designs)), (3, 4), ()
        self.verdicts = {name: judge(each.objectives, found[name]) for name, each in designs.items()}
        self.differences = {
            name: {metric: difference(values[self.first][metric], its) for metric, its in values[name].items()}
            for name in list(designs)[1:]
        }
        self.summary = lambda: found


def _figures(**others):
    usual = dict.fromkeys((*SHOWN, *COMPARED, "requests", "response_p90"), (0.0, 0.0))
    return usual | {"requests": (90, 95), "completed": (80, 85)} | others


def _compared():
    return _Comparison({"a": FIRST, "b": SECOND, "c": SECOND.replace({"objectives": {}})}, {
        "a": _figures(response_p99=(0.5, 0.6), completion_p99=(HIDDEN, HIDDEN), lost=(0, 1), errors=(3, 4)),
        "b": _figures(response_p99=(0.9, HIDDEN), completion_p99=(0.0, 0.0), lost=(9, 10), errors=(5, 6),
                      retries=(HIDDEN, 1), response_mean=(0.2, 0.3)),
        "c": _figures(response_p99=(0.5, HIDDEN), availability=(1.0, 1.0), lost=(0, 1), errors=(3, 4)),
    })  # fmt: skip


def _plainly(made):
    """The words of a picture and of its heading, with its size."""
    told_, element = made
    size = re.search(r'viewBox="([^"]*)"', element)
    return f"{told_} {size and size[1]} {re.findall('>([^<]+)</text>', element)}"


def _pages():
    compared = _compared()
    loads = {"a": [(0.5, estimate([0.1, 0.2])), (1, estimate([0.4, 0.5]))], "b": [(2, estimate([3.0, 3.1]))]}
    flips = [_flip(path, value) for path, value in ((WORKERS, 0.3), (WORK, 0.01), (RATE, 0.5), (ARCHIVE, 0.2))]
    inputs = {"a": _turned(*flips), "b": _turned(_flip(WORKERS, 1.0), _flip(WORK, 2.0)), "c": _turned(bars=BARS[:2])}
    done = Report(
        compared, "response_mean", {}, loads, {"a": "", "b": "one\ntwo"}, inputs, "They were shorter.", None, 9
    )
    yield from done.answer
    yield from map(str, [*done._verdicts(), *done._differences(), *done._flips(), *done._inputs(), done._holds()])
    yield from done._checks()
    yield from map(_plainly, done._pictures())
    yield from map(str, done._duties())
    other = Report(
        compared,
        "response_p90",
        {},
        {"b": loads["b"]},
        {},
        {"b": _turned(bars=BARS[3:6]), "c": _turned(bars=FOUR)},
        most=2,
    )
    yield from [*map(_plainly, other._pictures()), *list(other._checks())[:2], str(other.answer)]


def _few_ticks():
    ticks = [(-2.0, "-2"), (-1.0, "-1"), (0.0, "0"), (1.0, "1"), (2.0, "2")]
    for some in (ticks, ticks[:4], ticks[:3], ticks[2:], ticks[3:]):
        yield f"{[_few(tuple(some), most) for most in (2, 3, 4, 5)]}"


def _words():
    counts = {"lost": [0, 0], "errors": [1, 3], "told_yes_never_true": [0, 1], "timeouts": [2, 2], "rejected": [7]}
    return Broken("", {name: estimate(values) for name, values in counts.items()}).words


REPORTS_BY_HAND = {"reports by hand": lambda: told(
    {"pages": lambda: list(_pages()), "ticks": lambda: list(_few_ticks()), "words": _words}
)}  # fmt: skip
