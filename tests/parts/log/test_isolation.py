"""Groups that read what is not committed, and those that wait for it."""

import numpy as np
import pytest

from evsim.results.endings import Fate
from evsim.scenario import Scenario, ScenarioError
from tests.parts.log.test_transactions import balanced, chain, times
from tests.support.statistics import agrees

HASTY = {"services.ledger.subscribe.0.isolation": "read_uncommitted"}


def written(front=(), handle=None, log=None, faults=(), orders=1, **groups):
    """`billing` bills an order that came at 1 s in a transaction; `front` writes to the bills, too, from 2 s on."""
    bills = [{"publish": "bills"}, {"work": "3s"}]
    workload = {f"w{number}": {"target": "front", "arrivals": {"burst": {"count": 1, "at": at}}}
                for number, at in enumerate(front)}  # fmt: skip
    services = {name: {"workers": 4, "subscribe": {"channel": "bills", **reading}, "handle": [{"effect": name}]}
                for name, reading in groups.items()}  # fmt: skip
    return Scenario.from_dict({
        "name": "isolation",
        "workloads": {"customers": {"target": "shop", "arrivals": {"burst": {"count": orders, "at": 1}}}, **workload},
        "services": {
            "shop": {"handle": [{"publish": "orders"}]},
            "front": {"handle": [{"publish": "bills"}]},
            "billing": {"subscribe": {"channel": "orders", "commit": "transaction"}, "handle": handle or bills},
            **services,
        },
        "channels": {"orders": "log", "bills": {"log": log or {}}},
        "faults": list(faults),
        "run": {"duration": 30},
    })  # fmt: skip


def born(run, service):
    """(offset, when it was there) of each message of the bills that a service has, in that order."""
    places = [place.number for place in run.tables.places if place.service == service]
    rows = np.flatnonzero(np.isin(run.tables.rows["place"], places) & (run.tables.rows["first"] < 0))
    offsets = run.tables.messages["offset"][run.tables.rows["parent"][rows]].tolist()
    return list(zip(offsets, run.tables.rows["born"][rows].round(6).tolist(), strict=True))


BOTH = {"hasty": {"isolation": "read_uncommitted"}, "patient": {"isolation": "read_committed"}}
FAILS = {"error_rate": "billing", "probability": 1, "at": 0, "for": 5}  # the first attempt, which ends at 4 s


def test_a_group_waits_for_the_commit_unless_it_reads_uncommitted():
    """The bill of an order is there from 1 s on, and committed at 4 s; others write behind it at 2 and 5 s."""
    run = balanced(written(front=[2, 5], **BOTH, other={}))
    assert born(run, "hasty") == [(0, 1), (1, 2), (2, 5)]
    assert born(run, "patient") == born(run, "other") == [(0, 4), (1, 4), (2, 5)]
    run = balanced(written(front=[2], faults=[FAILS], **BOTH))
    assert born(run, "hasty") == [(0, 1), (1, 2), (2, 4)]
    assert born(run, "patient") == [(1, 4), (2, 7)], "the first bill is thrown away, and its place is empty"
    assert (run.effects.effect == "hasty").sum() == 3 and (run.effects.effect == "patient").sum() == 2
    assert run.summary()["effects_repeated"] == 1


@pytest.mark.slow
def test_who_reads_uncommitted_has_what_it_would_have_without_a_transaction():
    hasty, without = balanced(chain("transaction").replace(HASTY)), balanced(chain("after"))
    assert (times(hasty, "booked") == times(without, "booked")).all() and (times(hasty, "booked") > 1).sum() > 10
    assert (times(balanced(chain("transaction")), "booked") == 1).all()


@pytest.mark.slow
def test_who_reads_uncommitted_handles_a_message_of_each_attempt():
    """An attempt fails with the probability 0.3, and five are allowed; with 0.3^5 none is committed."""
    handle = [{"publish": "bills"}, {"fail": 0.3}]
    run = balanced(chain("transaction", faults=()).replace({"services.billing.handle": handle, **HASTY}))
    booked = times(run, "booked")
    assert agrees([each.mean() for each in np.array_split(booked, 20)], (1 - 0.3**5) / 0.7, notices=0.1)
    assert len(booked) > 2000 and booked.max() == 5


def test_who_comes_late_or_reads_again_finds_what_was_thrown_away():
    late = {name: {**reading, "from": 10} for name, reading in BOTH.items()}
    run = balanced(written(front=[2], faults=[FAILS], **late))
    assert born(run, "hasty") == [(0, 10), (1, 10), (2, 10)] and born(run, "patient") == [(1, 10), (2, 10)]
    again = {name: {**reading, "replay": {"at": 10, "to": {"offset": 0}}} for name, reading in BOTH.items()}
    run = balanced(written(front=[2], faults=[FAILS], **again))
    assert born(run, "hasty")[3:] == [(0, 10), (1, 10), (2, 10)] and born(run, "patient")[2:] == [(1, 10), (2, 10)]
    waits = {name: {**reading, "from": 3, "start": "latest"} for name, reading in BOTH.items()}
    run = balanced(written(front=[3.5], **waits))
    assert born(run, "hasty") == [(1, 3.5)] and born(run, "patient") == [(0, 4), (1, 4)]


def test_who_reads_uncommitted_waits_for_replicas():
    run = balanced(written(front=[2], log={"replicas": 2, "replication": "500ms"}, **BOTH))
    assert born(run, "hasty") == [(0, 1.5), (1, 2.5)] and born(run, "patient") == [(0, 4), (1, 4)]


def test_what_was_thrown_away_may_be_lost_with_its_brokers_as_well():
    """The one that is back first was away when the bill came: it leads, and the log goes on without the bill."""
    log = {"replicas": 3, "unclean_election": True}
    leaders = [{"leader_failure": "bills", "at": at, "for": time} for at, time in ((0.5, 3), (2, 8), (2.5, 8))]
    run = balanced(written(front=[4], log=log, faults=[{"crash": "billing", "at": 1.5, "for": 9}, *leaders], **BOTH))
    assert run.tables.messages["fate"].tolist().count(Fate.TRUNCATED) == 1
    assert born(run, "hasty")[:2] == [(0, 1), (0, 4)] and born(run, "patient")[0] == (0, 4)  # its place is given again


def test_a_share_group_may_read_uncommitted():
    groups = {name: {**reading, "share": True} for name, reading in BOTH.items()}
    run = balanced(written(front=[2], faults=[FAILS], **groups))
    assert len(born(run, "hasty")) == 3 and len(born(run, "patient")) == 2
    assert (run.tables.messages["fate"] == Fate.ABORTED).sum() == 1


def test_without_transactions_there_is_nothing_uncommitted():
    plain, hasty = (
        balanced(each.replace({"run.duration": 10})) for each in (chain("after"), chain("after").replace(HASTY))
    )
    assert not hasty.records.uncommitted and not hasty.records.shown
    assert hasty.tables.rows["ended"].tobytes() == plain.tables.rows["ended"].tobytes()


def test_kafkas_groups_read_uncommitted_and_are_warned_of():
    scenario = written(log={"like": "kafka"}, reader={}, careful={"isolation": "read_committed"})
    services = scenario.complete.services
    found = [services[name].subscribe[0].isolation for name in ("reader", "careful")]
    assert found == ["read_uncommitted", "read_committed"]
    (warning,) = [each for each in scenario.warnings() if "uncommitted" in each]
    assert warning.startswith("services.reader: it reads bills uncommitted") and "read_committed" in warning
    assert not any("uncommitted" in each for each in chain("after").replace(HASTY).warnings())
    with pytest.raises(ScenarioError, match="isolation.*read_committed"):
        written(reader={"isolation": "serializable"})
    with pytest.raises(ScenarioError, match="not read with isolation"):
        chain("transaction", bills="queue").replace(HASTY)
