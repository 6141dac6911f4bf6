"""Two services in one group by mistake: each message goes to one of them, and the kit says so before the run."""

import re

import pytest

from evsim.results.endings import Outcome
from evsim.scenario import Scenario, ScenarioError

READS = {"channel": "facts", "group": "readers", "session_timeout": 1, "rebalance": 0.5}


def shop(mailer=READS, archive=READS, **parts):
    """`register` publishes 40 facts a second; `mailer` and `archive`, two instances each, read four partitions."""
    services = {
        "register": {"handle": [{"publish": "facts"}]},
        "mailer": {"instances": 2, "subscribe": mailer, "handle": [{"work": 0.01}, {"effect": "mail"}]},
        "archive": {"instances": 2, "subscribe": archive, "handle": [{"work": 0.01}, {"effect": "copy"}]},
    }
    customers = {"target": "register", "arrivals": {"poisson": 40}, "key": {"uniform": 100}}
    return Scenario.from_dict({
        "name": "shop", "workloads": {"customers": customers}, "services": services,
        "channels": {"facts": {"log": {"partitions": 4}}}, "run": {"duration": 20, "seed": 3}, **parts,
    })  # fmt: skip


def readers(run):
    """message -> the services that handled it."""
    rows, found = run.tables.rows, {}
    for row, place in enumerate(rows["place"].tolist()):
        way = run.tables.places[place]
        if way.is_delivery and rows["outcome"][row] == Outcome.OK:
            found.setdefault(int(rows["parent"][row]), set()).add(way.service)
    return found


@pytest.fixture(scope="module")
def mistaken():
    run = shop().run()
    run.audit()
    return run


def test_each_service_of_a_shared_group_gets_only_part_of_the_messages(mistaken):
    handled = readers(mistaken)
    assert len(handled) == mistaken.summary()["requests"] > 700
    assert {len(services) for services in handled.values()} == {1}
    got = [figures["done"] for figures in mistaken.channels.values()]
    assert sum(got) == len(handled) and min(got) > 0
    assert mistaken.summary()["effects_missing"] == len(handled), "a mail or a copy of each is missing"


def test_members_of_both_services_commit_at_their_interval():
    often = READS | {"commit": {"interval": 1}}
    run = shop(often, often).run()
    run.audit()
    assert {len(services) for services in readers(run).values()} == {1}
    assert sum(figures["done"] for figures in run.channels.values()) == run.summary()["requests"]


def test_with_groups_of_their_own_each_gets_every_message():
    own = [{**READS, "group": name} for name in ("mailer", "archive")]
    scenario = shop(*own)
    assert not scenario.warnings()
    run = scenario.run()
    assert {frozenset(each) for each in readers(run).values()} == {frozenset(["mailer", "archive"])}
    assert run.summary()["effects_missing"] == 0


def test_a_shared_group_is_warned_of(mistaken):
    said = (
        "services.archive: it is in the group readers of facts together with mailer, so each message goes to one of "
        "them only, whichever has its partition; give each service a group of its own"
    )
    assert shop().warnings() == [said] and said in mistaken.warnings


def test_the_members_of_both_services_share_out_the_partitions(mistaken):
    """Members take turns, so `range` gives one partition to each of mailer/1, archive/1, mailer/2, archive/2."""
    owned = {partition: (service, number + 1) for _, _, service, partition, number, begins
             in mistaken.records.ownership if begins}  # fmt: skip
    assert owned == {0: ("mailer", 1), 1: ("archive", 1), 2: ("mailer", 2), 3: ("archive", 2)}


def test_when_the_one_service_dies_the_other_reads_its_partitions_too_and_does_other_work():
    run = shop(faults=[{"crash": "mailer", "at": 8, "for": 5}]).run()
    run.audit()
    rows, messages = run.tables.rows, run.tables.messages
    late = (messages["published"] > 9.6) & (messages["published"] < 12.9)
    by = readers(run)
    assert {tuple(by[message]) for message in late.nonzero()[0].tolist()} == {("archive",)}
    assert rows["started"].max() > 13 and len(by) == run.summary()["requests"]


def test_services_without_clocks_share_a_group_as_well():
    run = shop(*2 * [{"channel": "facts", "group": "readers"}]).run()
    run.audit()
    assert {len(services) for services in readers(run).values()} == {1}


def test_each_service_of_a_shared_group_commits_and_tries_again_as_it_says():
    reads = {**READS, "commit": "before"}, {**READS, "batch": 5, "retry": {"attempts": 2}}
    faults = [
        {"crash": "archive/1", "at": 5, "for": 3},
        {"error_rate": "archive", "probability": 0.3, "at": 8, "for": 2},
    ]
    run = shop(*reads, faults=faults).run()
    run.audit()
    assert run.channels["facts", "mailer"]["dead"] == 0
    assert run.channels["facts", "archive"]["redelivered"] > 0


def test_services_of_one_group_say_alike_what_the_group_does_as_a_whole():
    with pytest.raises(ScenarioError) as refused:
        shop(READS, {**READS, "session_timeout": 2})
    assert "mailer is in the same group of facts, and has another session_timeout" in str(refused.value)
    assert "write the same, or give each service a group of its own" in str(refused.value)


def test_functions_cannot_share_a_group():
    with pytest.raises(ScenarioError, match="give each service a group of its own"):
        data = shop(*2 * [{"channel": "facts", "group": "readers"}]).to_dict()
        data["services"]["archive"] = {"function": {"init": 0.1}, "subscribe": {"channel": "facts", "group": "readers"},
                                       "handle": [{"work": 0.01}]}  # fmt: skip
        Scenario.from_dict(data)


def test_traces_name_the_group_and_not_the_service(mistaken, tmp_path):
    text = mistaken.export(tmp_path / "traces.json", "otlp", requests=range(20)).read_text(encoding="utf-8")
    named = set(re.findall(r'"messaging.consumer.group.name",\s*"value":\s*{"stringValue":\s*"([^"]*)', text))
    assert named == {"readers"}
