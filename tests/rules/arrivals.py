"""Arrivals: who comes just when the run ends comes no more, whatever brings them."""

from pathlib import Path

from evsim.scenario import Scenario
from tests.rules.rule import JUST, Rule, nano

NO_MORE = "After `duration` no request arrives"
HERE = Path(__file__).resolve().parent


def coming(**arrivals):
    """A function of the duration: customers who come in one way, the last of them perhaps at its end.

    Somebody else is at work then, so that the clock goes on.
    """

    def system(duration):
        return Scenario.from_dict({
            "name": "coming",
            "workloads": {
                "customers": {"target": "front", "arrivals": arrivals},
                "others": {"target": "back", "arrivals": {"burst": {"count": 1, "at": 1}}},
            },
            "services": {"front": {"handle": [{"work": 0}]}, "back": {"handle": [{"work": 9}]}},
            "run": {"duration": duration, "warmup": 0},
        }, folder=HERE)  # fmt: skip

    return system


def arrived(run):
    requests = run.tables.requests
    return [nano(time) for time in requests.arrived[requests.workload == 0]]


RULES = [
    Rule(NO_MORE, coming(**arrivals), arrived, on=(3, came), beyond=(3 + JUST, [*came, *last]))
    for arrivals, came, last in [
        ({"constant": 1}, [1, 2], [3]),
        ({"burst": {"count": 2, "at": 3}}, [], [3, 3]),
        ({"csv": "three.csv"}, [0, 1], [3]),
        ({"profile": {"points": [[0, 1]], "gaps": "constant"}}, [1, 2], [3]),
        ({"closed": {"users": 1, "think": 1}}, [1, 2], [3]),
    ]
]
