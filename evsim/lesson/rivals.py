"""Rivals: many who want to change one row at once, and how the way they wait decides what that costs.

The experiment of M. Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015).
"""

from functools import cache

from evsim.counting import count, digits
from evsim.scenario import Scenario

__all__ = ["WAITS", "contention", "rivals"]

# The program behind the blog counts attempts from 1, so that its first wait is twice its base of 5 ms.
WAITS = {
    "no wait": "0s",
    "exponential": {"exponential": {"base": "10ms", "cap": "2s"}},
    "equal jitter": {"equal_jitter": {"base": "10ms", "cap": "2s"}},
    "full jitter": {"full_jitter": {"base": "10ms", "cap": "2s"}},
    "decorrelated": {"decorrelated": {"base": "5ms", "cap": "2s"}},
}
CLIENTS = (10, 20, 50, 100)
WHAT = ("writes tried", "time until all were done (s)")


@cache
def _hop():
    """A hop over the network: a normal time of 10 ms, standard deviation 2 ms, by its quantiles."""
    import numpy as np

    from evsim.scenario.normal import normal_quantile

    return {"empirical": np.abs(0.010 + 0.002 * normal_quantile((np.arange(4000) + 0.5) / 4000)).tolist()}


def rivals(clients, backoff, hop=None):
    """So many clients at one moment. Each reads the row, writes it if it is unchanged, or waits and reads again.

    hop: the time of each of the four hops of an attempt (10 ms, standard deviation 2 ms, by default).
    """
    hop = _hop() if hop is None else hop
    change = [{"read": "row"}, {"wait": hop}, {"wait": hop}, {"effect": {"name": "row", "if_unchanged": True}}]
    call = {"service": "database", "retry": {"attempts": 10_000, "backoff": backoff}}
    return Scenario.from_dict({
        "name": "rivals",
        "workloads": {"clients": {"target": "client", "arrivals": {"burst": clients}, "key": {"uniform": 1}}},
        "services": {
            "client": {"workers": clients, "handle": [{"call": call}]},
            "database": {"workers": 10_000, "handle": change},
        },
        "network": {"links": {"net": {"between": ["client", "database"], "latency": hop}}},
        "run": {"duration": "1s", "drain_limit": "1000s"},
    })  # fmt: skip


def measured(run):
    """(writes tried, seconds until the last client knew that its own was done) of one run of rivals."""
    return int((run.spans.kind == "call").sum()), float(run.tables.requests.answered.max())


def contention(clients=CLIENTS, waits=WAITS, seeds=range(5)):
    """A figure: writes tried and time taken against the number of clients, a line for each way to wait.

    Returns the figure; the points are means over the seeds.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from evsim.view.style import DPI, EFFECTS, ERROR, RC, TOLD, describe, title

    found = {name: [_means(count, wait, seeds) for count in clients] for name, wait in waits.items()}
    marks = (ERROR, EFFECTS[0], EFFECTS[1], TOLD, EFFECTS[2])
    with rc_context(RC):
        figure = Figure(figsize=(8.0, 8.0), layout="constrained", dpi=DPI)
        for column, (ax, what) in enumerate(zip(figure.subplots(2, 1), WHAT)):
            for (name, points), mark in zip(found.items(), marks):
                ax.plot(clients, [point[column] for point in points], **mark.style, label=name)
            ax.set(xlabel="clients who change one row at once", ylabel=what, xlim=(0, None), ylim=(0, None))
            last = {name: points[-1][column] for name, points in found.items()}
            title(ax, _finding(last, clients[-1], column))
            each = ", ".join(f"{name} {digits(value, 3, ',')}" for name, value in last.items())
            describe(ax, f"{what}, {count(clients[-1], 'client')}: {each}.")
        figure.axes[0].legend(title="wait before the next attempt", loc="upper left")
    return figure


def _means(count, wait, seeds):
    runs = [measured(rivals(count, wait).run(seed=seed)) for seed in seeds]
    return [sum(values) / len(runs) for values in zip(*runs)]


def _finding(last, clients, column):
    least, most = min(last, key=last.get), max(last, key=last.get)
    what, much = (("Fewest writes", "many"), ("Soonest done", "long"))[column]
    times, they = digits(last[most] / last[least], 2), count(clients, "client")
    if times == "1":
        return f"With {they} every way to wait takes about as {('many writes', 'long')[column]}"
    return f"{what} with {they}: {least}; {most} takes {times} times as {much}"
