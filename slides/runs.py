"""The runs the slides tell about: each is made once, when it is first asked for."""

from functools import lru_cache

import evsim
from docs.build import FAULTS

__all__ = ["DESIGNS", "NORMAL", "RETRY", "SPIKE", "run", "scenario"]

DESIGNS = ("classic", "parallel", "hybrid", "events")  # that the slides compare
SEED = 1  # of the runs that are drawn; means are over those of docs.build
NORMAL, SPIKE = 50, 3  # customers a second, and how many times as many come in a spike
PROFILE = [[0, NORMAL], [20, NORMAL], [20.1, SPIKE * NORMAL], [30, SPIKE * NORMAL], [30.1, NORMAL]]  # s, 1/s
RETRY = {"attempts": 3, "backoff": {"full_jitter": {"base": "50ms", "cap": "2s"}}}
PROFILE_WORK = {"exponential": "40ms"}  # of the newcomer


@lru_cache
def run(design, what=None, seed=SEED):
    """One run of a registration design, with one thing changed or none; its books balance."""
    done = scenario(design, what).run(seed=seed)
    done.audit()
    return done


def scenario(design, what=None):
    """A registration design. what: a fault of `docs.build`, "spike", "retries", "newcomer" or "two writes"."""
    plain = evsim.load(design if "-" in design else f"registration-{design}")
    if what is None:
        return plain
    if what in FAULTS:
        return plain.replace({"faults": [FAULTS[what]]})
    return CHANGES[what](plain)


def _spike(plain):
    return plain.replace({"workloads.register-page.arrivals": {"profile": PROFILE}})


def _retries(plain):
    """The classic design, whose list is down, with retries of both calls."""
    calls = {f"services.register.handle.{number}.call.retry": RETRY for number in (1, 2)}
    return plain.replace({"faults": [FAULTS["mailing list"]]} | calls)


def _newcomer(plain):
    """One more service to be told of each customer: by a call where there are only calls, else by the log."""
    data = plain.to_dict()
    create = {"workers": 4, "handle": [{"work": PROFILE_WORK}, {"effect": "profile"}]}
    if plain.channels:
        create["subscribe"] = next(iter(plain.channels))
    else:
        call = {"call": {"service": "create-profile", "timeout": "1s"}}
        data["services"]["register"]["handle"].insert(-1, call)
    data["services"]["create-profile"] = create
    return evsim.Scenario.from_dict(data)


def _two_writes(plain):
    """The hybrid design without its outbox, while the broker is down: register publishes when it has its row."""
    data = plain.to_dict()
    outbox = data["services"]["database"]["handle"].pop()
    data["services"]["register"]["handle"].insert(-1, {"publish": outbox["publish"]["channel"]})
    return evsim.Scenario.from_dict(data | {"faults": [FAULTS["broker"]]})


CHANGES = {"spike": _spike, "retries": _retries, "newcomer": _newcomer, "two writes": _two_writes}
