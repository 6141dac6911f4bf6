"""Settings of parts as they are read and written, by those who write Python too; and what is said of wrong ones."""

from evsim import Scenario
from evsim.parts.balance.settings import BalanceSettings
from evsim.parts.event_loop.settings import CoresSettings
from tests.snapshots.texts import tried

__all__ = ["SETTINGS_OF_PARTS"]

SERVICES = (
    {"balance": None, "cores": None}, {"balance": "shared"}, {"balance": {"by": "shared"}},
    {"balance": {"by": "shared", "choices": 3}}, {"balance": BalanceSettings(by="random"), "cores": 2},
    {"balance": BalanceSettings(by="power_of_two", choices=3), "cores": CoresSettings(count=2, by="priority")},
    {"balance": "least_busy", "cores": {"count": 2}, "workers": 4}, {"cores": "two"},
)  # fmt: skip
SHOP = """
name: shop
workloads: {customers: {target: page, arrivals: {constant: 4/s}}}
services:
  page: {workers: 4, handle: [{publish: questions}, {await_reply: 500ms}]}
  other: {subscribe: questions, handle: [{publish: answers}]}
  teller: {subscribe: answers, handle: [{correlate: page}]}
channels: {questions: queue, answers: queue}
run: {duration: 1s}
"""
AROUND = "{{exchange: {{type: fanout, alternate: {}}}}}"
CHANGES = (
    ("correlate: page", "correlate: pgae"), ("correlate: page", "correlate: nobody"), ("correlate: page", "work: 1s"),
    ("await_reply: 500ms", "work: 2s"),
    ("questions: queue", "questions: {exchange: {type: fanout, bindings: [answers, {queue: answers, key: a}]}}"),
    ("questions: queue", "questions: {exchange: {type: direct, bindings: [answers, {queue: answers, key: 'a.*'}]}}"),
    ("questions: queue", "questions: {exchange: {type: topic, bindings: [{queue: no, key: 'a*'}], alternate: page}}"),
    ("{publish: questions}", "{call: {service: other, items: {shares: {1: 70%, 3: 30.1%}}}}, {publish: questions}"),
    ("{publish: questions}", "{call: {service: other, items: [3, 2]}}, {publish: questions}"),
    ("subscribe: answers", "subscribe: {channel: answers, operation: tell}"),
    ("target: page", "target: page, operation: ask"),
    ("subscribe: q", "price: {tiers: [{beyond: 5, gb_second: 1}, {beyond: 5, gb_second: 2}]}, subscribe: q"),
    ("subscribe: q", "price: {tiers: [{beyond: 9, gb_second: 1}, {beyond: 5, gb_second: 2}]}, subscribe: q"),
    ("answers: queue", "answers: {log: {}}"),
    ("answers: queue", "answers: {exchange: {type: fanout, price: {partition_hour: 1}}}"),
    ("answers: queue", f"answers: queue, z: {AROUND.format('a')}, a: {AROUND.format('z')}"),
    ("subscribe: q", "function: {}, workers: 2, price: {gb_second: 1}, subscribe: q"),
    ("handle: [{publish: answers}]", f"handle: [{', '.join(3 * ['{operations: {one: [{work: 1s}]}}'])}]"),
    ("run: {", "faults: [{restart: page, mtbf: 500ms, mttr: 100ms}]\nrun: {"),
    ("run: {", "faults: [{restart: page, at: 500ms}]\nrun: {"),
)  # fmt: skip


def _asks(ctx):
    yield from ctx.call("desk", operation="sell")


def _of_settings():
    for settings in SERVICES:
        names = {name: getattr(each, "by", each) for name, each in settings.items()}
        yield f"a service with {names}", tried(_as_file, settings)
    for old, new in CHANGES:
        yield f"a shop with {new}", str(tried(_name_of, SHOP.replace(old, new)))
    desk = [{"operations": {"open": [{"work": 1}], "close": [{"work": 2}]}}]
    scenario = Scenario.from_dict({
        "name": "by-hand", "workloads": {"all": {"target": "page", "arrivals": {"constant": "1/s"}}},
        "services": {"page": {"handle": _asks}, "desk": {"handle": desk}}, "run": {"duration": 3},
    })  # fmt: skip
    yield "an operation that is not there", str(tried(lambda: scenario.run().audit()))


def _name_of(text):
    return Scenario.from_yaml(text).name


def _as_file(settings):
    return Scenario.from_dict({
        "name": "one", "workloads": {"all": {"target": "page", "arrivals": {"constant": "1/s"}}},
        "services": {"page": {"instances": 2, "handle": [{"work": 1}]} | settings}, "run": {"duration": 3},
    }).to_yaml()  # fmt: skip


SETTINGS_OF_PARTS = {"settings of parts": _of_settings}
