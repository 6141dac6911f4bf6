"""Bills of brokers, queues and logs, worked out by hand from price lists."""

import pytest

import evsim
from evsim.parts.price.bill import MONTH, Use, bill
from evsim.parts.price.figures import used_by
from evsim.parts.price.settings import PriceSettings
from evsim.scenario import Scenario, ScenarioError

SQS = {"like": "aws-sqs-us-east-1"}
GIB = 2.0**30


def priced(price, kind="queue", rate=10, until="60s", warmup=0, reader=None, steps=(), prefetch=None, **settings):
    """`rate` messages a second for `reader`, half a second of work each; the channel has a price."""
    reading = {"channel": "orders", **({"prefetch": prefetch} if prefetch else {})}
    services = {"front": {"workers": 100, "handle": [*steps, {"publish": "orders"}]},
                "reader": {"workers": 20, "subscribe": reading, "handle": [{"work": "500ms"}, {"effect": "row"}],
                           **(reader or {})}}  # fmt: skip
    return Scenario.from_dict({
        "name": "priced", "workloads": {"customers": {"target": "front", "arrivals": {"constant": rate}}},
        "services": services, "channels": {"orders": {kind: {"price": price, **settings}}},
        "run": {"duration": until, "warmup": warmup, "drain_limit": "10s"},
    })  # fmt: skip


def run_of(*given, **settings):
    run = priced(*given, **settings).run()
    assert run.audit()
    return run


def used(run):
    return used_by(run, "orders", run.tables.requests.cohort)


def test_a_million_messages_through_sqs_are_three_million_requests():
    """To send, to receive, to delete: 3 x 0.40 dollars a million, and 0.50 each of a FIFO queue."""
    run = run_of(SQS)
    count = run.summary()["requests"]
    assert used(run).requests == 3 * count
    figures = run.channels["orders", "reader"]
    assert figures["cost_requests"] - figures["cost_idle"] == pytest.approx(3 * count * 0.4 / 1e6)
    assert bill(PriceSettings(like="aws-sqs-fifo-us-east-1").complete, Use(requests=3e6)).total == pytest.approx(1.5)
    assert bill(PriceSettings(**SQS).complete, Use(requests=3e6)).total == pytest.approx(1.2)
    free = PriceSettings(**SQS, free_requests=10**6).complete
    assert bill(free, Use(requests=6.3e6)).total == pytest.approx(5.3 * 0.4)


@pytest.mark.parametrize(("size", "each"), [("64KiB", 1), ("65537B", 2), ("256KiB", 4)])
def test_each_64_kb_of_a_message_are_a_request(size, each):
    run = run_of({**SQS, "size": size}, until="5s")
    assert used(run).requests == run.summary()["requests"] * (each + each + 1)  # a delete has no payload


def test_a_message_of_whole_chunks_is_so_many_requests_however_their_quotient_is_rounded():
    """14.3 / 1.3 is 11, though in floats 11 times 1.3 is less than 14.3."""
    run = run_of({**SQS, "size": 14.3, "chunk": 1.3}, until="1s")
    assert used(run).requests == run.summary()["requests"] * (11 + 11 + 1)


def test_what_is_received_twice_is_paid_for_twice():
    """Work of 500 ms that fails at first: a receipt more each, and no delete of it."""
    fails = {"handle": [{"work": "500ms"}, {"fail": 1}]}
    run = run_of(SQS, until="5s", reader=fails, delivery_limit=2)
    count = run.summary()["requests"]
    assert used(run).requests == count * (1 + 3)


def test_what_is_sent_again_is_paid_for_again():
    """Each publish is tried three times by a queue that is full: ten refused sendings cost as much as kept ones."""
    data = priced(SQS, rate=1, until="10s", max_length=1, overflow="reject_publish").to_dict()
    data["services"]["front"]["handle"] = [{"publish": {"channel": "orders", "retry": {"attempts": 3}}}]
    data["services"]["reader"] = {"subscribe": "orders", "handle": [{"work": "100s"}]}
    run = Scenario.from_dict(data).run()
    assert run.audit()
    refused = sum(kind == "message refused" for _, kind, *_ in run.records.incidents)
    kept = int((run.tables.messages["appended"] >= 0).sum())
    assert refused % 3 == 0 and refused > 15
    assert used(run).requests == kept + refused + 1  # one was received, and is in work still


def test_nobody_pays_for_sending_a_dead_letter():
    """Each message fails once; its dead letter is received and deleted by a clerk, and moved by the broker itself."""
    data = priced(SQS, until="5s", delivery_limit=0).to_dict()
    data["channels"]["orders"] = {"queue": {"delivery_limit": 0, "dead_letter": "spoilt"}}
    data["services"]["reader"]["handle"] = [{"work": "10ms"}, {"fail": 1}]
    data["services"]["clerk"] = {"workers": 20, "subscribe": "spoilt", "handle": [{"work": "10ms"}]}
    data["channels"]["spoilt"] = {"queue": {"price": SQS}}
    run = Scenario.from_dict(data).run()
    assert run.audit()
    assert used_by(run, "spoilt", run.tables.requests.cohort).requests == 2 * run.summary()["requests"]


@pytest.mark.parametrize(("counts", "paid"), [("send", 4), ("receive", 2), ("delete", 2)])
def test_a_batch_is_received_and_deleted_by_one_request(counts, paid):
    """Four messages at once for a reader that takes four: the first one is alone, as it is there before the others."""
    data = priced({"requests": 1, "counts": [counts], "size": "1kB"}, kind="log", partitions=1).to_dict()
    data["workloads"]["customers"]["arrivals"] = {"burst": {"count": 4, "at": 1}}
    data["services"]["reader"]["subscribe"] = {"channel": "orders", "batch": 4}
    run = Scenario.from_dict(data).run()
    assert run.audit()
    assert used(run).requests == paid


def test_an_idle_consumer_asks_in_vain_three_times_a_minute():
    """Two instances and no customer: 6 requests a minute, 0.105 dollars a month."""
    run = run_of(SQS, rate="0.0001/s", until="60s", reader={"instances": 2})
    month = run.summary()["cost_month"]
    assert month == pytest.approx(2 * MONTH / 20 * 0.4 / 1e6) == pytest.approx(0.1051, rel=1e-3)
    assert run.summary()["cost_idle"] == run.summary()["cost"]
    five = {"function": {}, "subscribe": {"channel": "orders", "pollers": True}}
    assert run_of(SQS, rate="0.0001/s", reader=five).summary()["cost_month"] == pytest.approx(2.5 * month)
    busy = run_of(SQS, rate=2, until="60s", reader={"workers": 1})  # never idle, as it has always one in hand
    assert busy.summary()["cost_idle"] < 0.02 * run.summary()["cost"]


def test_brokers_are_paid_for_by_the_hour_used_or_not():
    """Three brokers kafka.m5.large: 3 x 0.21 x 730 = 459.90 dollars; and what they keep for a day."""
    price = {"like": "aws-msk-us-east-1", "size": "10kB"}
    run = run_of(price, "log", replicas=3, retention="1 d", rate=50, until="20s", reader={"workers": 40})
    month = run.channels["orders", "reader"]
    assert month["cost_presence"] * MONTH / 20 == pytest.approx(459.90)
    kept = run.summary()["requests"] / 20 * 86_400 * 10_000 / GIB  # GB at any time, on each broker
    assert month["cost_storage"] * MONTH / 20 == pytest.approx(3 * 0.1 * kept)
    assert 0 < month["cost_idle"] < month["cost_presence"]
    silent = run_of(price, "log", replicas=3, rate="0.0001/s").channels["orders", "reader"]
    assert silent["cost_idle"] == silent["cost"] == silent["cost_presence"]


def test_a_log_that_keeps_all_has_half_of_a_months_messages_on_average_and_one_of_a_length_keeps_that():
    price, per_second = {"gb_month": 1, "size": "1MB"}, 10 * 1e6 / GIB
    found = run_of(price, "log", until="10s", reader={"workers": 40}).summary()
    assert found["cost_month"] == pytest.approx(per_second * MONTH / 2, rel=0.02)
    short = run_of(price, "log", until="10s", retention={"messages": 100}, partitions=2).summary()
    assert short["cost_month"] == pytest.approx(200 * 1e6 / GIB, rel=0.02)


def test_a_queue_keeps_what_waits_in_it():
    """Half a second each: 10 a second are 5 at any time."""
    run = run_of({"gb_month": 1, "size": "1GB"}, until="30s")
    assert run.summary()["cost_month"] == pytest.approx(run.summary()["requests"] / 30 * 0.5 * 1e9 / GIB)


def test_shards_of_kinesis_are_paid_for_by_the_hour_and_by_payload_units():
    """Four shards: 4 x 0.015 x 730 = 43.80 dollars; 100 KB are four units of 25 KB."""
    run = run_of({"like": "aws-kinesis-us-east-1", "size": "100KiB"}, "log", partitions=4, until="10s")
    month, count = run.summary(), run.summary()["requests"]
    assert month["cost_presence"] * MONTH / 10 == pytest.approx(43.80)
    assert month["cost_requests"] == pytest.approx(4 * count * 0.014 / 1e6)
    grown = run_of({"like": "aws-kinesis-us-east-1"}, "log", partitions=4, until="10s",
                   add_partitions={"at": "5s", "count": 4})  # fmt: skip
    assert grown.summary()["cost_presence"] == pytest.approx(1.5 * month["cost_presence"])


def test_bytes_that_come_in_and_go_out_have_a_price_each():
    """Each message comes in once and goes out to two groups: 0.01 and 2 x 0.02 a GB."""
    data = priced({"gb_in": 0.01, "gb_out": 0.02, "size": "1GiB"}, "log", until="5s", partitions=40).to_dict()
    data["services"]["second"] = {**data["services"]["reader"]}
    run = Scenario.from_dict(data).run()
    assert run.audit()
    assert run.summary()["cost_transfer"] == pytest.approx(run.summary()["requests"] * (0.01 + 0.04))


def test_a_store_and_what_it_sends_have_a_price_too():
    """DynamoDB: 0.625 dollars a million writes; and 20 kB of an answer at 0.09 a GB."""
    store = {"price": {"like": "aws-dynamodb-us-east-1", "gb_out": 0.09, "size": "20kB"}, "workers": 50}
    data = priced({}, until="10s").to_dict()
    data["services"]["front"]["handle"] = [{"call": "store"}]
    data["services"]["store"] = {**store, "handle": [{"work": "5ms"}]}
    run = Scenario.from_dict(data).run()
    figures, count = run.services["store"], run.summary()["requests"]
    assert run.audit() and figures["cost_requests"] == pytest.approx(count * 0.625 / 1e6)
    assert figures["cost_transfer"] == pytest.approx(count * 20_000 / GIB * 0.09)


@pytest.mark.slow
def test_the_bill_of_a_run_is_that_of_its_services_and_channels():
    scenario = priced(SQS, reader={"price": {"hour": 0.05}}, until="20s", warmup="5s")
    run = scenario.run()
    parts = run.services["reader"]["cost"] + run.channels["orders", "reader"]["cost"]
    assert run.summary()["cost"] == pytest.approx(parts)
    names = [name for name in run.summary() if name.startswith("cost_") and name not in (
        "cost_month", "cost_per_million", "cost_idle")]  # fmt: skip
    assert sum(run.summary()[name] for name in names) == pytest.approx(run.summary()["cost"])
    assert run.summary()["cost_per_million"] == pytest.approx(run.summary()["cost"] / run.summary()["completed"] * 1e6)
    assert "orders" in run.plot.cost().alt_text and "reader" in run.plot.cost().alt_text
    assert run.plot.cost().get_ylabel() == "cost a month (USD)"
    dear = scenario.replace({"name": "dear", "services.reader.price": {"hour": 0.5}})
    dearer = evsim.compare(scenario, dear, n=2, jobs=1).differences["dear"]["cost"].mean
    assert dearer == pytest.approx(15 / 3600 * 0.45)


WRONG = [
    ({"price": {"gb_second": 1}}, "a channel does no work that is paid for by the second, got 1"),
    ({"price": {"vcpu_hour": 1}}, "a channel does no work"),
    ({"price": {"like": "aws-lambda-us-east-1"}}, "a channel does no work"),
    ({"price": {"partition_hour": 1}}, "a queue has no partitions"),
    ({"price": {"size": -1}}, "size"),
    ({"price": {"chunk": 0.5}}, "chunk: must be at least 1"),
    ({"price": {"counts": ["look"]}}, "counts"),
]


@pytest.mark.parametrize(("settings", "says"), WRONG)
def test_what_a_channel_cannot_be_paid_for_is_refused_in_words(settings, says):
    with pytest.raises(ScenarioError, match=says):
        priced(**settings)


def test_a_bus_costs_nothing_and_a_service_keeps_no_messages():
    with pytest.raises(ScenarioError, match="a bus is no program of its own"):
        priced({"hour": 1}, "bus")
    for setting in ("send_batch", "partition_hour", "long_poll", "chunk"):
        with pytest.raises(ScenarioError, match=f"price.{setting}: a service keeps no messages"):
            priced({}, reader={"price": {setting: 1}})
