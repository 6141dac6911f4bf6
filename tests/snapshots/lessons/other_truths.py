"""What would be true of questions if their models were others: a truth is read off what happens."""

from copy import deepcopy
from functools import partial
from unittest.mock import patch

from evsim import Scenario, lesson
from evsim.lesson import luck, order_task, question_truths
from evsim.lesson.concept_inventory import INVENTORY
from evsim.lesson.questions import QUESTIONS

__all__ = ["OTHER_TRUTHS"]

SECONDS, SHOP = 10, "shop"
RATE = "workloads.visitors.arrivals.poisson"


def _answer(truth):
    """The answer, or that there is none: what is taken for granted does not hold, or several are right."""
    try:
        return truth()
    except (AssertionError, ValueError, KeyError) as error:
        return f"no answer: {type(error).__name__}"


# Other models of the concept inventory: functions that change the description of a system.


def _calm(data):
    data.pop("faults", None)


def _at_the_shop(data):
    for fault in data.get("faults", ()):
        fault[next(iter(fault))] = SHOP


def _after(data):
    for fault in data.get("faults", ()):
        fault.get("at_step", {})["when"] = "after"


def _fails(data, share):
    for name, service in data["services"].items():
        service["handle"] = [*[{"fail": share}] * (name != SHOP), *service["handle"]]


def _again(data):
    for service in data["services"].values():
        service["handle"] = [step for step in service["handle"] for _ in range(1 + ("effect" in step))]


def _late(data):
    *steps, last = data["services"][SHOP]["handle"]
    data["services"][SHOP]["handle"] = [*steps, {"wait": "1s"}, last]


def _late_with_more(data):
    if len(data["services"]) > 2:
        _late(data)


def _without_effects(data):
    _calm(data)
    handle = data["services"][SHOP]["handle"]
    data["services"][SHOP]["handle"] = [step for step in handle if "effect" not in step]


def _for_nobody_else(data):
    for service in data["services"].values():
        for step in service["handle"]:
            if isinstance(step.get("effect"), dict):
                step["effect"].pop("unique", None)


def _latest(data):
    for service in data["services"].values():
        if isinstance(service.get("subscribe"), dict):
            service["subscribe"].pop("start", None)


def _channels(data, kind):
    data["channels"] = dict.fromkeys(data.get("channels", ()), kind)


def _turned(data):
    for channel in data["channels"].values():
        room = channel["queue"]["max_length"]
        channel["queue"] = {"max_length": 1000 // room}


def _one_by_one(data):
    for service in data["services"].values():
        service["workers"] = 1


CHANGES = {  # change -> (what it does, the questions that are asked)
    "without faults": (_calm, ["reader-down", "broker-down", "early", "late", "two-writes"]),
    "with faults of the shop": (_at_the_shop, ["reader-down", "late"]),
    "after the step": (_after, ["early", "late", "two-writes"]),
    "if others fail": (partial(_fails, share=1), [
        "refused-after", "given-up", "read-at-once", "one-more-reader", "two-writes", "full-pipe", "replayed"]),
    "if others fail half of the time": (partial(_fails, share=0.5), [
        "refused-after", "given-up", "other-luck", "cannot-handle", "one-queue", "late"]),
    "if all is done twice": (_again, ["refused-after", "given-up", "one-more-reader", "early", "late", "two-writes"]),
    "with late answers": (_late, ["reader-down", "read-at-once", "last-seat", "full-pipe"]),
    "with later answers to more": (_late_with_more, ["one-more-reader", "replayed"]),
    "without effects of the shop": (_without_effects, ["two-writes"]),
    "if nothing is unique": (_for_nobody_else, ["last-seat"]),
    "from the latest on": (_latest, ["replayed"]),
    "in a queue": (partial(_channels, kind={"queue": {}}), ["order", "full-pipe", "larger-buffer", "lone-group"]),
    "in a short queue": (partial(_channels, kind={"queue": {"max_length": 10}}), ["full-pipe"]),
    "in a log": (partial(_channels, kind={"log": {"partitions": 1}}), ["order", "one-queue", "early"]),
    "with room for others": (_turned, ["larger-buffer"]),
    "one by one": (_one_by_one, ["order", "at-once"]),
}  # fmt: skip


class _Changed:
    """In the place of Scenario: what makes a scenario of a description in which something is changed."""

    def __init__(self, change):
        self.change = change

    def from_dict(self, data):
        data = deepcopy(data)
        self.change(data)
        seconds = float(data["run"]["duration"].removesuffix("s"))
        return Scenario.from_dict(data | {"run": {"duration": f"{min(seconds, SECONDS)}s", "drain_limit": "60s"}})


def _of_the_inventory():
    for change, (does, names) in CHANGES.items():
        with patch("evsim.lesson.inventory_truths.Scenario", _Changed(does)):
            for name in names:
                yield f"{name} {change}", _answer(INVENTORY[name].truth)


# Other models of the questions of lessons.


def _in(place, **names):
    """What is true with other things in a module of lessons."""
    return [patch(f"evsim.lesson.{place}.{name}", its) for name, its in names.items()]


def _slower(factor):
    return {"faults": [{"slowdown": "mailing-list", "factor": factor, "at": "8s", "for": "5s"}]}


def _bursts(design, names):
    return design.replace({f"workloads.{name}.arrivals": {"burst": {"count": 3, "at": "1s"}} for name in names})


def _others():
    """question -> in which other way -> what stands in the place of what."""
    truths, task = partial(_in, "question_truths"), lesson.tasks
    calls = {"loss": ["register", "mailing-list"], "probability": 1, "at": "4s", "for": "1s"}
    storm, contract, history = task.storm_task.storm, task.contract_task.contract, task.history_task
    few = {RATE: "2/s", "run.duration": "40s"}
    slow = storm(2).replace({"services.mailing-list.handle.0.work": "1500ms", "services.mailing-list.workers": 9,
                             task.storm_task.HANDLE: [{"call": task.storm_task.LIST}, {"reply": "ok"}]})  # fmt: skip
    past = {"none": history.forgetful(), "all": history.history(), "a day": history.history(4, 2), "half":
            history.history(4, 12)}  # fmt: skip
    past = {name: its.replace(few) for name, its in past.items()}
    burst = task.function_task.newsletter().replace({"run.duration": "25s"})
    plain = {"services.shop": {"workers": 1, "handle": [{"work": "100ms"}, {"reply": "ok"}]}}
    pools = {"log": order_task.addresses, "queue": lambda readers: order_task.addresses(readers, {"queue": {}})}
    return {
        "the-mean": {f"times {factor}": truths(DOWN=_slower(factor)) for factor in (1, 1.5, 9)},
        "in-vain": {"lost": truths(BAD_DAY={"faults": [calls]}), "well": truths(BAD_DAY={}),
                    "late": truths(BAD_DAY=_slower(30))},
        "larger-pipes": {f"by {by}": truths(pipeline=partial(_slow_pipe, by)) for by in ("0.001", "0.9", "1", "9")},
        "after-the-trouble": {f"{rate} a second": truths(storm=lambda rate=rate, **_: storm(rate)) for rate in (5, 17)}
        | {"slow": truths(storm=lambda **_: slow)},
        "eight-consumers": {name: truths(addresses=its) for name, its in pools.items()} | {
            "fewer": truths(addresses=lambda readers: order_task.addresses(12 - readers)),
            "some": truths(addresses=lambda readers: order_task.addresses({4: 2, 8: 3}[readers]))},
        "forty-at-once": {
            "warm": _in("function_task", newsletter=lambda: burst.replace({
                "services.shop.function.provisioned": 60})),
            "plain": _in("function_task", newsletter=lambda: burst.replace(plain)),
            "full": _in("function_task", newsletter=lambda: burst.replace(plain | {"services.shop.limit": 1}))},
        "the-past": {name: _in("history_task", history=lambda its=its: its) for name, its in past.items()},
        "renamed": {
            "nobody": _in("contract_task", contract=lambda _: contract({})),
            "late": _in("contract_task", contract=lambda _: contract({}).replace({"faults": [
                {"outage": "welcome", "at": "20s", "for": "50s"}]})),
            "error": _in("contract_task", contract=lambda _: contract({}).replace({"faults": [
                {"outage": "customer-registered", "at": "30s", "for": "9s"}]}))},
        "other-luck": {f"{won} won": _in("luck", measured=lambda name, _, seed, won=won: (
            seed if name == "amber" else 10 - won)) for won in (0, 3, 4, 6, 7, 9, 10)},
        "for-real": {f"{same}": [*_in("reality_task", real=lambda killed: None, same_customers=lambda _, same=same: (
            same, 0.9))] for same in (0.2, 0.3, 1.0)},
        "ends-with-three": {"calm": _in("newcomer_task", bad_day=lambda design: design.replace({
            "run.duration": "5s"}))},
    }  # fmt: skip


def _slow_pipe(by, holds):
    """Pipes in which the last line is counted so many times later if they hold more."""
    work = {"work": f"{10 * (float(by) if holds > 16 else 1):g}s"}
    return Scenario.from_dict({
        "name": "pipe", "run": {"duration": "2s", "drain_limit": "200s"},
        "workloads": {"lines": {"target": "counter", "arrivals": {"burst": 1}}},
        "services": {"counter": {"handle": [work, {"effect": "counted"}]}},
    })  # fmt: skip


def _of_lessons():
    with patch("evsim.lesson.question_truths.SEEDS", (1,)):
        for name, ways in _others().items():
            for way, patches in ways.items():
                for each in patches:
                    each.start()
                yield f"{name}, {way}", _answer(QUESTIONS[name].truth)
                for each in patches:
                    each.stop()
        yield "on the list", _answer(question_truths.on_the_list)
    yield "at three", luck.side_by_side(2).to_csv()


OTHER_TRUTHS = {"truths of other models": _of_the_inventory, "truths of other lessons": _of_lessons}
