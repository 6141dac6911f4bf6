"""What any log promises, whatever happens to brokers, readers and links: nothing kept is lost, order for each key."""

import numpy as np
import pytest
from hypothesis import strategies as st

from evsim.results.deliveries import DELIVERY_STATES
from evsim.results.endings import Fate
from tests.books import checks
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.parts.log.drawing import log_systems

pytestmark = pytest.mark.slow

LOST = DELIVERY_STATES.index("lost")


def logs(run):
    """(number, settings, its places) of each log of a run that anybody reads."""
    for number, (name, channel) in enumerate(run.scenario.complete.channels.items()):
        places = [place for place in run.tables.places if place.kind == "delivery" and place.source == name]
        if channel.kind == "log" and places:
            yield number, channel, places


@holds(1, log_systems())
def test_the_books_of_any_log_balance(scenario):
    run = run_of(scenario)
    assert run.audit()
    checks.assert_figures_add_up(run)
    checks.assert_ledger_adds_up(run)
    checks.assert_faults_bite(run)
    checks.assert_same_records(run, run_of(scenario, guarded=True), but=["worker"])
    cut = run_of(scenario, until=5.0)
    assert cut.audit()
    checks.assert_ledger_adds_up(cut)
    for name in ("incidents", "ownership", "removals", "shown"):
        whole = [entry for entry in getattr(run.records, name) if entry[0] < 5]
        assert whole == getattr(cut.records, name), name


@holds(1, st.one_of(log_systems(), systems()))
def test_what_a_log_keeps_no_group_loses_that_commits_after_the_work(scenario):
    """Unless the log forgets by a rule of its own, or only a broker that failed had it."""
    run = run_of(scenario)
    deliveries, messages, place = run.tables.deliveries, run.tables.messages, run.tables.rows["place"]
    for _, channel, places in logs(run):
        if channel.retention or channel.compaction:
            continue
        safe = [each.number for each in places if each.step.commits.kind != "before"]
        mine = np.isin(place[deliveries.row], safe) & (messages["fate"][deliveries.message] != Fate.TRUNCATED)
        assert not (deliveries.state[mine] == LOST).any()


@holds(1, st.one_of(log_systems(), systems()))
def test_a_publisher_who_waited_for_two_brokers_loses_nothing_in_a_clean_election(scenario):
    run = run_of(scenario)
    messages = run.tables.messages
    for number, channel, _ in logs(run):
        if channel.unclean_election or channel.min_in_sync < 2:
            continue
        name = list(run.scenario.channels)[number]
        careful = [place.number for place in run.tables.places if all_wait(run, place, name)]
        mine = (messages["channel"] == number) & np.isin(run.tables.rows["place"][messages["cause"]], careful)
        assert (messages["fate"][mine & (messages["acknowledged"] >= 0)] == Fate.OPEN).all()


def all_wait(run, place, channel):
    """Whether every publish step to a channel, in the handler at a place, waits for all replicas."""
    steps = every_step(run.scenario.services[place.service].handle)
    return all(step.acks == "all" for step in steps if step.kind == "publish" and step.channel == channel)


def every_step(steps):
    for step in steps:
        yield step
        branches = step.branches if step.kind == "parallel" else ()
        for branch in (step.then, step.otherwise) if step.kind == "maybe" else branches:
            yield from every_step(branch)


@holds(1, st.one_of(log_systems(), systems()))
def test_a_group_handles_the_messages_of_a_key_in_their_order(scenario):
    """Where the key chooses the partition and keys stay where they are; a share group keeps no order.

    A commit before the work lets the next message out when a member is missed that wakes and goes on with this one.
    """
    run = run_of(scenario)
    deliveries, place = run.tables.deliveries, run.tables.rows["place"]
    reordered = deliveries.reordered
    for _, channel, places in logs(run):
        if channel.partitioner == "key" and channel.add_partitions is None:
            kept = [each for each in places if not each.step.is_shared and each.step.commits.kind != "before"]
            safe = [each.number for each in kept]
            assert not reordered[np.isin(place[deliveries.row], safe)].any()
