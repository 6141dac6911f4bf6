"""Bills of what a store keeps, and of messages that are sent together, worked out by hand."""

import pytest

from evsim.parts.price.bill import MONTH
from evsim.parts.price.figures import month_of, used_by
from evsim.scenario import Scenario, ScenarioError
from tests.parts.price.test_channel_price import SQS, priced, run_of, used

GIB = 2.0**30


def store(price, rate=10, until=60, handle=(), warmup=0):
    """`rate` rows a second."""
    run = Scenario.from_dict({
        "name": "store",
        "workloads": {"customers": {"target": "store", "arrivals": {"constant": rate}}},
        "services": {"store": {"workers": 9, "price": price, "handle": [{"effect": "row"}, *handle]}},
        "run": {"duration": until, "warmup": warmup},
    }).run(seed=1)  # fmt: skip
    assert run.audit()
    return run


def storage(run):
    """What a month like the window costs for what is kept."""
    return run.services["store"]["cost_storage"] * MONTH / run.tables.window


def rows(run):
    """How many come in a month like the window."""
    return run.summary()["requests"] * MONTH / run.tables.window


@pytest.mark.parametrize("warmup", [0, 20])
def test_a_store_keeps_what_it_is_given_for_half_of_the_month_on_average(warmup):
    """Rows of 1 kB, ten a second: 26.28 million a month, 24.5 GB at its end, 12.2 GB-months."""
    run = store({"like": "aws-dynamodb-us-east-1"}, warmup=warmup)
    assert storage(run) == pytest.approx(rows(run) * 1000 / GIB / 2 * 0.25) == pytest.approx(3.06, abs=0.01)
    effects = run.effects.time.to_numpy()
    assert (60 - effects).mean() == pytest.approx(30, abs=0.1), "of any time, half is left on average"
    assert run.services["store"]["cost_requests"] * MONTH / run.tables.window == pytest.approx(rows(run) * 0.625 / 1e6)


def test_what_it_kept_before_costs_the_same_at_any_load():
    price = {"gb_month": 0.25, "stored": "500GiB"}
    assert storage(store(price, rate=1)) - storage(store({"gb_month": 0.25}, rate=1)) == pytest.approx(125)
    run = store(price)
    use = used_by(run, "store", run.tables.requests.cohort)
    month, double = (month_of(run, "store", each).storage for each in (use, use.at_load(2)))
    assert double - 125 == pytest.approx(2 * (month - 125)) and month > 125


@pytest.mark.parametrize(("retention", "share"), [("73h", 0.1), ("365h", 0.5), ("7300h", 0.5)])
def test_a_store_forgets_after_its_retention(retention, share):
    run = store({"gb_month": 1, "retention": retention})
    assert storage(run) == pytest.approx(rows(run) * 1000 / GIB * share)


def test_what_is_undone_is_kept_until_then():
    run = store({"gb_month": 1, "size": "1MB"}, handle=[{"wait": "500ms"}, {"undo": "row"}], rate=4)
    assert run.effects.undone.notna().all()
    assert storage(run) == pytest.approx(rows(run) * 1e6 / GIB * 0.5 / MONTH)


def lines(items, price=SQS, size="1kB", count=10):
    """Orders that come at one moment; each publishes its lines in one step."""
    data = priced({**price, "size": size}).to_dict()
    data["workloads"]["customers"]["arrivals"] = {"burst": count}
    data["services"]["front"]["handle"] = [{"publish": {"channel": "orders", "items": items}}]
    run = Scenario.from_dict(data).run(seed=1)
    assert run.audit()
    return used(run).requests - 2 * count * items  # less receiving and deleting


@pytest.mark.parametrize(("items", "requests"), [(1, 1), (3, 1), (10, 1), (11, 2), (25, 3)])
def test_ten_messages_of_one_step_are_one_request_to_sqs(items, requests):
    """Ten orders at one moment are ten senders: what they send is not put together."""
    assert lines(items) == 10 * requests
    assert lines(items, {**SQS, "send_batch": 1}) == 10 * items


@pytest.mark.parametrize(("size", "requests"), [("6kB", 1), ("8kB", 2), ("16kB", 3)])
def test_a_batch_is_as_many_requests_as_it_has_begun_chunks(size, requests):
    """Ten messages of 16,000 bytes are 160,000 bytes: three chunks of 64 KiB. A receipt has a message of its own."""
    assert lines(10, size=size) == 10 * requests


def test_a_batch_of_a_producer_is_one_request_where_a_product_bills_so():
    """Ten a second in batches of five for one partition: 2 requests a second to send, of 10."""
    price = {"requests": 1, "counts": ["send"]}
    log = {"partitions": 1, "linger": "1s", "batch": 5}
    single, batched = (run_of({**price, **more}, "log", **log) for more in ({}, {"send_batch": 100}))
    count = single.summary()["requests"]
    assert used(single).requests == count and used(batched).requests == pytest.approx(count / 5, abs=1)
    few = run_of({**price, "send_batch": 2}, "log", **log)
    assert used(few).requests == pytest.approx(3 * count / 5, abs=2)


def test_what_an_outbox_sends_at_one_moment_is_sent_together():
    price = {"requests": 1, "counts": ["send"], "send_batch": 100}
    data = priced(price, until="10s").to_dict()
    data["services"]["front"]["handle"] = [{"effect": "row"}, {"publish": {"channel": "orders", "outbox": {"poll": 1}}}]
    run = Scenario.from_dict(data).run(seed=1)
    assert run.audit() and used(run).requests == len({*run.tables.messages["sent"].tolist()}) <= 12


def test_a_channel_has_no_store_and_a_service_sends_no_batch():
    for setting, value in (("stored", "1GB"), ("retention", "1h")):
        with pytest.raises(ScenarioError, match=f"price.{setting}: a channel keeps messages"):
            priced({setting: value})
    with pytest.raises(ScenarioError, match="price.send_batch: a service keeps no messages"):
        store({"send_batch": 10})
    with pytest.raises(ScenarioError, match="send_batch"):
        priced({"send_batch": 0})


@pytest.mark.parametrize("service", [
    {"price": {"gb_month": 1, "stored": "500GiB"}},
    {"autoscale": {"by": "utilisation", "target": 0.5, "most": 3}, "price": {"hour": 1}},
    {"function": {"memory": "1GiB", "provisioned": 2}, "price": {"like": "aws-lambda-us-east-1"}},
], ids=lambda service: next(iter(service)))  # fmt: skip
def test_a_run_that_is_cut_in_its_warm_up_has_used_nothing_of_the_window(service):
    run = Scenario.from_dict({
        "name": "cut",
        "workloads": {"customers": {"target": "store", "arrivals": {"constant": 1}}},
        "services": {"store": {"handle": [{"work": 0.1}, {"effect": "row"}], **service}},
        "run": {"duration": 10, "warmup": 5},
    }).run(seed=1, until=2)  # fmt: skip
    use = used_by(run, "store", run.tables.requests.cohort)
    assert run.audit() and (use.hours, use.gb_months, use.provisioned, use.least or 0) == (0, 0, 0, 0)
