"""Random small systems, of about 20 to 200 requests, as Hypothesis strategies.

Times lie on a grid of quarters of a second as often as not, and so do arrivals and faults: ties abound.
Services call and publish downwards in their list; the only way back up is a publish in an unlikely `maybe`.
"""

from hypothesis import strategies as st

from evsim.scenario import Scenario
from tests.books import faults, loads
from tests.parts.autoscale import drawing as scaling
from tests.parts.correlation.drawing import ask_over_a_channel
from tests.parts.event_loop import drawing as loops
from tests.parts.exchange import drawing as exchanges
from tests.parts.for_each.drawing import take_several
from tests.parts.function import drawing as functions
from tests.parts.items.drawing import multiply
from tests.parts.log import drawing as logs
from tests.parts.pipe import drawing as pipes
from tests.parts.pollers import drawing as pollers
from tests.parts.price import drawing as prices
from tests.parts.queue import drawing as queues

__all__ = ["calm_systems", "stable_systems", "systems"]

EFFECTS = ("row", "mail", "entry")
GRID = st.sampled_from([0, 0.25, 0.5, 1, 2])
LONGER = st.sampled_from([0.25, 0.5, 1, 2])
CHANCE = st.sampled_from([0, 0.1, 0.5, 1])
BALANCE = st.one_of(
    st.just("shared"),
    st.sampled_from(["round_robin", "random", "least_busy", "power_of_two", {"by": "power_of_two", "choices": 3}]),
    st.fixed_dictionaries(
        {
            "by": st.sampled_from(["least_busy", "power_of_two"]),
            "counts": st.sampled_from(["outstanding", "waiting"]),
            "health_check": st.sampled_from([None, 0.5, 1]),
        }
    ),
)

# Times of work, thought and travel, most of them below a second.
TIMES = st.one_of(
    GRID,
    st.sampled_from(
        [
            {"exponential": 0.3},
            {"uniform": [0, 0.5]},
            {"erlang": {"k": 3, "mean": 0.3}},
            {"hyperexponential": {"mean": 0.2, "cv": 2}},
            {"lognormal": {"mean": 0.3, "cv": 1}},
            {"weibull": {"mean": 0.3, "shape": 0.7}},
            {"pareto": {"mean": 0.3, "shape": 2.5}},
            {"triangular": [0, 0.1, 1]},
            {"choice": [[0.5, 0], [0.5, 0.5]]},
        ]
    ),
)
BREAKERS = st.sampled_from(
    [
        {"failures": 1, "open_for": 0.5},
        {"failures": 2, "open_for": 2},
        {"failures": 1, "window": 3, "open_for": 1, "trials": 2},
        {"failure_rate": 0.5, "window": 4, "minimum": 2, "open_for": 0.25},
    ]
)
LATENCY = st.sampled_from([0, 0, 0.25, 0.01, {"exponential": 0.05}, {"uniform": [0, 0.5]}])
LOSS = st.sampled_from([0, 0.05, 0.2, 0.2])
BACKOFF = st.one_of(
    GRID,
    st.sampled_from(
        [
            {"exponential": {"base": 0.25, "cap": 1}},
            {"full_jitter": {"base": 0.5}},
            {"equal_jitter": {"base": 0.25, "cap": 2}},
            {"decorrelated": {"base": 0.25, "cap": 1}},
        ]
    ),
)


def systems():
    """Anything at all: limits, losses, retries, patience, and faults of every kind."""
    return st.composite(_system)(faulty=True, risky=True)


def stable_systems():
    """As :func:`systems`, but every fault ends, every queue has a reader, and there is time for all work."""
    return st.composite(_system)(faulty=True, risky=True, stable=True)


def calm_systems():
    """Nothing can go wrong, so that the engine may take its plain path."""
    return st.composite(_system)(faulty=False, risky=False)


def _system(draw, faulty, risky, stable=False):
    cast = _Cast(draw, risky)
    services = {name: cast.service(number) for number, name in enumerate(cast.services)}
    for name in cast.channels:
        _subscribe(draw, cast, services, name, stable)
    pipes.join(draw, cast, services, stable)
    for service in services.values():
        if not any(cast.kinds[each["channel"]] == "bus" for each in service.get("subscribe", ())):
            service["balance"] = draw(BALANCE)
    if "functions" in cast.hazards and not cast.pipes:
        for service in services.values():
            functions.draw_one(draw, service)
            scaling.draw_one(draw, service)
            prices.draw_one(draw, service)
            pollers.draw_some(draw, service, cast.kinds)
    if "once" in cast.hazards:
        for service in services.values():
            _remember(draw, service, cast.kinds)
    if _has([each["handle"] for each in services.values()], "undo"):
        services[cast.services[0]]["handle"].insert(0, cast._leave("row"))  # what can be undone
    data = {
        "name": "any-system",
        "workloads": {name: _workload(draw, cast) for name in cast.workloads},
        "services": services,
        "channels": {name: _channel_with_price(name, draw, cast) for name in (*cast.channels, *cast.exchanges)},
        "network": _network(draw, cast, services),
        "run": {
            "duration": cast.duration,
            "warmup": draw(st.sampled_from([0, 0, 5])),
            "seed": draw(st.integers(0, 9)),
            "max_rows": 200_000,
            **(
                {"drain_limit": 100_000}
                if stable
                else draw(st.sampled_from([{}, {}, {"drain_limit": 0}, {"drain_limit": 7.5}]))
            ),
        },
    }
    queues.redrive(draw, data, cast)
    queues.polling(draw, data)
    data["faults"] = [faults.fault(draw, data, cast, stable) for _ in range(draw(st.integers(0, 4)))] if faulty else []
    multiply(data, cast)
    if risky:
        ask_over_a_channel(data)
        take_several(data)
    return Scenario.from_dict(data)


AFTER = {"ack": "after", "commit": "after", "guarantee": "at_least_once"}


def _remember(draw, service, kinds):
    """Make a service idempotent, if its handling is one transaction."""
    batches = any("batch" in each for each in service.get("subscribe", ()))
    if not batches and not _has(service["handle"], "parallel"):
        once = {
            "by": draw(st.sampled_from(["message", "content", "key"])),
            "lookup": draw(st.sampled_from([0, 0.01])),
            "window": draw(st.sampled_from([None, None, 2])),
        }
        service["idempotent"] = draw(st.sampled_from([None, True, once]))
        for each in service.get("subscribe", ()):
            known = kinds[each["channel"]] in ("queue", "log")
            after = all(str(each.get(name, usual)) == usual for name, usual in AFTER.items())
            if known and after and service["idempotent"] and "share" not in each:
                each["guarantee"] = "effectively_once"
                each.pop("ack", None), each.pop("commit", None)


def _has(node, kind):
    if isinstance(node, list):
        return any(_has(each, kind) for each in node)
    return isinstance(node, dict) and (kind in node or any(_has(each, kind) for each in node.values()))


HAZARDS = (
    "limit", "stale", "fail", "any", "timeout", "retry", "loss", "patience", "members", "letters", "limits", "once",
    "shed", "crowd", "taken", "rivals", "policies",
    "functions",
)  # fmt: skip


class _Cast:
    """Who plays, and what each may do."""

    def __init__(self, draw, risky):
        self.draw, self.risky = draw, risky
        rarity = draw(st.sampled_from([3, 2]))
        self.hazards = {each for each in HAZARDS if risky and draw(st.integers(1, rarity)) == rarity}  # of this system
        self.unique = draw(st.sets(st.sampled_from(EFFECTS), max_size=2)) if "taken" in self.hazards else ()
        self.duration = draw(st.sampled_from([10, 20, 30]))
        self.services = [f"service-{n}" for n in range(draw(st.integers(1, 5)))]
        self.workloads = [f"workload-{n}" for n in range(draw(st.integers(1, 2)))]
        count = draw(st.sampled_from([0, 1, 2, 2, 3])) if len(self.services) > 1 else 0
        self.channels = [f"channel-{n}" for n in range(count)]
        self.kinds = {name: draw(st.sampled_from(["queue", "queue", "log", "bus", "pipe"])) for name in self.channels}
        self.breakers = {}  # (service, callee) -> the settings of its steps
        self.asked = set()  # buses on which somebody asks
        self.pipes = {name: pipes.pipe(draw) for name in self.channels if self.kinds[name] == "pipe"}
        # Who reads a channel comes after all who publish to it.
        self.lowest_reader = {name: draw(st.integers(1, len(self.services) - 1)) for name in self.channels}
        self.ways_back = draw(
            st.sampled_from([0, 0, 1])
        )  # publishes that may close a cycle; more could multiply messages for ever
        self.may_multiply = not self.ways_back  # what goes round may not become more
        self.queues = {
            name: queues.queue(draw, "limits" in self.hazards, may_block=not self.ways_back)
            for name, kind in self.kinds.items()
            if kind == "queue"
        }
        self.exchanges = {}
        for number in range(draw(st.sampled_from([0, 1, 2])) if self.queues else 0):
            behind = [name for name, each in self.exchanges.items() if each.get("unroutable") != "return"]
            made = exchanges.exchange(draw, list(self.queues), behind, "limits" in self.hazards)
            self.exchanges[f"exchange-{number}"] = made
        for name in self.exchanges:
            self.kinds[name] = "exchange"
            readers = [self.lowest_reader[queue] for queue in exchanges.leads_to(self.exchanges, name)]
            self.lowest_reader[name] = min(readers, default=len(self.services))

    def service(self, number):
        draw = self.draw
        settings = {"instances": draw(st.integers(1, 3)), "workers": draw(st.integers(1, 3))}
        settings["discipline"] = draw(st.sampled_from(["fifo", "fifo", "lifo", "adaptive_lifo"]))
        settings |= loads.under_load(draw, self.hazards)
        if "limit" in self.hazards:
            settings["limit"] = draw(st.sampled_from([None, 0, 1, 5]))
        if "stale" in self.hazards:
            settings["drop_stale"] = draw(st.booleans())
        loops.draw_one(draw, settings)
        if number and draw(st.integers(0, 3)) == 0:
            settings["inside"] = self.services[0]
        settings["handle"] = self.handle(number)
        return settings

    def handle(self, number):
        draw = self.draw
        steps = self.steps(number, 0, draw(st.integers(1, 4)))
        if self.channels and number == 0:
            steps.insert(draw(st.integers(0, len(steps))), self._publish(number, 0))
        reply = draw(st.sampled_from(["none", "last", "early", "maybe"]))
        where = len(steps) if reply == "last" else draw(st.integers(0, len(steps)))
        step = {"reply": "yes"}
        if reply == "maybe":
            step = {"maybe": {"probability": 0.5, "then": [step]}}
        if reply != "none":
            steps.insert(where, step)
        return steps

    def steps(self, number, depth, count):
        return [self.step(number, depth) for _ in range(count)]

    def step(self, number, depth):
        draw = self.draw
        kinds = ["work", "work", "effect", "wait", "blocking"]
        if depth < 2:
            kinds += ["maybe", "all"]
        if number + 1 < len(self.services):
            kinds += ["call", "call"]
        if self.channels:
            kinds += ["publish", "publish"]
        if "fail" in self.hazards:
            kinds += ["fail", "undo"]
        if "rivals" in self.hazards:
            kinds += ["total"]
        if "any" in self.hazards and depth < 2:
            kinds += ["any"]
        kind = draw(st.sampled_from(kinds))
        return getattr(self, "_" + kind)(number, depth)

    def _work(self, number, depth):
        return {"work": self.draw(TIMES)}

    def _wait(self, number, depth):
        return {"wait": self.draw(TIMES)}

    def _blocking(self, number, depth):
        return {"blocking": self.draw(loops.BLOCKING)}

    def _effect(self, number, depth):
        return self._leave(self.draw(st.sampled_from(EFFECTS)))

    def _total(self, number, depth):
        write = {"effect": {"name": "total", "if_unchanged": True}}
        return {"maybe": {"probability": 1, "then": [{"read": "total"}, self._work(number, depth), write]}}

    def _leave(self, name):
        return {"effect": {"name": name, "unique": True} if name in self.unique else name}

    def _fail(self, number, depth):
        probability = self.draw(st.sampled_from([0.1, 0.1, 0.5, 1]))
        return {"fail": {"probability": probability, "requeue": self.draw(st.booleans())}}

    def _maybe(self, number, depth):
        then, otherwise = self.draw(st.integers(1, 2)), self.draw(st.integers(0, 2))
        return {
            "maybe": {
                "probability": self.draw(CHANCE),
                "then": self.steps(number, depth + 1, then),
                "else": self.steps(number, depth + 1, otherwise),
            }
        }

    def _all(self, number, depth, until="all"):
        lengths = self.draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
        return {
            "parallel": {
                "branches": [self.steps(number, depth + 1, length) for length in lengths],
                "until": until,
            }
        }

    def _any(self, number, depth):
        step = self._all(number, depth, "any")
        step["parallel"]["until"] = self.draw(st.sampled_from(["any", len(step["parallel"]["branches"])]))
        return step

    def _retry(self):
        return {"attempts": self.draw(st.integers(1, 3)), "backoff": self.draw(BACKOFF)}

    def _patient(self, number, callee):
        """What who waits for an answer does about a bad one, or none."""
        care = self._care()
        if "retry" in care and self.draw(st.booleans()):
            ratio, burst = self.draw(st.sampled_from([0.1, 0.5, 1])), self.draw(st.integers(1, 3))
            care["retry"]["budget"] = {"ratio": ratio, "burst": burst}
        if "policies" in self.hazards and self.draw(st.booleans()):
            self.breakers.setdefault((number, callee), self.draw(BREAKERS))
            care["breaker"] = self.breakers[number, callee]
        if "policies" in self.hazards and self.draw(st.booleans()):
            care["hedge"] = {"after": self.draw(st.sampled_from([0.25, 0.1, 1]))}
        if "policies" in self.hazards and self.draw(st.booleans()):
            care["bulkhead"] = {"limit": self.draw(st.integers(1, 2)), "queue": self.draw(st.sampled_from([0, 1, 3]))}
        return care

    def _care(self):
        """What a publisher does about a bad confirmation, or none."""
        care = {}
        if "timeout" in self.hazards and self.draw(st.booleans()):
            care["timeout"] = self.draw(st.sampled_from([0.5, 1, 3]))
        if "retry" in self.hazards and self.draw(st.booleans()):
            care["retry"] = self._retry()
        return care

    def _undo(self, number, depth):
        return {"undo": "row"}

    def _on_error(self, number, depth):
        """What is done without an answer."""
        kind = self.draw(st.sampled_from(["fail", "ignore", "fallback", "compensate"]))
        if kind in ("fail", "ignore"):
            return kind
        steps = self.steps(number, depth + 1, self.draw(st.integers(0, 1))) if depth < 2 else []
        last = {"undo": "row"} if kind == "compensate" else self._leave("entry")
        return {kind: [*steps, last]}

    def _call(self, number, depth):
        target = self.draw(st.sampled_from(self.services[number + 1 :]))
        step = {"service": target, **self._patient(number, target)}
        if self.hazards:
            step["on_error"] = self._on_error(number, depth)
        return {"call": step}

    def _publish(self, number, depth):
        channel = self.draw(st.sampled_from([*self.channels, *self.exchanges]))
        kind, key = "publish", self.draw(st.sampled_from([None, None, 7, "fixed"]))
        if self.kinds[channel] == "bus":
            kind = self.draw(st.sampled_from(["publish", "send", "ask", "ask"]))
            step = {"channel" if kind == "publish" else "bus": channel, "key": key}
            if kind == "ask":
                return self._ask(number, channel)
        elif self.kinds[channel] == "pipe":
            step = {"channel": channel, "key": key, "size": self.draw(st.sampled_from([1, 100, 4096, 5000]))}
            if self.lowest_reader[channel] <= number:
                return self._leave("row")  # a circle of pipes may stand still for ever
        else:
            acks = self.draw(st.sampled_from([0, 1, 1, "all"]))
            step = {"channel": channel, "acks": acks, **self._care(), "key": key}
            kept = exchanges.leads_to(self.exchanges, channel) if channel in self.exchanges else [channel]
            returns = self.exchanges.get(channel, {}).get("unroutable") == "return"
            blocks = any(self.queues.get(name, {}).get("overflow") == "block" for name in kept)
            if (blocks or returns) and step["acks"] == 0:
                step["acks"] = 1  # somebody must be there to be kept waiting, or to hear of it
            if channel in self.exchanges:
                step["routing_key"] = self.draw(exchanges.ROUTING_KEYS)
            step["priority"] = self.draw(st.sampled_from([0, 0, 1, 9]))
            if "limits" in self.hazards and queues.all_hold_back(self.queues, kept):
                step["ttl"] = self.draw(st.sampled_from([None, None, 0, 0.5, 2]))
                step["delay"] = self.draw(st.sampled_from([None, None, 0.25, 2]))
            if self.draw(st.integers(0, 3)) == 0 and not returns:
                poll = self.draw(st.sampled_from([0.5, 1, 0.07]))
                step = {name: value for name, value in step.items() if name not in ("acks", "timeout", "retry")}
                step["outbox"] = {"poll": poll}
        if self.lowest_reader[channel] > number:
            return {kind: step}
        if not self.ways_back:
            return self._leave("row")
        self.ways_back -= 1
        return {"maybe": {"probability": 0.1, "then": [{kind: step}]}}

    def _ask(self, number, bus):
        if self.lowest_reader[bus] <= number:
            return self._leave("row")
        self.asked.add(bus)
        step = {"bus": bus, "timeout": 30 if self.risky else 1_000_000, **self._patient(number, bus)}
        if self.hazards:
            step["on_error"] = self._on_error(number, 2)
        return {"ask": step}


def _subscribe(draw, cast, services, channel, stable):
    """Services that come after all publishers read the channel."""
    able = cast.services[cast.lowest_reader[channel] :]
    may_be_none = channel not in cast.asked and not (stable and cast.kinds[channel] == "queue")
    may_be_none &= bool(cast.hazards) or cast.kinds[channel] != "bus"
    may_be_none &= cast.kinds[channel] != "pipe"
    least = 0 if may_be_none and draw(st.integers(0, 7)) == 7 else 1
    most = 1 if cast.kinds[channel] == "pipe" else 3
    readers = draw(st.lists(st.sampled_from(able), min_size=least, max_size=most, unique=True))
    for name in readers:
        subscription = {"channel": channel}
        if "retry" in cast.hazards and cast.kinds[channel] in ("queue", "log"):
            subscription["retry"] = cast._retry()
        if cast.kinds[channel] == "queue":
            subscription |= queues.reading(draw, "limits" in cast.hazards, stable)
            if "limits" in cast.hazards and not cast.queues[channel].get("single_active_consumer"):
                subscription["priority"] = draw(st.sampled_from([0, 0, 1, -1]))
        elif cast.kinds[channel] == "log":
            subscription |= logs.reading(draw, services[name]["handle"], "members" in cast.hazards, stable)
            if "share" in subscription:
                subscription.pop("retry", None)
        letter = queues.dead_letter(draw, cast, channel)
        if letter and cast.kinds[channel] in ("queue", "log"):
            subscription["dead_letter"] = letter
        services[name].setdefault("subscribe", []).append(subscription)


def _channel_with_price(name, draw, cast):
    made = _channel(name, draw, cast)
    if "functions" in cast.hazards:
        for kind, settings in made.items():
            prices.of_channel(draw, kind, settings)
    return made


def _channel(name, draw, cast):
    if name in cast.exchanges:
        return {"exchange": cast.exchanges[name]}
    if cast.kinds[name] == "log":
        return logs.log(draw, "members" in cast.hazards)
    if cast.kinds[name] == "bus":
        like = {"like": "vertx"}
        limited = st.sampled_from([like, {"capacity": None}, {"capacity": 0}, like, {"capacity": 1}, {"capacity": 5}])
        return {"bus": draw(limited) if "limit" in cast.hazards else {}}
    if cast.kinds[name] == "pipe":
        return {"pipe": cast.pipes[name]}
    letter = queues.dead_letter(draw, cast, name)
    return {"queue": cast.queues[name] | ({"dead_letter": letter} if letter else {})}


def _workload(draw, cast):
    rate = draw(st.sampled_from([0.5, 1, 2, 4]))
    closed = {"users": draw(st.integers(1, 5)), "think": draw(LONGER)}
    arrivals = draw(
        st.sampled_from(
            [
                {"constant": rate},
                {"poisson": rate},
                {
                    "profile": [
                        [0, rate],
                        [cast.duration / 2, 2 * rate],
                        [cast.duration / 2, 0],
                        [cast.duration, rate],
                    ]
                },
                {"batch": {"rate": rate, "size": 3}},
                {"batch": {"rate": rate / 2, "size": {"geometric": 2}}},
                {"profile": {"points": [[0, 2 * rate], [cast.duration, 4 * rate]], "gaps": "constant", "load": 0.5}},
                {"burst": {"count": 10, "at": 2}},
                {"closed": closed},
                {"closed": {**closed, "think": {"exponential": 1}}},
            ]
        )
    )
    settings = {"target": draw(st.sampled_from([cast.services[0], *cast.services[:2]])), "arrivals": arrivals}
    settings["key"] = draw(st.sampled_from([None, {"uniform": 3}, {"zipf": {"keys": 5, "s": 1.5}}]))
    if "patience" in cast.hazards:
        settings["patience"] = draw(st.sampled_from([None, 0.5, 1, 5]))
    if "limit" in cast.hazards and rate == 4:
        settings["admitted"] = 0.75
    return settings


def _network(draw, cast, services):
    network = {"latency": draw(LATENCY), "give_up": draw(st.sampled_from([2, 30]))}
    if "loss" in cast.hazards:
        network["loss"] = draw(LOSS)
    brokers = [name for name, kind in cast.kinds.items() if kind in ("queue", "log", "exchange")]
    ends = st.sampled_from([*cast.workloads, *cast.services, *brokers])
    links = {}
    for number in range(draw(st.integers(0, 2))):
        between = [draw(st.sampled_from(cast.services)), draw(ends)]
        programs = {services.get(name, {}).get("inside", name) for name in between}
        if len(programs) == 2 and all(set(between) != set(link["between"]) for link in links.values()):
            link = links[f"link-{number}"] = {"between": between, "latency": draw(LATENCY)}
            if "loss" in cast.hazards:
                link["loss"] = draw(LOSS)
    return {**network, "links": links}
