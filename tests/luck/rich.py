"""Systems in which each purpose of a draw has a like: two workloads, two steps of a kind, two ways to a service ..."""

from evsim.scenario import Scenario

__all__ = ["RICH"]

SOON = {"exponential": "20ms"}
JITTER = {"full_jitter": {"base": "20ms", "cap": "1s"}}
RETRY = {"attempts": 3, "backoff": JITTER}
NETWORK = {"latency": {"exponential": "3ms"}, "loss": 0.02, "give_up": "500ms"}


def _two_workloads(target):
    single = {"target": target, "arrivals": {"poisson": 20}, "key": {"uniform": 50}}
    crowd = {"batch": {"rate": 4, "size": {"geometric": 3}}}
    crowds = {"target": target, "arrivals": crowd, "key": {"zipf": {"keys": 50, "s": 1}}}
    return {"one": single, "two": single, "groups": crowds, "crowds": crowds}


def _broken(what, **more):
    """Random outages of something, and the like."""
    return {"outage": what, "mtbf": {"exponential": "2s"}, "mttr": {"exponential": "300ms"}, **more}


def _calls():
    """Retries below retries, hedges, a balanced callee that is called thrice, copies and losses."""
    decorrelated = {"attempts": 3, "backoff": {"decorrelated": {"base": "10ms", "cap": "1s"}}}
    front = [
        {"work": SOON}, {"wait": SOON},
        {"maybe": {"probability": 0.5, "then": [{"work": SOON}], "else": [{"work": SOON}]}},
        {"maybe": {"probability": 0.3, "then": [{"effect": "gift"}]}},
        {"call": {"service": "middle", "retry": RETRY, "on_error": "ignore"}},
        {"call": {"service": "back", "retry": decorrelated, "hedge": {"after": "30ms"}, "on_error": "ignore"}},
        {"call": {"service": "back", "retry": RETRY, "timeout": "60ms", "on_error": "ignore"}},
    ]  # fmt: skip
    middle = [*({"call": {"service": callee, "retry": RETRY}} for callee in ("back", "side")), {"fail": 0.3}]
    back = [{"work": SOON}, {"fail": 0.2}, {"work": SOON}, {"fail": 0.1}]
    copies = [{"duplication": [who, whom], "probability": 0.2, "at": "1s"}
              for who, whom in (("front", "back"), ("middle", "back"), ("middle", "side"))]  # fmt: skip
    errors = [{"error_rate": who, "probability": 0.1, "at": "1s"} for who in ("back", "side")]
    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {"workers": 50, "handle": front},
            "middle": {"workers": 50, "handle": middle},
            "back": {"instances": 3, "workers": 20, "balance": "random", "handle": back},
            "side": {"instances": 2, "workers": 20, "balance": "random", "handle": [{"work": SOON}, {"fail": 0.2}]},
        },
        "network": NETWORK,
        "faults": [*copies, *errors, _broken("back/1"), _broken("back/1"), _broken("back/2"),
                   {"slowdown": "back/2", "factor": 2, "mtbf": SOON, "mttr": SOON}],
        "run": {"duration": "3s"},
    }  # fmt: skip


def _channels():
    """Publishes that are sent again, channels that keep them twice, dead letters, replicas, a redrive, replays."""
    hurried = {"retry": RETRY, "timeout": "30ms"}
    front = [
        {"work": SOON}, {"publish": {"channel": "jobs", **hurried}}, {"publish": {"channel": "jobs", "retry": RETRY}},
        {"publish": {"channel": "facts", "acks": "all", "retry": RETRY}}, {"publish": {"channel": "facts", **hurried}},
        {"publish": {"channel": "more", "retry": RETRY}},
        *[{"call": {"service": "other", "retry": RETRY, "on_error": "ignore"}}] * 2,
    ]  # fmt: skip
    other = [
        {"work": SOON}, *({"publish": {"channel": name, "retry": RETRY}} for name in ("jobs", "more")),
        {"publish": {"channel": "facts", "outbox": {"poll": "50ms"}}}, {"fail": 0.1},
    ]  # fmt: skip
    replay = [{"at": "2s", "to": "earliest"}, {"at": "2500ms", "to": "earliest"}]
    replicated = {"partitions": 4, "replication": SOON, "partitioner": "sticky", "batch": 5, "idempotent": False}
    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {"workers": 50, "instances": 2, "handle": front},
            "other": {"workers": 20, "handle": other},
            "worker": {"workers": 20, "handle": [{"work": SOON}, {"fail": 0.2}, {"effect": "one"}],
                       "subscribe": [{"channel": "jobs", "retry": RETRY}, {"channel": "more", "retry": RETRY}]},
            "reader": {"workers": 20, "handle": [{"work": SOON}, {"fail": 0.2}, {"effect": "two"}],
                       "subscribe": [{"channel": "facts", "retry": RETRY, "dead_letter": "more", "replay": replay},
                                     {"channel": "more", "dead_letter": "spoilt"}]},
            "undertaker": {"workers": 20, "subscribe": "spoilt", "handle": [{"work": SOON}, {"fail": 0.3}]},
        },
        "channels": {
            "jobs": {"queue": {"dead_letter": "spoilt", "idempotent": False}},
            "facts": {"log": {**replicated, "replicas": 3, "linger": "20ms"}},
            "more": {"log": {**replicated, "replicas": 2}},
            "spoilt": {"queue": {"redrive": {"at": "2500ms"}}},
        },
        "network": NETWORK,
        "faults": [{"duplication": ["jobs", "worker"], "probability": 0.2, "at": "1s"},
                   *({"leader_failure": "facts", "at": at, "for": "300ms"} for at in ("1s", "1500ms", "2s", "2500ms"))],
        "run": {"duration": "3s"},
    }  # fmt: skip


def _rounds():
    """Users in a closed loop, and messages that go round a cycle on several ways, with a store that is asked before."""
    closed = {"closed": {"users": 5, "think": {"exponential": "500ms"}}}
    turn = {"maybe": {"probability": 0.5, "then": [{"publish": "round"}]}}
    twice = {"maybe": {"probability": 0.2, "then": [{"publish": "round"}, {"publish": "longer"}]}}
    return {
        "workloads": {name: {"target": "front", "arrivals": closed, "key": {"uniform": 9}} for name in ("one", "two")},
        "services": {
            "front": {"workers": 5, "handle": [{"work": SOON}, {"publish": "round"}]},
            "turner": {"workers": 5, "subscribe": {"channel": "round", "retry": RETRY},
                       "handle": [{"work": SOON}, {"fail": 0.1}, turn, twice]},
            "relay": {"workers": 5, "subscribe": "longer", "handle": [{"work": SOON}, {"publish": "round"}]},
            "guard": {"workers": 5, "subscribe": "round", "idempotent": {"by": "message", "lookup": SOON},
                      "handle": [{"work": SOON}]},
        },
        "channels": {"round": {"log": {"partitions": 3}}, "longer": "queue"},
        "network": {"latency": SOON},
        "run": {"duration": "5s"},
    }  # fmt: skip


def _items():
    """Messages and calls for each item at two steps of two services, items of items, and what fails and comes again."""
    chain = {"attempts": 3, "backoff": {"decorrelated": {"base": "10ms", "cap": "1s"}}}
    lines, parts = ({"channel": name, "items": {"uniform": [0, 3]}, "key": "item", "acks": 1, "retry": chain}
                    for name in ("lines", "parts"))  # fmt: skip
    shelf = {"service": "shelf", "items": {"uniform": [0, 3]}, "retry": RETRY, "on_error": "ignore"}
    boxes = {"service": "box", "items": 2}
    packer = [{"work": SOON}, {"maybe": {"probability": 0.5, "then": [{"publish": parts}]}}, {"fail": 0.2},
              {"publish": parts}]  # fmt: skip
    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {
                "workers": 30,
                "handle": [{"publish": lines}, {"publish": lines}, {"call": shelf}, {"call": shelf}],
            },
            "shelf": {
                "workers": 90,
                "handle": [{"work": SOON}, {"fail": 0.2}, {"call": boxes}],
            },
            "box": {"workers": 90, "handle": [{"work": SOON}]},
            "packer": {"workers": 30, "subscribe": {"channel": "lines", "retry": RETRY}, "handle": packer},
            "maker": {"workers": 30, "subscribe": "parts", "handle": [{"work": SOON}, {"effect": "part"}]},
        },
        "channels": {"lines": "queue", "parts": {"log": {"partitions": 20}}},
        "network": {"latency": SOON},
        "faults": [{"outage": name, "at": "1s", "for": "100ms"} for name in ("lines", "parts")],
        "run": {"duration": "2s"},
    }


def _bus():
    """Questions whose next attempt is another handler's, and messages to one and to all."""
    handler = {"workers": 9, "subscribe": ["line", "news"], "handle": [{"work": SOON}, {"fail": 0.2}]}
    ask = {"bus": "line", "timeout": "100ms", "retry": RETRY, "on_error": "ignore"}
    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {"workers": 30, "handle": [{"ask": ask}, {"send": "news"}, {"publish": "news"}]},
            "first": handler,
            "second": handler,
        },
        "channels": {"line": "bus", "news": "bus"},
        "network": NETWORK,
        "run": {"duration": "3s"},
    }


def _letters():
    """What has two dead letters in one channel: a message of two groups of a log, or of two queues of an exchange."""
    once, groups, queues = {"attempts": 1}, ("this", "that"), ("left", "right")
    reads = {name: [{"channel": "facts", "dead_letter": "spoilt", "retry": once}] for name in groups}
    takes = {name: [{"channel": f"{name}-jobs", "retry": once}] for name in queues}
    handlers = {name: {"workers": 20, "subscribe": subscribe, "handle": [{"work": SOON}, {"fail": 0.5}]}
                for name, subscribe in (reads | takes).items()}  # fmt: skip
    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {"workers": 20, "handle": [{"publish": "facts"}, {"publish": "jobs"}]},
            **handlers,
            "undertaker": {"workers": 20, "subscribe": "spoilt", "handle": [{"work": SOON}]},
        },
        "channels": {
            "facts": {"log": {"partitions": 3}},
            "jobs": {"exchange": {"type": "fanout", "bindings": [f"{name}-jobs" for name in queues]}},
            **{f"{name}-jobs": {"queue": {"dead_letter": "spoilt"}} for name in queues},
            "spoilt": "queue",
        },
        "network": NETWORK,
        "run": {"duration": "3s"},
    }  # fmt: skip


def _elastic():
    """Functions whose environments take some time to start, services that are scaled, events that come late, and what
    windows make of them.
    """
    scaled = {"autoscale": {"by": "concurrency", "target": 1, "every": "100ms", "start": SOON, "most": 50}}
    function = {"function": {"init": SOON, "keep_alive": "50ms"}}
    services = {"this": function, "that": function, "left": scaled, "right": scaled}
    calls = [{"parallel": [[{"call": name}] for name in services]}, {"publish": "facts"}]
    window = {"to": "results", "sliding": {"size": "1s", "every": "200ms"}, "early": 9, "by": "all"}
    return {
        "workloads": {name: {**each, "delay": SOON, "admitted": 0.8} for name, each in _two_workloads("front").items()},
        "services": {"front": {"workers": 90, "handle": calls},
                     "counter": {"subscribe": "facts", "handle": [{"window": window}]},
                     "board": {"workers": 9, "subscribe": "results", "handle": [{"work": SOON}]},
                     **{name: {**settings, "handle": [{"work": SOON}]} for name, settings in services.items()}},
        "channels": {"facts": "log", "results": "queue"},
        "run": {"duration": "3s"},
    }  # fmt: skip


def _written():
    """Handlers written in Python: two steps of a kind, a loop, and a service that is met by two workloads."""

    def front(ctx):
        for _ in range(2):
            yield from ctx.work({"exponential": "20ms"})
        yield from ctx.work({"exponential": "10ms"})
        yield from ctx.wait({"exponential": "10ms"})
        for service in ("back", "back", "side"):
            yield from ctx.call(service)
        yield from ctx.publish("jobs")

    return {
        "workloads": _two_workloads("front"),
        "services": {
            "front": {"workers": 50, "handle": front},
            "back": {"workers": 50, "handle": [{"work": SOON}]},
            "side": {"workers": 50, "handle": [{"work": SOON}]},
            "worker": {"workers": 50, "subscribe": "jobs", "handle": [{"work": SOON}]},
        },
        "channels": {"jobs": "queue"},
        "network": NETWORK,
        "run": {"duration": "3s"},
    }


RICH = {make.__name__.strip("_"): Scenario.from_dict({"name": "rich", **make()})
        for make in (_calls, _channels, _letters, _rounds, _items, _bus, _elastic, _written)}  # fmt: skip
