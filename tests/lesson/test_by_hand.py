"""A model that somebody built by hand is compared with a run, customer by customer."""

import re

import numpy as np
import pytest

from evsim.lesson.answers import down
from evsim.lesson.by_hand import luck_of, same, without_network
from evsim.scenario import Scenario


@pytest.fixture(scope="module")
def run():
    return without_network("classic").replace(down("mailing-list")).run()


@pytest.fixture
def told(run):
    return dict(enumerate(run.tables.requests.answered.tolist()))


@pytest.fixture(scope="module")
def refused(run):
    return set(np.flatnonzero(run.outcomes.error).tolist())


def test_the_same_story_is_the_same(run, told, refused):
    assert refused and same(run, told, refused)
    assert f"{len(told)} customers are told, {len(refused)} of them an error" in repr(same(run, told, refused))


def test_one_customer_is_one():
    run = (
        without_network("classic")
        .replace({"workloads.register-page.arrivals": {"constant": "1/s"}, "run.duration": "1.5s"})
        .run()
    )
    told = dict(enumerate(run.tables.requests.answered.tolist()))
    assert "The same: 1 customer is told, each" in repr(same(run, told))
    wrong = "Customer 1 is told in your model, and evsim has 1 customer, numbered from 0."
    assert wrong in repr(same(run, told | {1: 9.0}))


def test_who_is_never_told_is_not_counted_among_those_who_are():
    """Two of ten are told before the run ends; customer 99 is the tenth of whom the model says something."""
    late = {"workloads.register-page.arrivals": {"constant": "4/s"}, "run.duration": "2.6s", "run.drain_limit": "0s"}
    run = without_network("classic").replace(late | {"services.database.handle.0.work": "1800ms"}).run()
    told = dict(enumerate(run.tables.requests.answered.tolist()))
    many, never = (sum((moment == moment) is there for moment in told.values()) for there in (True, False))
    assert many > 1 and never > 1 and f"The same: {many} customers are told, each" in repr(same(run, told))
    wrong = f"Customer 99 is told in your model, and evsim has {len(told)} customers"
    assert wrong in repr(same(run, told | {99: 1.0}))


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda told: told.pop(7), "Customer 7 is told at .* s in evsim, and never in your model"),
        (lambda told: told.update({3: told[3] + 0.01}), "Customer 3 is told at .* and 10 ms later in your model"),
        (lambda told: told.update({3: told[3] - 2e-6}), "Customer 3 .* sooner in your model"),
        (lambda told: told.update({3: "yes"}), "Customer 3 .* never"),
        (lambda told: told.update({9999: 1.0}), "Customer 9999 is told in your model, and evsim has .* customers,"),
    ],
)
def test_the_first_customer_who_differs_is_named(run, told, refused, change, words):
    change(told)
    grade = same(run, told, refused)
    assert not grade and re.search(words, repr(grade).replace("\n", " "))


def test_an_error_of_one_alone_is_named_with_whose_it_is(run, told, refused):
    first = min(refused)
    assert f"Customer {first} is told an error by evsim alone" in repr(same(run, told, refused - {first}))
    assert "Customer 0 is told an error by your model alone" in repr(same(run, told, refused | {0}))
    assert "Customer 1009 is told an error by your model alone" in repr(same(run, told, refused | {1009, 10010, "Ada"}))


def test_what_is_no_dict_is_named(run):
    assert "A dict is needed, customer -> moment, and there is list" in repr(same(run, [1.0]))


def test_when_all_was_done_is_compared_where_it_is_given(run, told, refused):
    assert "has all done at" in repr(same(run, told, refused, done={}))


def test_whom_evsim_never_has_done_a_model_leaves_out_or_calls_nan(run, told, refused):
    """Whoever is told an error has no entry in the end, and so never all: of 326 so many."""
    done = dict(enumerate(run.tables.requests.completed_at.tolist()))
    never = [customer for customer, moment in done.items() if moment != moment]
    known = {customer: moment for customer, moment in done.items() if customer not in never}
    assert never and set(never) <= refused
    for its in (done, known):
        assert f"an error, and {len(known)} of them have all done, each" in " ".join(
            repr(same(run, told, refused, its)).split()
        )
    wrong = repr(same(run, told, refused, known | {never[0]: 3.0})).replace("\n", " ")
    assert f"Customer {never[0]} has all done in your model, and never in evsim" in wrong


def test_luck_is_when_they_came_how_long_each_service_worked_and_where_their_message_lies():
    classic, events = (luck_of(without_network(design).run()) for design in ("classic", "events"))
    assert list(classic) == ["arrived", "database", "mailing_list"] and list(events) == [*classic, "partition"]
    assert classic.mailing_list.mean() == pytest.approx(0.12, rel=0.2)
    assert np.allclose(classic, events[list(classic)], atol=1e-9)


def test_the_partition_of_a_customer_is_that_of_their_own_message_also_where_others_overtake():
    run = Scenario.from_dict({
        "name": "overtaking", "workloads": {"page": {"target": "desk", "arrivals": {"constant": "20/s"}}},
        "services": {"desk": {"workers": 20, "handle": [{"work": {"exponential": "300ms"}}, {"publish": "facts"}]},
                     "reader": {"subscribe": "facts", "handle": [{"effect": "seen"}]}},
        "channels": {"facts": {"log": {"partitions": 4}}}, "run": {"duration": "3s"},
    }).run()  # fmt: skip
    of = run.tables.message_requests.tolist()
    assert of != sorted(of)
    partitions = dict(zip(of, run.tables.messages["partition"].tolist(), strict=True))
    assert luck_of(run)["partition"].to_dict() == partitions


def _published(steps, **workloads):
    """A run of a desk with these steps, of which each publishes to a log."""
    page = {"target": "desk", "arrivals": {"constant": "20/s"}}
    return Scenario.from_dict({
        "name": "desk", "workloads": {"page": page} | workloads,
        "services": {"desk": {"handle": steps}, "reader": {"subscribe": "facts", "handle": [{"effect": "seen"}]}},
        "channels": {"facts": {"log": {"partitions": 4}}}, "run": {"duration": "1s"},
    }).run()  # fmt: skip


def test_luck_of_customers_with_several_messages_or_none_or_of_two_workloads_is_refused_in_words():
    publish = {"publish": "facts"}
    with pytest.raises(ValueError, match="customer 0 has 2 messages; take a run in which each publishes once"):
        luck_of(_published([publish, publish]))
    with pytest.raises(ValueError, match="customer [0-9]+ has 0 messages"):
        luck_of(_published([{"maybe": {"probability": 0.5, "then": [publish]}}]))
    with pytest.raises(ValueError, match="one workload, and here are page and app; run each alone"):
        luck_of(_published([publish], app={"target": "desk", "arrivals": {"constant": "20/s"}}))
