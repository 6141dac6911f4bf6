"""Results of many runs with made-up numbers: what a picture of an experiment is asked to draw, and no more."""

from types import SimpleNamespace

import numpy as np

from evsim.experiment.statistics import Estimate

__all__ = ["a_comparison", "a_crash_matrix", "a_replay", "a_sensitivity", "a_sweep", "a_warm_up", "estimate"]

FIGURES = ("response_mean", "errors", "completion_mean", "inconsistent", "lost", "availability", "retries")
PATHS = ("services.desk.workers", "services.desk.handle.0.work")


def estimate(luck, around=1.0, known=0.9):
    """An interval around zero or beside it, or now and then none."""
    mean, half = around * luck.normal(), abs(luck.normal()) * abs(around)
    if luck.random() > known:
        half = float("nan")
    return Estimate(float(mean), float(mean - half), float(mean + half), 5, 1.0)


def a_comparison(luck, designs):
    names = [f"design {number}" for number in range(designs)]
    dead = set(luck.choice(FIGURES, 2))  # zero in all designs

    def of(name):
        return Estimate(0.0, 0.0, 0.0, 5, 0.0) if name in dead else Estimate(abs(luck.normal()), 0.0, 9.0, 5, 1.0)

    summary = {design: {name: of(name) for name in FIGURES} for design in names}
    apart = {design: {name: estimate(luck) for name in FIGURES} for design in names[1:]}
    pairs = {design: {name: estimate(luck) for name in ("response", "completion")} for design in names[1:]}
    return SimpleNamespace(
        summary=lambda: summary, differences=apart, customers=pairs, first=names[0], seeds=[1, 2, 3]
    )  # fmt: skip


def a_crash_matrix(luck):
    names, effects = ["one", "two", "three"][: luck.integers(1, 4)], ["row", "mail"]
    designs = {}
    for name in names:
        designs[name] = [
            SimpleNamespace(target=f"part-{number // 2}", moment=f"step {number}", untrue=bool(luck.integers(2)),
                            told=str(luck.choice(["yes", "no", "error", "nothing"])),
                            effects={effect: int(luck.integers(4)) for effect in effects if luck.random() < 0.8})
            for number in range(luck.integers(1, 6))
        ]  # fmt: skip

    class Matrix(list):
        pass

    matrix = Matrix(crash for panel in designs.values() for crash in panel)
    matrix.designs = designs
    return matrix


def a_sweep(luck, paths=2, objective=0.5):
    """Over a number and a time, and perhaps a third path; each point is measured once."""
    values = {PATHS[0]: [1, 10, 2], PATHS[1]: ["20ms", "0.1s", "50ms", "1ms"]}
    values |= {"run.retry": ["no", "yes"]} if paths == 3 else {}
    points = [{}]
    for path in list(values)[:paths]:
        points = [point | {path: value} for point in points for value in values[path]]
    found = [Estimate(mean := abs(luck.normal()) + 0.1, mean / 2, 2 * mean, 5, 1.0) for _ in points]
    verdicts = []
    for _ in points:
        words = luck.choice(["MISSES", "MEETS", "UNCLEAR"], 2)
        names = ("response_mean", "response_p99")
        verdicts.append(
            [SimpleNamespace(metric=name, verdict=str(word)) for name, word in zip(names, words, strict=True)]
        )
    return SimpleNamespace(
        paths=list(values)[:paths], points=[(point, None) for point in points], estimates=lambda metric: found,
        scenario=SimpleNamespace(objectives={"response_mean": objective}), verdicts=verdicts,
    )  # fmt: skip


def a_sensitivity(luck):
    bars = []
    for number in range(5):
        sides = [estimate(luck, 0.1) if luck.random() < 0.9 else None for _ in range(2)]
        bars.append(SimpleNamespace(words=f"input {number}", less=sides[0], more=sides[1],
                                    sentence=lambda metric, number=number: f"Of {number}."))  # fmt: skip
    return SimpleNamespace(
        metric="response_mean", by=0.2, base=estimate(luck, 1.0, 1.0), bars=bars, finding="One is it"
    )


def a_replay(luck):
    edges = np.arange(9) * 5.0
    seen, said = luck.gamma(2.0, 3.0, 8), luck.gamma(2.0, 3.0, 8)
    low, high = said - 1, said + luck.random(8)
    seen[luck.integers(8)] = said[2] = low[5] = high[5] = np.nan
    faults = [SimpleNamespace(at=3.0, kind="outage", target="desk", duration=4.0),
              SimpleNamespace(at=12.0, kind="outage", target="desk", duration=2.0),
              SimpleNamespace(at=20.0, kind="error_rate", target=("a", "b"), duration=None),
              SimpleNamespace(at=None, kind="crash", target="desk", duration=1.0)]  # fmt: skip
    return SimpleNamespace(
        stretches=edges, observed={"errors": seen}, data={"figures": {"errors": {"predicted": said.tolist()}}},
        band=lambda figure: (low, high), error=lambda figure: 0.125, within=lambda figure: (5, 8),
        scenario=SimpleNamespace(faults=faults),
    )  # fmt: skip


def a_warm_up(luck):
    class Found(SimpleNamespace):
        def __str__(self):
            return "What was found."

    return Found(series=luck.gamma(2.0, 0.1, 20), piece=2.5, cut=7.5, written=10.0, of="response", runs=3,
                 finding="It ends")  # fmt: skip
