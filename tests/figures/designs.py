"""Designs side by side: differences of means over pairs of runs, and of times over pairs of customers."""

from tests.figures.averages import mean

__all__ = ["customers_apart", "difference", "estimate"]

T_975 = {1: 12.7062047, 2: 4.3026527}  # quantiles of Student's t, by degrees of freedom


def estimate(values):
    """Mean and interval of the runs that know the figure."""
    known = [each for each in values if each == each]
    if len(known) < 2:
        return mean(known), None, None
    middle = mean(known)
    variance = sum((each - middle) ** 2 for each in known) / (len(known) - 1)
    half = T_975[len(known) - 1] * (variance / len(known)) ** 0.5
    return middle, middle - half, middle + half


def difference(first, second):
    return estimate([b - a for a, b in zip(first, second, strict=True)])


def customers_apart(first, second):
    """Mean differences of who was answered ok, and of whom all came true, in both designs; both counted there."""
    others = {(each.workload, each.request): each for each in second}
    pairs = [(each, others.get((each.workload, each.request))) for each in first]
    pairs = [(one, other) for one, other in pairs if other is not None and one.counted and other.counted]
    served = [(one, other) for one, other in pairs if one.ending == other.ending == "ok"]
    true = [(one, other) for one, other in pairs if one.completion is not None and other.completion is not None]
    return {
        "response": mean([other.response - one.response for one, other in served]),
        "completion": mean([other.completion - one.completion for one, other in true]),
    }
