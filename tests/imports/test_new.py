"""What people have becomes a scenario that validates and runs; what could not be read is said, with counts."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import evsim
from evsim.experiment.sensitivity import inputs_of
from evsim.scenario.origins import NOT_SAID, origin_of
from evsim.scenario.units import number_of, write_time
from tests.cli.test_run import evsim_
from tests.exports.runs import a_run

SAMPLES = Path(__file__).resolve().parents[1] / "data/imports"
STATED = {  # what each sample says, at paths of the scenario made of it
    "nginx.log": {"workloads.clients.arrivals": {"poisson": 4.214}, "services.web.handle.1": {"fail": 0.05}},
    "common.log": {"workloads.clients.arrivals": {"poisson": 0.4462}},
    "headerless.csv": {"workloads.clients.arrivals": {"poisson": 1.845}},
    "azure-functions.csv": {"workloads.callers-of-timer-c3c3c3c3.arrivals": {"poisson": 0.01667}},
    "compose.yaml": {"services.orders.instances": 2, "services.gateway.handle.1": {"call": "orders"},
                     "services.shipping.subscribe": "orders-placed"},
    "asyncapi-2.yaml": {"channels.orders-placed": {"log": {"partitions": 12}},
                        "services.shipping.subscribe": "orders-placed",
                        "services.shipping.handle.2": {"publish": "orders-shipped"}},
    "asyncapi-3.yaml": {"services.mail.subscribe": "mails", "services.mail.handle.2": {"publish": "mails-sent"}},
    "consumer-groups.txt": {"channels.orders-placed": {"log": {"partitions": 3}}, "services.shipping.instances": 2,
                            "workloads.orders-placed-lag.arrivals": {"burst": 50}},
    "rabbitmq-definitions.json": {"channels.mails.queue.dead_letter": "mails-dead", "channels.mails.queue.ttl": 60,
                                  "channels.mails.queue.delivery_limit": 3, "channels.mails.queue.max_length": 10000,
                                  "channels.receipts": {"queue": {"like": "rabbitmq-classic"}},
                                  "channels.orders.exchange.bindings.0": {"queue": "mails", "key": "order.*"}},
    "jaeger.json": {"services.gateway.handle.1": {"call": "orders"}, "services.gateway.handle.0.work": 0.002,
                    "services.orders.handle.1.call.retry": {"attempts": 2, "backoff": 0.02},
                    "services.orders.handle.3": {"publish": "orders-placed"}, "services.orders-db.handle.0.work": 0.003,
                    "services.shipping.subscribe": "orders-placed", "network.latency": 0.0005},
}  # fmt: skip
UNREAD = {
    "nginx.log": "1 line of nginx.log could not be read, the first is line 31",
    "azure-functions.csv": "1 row of azure-functions.csv could not be read, the first is line 5",
    "common.log": "common.log does not say how long a request took",
    "compose.yaml": "prometheus of compose.yaml: left out",
}


@cache
def draft_of(name):
    return evsim.from_file(SAMPLES / name)


def test_each_sample_is_one_of_the_kinds_that_are_told_of():
    assert set(STATED) == {path.name for path in SAMPLES.iterdir()}


@pytest.mark.parametrize("name", STATED)
def test_a_file_becomes_a_scenario_that_says_what_it_says_and_runs(name):
    draft = draft_of(name)
    scenario = draft.scenario
    for path, value in STATED[name].items():
        assert plain(written(scenario, path)) == plain(value), path
    assert UNREAD.get(name, "") in "\n".join(draft.notes)
    assert all(f"# * {note}"[:60] in draft.yaml for note in draft.notes)
    run = scenario.replace({"run.duration": "5s"}).run()
    assert run.audit() and scenario.warnings() == []


def written(scenario, path):
    """What stands at a path of the page."""
    node = scenario.to_dict()
    for step in path.split("."):
        node = node[int(step) if isinstance(node, list) else step]
    return node


def plain(value):
    """A setting in plain data, with quantities in their base units."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    number = number_of(value)
    return value if number is None else number[0]


def test_every_number_of_the_page_has_an_origin():
    for name in STATED:
        scenario = draft_of(name).scenario
        unsaid = [path for path in inputs_of(scenario) if origin_of(scenario, path)[0] == NOT_SAID]
        assert unsaid == [], name


@pytest.mark.slow
def test_several_files_make_one_scenario_and_who_knows_best_is_believed():
    """The boxes of the compose file, the steps and times of the trace, and the customers of the log."""
    files = [SAMPLES / name for name in ("compose.yaml", "jaeger.json", "nginx.log")]
    scenario = evsim.from_file(*files, name="shop").scenario
    assert scenario.name == "shop"
    assert list(scenario.services) == ["gateway", "orders", "payment", "shipping", "orders-db", "db"]
    assert scenario.services["orders"].instances == 2
    assert [step.kind for step in scenario.services["orders"].handle] == ["work", "call", "call", "publish"]
    clients = {"target": "gateway", "arrivals": {"poisson": "4.214/s"}}
    assert scenario.to_dict()["workloads"] == {"clients": clients}
    assert evsim.from_file(*reversed(files), name="shop").scenario == scenario


def test_who_has_no_replicas_is_left_out_and_what_is_no_number_of_them_is_told(tmp_path):
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  shop: {image: shop, ports: [80], depends_on: [mail, stock, post]}\n"
        "  mail: {image: mail, deploy: {replicas: 0}}\n"
        "  stock: {image: stock, scale: '3'}\n"
        "  post: {image: post, scale: '${POSTS:-2}'}\n"
    )
    draft, counts = evsim.from_file(tmp_path / "compose.yaml"), {"shop": 1, "stock": 3, "post": 1}
    assert {name: each.instances for name, each in draft.scenario.services.items()} == counts
    calls = [step.service for step in draft.scenario.services["shop"].handle if step.kind == "call"]
    assert calls == ["stock", "post"]
    assert "mail of compose.yaml: left out, with 0 replicas it does not run" in draft.notes
    assert "post of compose.yaml: one instance is taken, its replicas are no number from 1 to 1,000" in draft.notes


def test_what_a_log_says_of_answers_is_told_where_others_say_what_is_behind_it():
    lines = [line.split() for line in (SAMPLES / "nginx.log").read_text(encoding="utf-8").splitlines() if "[" in line]
    times = sorted(float(line[-2]) for line in lines)
    both = evsim.from_file(SAMPLES / "compose.yaml", SAMPLES / "nginx.log")
    (told,) = (note for note in both.notes if note.startswith("in nginx.log"))
    middle, far = (write_time(float(f"{np.quantile(times, share):.3g}")) for share in (0.5, 0.99))
    assert told == (
        f"in nginx.log half of the requests took up to {middle}, 99 of 100 up to {far} and 5 % were answered 5xx: what "
        "the page should come to"
    )
    assert not any("should come to" in note for note in evsim.from_file(SAMPLES / "nginx.log").notes)


def test_traces_of_few_customers_do_not_say_how_many_workers_there_are_where_a_log_has_all(tmp_path):
    """A hundred times as many come as the traces have: of those no more are at work at once, and they would not do."""
    counts = {}
    for rate in (5, 500):
        rows = "\n".join(f"{number / rate:.4f}" for number in range(20 * rate))
        (tmp_path / "requests.csv").write_text(f"time\n{rows}\n")
        draft = evsim.from_file(SAMPLES / "jaeger.json", tmp_path / "requests.csv", name="shop")
        counts[rate] = {name: its.workers for name, its in draft.scenario.services.items()}
        busy = [warning for warning in draft.scenario.warnings() if "grow without end" in warning]
        told = [note for note in draft.notes if "few at work at once" in note]
        assert busy == [] and bool(told) == (rate == 500), (busy, told)
    alone = evsim.from_file(SAMPLES / "jaeger.json").scenario
    assert counts[5] == {name: its.workers for name, its in alone.services.items()}
    assert counts[500]["payment"] > 5 * counts[5]["payment"]
    assert draft.scenario.origins["services.payment.workers"] == "guessed: half busy with all who come"


@pytest.mark.slow
def test_the_kits_own_trace_reads_back_to_a_scenario_with_the_same_means(tmp_path):
    """The run that was exported lies where one more run of what was read would lie, 99 times of 100."""
    hybrid = evsim.load("registration-hybrid").replace({"run.duration": "20s", "run.warmup": "0s"})
    run = hybrid.run(seed=1)
    run.export(tmp_path / "trace.json", "otlp")
    scenario = evsim.from_file(tmp_path / "trace.json").scenario
    assert set(scenario.services) == set(hybrid.services) and set(scenario.channels) == set(hybrid.channels)
    runs = evsim.replicate(scenario, 8, jobs=1).runs
    for figure in ("response_mean", "completion_mean", "response_p90", "requests", "consistency_lag_mean"):
        values = [each["summary"][figure] for each in runs]
        mean = sum(values) / len(values)
        deviation = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
        assert abs(run.summary()[figure] - mean) < 3.5 * deviation * (1 + 1 / len(values)) ** 0.5, figure
    for service in hybrid.services:
        assert scenario.value(f"services.{service}.workers") in (hybrid.services[service].workers, 18), service


@pytest.mark.slow
@pytest.mark.parametrize("name", ["registration-monolith", "vertx-bus", "share-group", "topic-exchange"])
def test_what_a_trace_shows_of_a_system_is_in_what_is_read(name, tmp_path):
    """Hops that take no time, a bus that confirms nothing, messages of a partition at once in work, an exchange."""
    design = evsim.load(name).replace({"run.duration": "20s", "run.warmup": "0s"})
    run = design.run(seed=1)
    run.export(tmp_path / "trace.json", "otlp")
    read = evsim.from_file(tmp_path / "trace.json").scenario.replace({"run.duration": "20s"})
    assert set(read.services) == set(design.services)
    found, truth = (evsim.replicate(each, 5, jobs=1, progress=False).summary() for each in (read, design))
    for figure in ("response_mean", "completion_mean"):
        luck = 4 * (found[figure].standard_error + truth[figure].standard_error)
        assert abs(found[figure].mean - truth[figure].mean) < luck + 0.05 * truth[figure].mean, figure


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lossy", "letters"])
def test_what_a_consumer_received_and_did_not_work_on_is_no_call(name, tmp_path):
    """With these spans and without them a trace says the same."""
    whole, less = tmp_path / "trace.json", tmp_path / "less" / "trace.json"
    less.parent.mkdir()
    a_run(name).export(whole, "otlp")
    resources = json.loads(whole.read_text(encoding="utf-8"))["resourceSpans"]
    left_out = 0
    for scope in [each for resource in resources for each in resource["scopeSpans"]]:
        kept = [span for span in scope["spans"] if not span["name"].startswith("receive ")]
        left_out += len(scope["spans"]) - len(kept)
        scope["spans"] = kept
    assert left_out
    less.write_text(json.dumps({"resourceSpans": resources}), encoding="utf-8")
    read, other = (evsim.from_file(path).scenario.to_dict() for path in (whole, less))
    assert read == other


def test_the_command_writes_a_page_that_validates(tmp_path):
    page = tmp_path / "shop.yaml"
    log = SAMPLES / "nginx.log"
    done = evsim_("new", "--from", log, "-o", page)
    assert done.exit_code == 0 and "line 31" in done.stdout and "1 entry is guessed" in done.stdout
    assert evsim_("validate", page).stdout == f"{page}: ok\n"
    assert "poisson: 4.214/s" in evsim_("new", "--from", log).stdout
    again = evsim_("new", "--from", log, "-o", page)
    assert again.exit_code == 2 and "is there already" in again.stderr


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize("name", STATED)
def test_a_foreign_file_given_for_a_scenario_is_told_its_way_in(command, name):
    done = evsim_(command, SAMPLES / name)
    assert done.exit_code == 2
    new = name.replace(".yaml", "-scenario.yaml") if name.endswith(".yaml") else f"{name.partition('.')[0]}.yaml"
    assert f"`evsim new --from {SAMPLES / name} -o {new}` makes a scenario of it" in done.stderr


def test_who_is_named_as_a_host_in_a_variable_is_called(tmp_path):
    """Not for a bare name where the variable does not say that it is a host, nor back to whoever calls already."""
    (tmp_path / "compose.yaml").write_text("""\
services:
  web:
    build: .
    ports: ["80:80"]
    environment: {STOCK_URL: "http://stock:8080/v1", PAYMENTS: "payments:9000", CACHE_HOST: cache, DATABASE_NAME: db,
                  SELF_URL: "http://web", MODE: prometheus, HINT_URL: "see db:5432", OTHER_URL: "http://elsewhere.com"}
  stock:
    build: ./stock
    environment: ["CALLBACK=http://web:80/back", "DATABASE_URL=postgresql+psycopg://user:p:w@db:5432/shop",
                  "KAFKA_BROKERS=kafka-1:9092,kafka-2:9092", "OUT_TOPIC=taken"]
  payments: {build: ./payments}
  mailer: {build: ./mailer, environment: {BROKER: "kafka://kafka-1:9092", IN_TOPIC: taken, SMTP_HOST: smtp}}
  cache: {image: redis}
  db: {image: postgres}
  smtp: {image: mailhog/mailhog}
  kafka-1: {image: apache/kafka}
  kafka-2: {image: apache/kafka}
  prometheus: {image: prom/prometheus}
""")
    draft = evsim.from_file(tmp_path / "compose.yaml")
    steps = {name: [step for each in box.handle for step in [each.kind, getattr(each, "service", None)] if step]
             for name, box in draft.scenario.services.items()}  # fmt: skip
    assert steps["web"] == ["work", "call", "stock", "call", "payments", "call", "cache"]
    assert steps["stock"] == ["work", "call", "db", "publish"] and steps["payments"] == ["work"]
    assert steps["mailer"] == ["work", "call", "smtp", "effect"]
    assert {each.target for each in draft.scenario.workloads.values()} == {"web"}
    assert list(draft.scenario.channels) == ["taken"] and "kafka" not in "".join(draft.notes)
