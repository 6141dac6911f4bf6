"""What evsim says in reports where a number lies on a limit, a day begins between two points, or designs differ."""

from functools import partial

import evsim
from evsim.experiment.judging import judge
from evsim.experiment.statistics import FEW, estimate
from evsim.reporting.answer import answer
from evsim.reporting.busiest import busiest
from evsim.reporting.duties import duties
from evsim.reporting.effort import Effort
from evsim.reporting.excerpts import excerpts
from evsim.reporting.loads import holds_up_to, loads
from evsim.reporting.report import _first
from evsim.reporting.report_page import Report
from evsim.scenario import Scenario
from tests.snapshots.telling import ALONE, DESK, WORK, WORKERS, examples, in_folder, interrupted_after, told

__all__ = ["corners_of"]

ARRIVALS = "workloads.callers.arrivals"
CLOSED = {"closed": {"users": 3, "think": "50ms"}}
MORE = DESK.to_dict()["workloads"] | {"clerks": {"target": "desk", "arrivals": {"poisson": "9/s"}}}
OUT = {"outage": "desk", "for": "1s"}
SHORT = DESK.replace({ARRIVALS: {"constant": "9/s"}, "run.duration": "300ms", WORK: "0s"})
FLIPS = Scenario.from_dict({
    "name": "flips", "workloads": {"page": {"target": "desk", "arrivals": {"constant": "9/s"}}},
    "services": {"desk": {"workers": 9, "handle": [{"work": "20ms"}, {"call": "archive"}]},
                 "archive": {"workers": 1, "handle": [{"work": "100ms"}]}},
    "network": {"latency": "2ms"}, "objectives": {"response_mean": "135ms"}, "run": {"duration": "1s"},
    "origins": {"services.archive.handle": "guessed", "workloads": "measured: a log"},
})  # fmt: skip


def _busiest(*points, run="40s", whole="400s", warmup=0, **changes):
    """What is said of the busiest part of a day with such rates, and who comes from there on."""
    day = DESK.replace({ARRIVALS: {"profile": points}, "run.duration": whole, "run.warmup": warmup} | changes)
    moved, said = busiest({"day": day}, {"day": day.replace({"run.duration": run})})
    return f"{said} {[each.arrivals for each in moved['day'].workloads.values()]}"


def _two(points, *others):
    """The same where several workloads come, of which the first has these rates."""
    first = {"target": "desk", "arrivals": {"profile": points}}
    return {"workloads": {"callers": first} | {f"more-{number}": {"target": "desk", "arrivals": each}
                                               for number, each in enumerate(others)}}  # fmt: skip


SLOPE = [["0s", "10/s"], ["100s", "10/s"], ["200s", "50/s"], ["300s", "10/s"]]
STEP = [["0s", "50/s"], ["200s", "50/s"], ["200s", "51/s"]]
LATE = [["0s", "10/s"], ["380s", "10/s"], ["380s", "90/s"]]
NEVER = [["0s", "0/s"], ["90s", "0/s"], ["90s", "20/s"]]
EVENLY = {"constant": "5/s"}


def _busy():
    return [
        _busiest(*SLOPE), _busiest(*SLOPE, run="100s", warmup="20s"), _busiest(*STEP),
        _busiest(*STEP[:2], ["200s", "51.1/s"]), _busiest(*LATE), _busiest(*NEVER, faults=[OUT | {"at": 9}]),
        _busiest(["0s", "10/s"], ["360s", "10/s"], ["360s", "90/s"]), _busiest(*SLOPE, whole="12345s", run="10s"),
        _busiest(["0s", "10/s"], ["12345s", "50/s"], whole="12345s", run="10s"),
        *(_busiest(*SLOPE, **_two(SLOPE, *others)) for others in (
            [EVENLY], [CLOSED], [{"profile": SLOPE}], [{"profile": [["0s", "90/s"], ["40s", "5/s"]]}])),
    ]  # fmt: skip


def _cut(customers, *durations, warmup=0, faults=()):
    """What is said of shorter runs of designs that last so long."""
    designs = {f"{number}": DESK.replace({"run.duration": each, "run.warmup": warmup, "faults": list(faults)})
               for number, each in enumerate(durations)}  # fmt: skip
    shorter, said = excerpts(designs, customers)
    return f"{said} {[(each.run_settings.duration, len(each.faults)) for each in shorter.values()]}"


def _cuts():
    at = [OUT | {"at": at} for at in ("10s", "50s", "50001ms")]
    return [
        _cut(8000, "200s", faults=at), _cut(8000, "200s", "100s"), _cut(8000, "200s", "200s"), _cut(4001, "200s"),
        _cut(8000, "240s", warmup="40s", faults=at), _cut(8000, "240s", warmup="40s", faults=[OUT | {"at": "90s"}]),
    ]  # fmt: skip


def _answers():
    of = {name: estimate(values) for name, values in {"good": [0.01, 0.011], "bad": [1.0, 1.1],
                                                      "close": [0.098, 0.101, 0.102]}.items()}  # fmt: skip
    mean, errors = {"response_mean": 0.1}, {"errors": 0.1}
    good, bad = judge(mean, {"response_mean": of["good"]}), judge(mean, {"response_mean": of["bad"]})
    more = judge(mean | errors, {"response_mean": of["good"], "errors": of["good"]})
    torn = judge(mean | errors, {"response_mean": of["bad"], "errors": of["close"]})
    none = [Report._shown(None, metric, estimate([0.0, 0.0])) for metric in ("response_p99", "completion_p99", "lost")]
    return none + [str(answer({f"design {number}": each for number, each in enumerate(case)})) for case in (
        [good, more], [more, good], [torn], [bad, torn], [torn, good], [bad, []])]  # fmt: skip


def _efforts():
    even = partial(Effort, short=0, designs=1, faults=0, loads=0, searches=0, sides=0)
    designs = {
        "closed": SHORT.replace({ARRIVALS: CLOSED}),
        "two": DESK.replace({"workloads": MORE, "objectives": {"errors": 0}}),
        "one": FLIPS,
    }
    return [
        *(even(whole=whole).told(n, 1) for whole, n in ((1, FEW), (1, FEW + 1), (100, 1), (99.4, 1), (99.6, 1))),
        str([even(whole=1).within(each, n, 1) for each, n in ((10, 20), (9.99, 20), (0, 1), (0, 2), (0, 3), (2, 9))]),
        *(str(Effort.of({name: each}, 2.0, 0.5)) for name, each in designs.items()), str(Effort.of(designs, 2.0, 0.5)),
    ]  # fmt: skip


def _loads():
    """What of each system is a load, and at twice as much; how much of a load holds."""
    profile = {"profile": {"points": [["0s", "20/s"], ["1s", "40/s"]], "load": 3}}
    day = DESK.replace({ARRIVALS: profile, "run.duration": "1s", "objectives": {"errors": 0}})
    two = day.replace({"workloads": MORE})
    found = [(name, loads(each)) for name, each in [*examples(), ("day", day)]]
    return [
        *(f"{name}: {({path: at(2) for path, at in its.items()})}" for name, its in found),
        str(holds_up_to(two, 8, **ALONE)), str(holds_up_to(day.replace({"objectives": {}}), 8, **ALONE)),
        str(holds_up_to(FLIPS, 8, seed=5, **ALONE)),
    ]  # fmt: skip


def _duties():
    return "\n".join(f"{name}: {' '.join(duties(each))}" for name, each in examples())


def _stopped(page, after):
    """A report on two designs that is interrupted after so many customers, and what it says beforehand."""
    own = {"services.desk.handle": interrupted_after(after, "5ms"), "run.duration": "500ms", WORKERS: 1,
           "objectives": {"response_mean": "1s"}}  # fmt: skip
    designs, heard = [DESK.replace(own), DESK.replace(own | {"name": "other"})], []
    try:
        evsim.report(*designs, n=2, labels=["one", "two"], tell=heard.append, **ALONE)
    except KeyboardInterrupt as stop:
        told_before = [each.partition(": ")[2] for each in heard]
        return f"{stop} {told_before}\n{page(stop.finished) if stop.finished else None}"


def _stored(folder):
    """The first runs of designs, of which a store has those of one design alone, or none, or all."""
    other = SHORT.replace({"name": "other", WORK: "1ms"})
    for designs, store in (([SHORT], "runs"), ([SHORT, other], "runs"), ([SHORT, other], "runs"), ([other], None)):
        for (pair, _), seed in zip(_first(designs, [3, 4, 5], store and folder / store), (3, 4), strict=True):
            yield f"{seed}: {[each['summary']['response_mean'] for each in pair[0]]}"


def corners_of(page):
    """name of a snapshot -> a function that gives what is said; page(report): all of a report as text."""

    def report(*designs, **settings):
        return page(evsim.report(*designs, **{"n": 2} | ALONE | settings))

    own = {"objectives": {"response_mean": "1s"}, "name": "open", "run.duration": "200ms"}
    promises = {"name": "other", "objectives": {"response_p90": "1s", "lost": 0}, WORK: "1ms", WORKERS: 1}
    more = SHORT.replace({"services.desk.handle": [{"call": "archive"}],
                          "services.archive": {"handle": [{"work": "1ms"}]}})  # fmt: skip
    slow = SHORT.replace({WORK: "100ms", "name": "slow", ARRIVALS: {"constant": "30/s"}})
    corners = {
        "busy": _busy, "cut": _cuts, "answers": _answers, "effort": _efforts, "loads": _loads, "duties": _duties,
        "closed": lambda: report(SHORT.replace({ARRIVALS: CLOSED, "run.duration": "200ms"}), SHORT.replace(own), n=8),
        "apart": lambda: report(SHORT.replace({ARRIVALS: {"constant": "400/s"}}), slow),
        "second": lambda: report(SHORT, SHORT.replace(promises), more, labels=list("abc")),
        "flips": lambda: report(FLIPS), "stopped": lambda: [_stopped(page, after) for after in (30, 340)],
        "stored": lambda: in_folder(lambda folder: "\n".join(_stored(folder))),
    }  # fmt: skip
    return {"corners of reports": lambda: told(corners)}
