"""LivePrediction: what the simulator says of the same customers on this machine, beside what was measured."""

from functools import cached_property
from math import sqrt

from evsim.experiment.replicate import replicate
from evsim.experiment.statistics import t_quantile
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import label, write

__all__ = ["LivePrediction"]

FIGURES = (
    "requests", "completed", "errors", "timeouts", "effects_missing", "effects_repeated", "told_error_yet_true",
    "told_yes_never_true", "response_mean", "response_p50", "response_p90", "response_p99", "completion_mean",
    "completion_p50", "completion_p90", "completion_p99",
)  # fmt: skip

# (figures, what a model leaves out that shows in them).
LEFT_OUT = (
    (
        ("response", "completion"),
        "The model leaves out: processes that share a processor, a process that does one thing at a time while it "
        "writes, and an operating system that stops all of them now and then.",
    ),
    (
        ("effects_repeated",),
        "What was repeated: a real broker hands out again what was not settled when it was killed, though the work had "
        "ended; the model's broker hears of that when it is back.",
    ),
    (
        ("told_error_yet_true",),
        "An error that was true after all: a client that keeps what it could not send, and sends it when the broker is "
        "back, after its caller has given up.",
    ),
    (
        ("completed", "errors", "timeouts", "effects_missing"),
        "Counts differ where an outage cuts work: the model takes its length from the journal, and has no time after a "
        "restart until every connection is there again.",
    ),
)


class LivePrediction:
    """``rows``: (figure, measured, predicted, low, high) of each figure that both have.

    predicted: for the same customers with the same luck. low, high: between them lies, in 95 % of all cases, what one
    run of other customers has, from `runs` simulated ones. ``overshoot``: how late sleeps ended on average, in seconds.
    """

    def __init__(self, run, scenario, runs=20, jobs=None, overshoot=None):
        self.run, self.scenario, self.overshoot = run, scenario, overshoot
        self.simulated = scenario.run(run.seed)
        others = replicate(scenario, runs, seed=run.seed + 1, jobs=jobs)
        measured, predicted, spread = run.summary(), self.simulated.summary(), others.summary()
        self.rows = [
            (name, measured[name], predicted[name], *_range(spread[name]))
            for name in FIGURES
            if measured[name] == measured[name] and predicted[name] == predicted[name]
        ]

    @cached_property
    def apart(self):
        """The figures that lie outside of what the model would have for any customers, where that is known."""
        return [name for name, measured, _, low, high in self.rows if measured < low or measured > high]

    def error(self, name):
        """How far the prediction for the same customers was off, relative to what was measured."""
        _, measured, predicted, *_ = next(row for row in self.rows if row[0] == name)
        return (predicted - measured) / measured if measured else (0.0 if predicted == measured else float("inf"))

    def notes(self):
        """How late sleeps ended, and what the model leaves out, in a sentence each."""
        late = [] if self.overshoot is None else [f"A sleep ended {self.overshoot * 1e3:.2f} ms late on average."]
        return late + self.why()

    def why(self):
        """What the model leaves out, in a sentence each, where figures lie apart."""
        if not self.apart:
            return []
        said = [f"Outside of what the model expects: {', '.join(label(each) for each in self.apart)}."]
        return said + [text for figures, text in LEFT_OUT if any(each.startswith(figures) for each in self.apart)]

    _HEADER = ("", "measured", "predicted", "error", "expected of one run")

    def _cells(self):
        for name, measured, predicted, low, high in self.rows:
            error = self.error(name)
            said = "" if error == 0 else ("-" if error == float("inf") else f"{error:+.1%}")
            between = f"{write(name, low)} to {write(name, high)}"
            yield [label(name), write(name, measured), write(name, predicted), said, between]

    def __str__(self):
        return "\n".join([text_table(self._HEADER, self._cells()), *self.notes()])

    def _repr_html_(self):
        notes = "".join(f"<p>{each}</p>" for each in self.notes())
        return html_table(self._HEADER, self._cells(), "Measured and predicted") + notes


def _range(estimate):
    """Where one more run lies in 95 % of all cases; counts and times are not negative."""
    if estimate.n < 2:
        return float("nan"), float("nan")
    half = t_quantile(0.975, estimate.n - 1) * estimate.sd * sqrt(1 + 1 / estimate.n)
    return max(estimate.mean - half, 0.0), estimate.mean + half
