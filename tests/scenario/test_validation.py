import re

import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.calls import Call
from evsim.scenario.errors import suggest
from evsim.scenario.faults import Fault
from evsim.scenario.parts import Service
from evsim.scenario.steps import Work

CALL_STEP = "- publish: registered"
# A named link, a queue, and a service in the database's program; then one fault.
MORE_TO_BREAK = """\
  local: {{inside: database, subscribe: queued, handle: [{{work: 1ms}}]}}
network: {{links: {{wire: {{between: [register, registered], loss: 1%}}}}}}
faults: [{}]
channels:
  queued: queue
"""


def test_an_unknown_setting_is_refused_with_its_line_and_the_nearest_name(complaint):
    assert complaint("subscribe: registered", "subscribe: registered\n    workrs: 2") == (
        "small.yaml, line 11: services.database.workrs: unknown setting; did you mean workers?"
    )


def test_all_errors_of_a_file_are_told_at_once_in_the_order_of_the_file(complaint):
    text = complaint(
        "poisson: 50/s}}\nservices:\n  register:",
        "poison: 50/s}}\nservices:\n  register:\n    workers: 0\n    limt: 3\n    discipline: random",
    )
    assert text.splitlines() == [
        "small.yaml, line 3: workloads.page.arrivals.poison: is not a way to arrive; did you mean poisson?",
        "small.yaml, line 6: services.register.workers: must be at least 1, got 0",
        "small.yaml, line 7: services.register.limt: unknown setting; did you mean limit?",
        "small.yaml, line 8: services.register.discipline: must be 'fifo', 'lifo' or 'adaptive_lifo', got 'random'",
    ]


def test_an_error_carries_path_rule_value_line_and_hint(changed):
    with pytest.raises(ScenarioError) as caught:
        changed("work: 2ms", "wrok: 2ms")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.hint) == (
        "services.register.handle.0.wrok",
        7,
        "did you mean work?",
    )
    assert isinstance(caught.value, ValueError) and caught.value.source == "small.yaml"


@pytest.mark.parametrize(
    "old, new, said",
    [
        (
            "target: register,",
            "target: regster,",
            "workloads.page.target: there is no service regster; did you mean register?",
        ),
        ("target: register,", "target: registered,", "must be a service, but registered is a channel"),
        (
            CALL_STEP,
            "- call: databse",
            "services.register.handle.1.call: there is no service databse; did you mean database?",
        ),
        (
            CALL_STEP,
            "- call: {service: page}",
            "services.register.handle.1.call.service: must be a service, but page is a workload",
        ),
        (CALL_STEP, "- publish: database", "handle.1.publish: must be a channel, but database is a service"),
        (
            CALL_STEP,
            "- maybe: {probability: 10%, then: [{parallel: [{call: a}, [{work: 1ms}, {call: b}]]}]}",
            "services.register.handle.1.maybe.then.0.parallel.1.1.call: there is no service b",
        ),
        (
            "subscribe: registered",
            "subscribe: [registered, other]",
            "services.database.subscribe.1: there is no channel other",
        ),
        (
            "subscribe: registered",
            "inside: registr",
            "services.database.inside: there is no service registr; did you mean register?",
        ),
        ("subscribe: registered", "inside: database", "cannot run inside itself"),
        (
            "subscribe: registered",
            "subscribe: [registered, registered]",
            "subscribes to registered twice; remove one, or write a second service",
        ),
        (
            "subscribe: registered",
            "subscribe: [registered, {channel: registered, group: other}]",
            "subscribes to registered twice; remove one, or write a second service",
        ),
        (
            "subscribe: registered",
            "subscribe: {channel: registered, prefetch: 3}",
            "a log has no prefetch, got 3",
        ),
        (
            "subscribe: registered",
            "subscribe: {channel: registered, group: Big}",
            "must be a name of small letters",
        ),
        (
            "  registered: {log: {partitions: 4}}",
            "  registered: {log: {partitions: 4}}\n  page: queue",
            "channels.page: is the name of a workload too",
        ),
        ("work: 2ms", "work: 2ms\n      - reply: a\n      - reply: b", "replies more than once on one path"),
        ("work: 2ms", "reply: 5", "handle.0.reply: must be text, got 5; put it in quotes"),
        (
            "- work: 2ms",
            "- work:2ms",
            "handle.0: must be a step, got 'work:2ms'; write a space after the colon",
        ),
        (
            "- work: 2ms",
            "- work: 2ms\n        wait: 1ms",
            "handle.0: is work and wait at once; write one of them",
        ),
        ("- work: 2ms", "- work: 2ms\n        timeout: 1ms", "handle.0.timeout: unknown setting beside work"),
        (
            "- work: 2ms",
            "- call: database\n        timeout: 1s",
            "the settings of call belong inside it: call: {service: database, timeout: ...}",
        ),
        ("- work: 2ms", "- work", "handle.0.work: must be a time such as 10ms, 1.5s or 2 min (it is empty)"),
        ("work: 2ms", "fail: 150%", "handle.0.fail: must be between 0 and 1 (or 0% and 100%), got '150%'"),
        ("work: 2ms", "publish: {channel: registered, acks: 2}", "publish.acks: must be 0, 1 or 'all', got 2"),
        (
            "work: 2ms",
            "publish: {channel: registered, key: [1]}",
            "publish.key: must be a whole number, a text, or request",
        ),
        (
            "{log: {partitions: 4}}",
            "{log: {partition: 4}}",
            "channels.registered.log.partition: unknown setting; did you mean partitions?",
        ),
        (
            "{log: {partitions: 4}}",
            "logg",
            "channels.registered: must be a channel, got 'logg'; did you mean log?",
        ),
        (
            "{log: {partitions: 4}}",
            "{queue: {partitions: 4}}",
            "channels.registered.queue.partitions: unknown setting",
        ),
        ("duration: 60s", "duration: 0s", "run.duration: must be greater than 0, got '0s'"),
        (
            "duration: 60s",
            "duration: 60s, warmup: 60s",
            "run.warmup: the warm-up must end before the run, got '60s'",
        ),
        ("duration: 60s", "durtion: 60s", "run.duration: is required"),
        ("duration: 60s", "duration: 60s, seed: -1", "run.seed: must be at least 0, got -1"),
        (
            "run: ",
            "objectives: {respons_p99: 1s}\nrun: ",
            "objectives.respons_p99: is not measured; did you mean response_p99?",
        ),
        (
            "run: ",
            "objectives: {services.database.utilisation: 80%}\nrun: ",
            "objectives.services.database.utilisation: is a figure of one service, "
            "and objectives are about the whole run; promise what customers notice, such as response_p99, "
            "and look at it in run.services",
        ),
        ("name: small", "name: Small_1", "name: must be a name of small letters, digits and hyphens"),
        ("name: small", "name: small\nfolder: /etc", "folder: unknown setting"),
        ("  database:", "  data.base:", "services.data.base: must be a name of small letters"),
        ("{poisson: 50/s}", "{poisson: 0/s}", "arrivals.poisson: must be greater than 0"),
        ("{poisson: 50/s}", "{closed: {users: 0, think: 1s}}", "arrivals.closed.users: must be at least 1"),
        (
            "{poisson: 50/s}",
            "{csv: a.csv, colum: x}",
            "arrivals.colum: unknown setting; did you mean column?",
        ),
        ("{poisson: 50/s}", "{profile: [[1s, 5/s]]}", "arrivals.profile: the first point must be at time 0"),
        (
            "{poisson: 50/s}",
            "{profile: [[0s, 5/s], [2s, 1/s], [1s, 5/s]]}",
            "arrivals.profile: the times of the points must not go back",
        ),
        ("{poisson: 50/s}", "{poisson: 50/s}, key: {uniform: 0}", "key.uniform: must be at least 1"),
        ("{poisson: 50/s}", "{poisson: 50/s}, key: {zipf: {keys: 0}}", "key.zipf.keys: must be at least 1"),
        ("{poisson: 50/s}", "{poisson: 50/s}, patience: never", "workloads.page.patience: must be a time"),
    ],
)
def test_what_does_not_fit_is_named(complaint, old, new, said):
    assert said in complaint(old, new)


def test_a_queue_has_no_groups_and_a_log_no_prefetch(complaint, small):
    text = small.replace("{log: {partitions: 4}}", "queue").replace(
        "subscribe: registered", "subscribe: {channel: registered, group: a}"
    )
    with pytest.raises(ScenarioError, match="a queue has no groups"):
        Scenario.from_yaml(text)


def test_consumers_of_one_queue_may_be_different_services(changed, small):
    more = "channels:", "  copy: {subscribe: registered, handle: [{work: 1ms}]}\nchannels:"
    scenario = Scenario.from_yaml(small.replace(*more).replace("{log: {partitions: 4}}", "queue"))
    readers = [name for name, service in scenario.services.items() if service.subscribe]
    assert readers == ["database", "copy"]
    run = scenario.run()
    assert run.audit() and set(run.ledger.subscription) == set(readers), "each has some of the messages"
    assert not run.ledger.message.duplicated().any()


def test_a_program_cannot_run_inside_one_that_runs_inside_another(complaint):
    other = "    inside: register\n  third: {inside: database, handle: [{work: 1ms}]}\nchannels:"
    assert "services.third.inside: database runs inside another program itself; write register" in complaint(
        "channels:", other
    )


def test_a_cycle_of_calls_is_refused_by_its_names(complaint):
    said = complaint(
        "- publish: registered\n  database:\n    subscribe: registered\n    handle:",
        "- call: database\n  database:\n    handle:\n      - maybe: {probability: 1, then: {call: register}}",
    )
    assert "services.register.handle: calls in a cycle: register -> database -> register" in said


def test_a_service_that_calls_itself_is_a_cycle(complaint):
    assert "calls in a cycle: register -> register" in complaint(CALL_STEP, "- call: register")


def test_a_cycle_through_a_channel_needs_a_maybe(changed, complaint):
    again = "- work: {exponential: 5ms}"
    assert "messages go round for ever: database -> registered -> database" in complaint(
        again, f"{again}\n      {CALL_STEP}"
    )
    assert "messages go round for ever" in complaint(
        again, f"{again}\n      - maybe: {{probability: 1, then: [{{publish: registered}}]}}"
    )
    changed(again, f"{again}\n      - maybe: {{probability: 10%, then: [{{publish: registered}}]}}")
    changed(again, f"{again}\n      - fail: 10%\n      {CALL_STEP}")


@pytest.mark.slow
def test_a_long_chain_of_calls_is_no_cycle():
    services = {f"s{n}": {"handle": [{"call": f"s{n + 1}"}]} for n in range(2000)}
    services["s2000"] = {"handle": [{"work": 0}]}
    scenario = Scenario.from_dict(
        {
            "name": "chain",
            "workloads": {"w": {"target": "s0", "arrivals": {"poisson": 1}}},
            "services": services,
            "run": {"duration": 1},
        }
    )
    assert list(scenario.warnings()) == []
    services["s2000"] = {"handle": [{"call": "s0"}]}
    with pytest.raises(ScenarioError, match="calls in a cycle"):
        Scenario.from_dict({**scenario.to_dict(), "services": services})


@pytest.mark.parametrize(
    "fault, said",
    [
        (
            "{outage: databse, at: 1s}",
            "faults.0.outage: there is no service, channel or link databse; did you mean database?",
        ),
        ("{outage: page, at: 1s}", "faults.0.outage: a workload cannot fail"),
        (
            "{error_rate: queued, at: 1s, probability: 1}",
            "queued is a queue, which knows no error_rate; a queue knows outage, crash, pause",
        ),
        ("{leader_failure: queued, at: 1s}", "queued is a queue, which knows no leader_failure"),
        ("{leader_failure: database, at: 1s}", "database is a service, which knows no leader_failure"),
        ("{slowdown: registered, factor: 2, at: 1s}", "registered is a log, which knows no slowdown"),
        (
            "{crash: wire, at: 1s}",
            "wire is a link, which knows no crash; a link knows partition, latency, loss, duplication",
        ),
        ("{crash: database/3, at: 1s}", "database has 1 instance, counted from 1, got 'database/3'"),
        ("{outage: registered/1, at: 1s}", "registered is a log, which has no instances"),
        ("{outage: database/0, at: 1s}", "faults.0.outage: must be a name such as register, or register/2"),
        (
            "{outage: database, at: 60s}",
            "faults.0.at: starts after the end of the run, got '60s'; the run takes 60s",
        ),
        ("{outage: database}", "needs one of at (a moment), mtbf (at random) or at_step (of one request)"),
        ("{outage: database, at: 1s, mtbf: 1s, mttr: 1s}", "needs one of at (a moment), mtbf"),
        ("{outage: database, at: 1s, at_step: {request: 1, step: work}}", "needs one of at (a moment), mtbf"),
        ("{outage: database, mtbf: 1s}", "needs mtbf and mttr"),
        ("{outage: database, mtbf: 0s, mttr: 1s}", "mtbf must be greater than 0"),
        ("{outage: database, at: 1s, for: 0s}", "faults.0.for: must be greater than 0"),
        ("{outage: database, at: 1s, duration: 2s}", "faults.0.duration: unknown setting"),
        ("{outage: database, at: 1s, mttr: 2s}", "mttr belongs to mtbf"),
        ("{slowdown: database, at: 1s}", "slowdown needs factor"),
        ("{slowdown: database, at: 1s, factor: 0}", "faults.0.factor: must be greater than 0"),
        ("{outage: database, at: 1s, factor: 2}", "factor belongs to slowdown, latency, not to outage"),
        ("{error_rate: database, at: 1s}", "error_rate needs probability"),
        ("{poison: database, at: 1s}", "poison needs key"),
        ("{poison: database, at: 1s, key: true}", "faults.0.key: must be a whole number or a text"),
        ("{latency: wire, at: 1s}", "latency needs factor or add"),
        ("{latency: wire, at: 1s, factor: 2, add: 1s}", "latency needs factor or add"),
        ("{loss: wire, at: 1s, key: 3}", "key belongs to poison, purge, not to loss"),
        (
            "{partition: database, at: 1s}",
            "knows no partition; it is for links: name one, or write two places, partition: [database, ...]",
        ),
        (
            "{partition: [database, databse], at: 1s}",
            "faults.0.partition.1: there is no workload, service or channel databse",
        ),
        ("{partition: [database, database], at: 1s}", "a link needs two different ends"),
        ("{partition: [page, registered], at: 1s}", "one end of a link must be a service"),
        ("{partition: [database], at: 1s}", "faults.0.partition: must be a name, or the two places of a link"),
        ("{outage: true, at: 1s}", "faults.0.outage: must be a name, or the two places of a link"),
        ("{partition: [database, local], at: 1s}", "database and local run in one program"),
        ("{crash: [page, database], at: 1s}", "strikes one place; between two places there may be partition, latency"),
        (
            "{crash: register, at_step: {request: 1, step: publish regstered}}",
            "faults.0.at_step.step: register has no such step, got 'publish regstered'; did you mean publish",
        ),
        ("{crash: register, at_step: {request: 1, step: 'work #2'}}", "register has no such step, got 'work #2'"),
        ("{crash: register, at_step: {request: -1, step: work}}", "faults.0.at_step.request: must be at least 0"),
        ("{crash: register, at_step: {step: work}}", "faults.0.at_step.request: is required"),
        ("{crash: register, at_step: {request: 1, step: work, when: during}}", "must be 'before' or 'after'"),
        ("{crash: register, at_step: {request: 1, step: work, workload: pge}}", "no workload pge; did you mean page?"),
        ("{crash: register, at_step: {request: 1, step: work, service: regster}}", "there is no service regster"),
        (
            "{outage: registered, at_step: {request: 1, step: work}}",
            "whose step is it? registered is no service; add service:",
        ),
        ("{error_rate: database, at: 1s, probability: 2}", "faults.0.probability: must be between 0 and 1"),
        ("{outge: database, at: 1s}", "faults.0.outge: is no fault; did you mean outage?"),
        ("{outage: database, crash: database, at: 1s}", "is outage and crash at once"),
        ("{kind: outage, target: database, at: 1s}", "is no fault"),
        ("outage", "faults.0: must be a mapping"),
    ],
)
def test_a_fault_that_cannot_be_is_named(complaint, fault, said):
    assert said in complaint("channels:\n", MORE_TO_BREAK.format(fault))


@pytest.mark.parametrize(
    "fault",
    [
        "{outage: database, at: 20s, for: 10s}",
        "{crash: database/1, at: 20.5s, for: 2s}",
        "{slowdown: database, factor: 5, at: 1s}",
        "{error_rate: database, probability: 10%, at: 0s}",
        "{outage: registered, at: 1s}",
        "{pause: registered, at: 1s}",
        "{pause: database, mtbf: {exponential: 10s}, mttr: {exponential: 1s}}",
        "{crash: registered, at: 1s}",
        "{leader_failure: registered, at: 1s}",
        "{poison: database, key: 17, at: 0s}",
        "{poison: database, key: anna, mtbf: 10s, mttr: 1s}",
        "{partition: wire, at: 1s}",
        "{partition: [page, register], at: 1s}",
        "{latency: wire, factor: 0.5, at: 1s}",
        "{latency: [registered, database], add: 50ms, at: 1s}",
        "{loss: wire, probability: 1, at: 1s}",
        "{duplication: [register, registered], probability: 1%, at: 1s}",
        "{crash: register, at_step: {request: 17, step: publish registered}, for: 2s}",
        "{crash: register, at_step: {request: 0, step: work, when: after, workload: page}}",
        "{outage: registered, at_step: {request: 0, step: work, service: register}}",
    ],
)
def test_a_fault_that_can_be_is_accepted(changed, fault):
    again = Scenario.from_yaml(changed("channels:\n", MORE_TO_BREAK.format(fault)).to_yaml())
    assert again.faults and again == Scenario.from_yaml(again.to_yaml())


@pytest.mark.parametrize(
    "links, said",
    [
        (
            "{x: {between: [register, databse]}}",
            "network.links.x.between.1: there is no workload, service or channel databse",
        ),
        ("{x: {between: [register]}}", "network.links.x.between"),
        ("{x: {between: [register, register]}}", "a link needs two different ends"),
        ("{x: {between: [page, registered]}}", "one end of a link must be a service"),
        (
            "{x: {between: [page, register]}, y: {between: [register, page]}}",
            "network.links.y.between: link x has the same ends",
        ),
        ("{database: {between: [page, register]}}", "network.links.database: is the name of a service too"),
        ("{x: {between: [page, register, database]}}", "network.links.x.between: must hold at most 2"),
        (
            "{x: {between: [page, register], los: 1%}}",
            "network.links.x.los: unknown setting; did you mean loss?",
        ),
    ],
)
def test_a_link_that_cannot_be_is_named(complaint, links, said):
    assert said in complaint(new=f"network: {{links: {links}}}\n")


def test_a_folder_in_the_place_of_a_file_is_named_once(small, tmp_path):
    with pytest.raises(ScenarioError, match=r"arrivals.csv: \.: is a folder; name a text file$"):
        Scenario.from_yaml(small.replace("{poisson: 50/s}", "{csv: .}"), folder=tmp_path)


def test_a_file_that_is_not_there_is_named_with_the_folder(small, tmp_path):
    text = small.replace("{poisson: 50/s}", "{csv: a.csv}").replace("{exponential: 5ms}", "{empirical: times.csv}")
    (tmp_path / "times.csv").write_text("5ms\n")
    with pytest.raises(ScenarioError, match="workloads.page.arrivals.csv: there is no such file, got 'a.csv'"):
        Scenario.from_yaml(text, folder=tmp_path)
    (tmp_path / "a.csv").write_text("timestamp\n1\n")
    scenario = Scenario.from_yaml(text, folder=tmp_path)
    assert scenario.folder == tmp_path
    assert scenario.services["database"].handle[0].time.mean == 0.005


def test_who_cannot_own_a_partition_is_told_by_the_setting_that_wants_owners(complaint):
    served = "subscribe: {channel: registered, session_timeout: 5s}\n    function: {keep_alive: 5s}"
    assert (
        "services.database.subscribe.session_timeout: the instances of database fetch nothing for themselves, so none "
        "of them can own a partition, got '5s'; leave out session_timeout"
    ) in complaint("subscribe: registered", served)


RING = """
name: ring
workloads: {{page: {{target: front, arrivals: {{constant: 5/s}}}}}}
services:
  front: {{handle: [{{publish: jobs}}]}}
  worker:
    subscribe: {{channel: jobs, dead_letter: jobs, {}}}
    handle: [{{fail: {{probability: 1, requeue: false}}}}]
channels: {{jobs: queue}}
run: {{duration: 3s}}
"""


def test_dead_letters_that_come_back_at_once_are_refused_but_not_of_who_acknowledges_before_the_work():
    for said in ("prefetch: 3", "guarantee: at_least_once", "ack: after"):
        with pytest.raises(ScenarioError, match="rejected here at once goes round for ever"):
            Scenario.from_yaml(RING.format(said))
    for said in ("guarantee: at_most_once", "ack: before", "ack: never"):
        run = Scenario.from_yaml(RING.format(said)).run()
        assert run.audit() and len(run.ledger) == 14, "each message is handled once"


def test_a_rate_of_many_thousands_is_a_number_as_people_read_it(changed):
    (first, *_) = changed("poisson: 50/s", "poisson: 20000/s").warnings()
    assert first.startswith("services.register: 20,000/s of 2ms each keep 40 workers busy, and it has 1:")


def test_a_name_in_other_letters_is_the_nearest():
    assert suggest("A.yaml", ["a.yaml", "i.yaml"]) == suggest("A.yaml", ["i.yaml", "a.yaml"]) == "did you mean a.yaml?"


def test_idle_workers_of_several_logs_are_told_of_all_of_them(changed):
    logs = changed("channels:", "channels:\n  other: log").replace(
        {"services.database.subscribe": ["registered", "other"], "services.database.workers": 6}
    )
    assert any("1 of 6 workers can never work, since its logs have 5 partitions" in each for each in logs.warnings())


def test_parts_made_in_python_are_checked_alike():
    with pytest.raises(ScenarioError, match="workers: must be at least 1, got 0"):
        Service(workers=0, handle=[Work(time="2ms")])
    with pytest.raises(ScenarioError, match="timout: unknown setting; did you mean timeout?"):
        Call(service="database", timout="1s")
    assert Fault(kind="outage", target="database", at="20s", duration="10s").duration == 10.0


def test_a_handler_may_be_a_generator_function_and_nothing_else_callable(small):
    def handle(ctx):
        yield from ctx.work(0.002)

    scenario = Scenario.from_yaml(small).replace({"services.register.handle": handle})
    assert scenario.services["register"].handle is handle
    assert scenario == Scenario.from_dict(scenario.to_dict()) and scenario.warnings() == []
    with pytest.raises(ScenarioError, match="cannot be written to YAML"):
        scenario.to_yaml()
    with pytest.raises(ScenarioError, match="a Python generator function"):
        Scenario.from_yaml(small).replace({"services.register.handle": lambda ctx: None})


def test_a_scenario_that_is_no_mapping_is_refused():
    for text in ("- a", "word", "7"):
        with pytest.raises(ScenarioError, match="must be a mapping of settings"):
            Scenario.from_yaml(text)


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("partitions: 4", "partitions: 1", None),
        (
            "subscribe: registered",
            "subscribe: registered\n    workers: 6",
            "services.database: 2 of 6 workers can never work",
        ),
        ("subscribe: registered", "subscribe: registered\n    instances: 5", "1 of 5 workers can never work"),
        (
            "exponential: 5ms",
            "exponential: 30ms",
            "services.database: 50/s of 30ms each keep 1.5 workers busy, and it has 1",
        ),
        ("poisson: 50/s", "profile: [[0s, 0/s], [60s, 1800/s]]", "services.register: 900/s of 2ms"),
        ("    subscribe: registered\n", "", "channels.registered: nobody subscribes"),
        ("    subscribe: registered\n", "", "services.database: nobody calls it"),
        (
            "poisson: 50/s",
            "burst: {count: 600000, at: 30s}",
            "register: the burst of page is 1200s of work for all its workers",
        ),
        ("poisson: 50/s", "burst: {count: 100000, at: 30s}", None),
        (CALL_STEP, "- reply: ok", "channels.registered: nobody publishes to it"),
        ("duration: 60s", "duration: 60s, warmup: 50s", "run.warmup: 50s of 60s are left out"),
    ],
)
def test_what_is_hardly_meant_is_warned_of(changed, old, new, said):
    warnings = changed(old, new).warnings()
    assert not warnings if said is None else any(said in warning for warning in warnings)


def test_a_sound_scenario_has_no_warnings(changed):
    assert changed().warnings() == []


@pytest.mark.parametrize("arrivals, said", [
    ({"trace": "times.csv"}, "arrivals.trace: is not a way to arrive; here that is csv"),
    ({"csv": {"file": "times.csv"}}, "arrivals.csv: has its settings beside it; write {csv: FILE, ...}"),
])  # fmt: skip
def test_arrivals_from_a_file_are_found_by_other_words(arrivals, said):
    data = {"workloads": {"page": {"target": "desk", "arrivals": arrivals}}, "services": {"desk": {"handle": []}}}
    with pytest.raises(ScenarioError, match=re.escape(said)):
        Scenario.from_dict({"name": "small", **data})
