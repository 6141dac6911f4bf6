"""Systems in which all that a figure may count wrongly happens to some: small ones, and busy."""

from hypothesis import strategies as st

from evsim.scenario import Scenario

__all__ = ["crowded_systems"]

WORK = st.sampled_from([0.25, {"exponential": 0.2}, {"uniform": [0, 0.5]}])
CARE = st.sampled_from([{"compensate": [{"undo": "row"}]}, {"fallback": [{"effect": "note"}, {"effect": "note"}]}])
LENGTH = st.sampled_from([0.5, 1, 2.5])


def crowded_systems():
    """`front` asks `ledger`, this asks `vault`; `front` publishes to a queue and a log; links and work fail."""
    return st.composite(_system)()


def _system(draw):
    call = {"service": "ledger", "timeout": draw(st.sampled_from([0.5, 1])), "on_error": draw(CARE),
            "retry": {**_retry(draw), "budget": {"ratio": 0.1, "burst": 5}}}  # fmt: skip
    call |= draw(st.sampled_from([{}, {"hedge": {"after": 0.25}}, {"breaker": {"failures": 3, "open_for": 0.5}}]))
    publish = {"retry": _retry(draw), "timeout": 0.5}
    facts = {"channel": "facts", "key": draw(st.sampled_from([None, "same"])), **publish}  # over several partitions
    both = {"branches": [[{"publish": {"channel": "jobs", **publish}}], [{"publish": facts}]]}
    taken = {"maybe": {"probability": 0.5, "then": [{"effect": {"name": "name", "unique": True}}]}}
    services = {
        "front": {
            "instances": 2,
            "workers": draw(st.integers(2, 3)),
            "limit": draw(st.sampled_from([None, 5])),
            "handle": [{"work": draw(WORK)}, taken, {"effect": "row"}, {"call": call}, {"parallel": both}],
        },
        "ledger": {
            "workers": 2,
            "drop_stale": draw(st.booleans()),
            "idempotent": draw(st.sampled_from([None, {"by": "message"}])),
            "handle": [{"work": draw(WORK)}, {"call": "vault"}, {"fail": 0.1}, {"effect": "entry"}],
        },
        "vault": {"workers": 2, "handle": [{"work": 0.01}]},
        "mailer": {
            "instances": 2,
            "idempotent": draw(st.sampled_from([None, {"by": "message"}])),
            "subscribe": {"channel": "jobs", "prefetch": draw(st.integers(1, 2)), "retry": {"attempts": 2}},
            "handle": [{"work": draw(WORK)}, {"effect": "mail"}, {"fail": 0.3}],
        },
        "slow": {
            "subscribe": {"channel": "facts", "batch": 3, "commit": {"interval": 1}, "replay": _replays(draw)},
            "price": {"hour": 1},
            "handle": [{"work": draw(WORK)}, {"effect": "view"}],
        },
        "hasty": {
            "inside": "mailer",
            "instances": 2,
            "workers": 2,
            "subscribe": {"channel": "facts", "commit": "before"},
            "handle": [{"wait": draw(WORK)}, {"fail": 0.1}],
        },
    }
    log = {"partitions": draw(st.integers(2, 3)), "partitioner": "round_robin", "idempotent": draw(st.booleans()),
           "price": {"gb_month": 1000, "size": "1GB", "partition_hour": 1, "requests": 9, "long_poll": 1}}  # fmt: skip
    dead = {"redrive": draw(st.sampled_from([None, {"at": 14, "rate": 3}]))}
    jobs = {"dead_letter": "dead", "ttl": draw(st.sampled_from([None, 2])), "max_length": 20,
            "visibility_timeout": draw(st.sampled_from([None, 0.25]))}  # fmt: skip
    run = {"duration": 16, "warmup": draw(st.sampled_from([0, 5, 5, 5])), "seed": draw(st.integers(0, 999))}
    if draw(st.booleans()):
        run["drain_limit"] = 0.5
    return Scenario.from_dict(
        {
            "name": "crowded",
            "workloads": {
                "customers": {
                    "target": "front",
                    "arrivals": {"poisson": draw(st.sampled_from([2, 4, 7]))},
                    "key": {"uniform": draw(st.sampled_from([20, 1000]))},
                    "patience": draw(st.sampled_from([None, 2])),
                }
            },
            "services": services,
            "channels": {"jobs": {"queue": _written(jobs)}, "dead": {"queue": _written(dead)}, "facts": {"log": log}},
            "network": {"latency": draw(st.sampled_from([0, 0.25, {"exponential": 0.05}])),
                        "loss": draw(st.sampled_from([0, 0.05])), "give_up": 2},
            "faults": _faults(draw),
            "run": run,
        }
    )  # fmt: skip


def _faults(draw):
    """Some in the warm-up, and all kinds in every system."""
    faults = [
        {kind: draw(st.sampled_from(targets)), "at": draw(st.sampled_from([2, 4.5, 6, 8, 11])), "for": draw(LENGTH)}
        for kind, targets in (
            ("crash", ["front/1", "mailer", "ledger"]),
            ("crash", ["slow", "hasty/2", "mailer/1"]),
            ("outage", ["ledger", "mailer/2", "jobs"]),
            ("pause", ["front/2", "slow", "facts"]),
        )
    ]
    staff = draw(st.sampled_from([None, {"at": 3, "to": 1}, {"at": 6.5, "to": 4}, {"at": 6.5, "to": 1, "for": 4}]))
    faults += [{"change": f"services.{name}.workers", **staff} for name in ("front", "slow") if staff]
    twice = [{"duplication": ["front", "ledger"], "at": 0, "probability": 0.2},
             {"duplication": ["jobs", "mailer"], "at": 3, "probability": 0.2},
             {"duplication": ["facts", "slow"], "at": 0, "probability": 0.2}]  # fmt: skip
    return [*faults, *twice]


def _retry(draw):
    return {"attempts": draw(st.integers(2, 3)), "backoff": draw(st.sampled_from([0.1, 0.5]))}


def _replays(draw):
    return [{"at": draw(st.sampled_from([3, 7, 9])), "to": draw(st.sampled_from(["earliest", {"time": 4}]))}]


def _written(settings):
    return {name: value for name, value in settings.items() if value is not None}
