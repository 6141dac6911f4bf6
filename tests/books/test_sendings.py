"""Every sending of a message is told: when it left, when it came, and what became of it."""

import numpy as np
import pytest

from evsim.results.endings import Fate
from tests.books.breaking import shop
from tests.books.holding import holds
from tests.books.systems import systems
from tests.support.statistics import proportion_agrees

pytestmark = pytest.mark.slow

WIRE = {"links": {"wire": {"between": ["front", "facts"], "latency": 0.03, "loss": 0.3}}}


def stubborn(**settings):
    """The shop, whose publishers try three times."""
    described = shop(**settings).to_dict()
    for step in described["services"]["front"]["handle"]:
        if "publish" in step:
            publish = step["publish"] if isinstance(step["publish"], dict) else {"channel": step["publish"]}
            step["publish"] = {**publish, "timeout": 0.5, "retry": {"attempts": 3, "backoff": 0.2}}
    return type(shop()).from_dict(described)


def of_facts(run):
    code = list(run.scenario.channels).index("facts")
    numbers = np.flatnonzero(run.tables.messages["channel"] == code).tolist()
    return [(number, run.tables.sendings[number]) for number in numbers]


def test_a_message_that_nothing_disturbs_is_sent_once_and_comes_when_it_is_kept():
    run = shop().run()
    for number, (sending,) in of_facts(run):
        assert sending.sent == run.tables.messages["published"][number]
        assert sending.arrived == pytest.approx(sending.sent + 0.01) or sending.fate == "under way"
        assert run.tables.sendings.confirmed_from(number) in (sending.arrived, pytest.approx(np.nan, nan_ok=True))


def test_a_message_that_the_link_loses_is_sent_again_after_the_timeout_and_the_back_off():
    run = stubborn(network=WIRE, drain_limit=1000).run()
    chains = [[sending.fate for sending in sendings] for _, sendings in of_facts(run)]
    assert ["lost", "kept"] in chains
    assert ["lost", "lost", "lost"] in chains
    assert ["kept", "came again"] in chains  # the confirmation was lost
    assert max(map(len, chains)) == 3
    for number, sendings in of_facts(run):
        for before, after in zip(sendings, sendings[1:]):
            assert after.sent - before.sent == pytest.approx(0.7)
        came = [sending for sending in sendings if sending.fate != "lost"]
        assert all(sending.arrived - sending.sent == pytest.approx(0.03) for sending in came)
        kept = any(sending.fate == "kept" for sending in sendings)
        assert kept == (run.tables.messages["fate"][number] == Fate.OPEN)
        assert kept == (run.tables.messages["appended"][number] >= 0)


def test_about_as_many_sendings_are_lost_as_the_link_says():
    runs = [stubborn(network=WIRE, drain_limit=1000).run(seed=seed) for seed in (2, 3, 4, 5)]
    fates = [sending.fate for run in runs for _, sendings in of_facts(run) for sending in sendings]
    assert proportion_agrees(fates.count("lost"), len(fates), 0.3)


def test_a_channel_that_is_down_refuses_when_the_message_comes():
    run = stubborn(faults=[{"outage": "facts", "at": 10, "for": 0.5}], drain_limit=1000).run()
    refused = [sending for _, sendings in of_facts(run) for sending in sendings if sending.fate == "refused"]
    assert refused
    for sending in refused:
        assert 10 <= sending.arrived < 10.5
        assert sending.arrived - sending.sent == pytest.approx(0.01)
    assert ["refused", "kept"] in [[each.fate for each in sendings] for _, sendings in of_facts(run)]


def test_a_confirmation_leaves_when_a_sending_has_come_and_is_seen_later():
    run = stubborn(network=WIRE, drain_limit=1000).run()
    again = 0
    for number, sendings in of_facts(run):
        left, seen = run.tables.sendings.confirmed_from(number), run.tables.messages["acknowledged"][number]
        assert (left == left) == (seen == seen)
        if seen == seen:
            assert seen - left == pytest.approx(0.03)
            again += left == sendings[-1].arrived and len(sendings) > 1
    assert again


@holds(0.5, systems())
def test_the_sendings_of_any_message_agree_with_its_row(scenario):
    run = scenario.run()
    messages = run.tables.messages
    for number in range(len(messages["published"])):
        sendings = run.tables.sendings[number]
        fates = [sending.fate for sending in sendings]
        sent = messages["sent"][number]
        assert sendings[0].sent == (sent if sent == sent else messages["published"][number])
        assert fates.count("kept") == int(messages["appended"][number] >= 0)
        assert all(sending.arrived >= sending.sent for sending in sendings if sending.arrived == sending.arrived)
        if messages["acknowledged"][number] >= 0:
            assert run.tables.sendings.confirmed_from(number) <= messages["acknowledged"][number]
        if messages["fate"][number] == Fate.REFUSED:
            assert "refused" in fates and "kept" not in fates
        if messages["fate"][number] == Fate.LOST:
            assert "lost" in fates and "kept" not in fates
