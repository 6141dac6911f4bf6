"""What evsim says of numbers: estimates and judgements, distributions that fit times, and stores of figures."""

import math
import sqlite3
import tempfile
import warnings
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

import evsim
from evsim.experiment.judging import judge
from evsim.experiment.run_store import RunStore
from evsim.experiment.running import in_order
from evsim.experiment.statistics import Estimate, none_seen_bound, runs_to_decide, skewness, t_quantile
from tests.snapshots.telling import plain, refusals, told
from tests.snapshots.texts import drawn, tried

__all__ = ["ESTIMATES"]


def _times(name, count=40):
    """As many times as are asked for of a distribution, evenly over its probabilities."""
    distribution = evsim.Distribution.read(name)
    shares = np.tile((np.arange(count) + 0.5) / count, (distribution.draws, 1))
    return distribution.quantile(shares[0]).tolist()


def _file(text, **settings):
    """What fits the times in a file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "times.csv").write_text(text, encoding="utf-8")
        return evsim.fit(Path(folder) / "times.csv", **settings)


FITTED = {
    **{name: partial(lambda written: evsim.fit(_times(written)), written) for name, written in {
        "exponential": {"exponential": "20ms"}, "lognormal": {"lognormal": {"mean": "60ms", "cv": 1.5}},
        "weibull": {"weibull": {"mean": "10ms", "shape": 3}}, "pareto": {"pareto": {"mean": "10ms", "shape": 3}},
        "uniform": {"uniform": ["10ms", "30ms"]}}.items()},
    "erlang": lambda: evsim.fit([0.03 * (1 + math.sin(each) / 3) for each in range(30)], seed=4),
    "constant": lambda: evsim.fit(["12ms"] * 20),
    "zeros": lambda: evsim.fit([0] * 5 + _times({"exponential": "20ms"}, 30)),
    "next to nothing": lambda: evsim.fit([1e-9] * 12 + [10.0] * 12),
    "many": lambda: evsim.fit(_times({"exponential": "20ms"}, 2100)).plot(most=1).alt_text,
    "two kinds": lambda: [done := evsim.fit([0.01 + each / 1e5 for each in range(40)] + [0.9] * 40), drawn(done.plot)],
    "a file": lambda: [_file("\n".join(["took_ms", *map(str, range(10, 40))])),
                       _file("\n".join(["who,took_ms", *(f"a,{each}" for each in range(10, 40))]), column="took_ms")],
    "refused": lambda: refusals(evsim.fit, {}, {"times": [1] * 19}, {"times": ["12 apples"]}, {"times": 5},
                                {"times": [0.1, 0.2] * 10, "seed": -1}, {"times": 5, "column": "a"}),
}  # fmt: skip


def _stores():
    """What is said of files that are no stores of runs, or that cannot be read or written any more."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        paths = {name: Path(folder) / name for name in ("text", "other", "none/runs", "runs")}
        paths["text"].write_text("times " * 100, encoding="utf-8")
        with closing(sqlite3.connect(paths["other"])) as other:
            other.execute("CREATE TABLE others (name TEXT)")
        said = [str(tried(lambda path=path: len(RunStore(path)))) for path in (*paths.values(), Path(folder))]
        store = RunStore(paths["runs"])
        store.keep("a", 1, {"it": np.float64(0.5)})
        said += [f"{len(store)} {store.kept('a', 1)} {store.get('a', 2)}"]
        with closing(sqlite3.connect(paths["runs"])) as other:
            other.execute("DROP TABLE runs")
        store.keep("a", 2, {}), store.keep("a", 3, {})
        said += [tried(store.kept, "a", 1), *(str(each.message) for each in caught)]
        store.close()
        return [each.replace(folder, "FOLDER") for each in said]


FOUND = {
    "response_mean": Estimate(0.1, 0.09, 0.11, 4, 0.01),
    "response_p99": Estimate(*[math.nan] * 3, 0, math.nan),
    "errors": 3,
}
STATED = {
    "estimates": lambda: [f"{each}" for each in (*FOUND.values(), Estimate(5, 5, 5, 3, 0),
                                                 Estimate(1234.5, 1000, 1500, 3, 80))],
    "numbers": lambda: plain(str([
        none_seen_bound(2), none_seen_bound(300), skewness([1, 2, 9]), skewness([1, 1, 1]), skewness([1, 2]),
        *(t_quantile(share, n) for share in (0.025, 0.5, 0.975) for n in (1, 2, 9)),
        *(runs_to_decide(FOUND["response_mean"], limit) for limit in (0.1, 0.0999, 0.12)),
        runs_to_decide(FOUND["response_p99"], 1)])),
    "refused": lambda: [tried(none_seen_bound, 0), tried(t_quantile, 1, 2), tried(t_quantile, 0.5, 0)],
    "judged": lambda: [f"{each} {each.runs_to_decide} {each.asked}" for limit in (0.08, 0.09, 0.105, 0.11, 2)
                       for each in
                       judge(dict.fromkeys(["response_mean", "response_p99", "errors", "availability"], limit), FOUND)],
    "store": _stores, "in order": lambda: [str(in_order(str, [1, 2, 3], None, False)),
                                           f"{FOUND['response_mean'].standard_error}"],
}  # fmt: skip
ESTIMATES = {"fit": partial(told, FITTED), "statistics": partial(told, STATED)}
