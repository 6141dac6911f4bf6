"""Systems with functions, autoscaling, event loops and prices: small ones, and busy."""

from hypothesis import strategies as st

from evsim.scenario import Scenario

__all__ = ["elastic_systems"]

WORK = st.sampled_from([0.25, {"exponential": 0.3}, {"uniform": [0, 1]}])
LENGTH = st.sampled_from([0.5, 1, 2.5])
BY_USE = {"requests": 1000, "gb_second": 0.5, "tiers": [{"beyond": 100_000, "gb_second": 0.25}], "hour": 1}


def elastic_systems():
    """`front`, an event loop, asks `thumb`, a function, and leaves jobs to `worker`, which scales.

    And letters to `sender`, a function with pollers.
    """
    return st.composite(_system)()


def _system(draw):
    loop = {"loops": draw(st.integers(1, 2)), "pool": 1, "check": 0.25, "warn_after": 0.25, "pool_warn_after": 0.5}
    call = {"service": "thumb", "timeout": draw(st.sampled_from([1, 5])), "on_error": "ignore"}
    function = {
        "init": draw(st.sampled_from([0.25, {"exponential": 0.5}])),
        "keep_alive": draw(st.sampled_from([0, 1, 600])),
        "most": draw(st.integers(2, 3)),
        "provisioned": draw(st.integers(0, 1)),
        "ramp": draw(st.sampled_from([None, {"environments": 1, "every": 2}])),
        "memory": draw(st.sampled_from([None, "884.5MiB"])),
    }
    use = {"step": draw(st.sampled_from([0.001, 0.1])), "init": draw(st.booleans()),
           "free_requests": draw(st.sampled_from([0, 1_000_000])),
           "free_gb_seconds": draw(st.sampled_from([0, 50_000])),
           "provisioned_gb_second": draw(st.sampled_from([0, 0.125])), "provisioned_work": 0.25}  # fmt: skip
    scaling = {"by": draw(st.sampled_from(["lag", "concurrency", "utilisation"])), "target": 1, "every": 1,
               "most": 3, "start": draw(st.sampled_from([0.5, {"exponential": 1}])), "down_after": 0}  # fmt: skip
    jobs = {"hour": 3600, "gb_month": 1000, "size": "1GB", "gb_in": 1, "gb_out": 2, "counts": ["send", "delete"]}
    letters = {"requests": 1_000_000, "long_poll": 1, "chunk": "1kB", "size": draw(st.sampled_from(["1kB", "2kB"]))}
    visible = {"visibility_timeout": 2, "max_receive_count": 3}
    pollers = {"start": 2, "least": 1, "most": 4, "quiet": 2, "growth": 2}
    services = {
        "front": {
            "workers": 20,
            "cores": draw(st.sampled_from([None, 1])),
            "event_loop": loop,
            "price": {"vcpu_hour": 0.5, "gb_hour": 0.25, "vcpu": 2, "memory": "512MiB", "gb_out": 1},
            "handle": [
                {"work": 0.125},
                {"blocking": draw(WORK)},
                {"publish": "jobs"},
                {"publish": "letters"},
                {"call": call},
                {"effect": "row"},
            ],
        },
        "thumb": {"function": function, "price": BY_USE | use, "handle": [{"work": draw(WORK)}, {"effect": "picture"}]},
        "sender": {
            "function": {"most": 1},
            "subscribe": {
                "channel": "letters",
                "pollers": pollers,
            },
            "handle": [{"work": draw(st.sampled_from([0.25, 1]))}, {"effect": "letter"}],
        },
        "worker": {
            "autoscale": scaling,
            "subscribe": "jobs",
            "price": {"hour": 1, "requests": 1},
            "handle": [{"work": draw(WORK)}, {"effect": "mail"}],
        },
    }
    kinds, places = ("crash", "outage", "pause"), ("front", "thumb", "thumb/2", "worker")
    faults = [
        {draw(st.sampled_from(kinds)): draw(st.sampled_from(places)), "at": draw(st.sampled_from([2, 4.5, 6, 8, 11])),
         "for": draw(LENGTH)}
        for _ in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return Scenario.from_dict(
        {
            "name": "elastic",
            "workloads": {"customers": {"target": "front", "arrivals": {"poisson": draw(st.sampled_from([1, 2, 4]))}}},
            "services": services,
            "channels": {"jobs": {"queue": {"price": jobs}}, "letters": {"queue": {"price": letters, **visible}}},
            "faults": faults,
            "run": {"duration": 16, "warmup": draw(st.sampled_from([0, 5, 5])), "seed": draw(st.integers(0, 999))},
        }
    )
