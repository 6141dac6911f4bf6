"""The picture of who gets which event says what the records say."""

import pytest

from evsim.lesson import lesson_size, who_gets_which
from evsim.view.scene.marks import Dots, Text

ARTICLE, CHANNEL = lesson_size("two-producers-four-consumers"), "customer-registered"
READERS = ("database", "mailing-list", "statistics")
QUEUE = ARTICLE.replace({f"services.{name}.subscribe": CHANNEL for name in READERS} | {f"channels.{CHANNEL}": "queue"})


def handed(run, service):
    spans = run.spans
    return int(((spans.kind == "delivery") & (spans.service == service) & spans.leased.notna()).sum())


@pytest.mark.parametrize("design, copies", [(ARTICLE, 3), (QUEUE, 1)])
def test_the_counts_are_those_of_the_spans(design, copies):
    run = design.run()
    scene, events = who_gets_which(run), len(run.tables.messages["appended"])
    assert scene.title == f"Each of {events} events was handed to {copies} consumer{'s' * (copies > 1)} of 4"
    counts = [int(mark.text.split()[0]) for mark in scene.marks if isinstance(mark, Text)]
    assert sum(counts[:2]) == events and sum(counts[2:]) == copies * events
    assert [sum(counts[4:]), *counts[3:1:-1]] == [handed(run, name) for name in READERS]


def test_each_mark_stands_below_the_event_that_was_handed_out():
    run = ARTICLE.run()
    rows = {mark.name: mark.x for mark in who_gets_which(run).marks if isinstance(mark, Dots)}
    assert list(rows) == ["register", "mobile-api", "statistics", "mailing-list", "database 1", "database 2"]
    everything = list(range(1, 17))
    assert (
        sorted(rows["register"] + rows["mobile-api"]) == sorted(rows["database 1"] + rows["database 2"]) == everything
    )
    assert rows["mailing-list"] == rows["statistics"] == everything
    first = run.tables.messages["appended"].argsort()[:16]
    page = [number + 1 for number, message in enumerate(first) if run.tables.messages["route"][message] == 0]
    assert rows["register"] == page


def test_a_run_in_which_nothing_is_published_says_so():
    nobody = {f"workloads.{name}.arrivals.poisson": "0.000001/s" for name in ("register-page", "mobile-app")}
    assert who_gets_which(ARTICLE.replace(nobody).run()).title == "Nothing was published."
