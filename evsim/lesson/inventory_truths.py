"""The truths of the concept inventory: each is read off a run, as one of the four answers to choose from."""

import re

import numpy as np

from evsim.scenario import Scenario

__all__ = ["TRUTHS"]

SHOP = {"target": "shop", "arrivals": {"constant": "10/s"}}
EVENT = [{"work": "1ms"}, {"publish": "orders"}, {"reply": "thank you"}]
LOG, QUEUE = {"orders": {"log": {"partitions": 4}}}, {"orders": "queue"}
READER = {"subscribe": "orders", "workers": 4, "handle": [{"work": "10ms"}, {"effect": "parcel"}]}


def run_of(services, channels=None, duration="10s", seed=1, workload=None, **more):
    """One run of a small system whose customers come to ``shop``."""
    workloads = {"customers": SHOP | (workload or {})}
    data = {"name": "inventory", "workloads": workloads, "services": services, "channels": channels or {}}
    return Scenario.from_dict(data | {"run": {"duration": duration}} | more).run(seed=seed)


def calls(*steps, **callees):
    """A shop that calls: its steps, and what the others do."""
    return {"shop": {"workers": 64, "handle": [*steps, {"reply": "ok"}]},
            **{name: {"workers": 64, "handle": handle} for name, handle in callees.items()}}  # fmt: skip


def done(run, effect):
    """How often an effect was made for each customer; none is known by this name: never."""
    times, names = run.tables.requests.times_done, run.tables.effect_names
    return times[names.index(effect)] if effect in names else np.zeros(len(run.tables.requests.row), dtype=int)


def all_of(mask):
    return bool(len(mask) and mask.all())


def nearest(choices, number):
    """The answer whose first number is nearest."""
    return min(choices, key=lambda answer: abs(float(re.findall(r"[\d.]+", answer)[0]) - number))


def first_of(choices, *facts):
    """The answer that stands at the place of the one fact that is so."""
    (place,) = [place for place, fact in enumerate(facts) if fact]
    return choices[place]


# Calls.


def at_once(choices):
    both = {"parallel": [{"call": "stock"}, {"call": "prices"}]}
    run = run_of(calls(both, stock=[{"work": "30ms"}], prices=[{"work": "50ms"}]))
    return nearest(choices, 1000 * run.tables.requests.response.mean())


def five_links(choices):
    names = "abcde"
    run = run_of(
        calls(*({"call": each} for each in names), **{each: [{"fail": 0.02}] for each in names}), duration="1000s"
    )
    return nearest(choices, 100 * run.outcomes.yes.mean())


def refused_after(choices):
    charged = [{"work": "5ms"}, {"effect": "charge"}]
    run = run_of(calls({"call": "card"}, {"call": "warehouse"}, card=charged, warehouse=[{"fail": 1}]))
    times = done(run, "charge")
    assert all_of(run.outcomes.error)
    return first_of(choices, all_of(times == 0), 0 < times.mean() < 1, all_of(times == 1), all_of(times == 2))


def slow_payment(attempts, timeout="1s"):
    slow = [{"work": "3s"}, {"effect": "charge"}]
    call = {"call": {"service": "card", "timeout": timeout, "retry": {"attempts": attempts}}}
    return run_of(calls(call, card=slow), workload={"arrivals": {"constant": "1/s"}})


def given_up(choices):
    run = slow_payment(1)
    times = done(run, "charge")
    assert all_of(run.outcomes.error)
    return first_of(choices, all_of(times == 1), all_of(times == 0), 0 < times.mean() < 1, all_of(times > 1))


def tried_twice(choices):
    return nearest(choices, done(slow_payment(2), "charge").mean())


def other_luck(choices):
    runs = [run_of(calls({"call": "card"}, card=[{"fail": 0.01}]), duration="30s", seed=seed) for seed in range(1, 21)]
    errors = [int(run.outcomes.error.sum()) for run in runs]
    return choices[0 if {1, 6} <= set(errors) else 1]


def tries_multiply(choices):
    def thrice(service):
        return {"call": {"service": service, "retry": {"attempts": 3}}}

    spans = run_of(calls(thrice("b"), b=[thrice("c")], c=[{"fail": 1}])).spans
    return nearest(choices, (spans.service == "c").sum() / (spans.kind == "request").sum())


def nearly_full(choices):
    waits = []
    for percent in (50, 90):
        services = {"shop": {"handle": [{"work": {"exponential": "10ms"}}]}}
        run = run_of(services, duration="600s", workload={"arrivals": {"poisson": percent}})
        waits.append(run.tables.requests.response.mean() - 0.01)
    return nearest(choices, waits[1] / waits[0])


# Events.


def events(reader=None, channels=None, **more):
    services = {"shop": {"workers": 16, "handle": EVENT}, "warehouse": READER | (reader or {})}
    return run_of(services, channels or LOG, **more)


def reader_down(choices):
    run = events(faults=[{"outage": "warehouse", "at": "2s", "for": "4s"}])
    came = run.tables.requests.arrived
    then = (came > 2) & (came < 5.5)
    late = all_of(run.tables.requests.response[then] > 0.5)
    error = all_of(run.outcomes.error[then])
    return first_of(choices, error, late and not error, False, all_of(run.outcomes.yes[then]) and not late)


def read_at_once(choices):
    requests = events().tables.requests
    saved = requests.first_time[0]
    before, later = saved <= requests.answered, ~np.isnan(saved)
    return first_of(choices, all_of(before), False, all_of(~before & later), all_of(~later))


def last_seat(choices):
    """Two at a time for one seat, whose row is unique."""
    seat = [{"work": "10ms"}, {"effect": {"name": "seat", "unique": True}}]
    run = events({"handle": seat}, workload={"key": {"uniform": 1}}, duration="1s")
    second = run.tables.requests
    assert (done(run, "seat") > 0).sum() == 1 < len(second.row)
    yes, no = run.outcomes.yes[1:], run.outcomes.no[1:]
    return first_of(choices, all_of(no), all_of(yes), all_of(run.outcomes.nothing[1:]), all_of(run.outcomes.error[1:]))


def cannot_handle(choices):
    run = events({"handle": [{"fail": 1}]})
    dead = (run.ledger.state == "dead").all()
    return first_of(choices, all_of(run.outcomes.error), False, dead and all_of(run.outcomes.yes), False)


def one_more_reader(choices):
    shop = {"shop": {"workers": 16, "handle": EVENT}, "warehouse": READER}
    both = shop | {"statistics": {**READER, "handle": [{"effect": "count"}]}}
    one, more = (run_of(each, LOG) for each in (shop, both))
    same = one.scenario.services["shop"] == more.scenario.services["shop"]
    served = all_of(done(more, "count") == 1) and all_of(done(more, "parcel") == 1)
    return first_of(choices, not same, False, False, same and served)


def lone_group(choices):
    """100 events; a group of two instances, and a group of one."""
    pair = {**READER, "instances": 2}
    alone = {**READER, "handle": [{"effect": "count"}]}
    run = run_of({"shop": {"workers": 16, "handle": EVENT}, "warehouse": pair, "statistics": alone}, LOG, "10.05s")
    assert len(run.tables.requests.row) == done(run, "parcel").sum() == 100
    return nearest(choices, done(run, "count").sum())


def one_queue(choices):
    names = ("warehouse", "mail", "statistics")
    readers = {each: {**READER, "handle": [{"work": "10ms"}, {"effect": each}]} for each in names}
    run = run_of({"shop": {"workers": 16, "handle": EVENT}, **readers}, QUEUE, "9.05s")
    counts = [done(run, each).sum() for each in names]
    assert sum(counts) == len(run.tables.requests.row) == 90
    return nearest(choices, np.mean(counts))


def broker_down(choices):
    run = events(faults=[{"outage": "orders", "at": "2s", "for": "4s"}])
    came = run.tables.requests.arrived
    then = (came > 2) & (came < 5)
    return first_of(choices, all_of(run.outcomes.yes[then]), all_of(~run.outcomes.yes[then]), False, False)


def crashed(reader, step, channels=QUEUE):
    """The reader crashes at a step of customer 20; how often the parcel was sent for each customer."""
    fault = {"crash": "warehouse", "at_step": {"request": 20, **step}, "for": "1s"}
    return done(events({"workers": 1, **reader}, channels, faults=[fault]), "parcel")


def early(choices):
    times = crashed(
        {"subscribe": {"channel": "orders", "ack": "before"}}, {"service": "warehouse", "step": "effect parcel"}
    )
    return first_of(choices, times[20] == 1, times[20] == 2, times[20] > 2, times[20] == 0)


def late(choices):
    at = {"service": "warehouse", "step": "effect parcel", "when": "after"}
    times = crashed({"handle": [{"work": "10ms"}, {"effect": "parcel"}, {"work": "10ms"}]}, at)
    return first_of(choices, times[20] == 0, times[20] == 1, times[20] == 2, times[20] > 2)


def two_writes(choices):
    shop = {"workers": 16, "handle": [{"work": "1ms"}, {"effect": "order row"}, {"publish": "orders"}, {"reply": "ok"}]}
    fault = {"crash": "shop", "at_step": {"request": 20, "step": "publish orders"}, "for": "1s"}
    run = run_of({"shop": shop, "warehouse": READER}, LOG, faults=[fault])
    row, parcel = done(run, "order row")[20], done(run, "parcel")[20]
    return first_of(choices, row and parcel, row and not parcel, parcel and not row, not row and not parcel)


# Channels.


def slow_reader(channel, duration="20s"):
    """20 a second come, and the reader can do 10."""
    services = {"shop": {"workers": 1, "handle": [{"publish": "lines"}, {"reply": "ok"}]},
                "reader": {"subscribe": "lines", "handle": [{"work": "100ms"}, {"effect": "read"}]}}  # fmt: skip
    return run_of(services, {"lines": channel}, duration=duration, workload={"arrivals": {"constant": "20/s"}})


def full_pipe(choices):
    run = slow_reader({"pipe": 10})
    waited, lost = run.tables.requests.response[-1] > 5, (done(run, "read") == 0).any()
    return first_of(choices, lost and not waited, waited and not lost, not waited and not lost, waited and lost)


def larger_buffer(choices):
    """The wait of the last one to be read, with room for 10 and for 100."""
    waits = []
    for room in (10, 100):
        run = slow_reader({"queue": {"max_length": room}})
        requests = run.tables.requests
        waits.append(np.nanmax(requests.first_time[0] - requests.arrived))
    ratio = waits[1] / waits[0]
    return first_of(choices, ratio < 0.8, 0.8 <= ratio <= 1.25, False, ratio > 1.25)


def more_readers_than_parts(choices):
    """How many of eight are at work at once, where a log has four partitions."""
    slow = {"instances": 8, "workers": 1, "handle": [{"work": "2s"}, {"effect": "parcel"}]}
    spans = events(slow, workload={"key": {"uniform": 1000}}).spans
    its = spans[spans.service == "warehouse"]
    most = max(((its.started <= moment) & (its.ended > moment)).sum() for moment in its.started.dropna())
    return nearest(choices, most)


def order(choices):
    """Which pairs of events were worked off in the order in which they were published."""
    varied = {"handle": [{"work": {"exponential": "300ms"}}, {"effect": "parcel"}]}
    run = events(varied, workload={"key": {"uniform": 12}})
    requests, keys = run.tables.requests, run.tables.request_keys
    when = requests.first_time[0]
    by_key = all(np.all(np.diff(when[keys == key]) >= 0) for key in set(keys))
    everywhere = bool(np.all(np.diff(when) >= 0))
    return first_of(choices, everywhere, by_key and not everywhere, False, not by_key)


def replayed(choices):
    shop = {"shop": {"workers": 16, "handle": EVENT}, "warehouse": READER}
    newcomer = {
        "subscribe": {"channel": "orders", "from": "6s", "start": "earliest"},
        "handle": [{"effect": "indexed"}],
    }
    before, after = run_of(shop, LOG), run_of(shop | {"index": newcomer}, LOG)
    same = np.array_equal(before.tables.requests.first_time[0], after.tables.requests.first_time[0])
    has_all = all_of(done(after, "indexed") == 1)
    return first_of(choices, False, not same, same and not has_all, same and has_all)


TRUTHS = {each.__name__.replace("_", "-"): each for each in (
    at_once, five_links, refused_after, given_up, tried_twice, other_luck, tries_multiply, nearly_full,
    reader_down, read_at_once, last_seat, cannot_handle, one_more_reader, lone_group, one_queue, broker_down,
    early, late, two_writes, full_pipe, larger_buffer, more_readers_than_parts, order, replayed,
)}  # fmt: skip
