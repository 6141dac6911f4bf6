"""The summary: one row of numbers a person decides by. Names and meanings are those of the glossary."""

import numpy as np

from evsim.results.tally import DELIVERY_STATES, ERROR, REJECTED, TIMEOUT
from evsim.results.work import amplifications, retried, wasted_share
from evsim.ticks import SECOND

__all__ = ["carries", "percentiles", "summarise"]

LEVELS = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}
NONE = float("nan")
FEWEST_BEYOND = 10  # points that must lie beyond a percentile for the sample to carry it


def carries(count, level):
    """Whether a sample of so many values is large enough for a percentile."""
    return round(count * (1 - level / 100), 6) >= FEWEST_BEYOND  # of 100 values ten lie beyond 90 %


def percentiles(values, name, levels=LEVELS):
    """``{name_mean, name_p50 ...}`` of an array of seconds; linear interpolation, NaN where the sample is too small."""
    values = np.rint(values * SECOND)  # the mean of equal times is that time
    result = {f"{name}_mean": float(values.mean() / SECOND) if len(values) else float("nan")}
    carried = {label: level for label, level in levels.items() if carries(len(values), level)}
    found = dict(zip(carried, np.percentile(values, list(carried.values())), strict=True)) if carried else {}
    for label in levels:
        result[f"{name}_{label}"] = float(found.get(label, float("nan")) / SECOND)
    return result


def summarise(run):
    """All figures of one run, as a dict of plain numbers. Times are in seconds, shares in fractions."""
    requests, deliveries, told = run.tally, run.deliveries_tally, run.outcomes
    cohort = requests.cohort
    outcome = requests.outcome[cohort]
    count = len(outcome)
    window = run.window
    answered = ~told.nothing[cohort]

    def customers(who):
        return int((who & cohort).sum())

    result = {
        "requests": count,
        "completed": customers(told.yes),
        "throughput": float(answered.sum() / window),
        "goodput": customers(told.good) / window,
        "availability": customers(told.yes | told.no) / count if count else NONE,
    }
    result |= percentiles(requests.response[cohort][answered], "response")
    completion = requests.completion[cohort]
    result |= percentiles(completion[~np.isnan(completion)], "completion")
    lag = requests.consistency_lag[cohort]
    result |= percentiles(lag[~np.isnan(lag)], "consistency_lag", {"p99": 99.0})
    states = np.bincount(deliveries.state[deliveries.cohort], minlength=len(DELIVERY_STATES))
    state = dict(zip(DELIVERY_STATES, states.tolist(), strict=True))
    result |= {
        "errors": int((outcome == ERROR).sum()),
        "timeouts": int((outcome == TIMEOUT).sum()),
        "rejected": int((outcome == REJECTED).sum()),
        "declined": customers(told.no),
        "effects_missing": int(told.missing[:, cohort].sum()),
        "effects_repeated": int(requests.repeated[cohort].sum()),
        "effects_undone": int(run.row_cohort[run.effects_columns["row"][~np.isnan(run.undone)]].sum()),
        "inconsistent": customers(told.inconsistent),
        "lost": state["lost"],
        "duplicated": state["duplicate"],
        "reordered": int(deliveries.reordered(run)[deliveries.cohort].sum()),
        "dead": state["dead"] - int((deliveries.moved_back & deliveries.cohort).sum()),
        "expired": state["expired"],
        "dropped": state["dropped"],
        "pending": customers(told.nothing),
    }
    rows = run.rows
    result |= {
        "told_yes_not_true": customers(told.yes_not_true),
        "told_yes_never_true": customers(told.yes_untrue),
        "told_no_yet_true": customers(told.no_yet_true),
        "told_error_yet_true": customers(told.error_yet_true),
        "told_error_all_true": customers(told.error_all_true),
        "wasted_work": wasted_share(run),
        "retries": int((retried(rows) & run.row_cohort).sum()),
        "retry_amplification": max([each for each in amplifications(run).values() if each == each], default=NONE),
    }
    return result
