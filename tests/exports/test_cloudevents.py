"""CloudEvents, read by the project's own Python SDK."""

import json
import re
from datetime import timedelta

import pytest
from cloudevents.core.formats.json import JSONFormat

from evsim.results.export.identity import EPOCH
from tests.exports.runs import NAMES, a_run

read = JSONFormat().read


@pytest.fixture(scope="module", params=NAMES)
def exported(request, tmp_path_factory):
    """(run, events as the SDK reads them)."""
    run = a_run(request.param)
    path = run.export(tmp_path_factory.mktemp("events") / "events.json", "cloudevents")
    batch = json.loads(path.read_text(encoding="utf-8"))
    return run, [read(None, json.dumps(event)) for event in batch]


def test_each_published_message_is_one_event_at_its_time(exported):
    run, events = exported
    assert len(events) == len(run.tables.messages["published"])
    for number, event in enumerate(events):
        assert event.get_specversion() == "1.0"
        assert event.get_id() == str(number)
        time = EPOCH + timedelta(seconds=float(run.tables.messages["published"][number]))
        assert abs(event.get_time() - time) <= timedelta(microseconds=1)


def test_an_event_says_whose_it_is_and_where_it_is_kept(exported):
    run, events = exported
    messages = run.tables.messages
    for number, event in enumerate(events):
        request = run.tables.message_requests[number]
        workload = run.tables.requests.workloads[run.tables.requests.workload[request]]
        assert event.get_subject() == f"{workload}/{run.tables.requests.number[request]}"
        assert event.get_type() == "evsim." + list(run.scenario.channels)[messages["channel"][number]]
        data = event.get_data()
        assert data["kept"] == (messages["appended"][number] >= 0)
        if data["kept"]:
            assert (data["partition"], data["offset"]) == (messages["partition"][number], messages["offset"][number])
        key = run.tables.key_texts(messages["key"][number : number + 1])[0]
        assert event.get_extension("partitionkey") == key


def test_the_sequence_of_a_source_counts_and_sorts_as_text(exported):
    sequences = {}
    for event in exported[1]:
        sequences.setdefault(event.get_source(), []).append(event.get_extension("sequence"))
    for its in sequences.values():
        assert its == sorted(its)
        assert [int(text) for text in its] == list(range(1, len(its) + 1))


def test_source_and_id_together_are_unique(exported):
    names = [(event.get_source(), event.get_id()) for event in exported[1]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for event in exported[1] for name in event.get_attributes())


def test_a_place_in_the_sequence_is_the_same_whoever_is_chosen(tmp_path):
    run = a_run("events")
    whole = json.loads(run.export(tmp_path / "all.json", "cloudevents").read_text(encoding="utf-8"))
    some = json.loads(run.export(tmp_path / "some.json", "cloudevents", requests=[20, 21]).read_text(encoding="utf-8"))
    assert some == [event for event in whole if event["data"]["request"] in (20, 21)]
