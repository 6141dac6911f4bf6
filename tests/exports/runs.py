"""Runs in which everything happens that an export can tell."""

from functools import cache

from evsim.scenario import Scenario
from tests.books.breaking import IMPATIENT, shop
from tests.support.nightly import mostly_at_night
from tests.view.runs import classic, cut, doubled, events, nobody, refused, two_workloads
from tests.view.troubles import crashed, lossy, odd

__all__ = ["NAMES", "SOME_BY_DAY", "a_run"]


def letters():
    """Queues too short: what they drop becomes dead letters, no worker ever had them."""
    described = shop(jobs={"queue": {"max_length": 1, "dead_letter": "spoilt"}}).to_dict()
    described["services"]["clerk"] = {"subscribe": "spoilt", "handle": [{"work": 0.1}, {"effect": "complaint"}]}
    return Scenario.from_dict(described).run()


def troubled():
    """A program crashes with work of a service inside it; calls are copied, confirmations lost, and a fault stays."""
    retry = {"attempts": 5, "backoff": "50ms"}
    return Scenario.from_dict(
        {
            "name": "troubled",
            "workloads": {"customers": {"target": "front", "arrivals": {"poisson": 5}, "patience": "2s"}},
            "services": {
                "front": {
                    "workers": 9,
                    "handle": [
                        {"call": {"service": "back", "timeout": "1s", "on_error": "ignore"}},
                        {"publish": {"channel": "jobs", "timeout": "100ms", "retry": retry}},
                    ],
                },
                "host": {"handle": [{"work": "1ms"}]},
                "back": {
                    "workers": 9,
                    "inside": "host",
                    "handle": [{"work": {"exponential": "200ms"}}, {"effect": "row"}],
                },
                "reader": {"subscribe": "jobs", "handle": [{"work": "50ms"}, {"fail": 0.2}]},
            },
            "channels": {"jobs": {"queue": {}}},
            "network": {
                "latency": "20ms",
                "links": {"wire": {"between": ["front", "jobs"], "loss": 0.3}, "line": {"between": ["front", "back"]}},
            },
            "faults": [
                {"duplication": "line", "probability": 0.5, "at": "1s"},
                {"crash": "host", "at": "3s", "for": "200ms"},
                {"outage": "reader", "at": "9s", "for": "1h"},
            ],
            "run": {"duration": "10s", "drain_limit": "1s"},
        }
    ).run()


def committing():
    """Members that commit at intervals die, fall silent and are slow; an undo, a budget that is spent, an outbox.

    Visitors ask for one of few seats, and lookers for nothing that lasts; there is a warm-up.
    """
    retry = {"attempts": 3, "backoff": "50ms", "budget": {"ratio": 0.1, "burst": 1}}
    reading = {"channel": "facts", "commit": {"interval": "700ms"}, "session_timeout": "500ms",
               "max_poll_interval": "250ms"}  # fmt: skip
    return Scenario.from_dict(
        {
            "name": "committing",
            "workloads": {
                "customers": {"target": "front", "arrivals": {"poisson": 6}},
                "visitors": {"target": "desk", "arrivals": {"poisson": 1}, "key": {"uniform": 3}},
                "lookers": {"target": "back", "arrivals": {"poisson": 1}},
            },
            "services": {
                "front": {
                    "workers": 9,
                    "handle": [
                        {"effect": "row"},
                        {"publish": {"channel": "facts", "outbox": {"poll": "100ms"}}},
                        {"call": {"service": "back", "retry": retry, "on_error": {"compensate": [{"undo": "row"}]}}},
                    ],
                },
                "back": {"handle": [{"work": "20ms"}, {"fail": 0.3}]},
                "desk": {"handle": [{"work": "5ms"}, {"effect": {"name": "seat", "unique": True}}]},
                "reader": {"instances": 2, "subscribe": reading, "handle": [{"work": {"exponential": "80ms"}},
                                                                          {"effect": "entry"}]},
                "hasty": {"subscribe": {"channel": "facts", "commit": "before"},
                          "handle": [{"work": "30ms"}, {"fail": 0.3}]},
            },
            "channels": {"facts": {"log": {"partitions": 3}}},
            "network": {
                "latency": "10ms",
                "links": {
                    "near": {"between": ["lookers", "back"], "latency": 0},
                    "close": {"between": ["visitors", "desk"], "latency": 0},
                },
            },
            "faults": [
                {"crash": "reader/1", "at": "2s", "for": "2s"},
                {"pause": "reader/2", "at": "5s", "for": "1s"},
                {"outage": "facts", "at": "7s", "for": "500ms"},
                {"outage": "reader", "at": "9s", "for": "1h"},
            ],
            "run": {"duration": "10s", "warmup": "1s", "drain_limit": "300ms"},
        }
    ).run()  # fmt: skip


def read_again():
    """A group reads all of a log once more, and half of it a third time; a fault begins at the moment of some work."""
    replay = [{"at": "6s", "to": "earliest"}, {"at": "8s", "to": {"time": "3s"}}]
    reader = {"subscribe": {"channel": "facts", "replay": replay}, "handle": [{"work": "400ms"}, {"effect": "entry"}]}
    return Scenario.from_dict(
        {
            "name": "read-again",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 1}}},
            "services": {
                "front": {"workers": 2, "handle": [{"work": "20ms"}, {"publish": "facts"}]},
                "reader": reader,
                "other": {"subscribe": "facts", "handle": [{"work": "100ms"}]},
            },
            "channels": {"facts": {"log": {"partitions": 2}}},
            "network": {"latency": "10ms"},
            "faults": [{"slowdown": "front", "factor": 3, "at": "2010ms", "for": "20ms"}],  # in which somebody begins
            "run": {"duration": "10s"},
        }
    ).run()


def windowed():
    """Windows that show early, on time and late panes; what they have dies with their service and is made again."""
    window = {"to": "results", "tumbling": 2, "by": "key", "lateness": 2, "early": 2, "out_of_order": 0.5}
    return Scenario.from_dict(
        {
            "name": "windowed",
            "workloads": {
                "people": {"target": "page", "arrivals": {"poisson": 6}, "key": {"uniform": 2},
                           "delay": {"exponential": 0.5}},
            },
            "services": {
                "page": {"workers": 20, "handle": [{"publish": "events"}]},
                "counter": {"subscribe": {"channel": "events", "commit": {"interval": "700ms"}},
                            "handle": [{"work": {"exponential": 0.05}}, {"window": window}]},
                "board": {"subscribe": "results", "handle": [{"effect": "result"}]},
            },
            "channels": {"events": {"log": {"partitions": 2}}, "results": "queue"},
            "network": {"latency": "10ms"},
            "faults": [{"crash": "counter", "at": "4s", "for": "500ms"}],
            "run": {"duration": "8s"},
        }
    ).run()  # fmt: skip


def travelling():
    """The run ends while messages, calls and answers travel."""
    return Scenario.from_dict(
        {
            "name": "travelling",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 2}}},
            "services": {
                "front": {
                    "workers": 20,
                    "handle": [{"call": "back"}, {"publish": "jobs"}, {"publish": {"channel": "facts", "key": "all"}}],
                },
                "back": {"workers": 20, "handle": [{"work": "10ms"}]},
                "reader": {"subscribe": [{"channel": "jobs"}, {"channel": "facts"}], "handle": [{"effect": "entry"}]},
            },
            "channels": {"jobs": {"queue": {}}, "facts": {"log": {"partitions": 2}}},
            "network": {"latency": "1s"},
            "run": {"duration": "10s", "drain_limit": "500ms"},
        }
    ).run()


def held_back():
    """Messages that wait for their time before they wait in line; some expire before it has come."""
    return Scenario.from_dict(
        {
            "name": "held-back",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 2}}},
            "services": {
                "front": {
                    "handle": [
                        {"publish": {"channel": "jobs", "delay": "700ms"}},
                        {"maybe": {"probability": 0.3, "then": [
                            {"publish": {"channel": "jobs", "delay": "900ms", "ttl": "400ms"}}]}},
                    ],
                },
                "reader": {"subscribe": "jobs", "handle": [{"work": "600ms"}, {"fail": 0.2}, {"effect": "row"}]},
            },
            "channels": {"jobs": "queue"},
            "network": {"latency": "10ms"},
            "run": {"duration": "6s", "drain_limit": "1s"},
        }
    ).run()  # fmt: skip


RUNS = {
    "classic": classic, "events": events, "doubled": doubled, "refused": refused, "cut": cut, "nobody": nobody,
    "two workloads": lambda: two_workloads(3, warmup=1), "lossy": lossy, "odd names": odd,
    "crashed calls": lambda: crashed("classic"), "crashed events": lambda: crashed("events"), "letters": letters,
    "early replies": lambda: shop(early=True, **IMPATIENT).run(),
    "troubled": troubled, "committing": committing, "read again": read_again,
    "windowed": windowed, "travelling": travelling, "held back": held_back,
}  # fmt: skip
NAMES = list(RUNS)
SOME_BY_DAY = mostly_at_night(
    NAMES,
    "doubled",
    "two workloads",
    "crashed events",
    "letters",
    "troubled",
    "committing",
    "travelling",
    "held back",
)


@cache
def a_run(name):
    return RUNS[name]()
