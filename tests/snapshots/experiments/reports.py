"""What evsim says in reports; and of the files that people bring, and on the command line."""

import re
from functools import partial

import evsim
from evsim import Scenario
from evsim.experiment.judging import judge
from evsim.experiment.statistics import estimate
from evsim.reporting.answer import answer
from evsim.reporting.busiest import busiest
from evsim.reporting.effort import Effort
from evsim.reporting.excerpts import excerpts
from evsim.reporting.loads import against_load, holds_up_to
from tests.reporting.test_report import ASKS, TELLS
from tests.snapshots.experiments.corners_of_reports import corners_of
from tests.snapshots.telling import ALONE, DESK, WORK, WORKERS, in_folder, interrupted_after, plain, refusals, told
from tests.snapshots.texts import tried

__all__ = ["REPORTS"]

PLOT = re.compile(r'<svg [^>]*aria-label="([^"]*)"[^>]*stroke-linejoin="round">(.*?)</svg>', re.DOTALL)
ONE, TWO = (Scenario.from_dict(each).replace({"run.duration": "2s"}) for each in (ASKS, TELLS))


def _page(report):
    """A page with the words of the pictures that matplotlib draws, without the version."""
    html = report._repr_html_().replace(f"evsim {evsim.__version__}", "evsim")
    html = PLOT.sub(lambda found: f"{found[1]}: {' '.join(re.findall('>([^<]+)</text>', found[2]))}", html)
    return plain("\n".join([str(report), repr(report), html]))


def _report(*designs, **settings):
    return _page(evsim.report(*designs, **{"n": 2} | ALONE | settings))


def _stopped(after, n=2):
    """A report that is interrupted after so many customers at a desk."""
    desk = interrupted_after(after, "5ms")
    own = {"services.desk.handle": desk, "run.duration": "500ms", "objectives": {"response_mean": "1s"}, WORKERS: 1}
    try:
        return _report(DESK.replace(own), n=n)
    except KeyboardInterrupt as stop:
        return f"{stop}\n{_page(stop.finished) if getattr(stop, 'finished', None) else None}"


def _kept(folder):
    """Whether a report is the same with a new store, with what that has, and without one."""
    pages = [_report(EVEN, store=store) for store in (folder / "runs", folder / "runs", None)]
    return f"{pages[0] == pages[1] == pages[2]}"


def _from_a_file(folder):
    """What is said of the load of customers who come from a file."""
    whole = Scenario.from_dict({
        "name": "counter", "workloads": {"people": {"target": "clerk",
                                                    "arrivals": {"csv": "times.csv", "column": "time"}}},
        "services": {"clerk": {"handle": [{"work": "25ms"}]}}, "run": {"duration": "20s"},
        "objectives": {"response_mean": "26ms"},
    }, folder=folder)  # fmt: skip
    short = whole.replace({"run.duration": "4s"})
    points = against_load(short, "response_mean", 2, store=folder / "runs", **ALONE)
    never = short.replace({"objectives": {"response_mean": "1ms"}})
    moved, said = busiest({"it": whole}, {"it": short})
    return [*(f"{load} {each}" for load, each in points), holds_up_to(short, 8, **ALONE),
            holds_up_to(never, 8, **ALONE),
            f"{moved['it'] is short} {said}"]  # fmt: skip


def _busy(*points, run="100s", **changes):
    """What is said of the busiest part of a day with such rates, and the day from there on."""
    day = DESK.replace({"workloads.callers.arrivals": {"profile": points}, "run.duration": "400s"} | changes)
    moved, said = busiest(
        {"day": day, "other": day}, {name: day.replace({"run.duration": run}) for name in ("day", "other")}
    )
    return f"{said} {moved['day'].workloads['callers'].arrivals}"


def _cut(customers, *faults, **changes):
    """What is said of shorter runs for what takes many of them."""
    shorter, said = excerpts(
        {"it": DESK.replace({"run.duration": "200s", "faults": list(faults)} | changes)}, customers
    )
    return f"{said} {shorter['it'].run_settings.duration} {len(shorter['it'].faults)}"


def _answers():
    """The sentence of the answer for verdicts of every kind."""
    of = {name: estimate(values) for name, values in {"good": [0.01, 0.011], "bad": [1.0, 1.1],
                                                      "close": [0.098, 0.101, 0.102],
          "none": [float("nan")] * 2, "alike": [0.1, 0.1]}.items()}  # fmt: skip
    cases = [["good"], ["bad", "bad"], ["good", "good"], ["good", "bad", "close"], ["close"], ["none", "alike"], []]
    made = [[judge({"response_mean": 0.1}, {"response_mean": of[each]}) for each in case] for case in cases]
    both = judge({"response_mean": 0.1, "errors": 2}, {"response_mean": of["bad"], "errors": of["close"]})
    return [
        str(answer({f"design {number}": its for number, its in enumerate(case)}))
        for case in (*made, [both], [[], both], [[]])
    ]


OUT = {"outage": "desk", "for": "1s"}
EFFORT = Effort(whole=4.0, short=0.5, designs=2, faults=6, loads=12, searches=2, sides=40)
STEPS = [["0s", "20/s"], ["100s", "20/s"], ["100s", "60/s"], ["150s", "60/s"], ["150s", "20/s"]]
DAY = DESK.replace(
    {
        "workloads.callers.arrivals": {"profile": [["0s", "20/s"], ["1s", "40/s"]]},
        "run.duration": "1s",
        "objectives": {"errors": 0},
    }
)
CONSTANT = "workloads.callers.arrivals"
EVEN = DESK.replace(
    {CONSTANT: {"constant": "9/s"}, WORK: "100ms", "objectives": {"response_mean": "110ms"}, "run.duration": "1s"}
)
LONG = DESK.replace({CONSTANT: {"constant": "500/s"}, WORK: "2ms", "run.duration": "8.2s"})
REPORTED = {
    "two": lambda: _report(ONE, TWO, objectives={"response_mean": "27ms", "availability": "99%"}, labels=["a", "b"]),
    "one": lambda: _report(TWO.replace({"run.warmup": "500ms"}), seed=4,
                           command=lambda n: f"evsim report tells --runs {n}"),
    "no objective": lambda: _report(DESK.replace({"run.duration": "500ms"}), DESK.replace({"run.duration": "500ms"})),
    "decided": lambda: _report(DESK.replace({"run.duration": "300ms", "objectives": {"response_mean": "9s"}}), n=11),
    "not a time": lambda: _report(DESK.replace({"run.duration": "300ms",
                                                "objectives": {"errors": 0, "response_p99": "1ms"}})),
    "over": lambda: [_report(ONE, budget="1us"), _report(EVEN, budget="1h", tell=lambda sentence: None)],
    "kept": lambda: in_folder(_kept),
    "stopped": lambda: [_stopped(after) for after in (2, 45, 100, 300, 450)]
    + [_stopped(after, 8) for after in (120, 2500)],
    "saved": lambda: in_folder(lambda folder: [str(tried(evsim.report(EVEN, n=2, **ALONE).save, folder / "page.html"))
                                                for _ in range(2)]),
    "answers": _answers,
    "effort": lambda: [EFFORT.told(20, 2), EFFORT.told(5, 1, "runs.sqlite"),
                       str([EFFORT.within(each, 20, 2) for each in (0, 60, 1e9)]),
                       str(Effort.of({"it": ONE, "desk": DESK}, 2.0, 0.5))],
    "loads": lambda: in_folder(_from_a_file, times__csv="time\n" + "\n".join(f"{n * 0.05:.2f}" for n in range(300))
                               + "\n" + "\n".join(
        f"{15 + n * 0.03:.2f}" for n in range(150))),
    "other loads": lambda: [str(holds_up_to(each, 8, **ALONE)) for each in (DESK, ONE.replace({"run.duration": "1s"}),
        DAY)]
    + [str(against_load(DAY, "errors", 2, **ALONE)),
       str(against_load(DESK.replace({"workloads.callers.arrivals": {"burst": 5}}), "errors", 2, **ALONE))],
    "more": lambda: [_report(EVEN), _report(LONG, objectives={"response_mean": "1s"}),
                     _report(ONE, TWO, ONE, labels=["a", "b", "c"]),
                     _report(evsim.load("unix-pipe").replace({"run.duration": "300ms", "run.warmup": 0}))],
    "busy": lambda: [_busy(*STEPS, run="40s"), _busy(*STEPS), _busy(*STEPS, faults=[OUT | {"at": 9}]),
                     _busy(["0s", "9/s"], ["9s", "9/s"]),
                     _busy(*STEPS, run="400s"), _busy(["0s", "0/s"], ["90s", "0/s"], ["90s", "20/s"], run="40s")],
    "cut": lambda: [_cut(4000), _cut(8000), _cut(8000, OUT | {"at": 9}, OUT | {"at": 190},
                                                 {"crash": "desk", "mtbf": 9, "mttr": 1})],
    "refused": lambda: [tried(evsim.report), *refusals(partial(evsim.report, ONE, n=2, jobs=1), {}, {"objectives": 5},
                                                       {"budget": "soon"},
                        {"tell": 5}, {"store": 5}, {"labels": []}, {"n": 0})],
}  # fmt: skip


REPORTS = {"report": partial(told, REPORTED)} | corners_of(_page)
