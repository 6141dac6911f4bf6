"""Dead letters that lead back to where they died, and those that come to a full queue: RabbitMQ's rules."""

import pytest

from evsim.engine import environment
from evsim.scenario import Scenario, ScenarioError

FAILING = [{"work": "100ms"}, {"fail": 1}]
REJECTING = [{"work": "100ms"}, {"fail": {"probability": 1, "requeue": False}}]
CYCLE = "message dropped in a dead-letter cycle"


def system(channels, handle=(), count=1, reading=None, reads="jobs", **parts):
    """`count` messages at once for the queue `jobs`; `worker` reads the queue `reads`."""
    services = {"front": {"workers": 100, "handle": [{"publish": "jobs"}]}}
    if handle:
        services["worker"] = {"subscribe": {"channel": reads, **(reading or {})}, "handle": list(handle)}
    return Scenario.from_dict({
        "name": "letters",
        "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": count, "at": "0s"}}}},
        "services": services,
        "channels": {name: each if "exchange" in each else {"queue": each} for name, each in channels.items()},
        "run": {"duration": "1s", "drain_limit": "9.05s"},
        **parts,
    })  # fmt: skip


def checked(*settings, **more):
    run = system(*settings, **more).run()
    assert run.audit()
    return run


def path(run):
    """The channels that the message of the one request came to, in order."""
    return run.ledger.sort_values("message").channel.tolist()


def dropped_in_a_cycle(run):
    incidents = run.incidents[run.incidents.kind == CYCLE]
    return list(zip(incidents.what, incidents.detail, strict=True))


LIMITED = {"delivery_limit": 1}


@pytest.mark.parametrize("long", [1, 2, 3])
@pytest.mark.parametrize("kind", ["delivery limit", "expired", "max length"])
def test_a_cycle_in_which_nobody_rejects_ends_where_it_began(kind, long):
    """`jobs` and as many others; whatever comes there dies of its own."""
    names = ["jobs", "second", "third"][:long]
    dying = {"delivery limit": LIMITED, "expired": {"ttl": "100ms"}, "max length": {"max_length": 1}}[kind]
    channels = {name: {"ttl": "200ms", "dead_letter": names[(number + 1) % long]} for number, name in enumerate(names)}
    channels["jobs"] = {**dying, "dead_letter": names[1 % long]}
    count = 2 if kind == "max length" else 1  # the second comes, and the first is too many
    run = checked(channels, FAILING if kind == "delivery limit" else (), count=count)
    first = run.ledger[run.ledger.request == 0]
    assert first.sort_values("message").channel.tolist() == names
    assert [name for name, _ in dropped_in_a_cycle(run)] == ["jobs"]
    assert first.deaths.max() == long - 1 and run.summary()["pending"] == 0


@pytest.mark.parametrize("long", [1, 2, 3])
@pytest.mark.parametrize("says", ["requeue", "attempts"])
def test_a_cycle_in_which_a_consumer_rejects_goes_on(long, says):
    """`worker` rejects each time, at once or after the two attempts of its own; the others expire after 100 ms."""
    names = ["jobs", "second", "third"][:long]
    channels = {name: {"ttl": "100ms", "dead_letter": names[(number + 1) % long]} for number, name in enumerate(names)}
    channels["jobs"].pop("ttl")
    handle, reading = (REJECTING, {}) if says == "requeue" else (FAILING, {"retry": {"attempts": 2}})
    run = checked(channels, handle, reading=reading)
    assert not dropped_in_a_cycle(run)
    tenths = (2 if says == "attempts" else 1) + long - 1  # of a second, once round; there are ten and a bit
    jobs = run.ledger[run.ledger.channel == "jobs"]
    assert len(jobs) == 1 + int(10.05 / (tenths / 10) + 1e-6)
    assert set(jobs.death) == {"", "rejected" if long == 1 else "expired"}


def test_a_rejection_in_the_middle_of_a_cycle_lets_it_go_round_once_more_only_if_it_is_newer():
    """A first rejects; what then expires in the two others comes to A again, but not to B a second time.

    At A nobody reads any more by then (it is down), so it expires there, too: since the rejection it has been in B.
    """
    channels = {
        "jobs": {"ttl": "300ms", "dead_letter": "second"}, "second": {"ttl": "100ms", "dead_letter": "jobs"},
    }  # fmt: skip
    faults = [{"outage": "worker", "at": "150ms", "for": "60s"}]
    run = checked(channels, REJECTING, faults=faults)
    assert path(run) == ["jobs", "second", "jobs"]
    assert dropped_in_a_cycle(run) == [("second", 2)]


def test_an_exchange_on_the_way_changes_nothing_of_the_rule():
    exchange = {"exchange": {"type": "fanout", "bindings": [{"queue": "jobs"}, {"queue": "graves"}]}}
    channels = {"jobs": {**LIMITED, "dead_letter": "post"}, "post": exchange, "graves": {}}
    run = checked(channels, FAILING)
    assert path(run) == ["jobs", "graves"] and dropped_in_a_cycle(run) == [("jobs", 1)]
    run = checked(channels, REJECTING)
    assert path(run)[:5] == ["jobs", "jobs", "graves", "jobs", "graves"] and not dropped_in_a_cycle(run)


@pytest.mark.parametrize("channels", [
    {"jobs": {"dead_letter": "jobs"}},
    {"jobs": {"dead_letter": "post"}, "post": {"exchange": {"type": "fanout", "bindings": [{"queue": "jobs"}]}}},
])  # fmt: skip
def test_a_cycle_that_would_stop_the_clock_is_refused(channels):
    at_once = [{"effect": "seen"}, {"fail": {"probability": 1, "requeue": False}}]
    with pytest.raises(ScenarioError, match="channels.jobs: .* round for ever at one moment: jobs -> jobs; let the"):
        system(channels, at_once)
    with pytest.raises(ScenarioError, match="goes round for ever"):
        system(channels, [{"fail": 1}], reading={"retry": {"attempts": 2}})
    system(channels, REJECTING)
    system(channels, [{"fail": {"probability": 0.5, "requeue": False}}])
    system(channels, [{"fail": 1}])  # ends, as the limit of deliveries is no rejection


def test_one_that_stops_it_all_the_same_is_named_by_its_channel(monkeypatch):
    monkeypatch.setattr(environment, "STUCK_AFTER", 10_000)
    nearly = [{"fail": {"probability": 0.999999, "requeue": False}}]
    with pytest.raises(RuntimeError, match=r"^(dead letters of jobs|jobs|worker): 10,000 things happened"):
        system({"jobs": {"dead_letter": "jobs"}}, nearly).run()


# Full queues.

FULL = {"max_length": 2, "overflow": "reject_publish"}


@pytest.mark.parametrize("like", [None, "rabbitmq-classic"])
def test_a_letter_that_a_full_queue_refuses_is_dropped_in_the_ledger(like):
    channels = {"jobs": {"delivery_limit": 0, "dead_letter": "graves"}, "graves": {**FULL, "like": like}}
    run = checked(channels, FAILING, count=5)
    graves = run.ledger[run.ledger.channel == "graves"].sort_values("message")
    assert graves.state.tolist() == ["pending"] * 2 + ["dropped"] * 3
    assert graves.cause.tolist() == ["none"] * 2 + ["max length"] * 3
    assert graves.death.tolist() == ["delivery limit"] * 5
    assert run.summary()["dropped"] == 3 and run.summary()["dead"] == 5


def test_a_full_quorum_queue_takes_dead_letters_all_the_same():
    channels = {"jobs": {"delivery_limit": 0, "dead_letter": "graves"}, "graves": {**FULL, "like": "rabbitmq"}}
    run = checked(channels, FAILING, count=5)
    assert (run.ledger[run.ledger.channel == "graves"].state == "pending").sum() == 5
    by_exchange = {"exchange": {"type": "fanout", "bindings": [{"queue": "graves"}]}}
    channels = {**channels, "jobs": {"delivery_limit": 0, "dead_letter": "post"}, "post": by_exchange}
    run = checked(channels, FAILING, count=5)
    assert (run.ledger[run.ledger.channel == "graves"].state == "pending").sum() == 5


def test_a_full_quorum_queue_refuses_publishers_as_any_other():
    run = checked({"jobs": {**FULL, "like": "rabbitmq"}}, count=5)
    assert run.summary()["errors"] == 3 and len(run.ledger) == 2


def test_a_letter_that_an_exchange_brings_to_a_full_queue_is_in_the_ledger_too():
    channels = {"jobs": {"delivery_limit": 0, "dead_letter": "post"}, "graves": FULL,
                "post": {"exchange": {"type": "fanout", "bindings": [{"queue": "graves"}]}}}  # fmt: skip
    run = checked(channels, FAILING, count=5)
    graves = run.ledger[run.ledger.channel == "graves"].sort_values("message")
    assert graves.state.tolist() == ["pending"] * 2 + ["dropped"] * 3


def test_a_letter_for_a_channel_that_is_down_is_lost_in_the_ledger():
    channels = {"jobs": {"delivery_limit": 0, "dead_letter": "graves"}, "graves": {}}
    run = checked(channels, FAILING, count=3, faults=[{"outage": "graves", "at": "150ms", "for": "100ms"}])
    graves = run.ledger[run.ledger.channel == "graves"].sort_values("message")
    assert graves.state.tolist() == ["pending", "lost", "pending"] and graves.cause.iloc[1] == "unreachable"


def test_a_full_queue_with_priorities_drops_the_oldest_of_the_highest():
    """As RabbitMQ drops from the head: what would be handed out next, though it is the most urgent."""
    scenario = system({"jobs": {"priorities": 2, "max_length": 3}}).to_dict()
    publish = {"publish": {"channel": "jobs", "priority": 1}}
    scenario["services"]["rush"] = {"handle": [publish]}
    scenario["workloads"] = {
        "early": {"target": "front", "arrivals": {"burst": {"count": 1, "at": "0s"}}},
        "urgent": {"target": "rush", "arrivals": {"burst": {"count": 2, "at": "0.1s"}}},
        "late": {"target": "front", "arrivals": {"burst": {"count": 1, "at": "0.2s"}}},
    }
    run = Scenario.from_dict(scenario).run()
    assert run.audit()
    dropped = run.ledger[run.ledger.state == "dropped"]
    assert dropped[["workload", "request"]].values.tolist() == [["urgent", 0]]
