"""What evsim says of real parts without starting any: what it refuses, names, reads, and how a machine is told."""

import math
from functools import partial
from pathlib import Path

import evsim
from evsim import Scenario
from evsim.engine.execution import Execution
from evsim.testbed.brokers import BrokerChoice, a_broker, check_suits
from evsim.testbed.calibration import TOLERABLE, Calibration, refuse_if_busy
from evsim.testbed.carrying import check_carries
from evsim.testbed.databases import a_database, shown
from evsim.testbed.delivery_groups import called, delivery_id, groups_of, publishers, readers_of
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.journal import read_journals
from evsim.testbed.live_progress import shown_progress
from evsim.testbed.prediction import LivePrediction
from evsim.testbed.process_names import file_name, instance_of, processes_of, service_of
from evsim.testbed.service_urls import has_secret, without_credentials
from evsim.testbed.shared_draws import SharedDraws
from tests.snapshots.telling import DESK, RATE, WORK, by_hand, in_folder, plain, refusals, told
from tests.snapshots.texts import tried

__all__ = ["REAL_PARTS"]

HANDLE = "services.desk.handle"
EVENTS = evsim.load("registration-events")
SHOP = Scenario.from_dict({
    "name": "shop",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "9/s"}, "key": {"uniform": 50}}},
    "services": {
        "desk": {"instances": 3, "balance": "random", "handle": [
            {"work": "1ms"}, {"publish": "orders"}, {"call": "store"},
            {"parallel": [[{"publish": "jobs"}], [{"wait": "1ms"}, {"call": "bank"}, {"publish": {"channel": "orders",
                                                                                            "key": "bank"}}]]}]},
        "store": {"handle": [{"work": {"exponential": "20ms"}}]},
        "bank": {"instances": 2, "balance": "random", "handle": [{"publish": "jobs"}]},
        "first": {"subscribe": ["jobs", "orders"], "handle": [{"work": {"exponential": "1ms"}}, {"publish": "notes"}]},
        "second": {"subscribe": "jobs", "instances": 2, "handle": [{"work": "1ms"}]},
        "third": {"subscribe": "notes", "handle": [{"work": "1ms"}]},
    },
    "channels": {"orders": {"log": {"partitions": 3}}, "jobs": "queue", "notes": "queue"},
    "run": {"duration": "1s"},
})  # fmt: skip
UP = {"at": "1s", "for": "1s"}
NOT_CARRIED = (
    {}, {"workloads.callers.arrivals": {"closed": {"users": 3, "think": "1s"}}}, {"workloads.callers.patience": "1s"},
    {HANDLE: by_hand, "services.mailing-list": {"handle": [{"work": "1ms"}]}}, {f"{HANDLE}.1": {"fail": 0.1}},
    {"services.desk.limit": 3}, {"services.desk.instances": 2}, {"services.desk.instances": 1},
    {"services.desk.instances": 2, "services.desk.balance": "random"},
    {"services.desk.instances": 2, "services.desk.balance": "round_robin"},
    {"services.desk.instances": 2, "services.desk.balance": {"by": "random", "health_check": "1s"}},
    {HANDLE: [{"call": "store"}, {"call": {"service": "store", "on_error": {"fallback": [{"work": "1ms"}]}}},
              {"call": {"service": "store", "on_error": "ignore"}}],
     "services.store": {"instances": 2, "handle": [{"work": "1ms"}]}},
    {f"{HANDLE}.1": {"parallel": [[{"work": "1ms"}, {"fail": 0.1}], [{"effect": "row"}]]}},
    {f"{HANDLE}.1": {"publish": "jobs"}, "channels.jobs": "bus"},
    {f"{HANDLE}.1": {"publish": "jobs"}, "channels.jobs": {"log": {"partitions": 2, "retention": "9s"}},
     "services.reader": {"subscribe": [{"channel": "jobs", "group": "readers"}], "handle": [{"work": "1ms"}]}},
    {f"{HANDLE}.1": {"publish": "jobs"}, "channels.jobs": "log", "services.reader": {
        "subscribe": [{"channel": "jobs", "group": "reader"}], "handle": [{"work": "1ms"}]}},
    {f"{HANDLE}.1": {"publish": "jobs"}, "channels.jobs": "queue",
     "services.reader": {"subscribe": [{"channel": "jobs", "prefetch": 3}], "instances": 2,
                         "handle": [{"work": "1ms"}]}},
    *({"faults": [each]} for each in (
        {"crash": "desk"} | UP, {"crash": "desk", "at": "1s"}, {"pause": "desk"} | UP, {"pause": "desk", "at": "1s"},
        {"slowdown": "desk", "factor": 2} | UP, {"crash": "desk", "mtbf": "9s", "mttr": "1s"})),
)  # fmt: skip
KILLED = {"faults": [{"crash": "customer-registered"} | UP, {"crash": "database"} | UP]}
TWO = EVENTS.replace({"channels.others": "queue", "services.register.handle.0": {"publish": "others"},
                      "services.third": {"subscribe": "others", "handle": [{"work": "1ms"}]}})  # fmt: skip
THERE = BrokerChoice("redis", "redis://user:secret@host:1234/0?name=3#part")


def _carried(scenario):
    return str(tried(check_carries, scenario))


def _suits(kind, scenario, url=None):
    return str(tried(check_suits, BrokerChoice(kind, url), scenario))


live = partial(evsim.live, EVENTS)
REFUSED = {
    "carried": lambda: [*(_carried(DESK.replace(each)) for each in NOT_CARRIED), *(
        _carried(each.replace(KILLED)) for each in (EVENTS, TWO)),
        _carried(EVENTS.replace({"faults": [{"pause": "customer-registered"} | UP]})), _carried(SHOP)],
    "suits": lambda: [*(_suits(kind, each) for kind in ("mini", "rabbitmq", "kafka") for each in (EVENTS, TWO, SHOP)),
                      *(_suits(*each) for each in (("kafka", EVENTS.replace(KILLED)), ("mini", EVENTS.replace(KILLED)),
                                                   ("redis", EVENTS.replace(KILLED), THERE.url)))],
    "brokers": lambda: [str(tried(a_broker, *each)) for each in (
        ("mini",), ("mimi",), ("pulsar",), ("pulsar://host",), ("redis://",), ("redis://user:secret@host:0",),
        ("mini", False), (5,))] + [f"{THERE} {THERE._replace(claims=False)} {BrokerChoice('redis', None, False)}"],
    "databases": lambda: [str(tried(a_database, each)) for each in (
        None, "sqlite", "mysql", "mysql://user:secret@host/name", "postgresql://", "postgres:", 5)
        ] + [shown(None), shown("postgresql://user:secret@host/name?password=secret")],
    "live": lambda: refusals(
        live, {}, {"kill": "mailing-list"}, {"kill": ["database@1s+1s", "mailing@1s+1s"]}, {"pause": "x@1s+2s"},
        {"kill": 5 * [None]}, {"mails": ["letters"]}, {"seconds": "soon"}, {"seed": "many"},
        {"pause": "customer-registered@1s+1s"}, {"kill": "mailing-list/2@1s+1s"}, {"broker": "mimi", "kill": ()},
        {"seconds": 3, "broker": "mimi"}, {"seconds": 60, "database": "mysql", "mails": ["database"]},
        {"kill": "database@1s+1s", "claim": False}),
}  # fmt: skip

URLS = ("redis://host", "redis://:secret@host", "nats://token@host", "tls://token@host", "amqp://user@host",
        "postgresql://host/name?password=secret", "postgresql://host/name?sslpassword=s#here", "kafka://host:99999",
        "kafka://[host", "redis://host/0?name=3", "nats://host")  # fmt: skip
MACHINE = Calibration(TOLERABLE, 0.004, math.nan, {"desk": 0.001})
IDLE = Calibration(0.0, 0.0, math.nan, {})
BUSY = Calibration(0.0021, 0.009, 0.001, {"desk": 0.0}, {"desk": 0.002}, {"desk": 0.003},
                   (("callers", "desk", 0.0005),))  # fmt: skip
WAITS = DESK.replace({HANDLE: [{"wait": "9ms"}, {"work": "2ms"}, {"effect": "row"}, {"reply": "ok"}]})


def _rows(*rows):
    """A prediction of such rows."""
    made = LivePrediction.__new__(LivePrediction)
    made.rows, made.overshoot = list(rows), None
    return plain(f"{made}\n{made.apart}\n{made._repr_html_()}")


def _passed(progress):
    """What is shown when so many seconds have passed."""
    said = []
    with shown_progress(said.append if progress else progress, 9) as show:
        return [str(show is None), *(str(show(each)) for each in ((1, 12) if show else ())), str(said)]


def _draws():
    """The luck of some customers, at each place and step, as processes would draw it."""
    draws = SharedDraws(Execution(SHOP, 5))
    for place in draws.places:
        steps = SHOP.services[place.service].handle
        lucks = [draws.unpack(each) for each in ((0, 0), (3, 0), (3, 7), (3, 7), (4, 7))]
        yield f"{place.number} {place.service}"
        if not place.is_delivery:
            yield str([draws.process(place, (each, 0)) for each in range(4)])
        yield str([[draws.of_attempt(luck, place, attempt) for attempt in (1, 2, 3, 2)] for luck in lucks])
        for position, step in _steps(steps):
            if step.kind == "call":
                yield f"{position} calls {draws.target(place, position).service}"
            elif step.kind == "publish":
                route = draws.route(place, position)
                its = [(draws.partition(route, luck), draws.key(route, luck)) for luck in lucks]
                yield f"{position} publishes {route} {its}"
            elif step.lasts:
                yield f"{position} lasts {[int(draws.timer(place, step, position)(luck)) for luck in lucks]}"
    for route in draws.routes:
        readers = readers_of(SHOP, route.channel.name)
        yield f"{route.number} {[(each, draws.reader(route.number, each).number) for each in readers]}"


def _steps(steps, before=()):
    for number, step in enumerate(steps):
        yield (*before, number), step
        for branch, inner in enumerate(step.branches if step.together else ()):
            yield from _steps(inner, (*before, number, branch))


def _granted(folder):
    """How often messages were handed out, by journals of which the last line is being written."""
    counter = GrantCounter(folder, ["desk", "bank"])
    said = [counter.next("m", "jobs")]
    file = Path(folder) / "desk~1.1.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + '"m","jobs",2,"desk/1"]\n[5,"gran', encoding="utf-8")
    return f"{[*said, counter.next('m', 'jobs'), counter.next('n', 'jobs'), counter.next('m', 'log')]}"


JOURNALS = {
    "desk~1__1__jsonl": '[3,"granted","m","jobs",1,"desk/1"]\n[4,"started","granted"]\n[4,"granted",',
    "bank__1__jsonl": '[1,"granted","n","jobs",1,"bank"]\n',
    "bank__2__jsonl": '[2,"up"]\n[2,"granted","n","jobs",2,"bank"]\n',
    "other__1__jsonl": '[2,"granted","m","jobs",1,"other"]\n',
}  # fmt: skip
TOLD = {
    "machines": lambda: [f"{each}\n{each.too_busy} {each.why_not} {tried(refuse_if_busy, each)}\n"
                         f"{each.apply(scenario).to_yaml()}" for each in (MACHINE, IDLE, BUSY)
                         for scenario in (DESK, WAITS)],
    "predictions": lambda: [_rows(("requests", 20, 20, 20, 20), ("errors", 0, 3, 0, 4), ("timeouts", 2, 0, 0, 2),
                                  ("response_p50", 0.2, 0.1, math.nan, math.nan)),
                            _rows(("told_error_yet_true", 2, 2, 0, 1), ("completion_p99", 0.1, 0.3, 0.2, 0.4)),
                            _rows(("effects_repeated", 1, 0, 0, 0), ("completed", 9, 9, 12, 13)),
                            plain(str(LivePrediction(DESK.replace({RATE: "2/s", WORK: "1ms"}).run(), DESK, 1, 1)))],
    "URLs": lambda: [f"{each} {has_secret(each)} {without_credentials(each)}" for each in URLS],
    "names": lambda: [str([(each, service_of(each), instance_of(each), file_name(each))
                           for each in processes_of(SHOP, name)]) for name in SHOP.services] + [
        f"{sorted(called(SHOP))} {delivery_id('m', 'jobs', 2)}", *(
            f"{name} {publishers(SHOP, name)} {groups_of(SHOP, name)}" for name in SHOP.channels)],
    "progress": lambda: [each for progress in (None, False, 1) for each in _passed(progress)],
    "draws": lambda: list(_draws()),
    "journals": lambda: [in_folder(_granted, **JOURNALS), *(
        in_folder(lambda folder, name=name: str(read_journals(folder, name)), **JOURNALS)
        for name in (None, "bank", "desk/1"))],
}  # fmt: skip
REAL_PARTS = {"refused to real parts": partial(told, REFUSED), "told of real parts": partial(told, TOLD)}
