"""How to break the engine on purpose: a small shop to do it to, and tools to change one thing once."""

from functools import partial

from evsim.engine.handler import Compiler
from evsim.scenario import Scenario

__all__ = [
    "END", "IMPATIENT", "LATE", "MUTANTS", "UNSEEN", "Once", "crowd", "direct", "everything_ends", "instead", "mutant",
    "rows_of", "shop", "then_also", "unseen",
]  # fmt: skip

LATE = 40  # the row, message or request from which on something is wrong
END = 30.0  # seconds


def shop(faults=(), network=None, drain_limit=0, patience=None, early=False, reader=None, facts=None, jobs="queue",
         spoilt="queue", worker=None, keys=None, **care):  # fmt: skip
    """`front` calls `back`, and publishes to `jobs` (a queue) and `facts` (a log); all are a bit too slow.

    early: `front` answers before its last step. reader, worker: other settings of the services that read the log and
    the queue. facts, jobs: those of the log and of the queue; `spoilt`: of the queue for dead letters. keys: how many.
    """
    return Scenario.from_dict(
        {
            "name": "shop",
            "workloads": {
                "customers": {
                    "target": "front",
                    "arrivals": {"constant": 5},
                    "patience": patience,
                    **({"key": {"uniform": keys}} if keys else {}),
                }
            },
            "services": {
                "front": {
                    "workers": 6,
                    "handle": [
                        {"work": 0.05},
                        {"call": {"service": "back", "on_error": "ignore", **care}},
                        {"publish": "jobs"},
                        *([{"reply": "welcome"}] if early else []),
                        {"publish": "facts"},
                    ],
                },
                "back": {
                    "handle": [
                        {"work": {"exponential": 0.25}},
                        {"fail": 0.1},
                        {"effect": "row"},
                        {"reply": "done"},
                    ]
                },
                "worker": {"subscribe": "jobs", "handle": [{"work": 0.3}, {"effect": "job"}], **(worker or {})},
                "reader": {
                    "workers": 2,
                    "subscribe": "facts",
                    "handle": [{"work": 0.5}, {"fail": 0.3}, {"effect": "fact"}],
                    **(reader or {}),
                },
            },
            "channels": {"jobs": jobs, "facts": {"log": facts or {"partitions": 2}}, "spoilt": spoilt},
            "network": {"latency": 0.01, **(network or {})},
            "faults": list(faults),
            "run": {"duration": END, "drain_limit": drain_limit},
        }
    )


def direct(faults=(), drain_limit=0):
    """`front` tells `left` and `right` over buses: all of them the `news`, one of them a `job`, and asks one."""
    handler = {"subscribe": ["news", "jobs", "asks"], "handle": [{"work": 0.2}, {"effect": "heard"}, {"reply": "yes"}]}
    return Scenario.from_dict(
        {
            "name": "direct",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 4}}},
            "services": {
                "front": {
                    "workers": 6,
                    "handle": [
                        {"work": 0.05},
                        {"publish": "news"},
                        {"send": "jobs"},
                        {"ask": {"bus": "asks", "timeout": 2, "on_error": "ignore"}},
                    ],
                },
                "left": {**handler, "workers": 2},
                "right": handler,
            },
            "channels": {"news": "bus", "jobs": {"bus": {"capacity": 3}}, "asks": "bus"},
            "network": {"latency": 0.01},
            "faults": list(faults),
            "run": {"duration": END, "drain_limit": drain_limit},
        }
    )


def crowd(faults=(), **settings):
    """`server` has twice the calls that it can work off; its callers give up after a second."""
    server = {"handle": [{"work": 0.1}], **settings}
    call = {"call": {"service": "server", "timeout": 1, "on_error": "ignore"}}
    return Scenario.from_dict(
        {
            "name": "crowd",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 20}}},
            "services": {"front": {"workers": 1000, "handle": [call]}, "server": server},
            "faults": list(faults),
            "run": {"duration": END},
        }
    )


IMPATIENT = {"timeout": 0.4, "retry": {"attempts": 2, "backoff": 0.1}}
MUTANTS, UNSEEN = {}, {}


def mutant(says, of=shop, **settings):
    """The function changes the engine with ``patch``; the audit of a run of ``of(**settings)`` then `says` so."""

    def keep(function):
        MUTANTS[function.__name__] = function, says, partial(of, **settings)
        return function

    return keep


def unseen(check, **settings):
    """As :func:`mutant`, for what the audit lets pass and `check` does not."""

    def keep(function):
        UNSEEN[function.__name__] = function, check, partial(shop, **settings)
        return function

    return keep


class Once:
    """True at the first call whose condition holds, and never again."""

    def __init__(self):
        self.happened = False

    def __call__(self, condition=True):
        first = bool(condition) and not self.happened
        self.happened |= first
        return first


def then_also(patch, owner, name, change):
    """A method that makes a function now makes one that calls ``change(self, *arguments)`` afterwards."""
    original = getattr(owner, name)

    def make(self, *arguments, **settings):
        function = original(self, *arguments, **settings)

        def changed(*given):
            function(*given)
            change(self, *given)

        changed.owner = "a mutant"
        return changed

    patch.setattr(owner, name, make)


def instead(patch, kind, change):
    """Steps of a kind, a function of a row each, become ``change(step, then, again)``.

    again: the same step with nothing behind it.
    """
    original = Compiler.build

    def build(self, step, position, then, fail):
        built = original(self, step, position, then, fail)
        if step.kind != kind:
            return built
        return change(built, then, lambda: original(self, step, position, lambda row: None, fail))

    patch.setattr(Compiler, "build", build)


def rows_of(part):
    return part.kernel.records.rows


def everything_ends(run):
    assert not any("still open" in warning for warning in run.warnings)
