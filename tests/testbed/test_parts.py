"""What the testbed is made of: what it carries, its journals and frames, and what it predicts."""

import asyncio
import json
import sqlite3
from types import SimpleNamespace

import pytest

import evsim
from evsim.engine.execution import Execution
from evsim.results.endings import Reason, Verdict
from evsim.testbed import wire
from evsim.testbed.brokers import BROKERS, BrokerChoice, check_suits, client_of
from evsim.testbed.calibration import TOLERABLE, Calibration, refuse_if_busy
from evsim.testbed.carrying import check_carries
from evsim.testbed.effect_stores import make_database, rows_written, store_of
from evsim.testbed.journal import Journal, read_journals
from evsim.testbed.noted_run import NotedRun
from evsim.testbed.prediction import LivePrediction
from evsim.testbed.service_process import Job, ServiceProcess
from evsim.testbed.shared_draws import SharedDraws

EVENTS, CLASSIC = evsim.load("registration-events"), evsim.load("registration-classic")
SHORT = {"run.duration": "20s", "run.warmup": "2s"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"services.register.instances": 2}, "services.register.balance"),
        ({"services.register.instances": 2, "services.register.balance": "round_robin"}, "services.register.balance"),
        ({"services.database.subscribe": {"channel": "customer-registered", "group": "readers"}}, "group"),
        ({"services.register.limit": 5}, "services.register.limit"),
        ({"channels.customer-registered": {"bus": {}}}, "channels.customer-registered"),
        ({"channels.customer-registered": {"log": {"partitions": 4, "retention": "1 min"}}}, "retention"),
        ({"services.mailing-list.handle": [{"work": "2ms"}, {"fail": "5%"}]}, "services.mailing-list.handle.1"),
        (
            {"services.register.handle.0": {"parallel": [[{"work": "1ms"}, {"fail": "5%"}], [{"work": "1ms"}]]}},
            "services.register.handle.0.parallel.0.1",
        ),
        (
            {"services.register.handle.0": {"parallel": [{"work": "1ms"}, {"fail": "5%"}]}},
            "services.register.handle.0.parallel.1",
        ),
        ({"services.database.subscribe": {"channel": "customer-registered", "retry": {"attempts": 3}}}, "retry"),
        ({"workloads.register-page.patience": "1s"}, "workloads.register-page.patience"),
        ({"workloads.register-page.arrivals": {"closed": {"users": 3, "think": "1s"}}}, "arrivals"),
        ({"faults": [{"slowdown": "database", "at": "1s", "for": "1s", "factor": 2}]}, "faults.0"),
        ({"faults": [{"crash": "database", "at": "1s"}]}, "faults.0"),
    ],
)
def test_what_real_parts_do_not_have_is_refused_by_name_before_anything_starts(changes, names):
    with pytest.raises(evsim.ScenarioError) as refusal:
        evsim.live(EVENTS.replace(changes))
    assert any(names in str(problem.path) for problem in refusal.value.problems)
    assert "real parts do not have" in str(refusal.value)


@pytest.mark.parametrize("name", ["registration-classic", "registration-events", "registration-parallel"])
def test_the_registration_can_be_carried(name):
    assert check_carries(evsim.load(name)) is None


@pytest.mark.parametrize("kill", ["mailing-list", "mailing-list@1s", "@1s+2s", 5, None])
def test_a_kill_is_a_place_a_moment_and_a_length(kill):
    with pytest.raises(evsim.ScenarioError, match=r"mailing-list@10s\+3s"):
        evsim.live(EVENTS, kill=[kill])


def test_what_stands_still_is_a_place_a_moment_and_a_length_and_no_broker():
    with pytest.raises(evsim.ScenarioError, match=r"pause: .*mailing-list@10s\+3s"):
        evsim.live(EVENTS, pause="mailing-list")
    with pytest.raises(evsim.ScenarioError, match="real parts do not have this pause"):
        evsim.live(EVENTS, pause="customer-registered@1s+1s")


def test_a_broker_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(evsim.ScenarioError, match="kafka, mini, nats, rabbitmq, redis"):
        evsim.live(EVENTS, broker="post office")


def test_two_who_publish_to_one_log_are_refused_on_rabbitmq():
    scenario = evsim.load("two-producers-four-consumers")
    check_suits(BrokerChoice("redis"), scenario)
    check_suits(BrokerChoice("rabbitmq"), EVENTS)
    with pytest.raises(evsim.ScenarioError, match="channels.customer-registered"):
        check_suits(BrokerChoice("rabbitmq"), scenario)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"channels.customer-registered": {"queue": {}}}, "Kafka has logs and no queues"),
        ({"faults": [{"crash": "customer-registered", "at": "1s", "for": "1s"}]}, "keeps its messages in memory"),
    ],
)
def test_what_the_kafka_of_a_run_does_not_do_is_refused(changes, names):
    check_suits(BrokerChoice("kafka"), EVENTS)
    with pytest.raises(evsim.ScenarioError, match=names):
        check_suits(BrokerChoice("kafka"), EVENTS.replace(changes))


def test_whom_a_kill_means_is_there():
    with pytest.raises(evsim.ScenarioError, match="mailing-list"):
        evsim.live(EVENTS, kill="mailing-lst@1s+2s")


def test_a_line_that_a_kill_has_cut_is_not_read(tmp_path):
    journal = Journal(tmp_path, "desk", 1)
    journal.note("started", "0.1", 3)
    journal.close()
    with (tmp_path / "desk.2.jsonl").open("ab") as file:
        file.write(b'[1, "up"]\n[2, "star')
    assert [entry[2] for entry in read_journals(tmp_path)] == ["up", "started"]
    assert [entry[0] for entry in read_journals(tmp_path, "desk")] == ["desk", "desk"]


def test_a_stranger_without_the_token_is_not_let_in():
    async def try_to_enter(token):
        served = []

        async def serve(reader, writer):
            served.extend([frame async for frame in wire.frames(reader)])

        server = await wire.listen(0, "secret", serve)
        reader, writer = await wire.connect(wire.port_of(server), token)
        wire.send(writer, {"ask": 1})
        writer.write_eof()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return served

    assert asyncio.run(try_to_enter("secret")) == [{"ask": 1}]
    assert asyncio.run(try_to_enter("guess")) == []


def test_a_luck_that_has_travelled_draws_the_same():
    here, there = (SharedDraws(Execution(EVENTS, 7)) for _ in range(2))
    place = here.places[2]
    step = EVENTS.services["mailing-list"].handle[0]
    for attempt in (1, 2, 3):
        luck = here.of_attempt(41, place, attempt)
        travelled = there.unpack(here.pack(luck))
        assert here.timer(place, step, (0,))(luck) == there.timer(place, step, (0,))(travelled)
    drawn = {here.timer(place, step, (0,))(here.of_attempt(41, place, attempt)) for attempt in (1, 2, 3)}
    assert len(drawn) == 3


def test_a_calibrated_scenario_has_the_constants_of_the_machine_and_the_same_draws():
    overhead = {"register": 0.001, "database": 0.002, "mailing-list": 0.003}
    calibrated = Calibration(1e-4, 1e-3, 4e-4, overhead).apply(EVENTS.replace(SHORT))
    plain, slower = EVENTS.replace(SHORT).run(), calibrated.run()
    for run in (plain, slower):
        assert run.audit()
    rows, names = slower.tables.rows, [place.service for place in slower.tables.places]
    for number, name in enumerate(names):
        if name != "register":  # it waits for the broker, too
            mine, before = (t["place"] == number for t in (rows, plain.tables.rows))
            longer = rows["ended"][mine] - rows["started"][mine]
            as_drawn = (plain.tables.rows["ended"] - plain.tables.rows["started"])[before]
            assert sorted(longer - overhead[name]) == pytest.approx(sorted(as_drawn), abs=1e-9)
    assert calibrated.network.latency.mean == pytest.approx(4e-4)


def test_a_machine_with_too_much_else_to_do_is_refused_with_the_number():
    refuse_if_busy(Calibration(TOLERABLE, 0.1, 0.1, {}))
    with pytest.raises(evsim.ScenarioError, match=r"2\.10 ms late on average"):
        refuse_if_busy(Calibration(TOLERABLE + 1e-4, 0.1, 0.1, {}))


@pytest.mark.slow
def test_a_prediction_says_which_figures_lie_apart_and_what_the_model_leaves_out():
    scenario = CLASSIC.replace(SHORT)
    right = LivePrediction(scenario.run(), scenario, runs=8)
    assert all(right.error(name) == 0 for name, *_ in right.rows) and not right.apart and not right.why()
    others = LivePrediction(scenario.run(seed=9), scenario, runs=2)
    assert all(others.error(name) == 0 for name, *_ in others.rows), "the customers of the run, not of the file"
    unknown = LivePrediction(scenario.run(seed=9), scenario, runs=1)
    assert unknown.rows and not unknown.apart, "one run tells of no figure where another one may lie"
    wrong = LivePrediction(scenario.run(), scenario.replace({"services.register.handle.0.work": "52ms"}), runs=8)
    assert "response_mean" in wrong.apart
    measured, predicted = next(row[1:3] for row in wrong.rows if row[0] == "response_mean")
    assert predicted - measured == pytest.approx(0.05, rel=0.1)
    assert "Outside of what the model expects" in str(wrong) and "share a processor" in str(wrong)
    assert "late on average" not in str(wrong)
    late = LivePrediction(scenario.run(), scenario, runs=2, overshoot=0.53e-3)
    assert all("A sleep ended 0.53 ms late on average." in each for each in (str(late), late._repr_html_()))


def test_effects_of_two_processes_go_to_one_file_though_one_writes_when_the_other_opens_it(tmp_path):
    make_database(tmp_path)
    first, second = (SimpleNamespace(service=name, database=None, folder=tmp_path) for name in ("desk", "bank"))
    writing = sqlite3.connect(next(tmp_path.glob("*.sqlite")), isolation_level=None)
    writing.execute("begin immediate")
    stores = [store_of(each, {}) for each in (first, second)]
    writing.execute("commit")
    writing.close()
    for number, store in enumerate(stores):
        asyncio.run(store.write(f"0.{number}", "done"))
    assert [row[:2] for row in rows_written(tmp_path)] == [("0.0", "done"), ("0.1", "done")]


def test_what_a_process_works_asks_and_publishes_has_the_luck_of_its_own_attempt():
    """The second attempt at a message calls, publishes and works as the simulator's second attempt would."""
    scenario = evsim.Scenario.from_dict({
        "name": "hands-on",
        "workloads": {"people": {"target": "page", "arrivals": {"poisson": 1}, "key": {"uniform": 50}}},
        "services": {
            "page": {"handle": [{"publish": "jobs"}]},
            "worker": {"subscribe": "jobs", "handle": [{"work": {"exponential": "20us"}}, {"call": "store"},
                                                       {"publish": "notes"}]},
            "store": {"handle": [{"work": "1ms"}]},
            "reader": {"subscribe": "notes", "handle": [{"work": "1ms"}]},
        },
        "channels": {"jobs": "queue", "notes": {"log": {"partitions": 9}}},
        "run": {"duration": "1s"},
    })  # fmt: skip
    process, said = ServiceProcess.__new__(ServiceProcess), []

    async def answer(*sent):
        said.append(sent)
        return Verdict.DONE, Reason.NONE

    async def kept(*sent):
        said.append(sent)
        return True

    process.luck, process._timers = SharedDraws(Execution(scenario, 5)), {}
    process.journal = SimpleNamespace(note=lambda *noted: said.append(noted))
    process.caller, process.broker = SimpleNamespace(ask=answer), SimpleNamespace(publish=kept)
    handle = scenario.services["worker"].handle
    simulated = SharedDraws(Execution(scenario, 5))
    place = next(each for each in process.luck.places if each.service == "worker")
    for attempt in (1, 2):
        job = Job("job", place, process.luck.of_attempt(7, place, attempt), None)
        own = simulated.of_attempt(7, simulated.places[place.number], attempt)
        said.clear()
        for index, step in enumerate((process._pass_time, process._call, process._publish)):
            asyncio.run(step(job, handle[index], (index,), False))
        by_kind = {each[0]: each for each in said}
        packed = simulated.pack(own)
        assert (packed[1] > 0) == (attempt > 1)
        assert by_kind["slept"][2] == simulated.timer(place, handle[0], (0,))(own)
        (asked,) = [each for each in said if each[0] == "job/1"]
        assert by_kind["asked"][3] == asked[2] == packed
        (sent,) = [each for each in said if each[0] == "job@2"]
        assert by_kind["published"][3] == sent[4] == packed
        assert by_kind["published"][5] == sent[2] == simulated.partition(sent[3], own)


@pytest.mark.parametrize(("told", "kept"), [(90, 100), (100, 100), (170, 170)])
def test_a_message_was_kept_no_sooner_than_it_was_sent(told, kept, tmp_path):
    """Clocks of a server and of this machine differ by a little."""
    noted = {
        "customers": [[80, "asked", "0.0", 0, [0, 0], None]],
        "register": [[100, "published", "m", 0, [0, 0], "0.0", 3], [110, "kept", "m", 4, told]],
    }
    for process, entries in noted.items():
        (tmp_path / f"{process}.1.jsonl").write_text("".join(json.dumps(each) + "\n" for each in entries))
    make_database(tmp_path)
    found = NotedRun(SharedDraws(Execution(EVENTS, 1)), tmp_path).messages["m"]
    assert (found.published, found.appended, found.offset) == (100, kept, 0)


@pytest.mark.parametrize("broker", BROKERS)
def test_nothing_is_published_before_the_broker_is_reached(broker, tmp_path):
    """A service that starts again is asked before it has reached its broker: who asks is told so."""
    process = SimpleNamespace(scenario=None, folder=tmp_path)
    client = client_of(broker)(process, [], None)
    assert not asyncio.run(client.publish("message", "customers", 0, 0, None)) and client.open == 0
