"""Every entry of every export is a record: what is in the file, where and when, is what the formats mean, and no more.

What an export means by its entries is written a second time, plainly, in the modules ``..._entries`` beside this one.
"""

from collections import Counter

import pytest
from hypothesis import given, settings

from tests.books.holding import examples
from tests.books.systems import systems
from tests.exports.cloudevents_entries import cloudevents_mean, cloudevents_say, parents_mean, parents_say
from tests.exports.otlp_entries import otlp_means, otlp_says
from tests.exports.perfetto_entries import perfetto_means, perfetto_says
from tests.exports.plain import Plain
from tests.exports.runs import a_run
from tests.exports.table_entries import read_csv, read_parquet, tables_mean, tables_say
from tests.player.test_film import NO_SHRINKING
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.slow

TABLES = ("requests", "spans", "ledger", "effects", "incidents", "services", "channels")


def differences(found, expected):
    """What is in the file and should not be, and what is not and should be; empty where all is well."""
    found, expected = Counter(found), Counter(expected)
    return {"only in the file": list((found - expected).elements())[:5],
            "only in the records": list((expected - found).elements())[:5]}  # fmt: skip


SAME = {"only in the file": [], "only in the records": []}


def assert_files_hold_the_records(run, folder):
    plain = Plain(run)
    path = {form: run.export(folder / f"{form}.json", form) for form in ("perfetto", "otlp", "cloudevents")}
    assert differences(perfetto_says(plain, path["perfetto"]), perfetto_means(plain)) == SAME
    assert differences(otlp_says(plain, path["otlp"]), otlp_means(plain)) == SAME
    assert differences(cloudevents_say(path["cloudevents"]), cloudevents_mean(plain)) == SAME
    assert differences(parents_say(path["cloudevents"]), parents_mean(path["otlp"])) == SAME
    for form, read in (("csv", read_csv), ("parquet", read_parquet)):
        there = run.export(folder / form, form)
        tables = {name: read(there / f"{name}.{form}") for name in TABLES[:5]}
        assert differences(tables_say(tables), tables_mean(plain)) == SAME


COMPARED = ["doubled", "lossy", "odd names", "crashed events", "letters", "early replies", "troubled", "committing",
            "read again", "windowed", "travelling"]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    mostly_at_night(COMPARED, "lossy", "letters", "troubled", "committing", "read again", "windowed", "travelling"),
)
def test_every_entry_of_an_export_is_a_record(name, tmp_path):
    assert_files_hold_the_records(a_run(name), tmp_path)


def test_there_is_an_entry_of_each_kind():
    """What no run makes, no comparison sees."""
    spans, events, kinds, linked = set(), set(), set(), 0
    for plain in (Plain(a_run(name)) for name in COMPARED):
        for _, kind, _, name, _, _, _, _, links, *_, open_events in otlp_means(plain):
            linked += kind == "producer" and len(links) > 1  # a window's result is that of several messages
            spans.add((kind, name.split()[0] if kind != "server" else "serves"))
            events |= {what for _, what, _ in open_events}
        kinds |= {entry[3] for entry in perfetto_means(plain) if entry[0] not in ("process", "thread", "place")}
    assert {word for kind, word in spans if kind != "internal"} == {
        "call", "serves", "process", "send", "receive", "ack", "nack",
    }  # fmt: skip
    assert linked
    assert events >= {
        "effect", "undo", "remark", "fault", "reply", "sent again", "left the outbox", "kept", "refused",
        "came again", "lost",
    }  # fmt: skip
    assert kinds == {"request", "call", "channel", "inbox", "work", "message", "effect", "undo", "remark", "fault"}


def entries(run, folder, **chosen):
    """All entries of the exports of some customers, or of all; a number is told by its row."""
    found, plain, folder = Counter(), Plain(run), folder / str(len(list(folder.iterdir())))
    folder.mkdir()
    path = {form: run.export(folder / f"{form}.json", form, **chosen) for form in ("perfetto", "otlp", "cloudevents")}
    found.update(("perfetto", *each) for each in perfetto_says(plain, path["perfetto"]))
    found.update(("otlp", *each) for each in otlp_says(plain, path["otlp"]))
    found.update(("cloudevents", *each) for each in cloudevents_say(path["cloudevents"]))
    there = run.export(folder / "csv", "csv", **chosen)
    tables = tables_say({name: read_csv(there / f"{name}.csv") for name in TABLES[:5]})
    found.update((name, *(rest if name == "effects" else (number, *rest))) for name, number, *rest in tables)
    return found


@pytest.mark.parametrize("name", mostly_at_night(["committing", "two workloads"], "committing"))
def test_the_exports_of_some_customers_have_what_is_theirs_and_together_all(name, tmp_path):
    run = a_run(name)
    whole, nobodys = entries(run, tmp_path), entries(run, tmp_path, requests=[])
    together = Counter()
    for workload in run.scenario.workloads:
        count = int((run.requests["workload"] == workload).sum())
        for half in (range(0, count, 2), range(1, count, 2)):
            its = entries(run, tmp_path, requests=list(half), workload=workload) - nobodys
            others = set(run.scenario.workloads) - {workload}
            assert its and not [each for each in its if any(name in repr(each) for name in others)]
            together += its
    assert differences(together, whole - nobodys) == SAME


@settings(examples(0.4), phases=NO_SHRINKING)
@given(scenario=systems())
def test_every_entry_of_an_export_is_a_record_of_any_system(scenario, tmp_path_factory):
    assert_files_hold_the_records(scenario.run(), tmp_path_factory.mktemp("export"))
