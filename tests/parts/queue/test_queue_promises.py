"""What any queue promises, whatever happens to its readers: nothing kept is lost, order for each group."""

import numpy as np
import pytest
from hypothesis import strategies as st

from evsim.results.deliveries import DELIVERY_STATES
from tests.books.holding import holds, run_of
from tests.books.systems import stable_systems, systems

pytestmark = pytest.mark.slow

LOST, EXPIRED, DROPPED, DEAD, PENDING = (
    DELIVERY_STATES.index(state) for state in ("lost", "expired", "dropped", "dead", "pending")
)


def queues(run):
    """(number, settings, its subscriptions) of each queue of a run that anybody reads."""
    scenario = run.scenario.complete
    for number, (name, channel) in enumerate(scenario.channels.items()):
        reads = [each for service in scenario.services.values() for each in service.subscribe if each.channel == name]
        if channel.kind == "queue" and reads:
            yield number, channel, reads


@holds(1, st.one_of(systems(), stable_systems()))
def test_what_a_queue_keeps_is_lost_only_by_a_rule_that_is_written(scenario):
    """By an early acknowledgement, a time to live, a maximum length that drops; else it is done, dead or there."""
    run = run_of(scenario)
    deliveries = run.tables.deliveries
    for number, channel, reads in queues(run):
        states = set(deliveries.state[deliveries.channel == number].tolist())
        assert LOST not in states or any(each.ack == "before" for each in reads)
        expired = deliveries.message[(deliveries.channel == number) & (deliveries.state == EXPIRED)]
        assert channel.ttl is not None or all(_has_a_time(run, message) for message in expired)
        assert DROPPED not in states or channel.overflow == "drop_head"


def _has_a_time(run, message):
    """Whether it was published with a time to live."""
    return getattr(run.tables.routes[run.tables.messages["route"][message]][1], "ttl", None) is not None


@holds(1, stable_systems())
def test_when_all_faults_have_ended_a_queue_has_been_read_to_its_end(scenario):
    run = run_of(scenario)
    deliveries = run.tables.deliveries
    for number, _, _ in queues(run):
        assert not (deliveries.state[deliveries.channel == number] == PENDING).any()


@holds(1, st.one_of(systems(), stable_systems()))
def test_groups_are_handled_in_their_order(scenario):
    """Unless a lease ends while its holder is still at work, or an early acknowledgement lets the next one out."""
    run = run_of(scenario)
    deliveries = run.tables.deliveries
    reordered = deliveries.reordered
    for number, channel, reads in queues(run):
        clocks = channel.visibility_timeout, channel.ack_timeout
        if channel.fifo_groups and all(each.ack == "after" for each in reads) and not any(map(_ends, clocks)):
            assert not reordered[deliveries.channel == number].any()


def _ends(clock):
    return clock is not None and np.isfinite(clock)
