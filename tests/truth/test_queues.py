"""Queues: what a consumer may say of a message, and what then becomes of it."""

from tests.support.cases import expected
from tests.support.statistics import proportion_agrees
from tests.truth.measuring import checked, rows_of
from tests.truth.systems import consumers, system


def letters(queue, handle, subscribe=None, undertaker=None, requests=2000, **parts):
    """`front` publishes to `jobs`, which `worker` reads; `undertaker` reads `spoilt`, the queue of dead letters."""
    services = {
        "front": {"handle": [{"publish": "jobs"}]},
        "worker": {"subscribe": {"channel": "jobs", **(subscribe or {})}, "workers": 50, "handle": handle},
        "undertaker": {"subscribe": "spoilt", "workers": 50, "handle": undertaker or [{"effect": "buried"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    channels = {"jobs": {"queue": queue}, "spoilt": "queue"}
    return system(services, workloads, requests / 100, 0, channels=channels, **parts)


def asked(run):
    return run.summary()["requests"]


# Dead letters.


def test_a_message_that_must_not_come_again_is_dead_at_once_and_comes_as_one_dead_letter():
    handle = [{"work": "1ms"}, {"fail": {"probability": 0.3, "requeue": False}}, {"effect": "done"}]
    run = checked(letters({"dead_letter": "spoilt"}, handle))
    ledger = run.ledger
    jobs, spoilt = (ledger[ledger.channel == name].set_index("request") for name in ("jobs", "spoilt"))
    dead = jobs[jobs.state == "dead"]
    assert proportion_agrees(len(dead), len(jobs), 0.3)
    assert (dead.cause == "rejected").all() and (dead.attempts == 1).all()
    assert sorted(spoilt.index) == sorted(dead.index) and (spoilt.state == "done").all()
    assert (spoilt.death == "rejected").all() and (jobs.death == "").all()
    assert (spoilt.origin == dead.message.loc[spoilt.index]).all()
    assert (spoilt.published == dead.settled.loc[spoilt.index]).all()
    effects = run.effects.groupby("effect").request.apply(set)
    assert effects["buried"] == set(dead.index)  # they count for the same requests
    assert effects["done"] == set(jobs.index) - set(dead.index)


def test_a_dead_letter_may_be_handed_out_again_and_has_luck_of_its_own():
    """It fails with the same probability each time, whatever its message did before."""
    handle = [{"work": "1ms"}, {"fail": 0.5}]
    run = checked(letters({"dead_letter": "spoilt", "delivery_limit": 1}, handle, undertaker=handle))
    ledger = run.ledger
    spoilt = ledger[ledger.channel == "spoilt"]
    assert proportion_agrees(len(spoilt), asked(run), 0.25)
    assert proportion_agrees((spoilt.attempts == 1).sum(), len(spoilt), 0.5)
    assert proportion_agrees((spoilt.state == "dead").sum(), len(spoilt), 0.5**5, error_below=0.5)


def test_a_dead_letter_is_read_by_every_group_of_a_log():
    scenario = letters({}, [{"fail": 1}], subscribe={"dead_letter": "spoilt", "retry": {"attempts": 2}}, requests=100)
    described = scenario.to_dict()
    described["channels"]["spoilt"] = {"log": {"partitions": 4}}
    described["services"]["witness"] = {"subscribe": "spoilt", "handle": [{"effect": "seen"}]}
    run = checked(type(scenario).from_dict(described))
    assert run.effects.groupby("effect").size().to_dict() == {"buried": asked(run), "seen": asked(run)}
    assert run.audit()


def test_a_channel_of_dead_letters_that_is_down_loses_them_and_a_paused_one_does_not():
    for fault, lost in (("outage", 100), ("pause", 0)):
        faults = [{fault: "spoilt", "at": "995ms", "for": "1s"}]
        retry = {"retry": {"attempts": 1}}
        run = checked(letters({"dead_letter": "spoilt"}, [{"fail": 1}], retry, requests=300, faults=faults))
        made = run.message_columns["origin"] >= 0
        assert made.sum() == asked(run) and (run.message_columns["fate"][made] > 0).sum() == lost
        assert len(run.effects) == asked(run) - lost


# The delivery limit.


def test_a_message_that_is_always_returned_is_delivered_as_often_as_rabbitmq_says():
    truth = expected("SEM-rabbit-quorum")
    queue = {"like": "rabbitmq", "dead_letter": "spoilt"}
    run = checked(letters(queue, [{"fail": 1}], requests=20))
    ledger = run.ledger
    jobs, spoilt = (ledger[ledger.channel == name] for name in ("jobs", "spoilt"))
    assert (jobs.attempts == truth["deliveries before dead-lettering"]).all() and (jobs.state == "dead").all()
    assert (spoilt.death == truth["dead-letter reason"].replace("_", " ")).all() and (spoilt.deaths == 1).all()
    redeliveries = run.rows["attempt"][rows_of(run, "worker")].max() - 1
    assert redeliveries == truth["x-delivery-count on last delivery"]


def test_a_consumer_that_dies_counts_as_a_return():
    faults = [{"crash": "worker", "at": f"{second}s", "for": "1ms"} for second in range(2, 30)]
    scenario = consumers({"queue": {"like": "rabbitmq"}}, [{"work": "10s"}], {"profile": [[0, 1], [1, 0]]}, 30, 0,
                         faults=faults)  # fmt: skip
    run = checked(scenario, conserving=False)
    deliveries = expected("SEM-rabbit-quorum", "deliveries before dead-lettering")
    assert len(run.ledger) and (run.ledger.attempts == deliveries).all() and (run.ledger.state == "dead").all()


def test_a_classic_queue_hands_out_a_message_for_ever():
    assert "forever" in expected("SEM-rabbit-quorum", "classic queue")
    queue = {"like": "rabbitmq-classic"}
    scenario = consumers({"queue": queue}, [{"work": "1s"}, {"fail": 1}], {"constant": 1}, 2, 0)
    run = scenario.replace({"run.drain_limit": "1000s"}).run()
    assert run.ledger.state.tolist() == ["pending"]
    assert run.ledger.attempts.tolist() == [1001]
    assert run.audit()
