"""Queues: what a consumer may say of a message, and what then becomes of it."""

import numpy as np
import pytest

from evsim.results.endings import Outcome
from tests.support.cases import case, expected
from tests.support.nightly import mostly_at_night
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked, measure, rows_of, steady
from tests.truth.systems import arrivals_from, consumers, cut_normal, exponential, poisson, system


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


@pytest.mark.slow
def test_a_dead_letter_may_be_handed_out_again_and_has_luck_of_its_own():
    """It fails with a probability of its own each time, whatever its message did before."""
    handle = [{"work": "1ms"}, {"fail": 0.5}]
    undertaker = [{"work": "1ms"}, {"fail": 0.75}]
    run = checked(letters({"dead_letter": "spoilt", "delivery_limit": 1}, handle, undertaker=undertaker, requests=6000))
    ledger = run.ledger
    spoilt = ledger[ledger.channel == "spoilt"]
    assert proportion_agrees(len(spoilt), asked(run), 0.25)
    assert proportion_agrees((spoilt.attempts == 1).sum(), len(spoilt), 0.25)
    assert proportion_agrees((spoilt.state == "dead").sum(), len(spoilt), 0.75**5)


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
        made = run.tables.messages["origin"] >= 0
        assert made.sum() == asked(run) and (run.tables.messages["fate"][made] > 0).sum() == lost
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
    redeliveries = run.tables.rows["attempt"][rows_of(run, "worker")].max() - 1
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


def test_what_fails_without_a_back_off_is_handed_out_next_and_with_one_it_lets_others_pass():
    """Two messages that always fail, for one worker: the first goes back to its place, which is first in line."""
    handle = [{"work": "1s"}, {"fail": 1}]
    for backoff, order in (("0s", [0, 0, 0, 1, 1, 1]), ("500ms", [0, 1, 0, 1, 0, 1])):
        reading = {"retry": {"attempts": 3, "backoff": backoff}}
        run = checked(consumers("queue", handle, {"constant": 100}, 0.025, 0, subscribe=reading))
        work = run.spans[run.spans.kind == "delivery"].sort_values("started")
        assert work.request.tolist() == order
        gaps = np.diff(work.started)
        assert np.allclose(gaps, 1), "and the worker never waits"


# Acknowledgements.


@pytest.mark.parametrize(("ack", "state"), [("before", "lost"), ("after", "done")])
def test_what_a_crash_kills_is_lost_after_an_early_acknowledgement_and_done_again_after_a_late_one(ack, state):
    """Ten messages a second of 1 s each, ten workers; the consumer dies after 10 s with what it has."""
    faults = [{"crash": "worker", "at": "10.05s", "for": "1s"}]
    scenario = consumers("queue", [{"work": "1s"}, {"effect": "row"}], {"constant": 10}, 20, 0, faults=faults,
                         subscribe={"ack": ack}, workers=10)  # fmt: skip
    run = checked(scenario, conserving=False)
    hit = run.spans[run.spans.outcome == "crashed"].request
    assert len(hit) == 10
    ledger = run.ledger.set_index("request")
    assert (ledger.loc[hit].state == state).all() and (ledger.drop(hit).state == "done").all()
    assert (ledger.disposition == "acked").all()
    assert run.summary()["lost"] == run.summary()["effects_missing"] == (10 if ack == "before" else 0)
    assert run.summary()["duplicated"] == 0
    if ack == "before":
        assert (ledger.loc[hit].cause == "crash after the early acknowledgement").all()


def test_a_failure_after_an_early_acknowledgement_is_final():
    run = checked(consumers("queue", [{"fail": 0.25}], {"constant": 100}, 40, 0, subscribe={"ack": "before"}))
    assert proportion_agrees((run.ledger.state == "lost").sum(), asked(run), 0.25)
    assert (run.ledger.attempts == 1).all()


def test_what_a_consumer_had_when_it_died_is_handed_out_again_and_done_by_the_other():
    """The first has five in hand as it dies; they and no others are handed out a second time."""
    crash = {"crash": "worker/1", "at": 2.05, "for": 100}
    scenario = consumers("queue", [{"work": 1}, {"effect": "row"}], {"constant": 100}, 3, 0, instances=2, workers=5,
                         faults=[crash])  # fmt: skip
    run = checked(scenario, conserving=False)
    rows, mine = run.tables.rows, rows_of(run, "worker")
    killed = mine[rows["outcome"][mine] == Outcome.CRASHED]
    assert len(killed) == 5 and set(rows["worker"][killed]) == set(range(5))
    again = mine[rows["attempt"][mine] == 2]
    assert sorted(rows["parent"][again]) == sorted(rows["parent"][killed])
    assert (rows["leased"][again] >= 2.05).all() and (rows["worker"][again] >= 5).all()
    figures = run.channels["events", "worker"]
    assert figures["redelivered"] == run.ledger.attempts.eq(2).sum() == 5
    assert figures["done"] == figures["published"] and run.summary()["effects_repeated"] == 0


def test_what_is_never_acknowledged_fills_the_credit_and_comes_again_when_the_consumer_dies():
    faults = [{"crash": "worker", "at": "5s", "for": "1s"}]
    scenario = consumers("queue", [{"work": "10ms"}, {"effect": "row"}], {"constant": 10}, 10, 0, faults=faults,
                         subscribe={"ack": "never", "prefetch": 20})  # fmt: skip
    run = scenario.run()
    assert run.audit()
    states = run.ledger.state.value_counts().to_dict()
    assert states == {"duplicate": 20, "pending": asked(run) - 20}  # the first twenty, twice; then it takes no more
    assert (run.ledger.disposition == "held").all()
    assert run.summary()["effects_repeated"] == 20


# Visibility: only the current lease may settle.


@pytest.mark.slow
@pytest.mark.parametrize("factor", mostly_at_night([3, 6], 3))
def test_a_slow_worker_does_the_work_twice_when_its_message_is_visible_again(factor):
    p, truth = case("VISIBILITY-dup")["parameters"], expected("VISIBILITY-dup")
    truth = truth["P(dup)"] if factor == 3 else truth["visibility 6x mean"]
    queue = {"visibility_timeout": factor * p["mean"], "delivery_limit": "unlimited"}
    assert factor != 3 or queue["visibility_timeout"] == p["visibility"]
    messages = 10_000 if factor == 3 else 175_000
    handle = [{"work": exponential(p["mean"])}, {"effect": "row"}]
    run = checked(consumers({"queue": queue}, handle, {"constant": 100}, messages / 100, 0, workers=20_000), factor)
    ledger = run.ledger
    again = ledger.attempts > 1
    assert proportion_agrees(again.sum(), len(ledger), truth)
    assert (ledger.state[again] == "duplicate").all() and (ledger.state[~again] == "done").all()
    assert run.summary()["effects_repeated"] == again.sum()


def test_a_late_acknowledgement_of_a_lease_that_is_over_settles_nothing():
    """The first worker takes 3 s, its lease lasts 2 s. At 2 s the second gets the message; at 3 s the first is done."""
    queue = {"visibility_timeout": 2}
    slow = {"subscribe": "jobs", "handle": [{"work": 3}, {"effect": "slow"}]}
    other = {"subscribe": "jobs", "handle": [{"work": 1.5}, {"effect": "quick"}]}
    run = checked(system(
        {"front": {"handle": [{"publish": "jobs"}]}, "slow": slow, "other": other},
        {"customers": {"target": "front", "arrivals": {"profile": [[0, 5], [0.2, 5], [0.2, 0]]}}},
        10, 0, channels={"jobs": {"queue": queue}},
    ).replace({"run.seed": 4}), 4)  # fmt: skip
    spans = run.spans[run.spans.kind == "delivery"].sort_values("born")
    first, second = spans.iloc[0], spans.iloc[1]
    assert len(run.ledger) == 1 and first.service == "slow" and second.service == "other"
    assert (first.verdict, first.outcome) == ("revoked", "ok") and first.settled - first.leased == pytest.approx(2)
    assert second.verdict == "done" and second.settled - second.leased == pytest.approx(1.5)
    late = run.records.late.columns()
    assert late["row"].tolist() == [spans.index[0]] and late["time"][0] == pytest.approx(first.leased + 3)
    assert run.ledger.settled.iloc[0] == second.settled and run.ledger.state.iloc[0] == "duplicate"


def test_a_message_whose_lease_runs_out_too_often_is_dead_though_somebody_is_still_at_work():
    queue = {"visibility_timeout": 2, "delivery_limit": 1}
    run = checked(consumers({"queue": queue}, [{"work": 5}, {"effect": "row"}], {"constant": 1}, 2, 0, workers=9))
    ledger = run.ledger.iloc[0]
    assert (ledger.attempts, ledger.disposition, ledger.state) == (2, "dead", "duplicate")
    assert ledger.settled - ledger.appended == pytest.approx(4)


def test_a_consumer_that_does_not_acknowledge_in_time_loses_all_it_holds():
    """Prefetch 3 and one worker: the first message takes too long, and the two behind it go back as well."""
    queue = {"ack_timeout": 2, "delivery_limit": 1}
    arrivals = {"profile": [[0, 30], [0.1, 30], [0.1, 0]]}
    scenario = consumers({"queue": queue}, [{"work": 3}], arrivals, 10, 0, subscribe={"prefetch": 3})
    run = checked(scenario, 6, conserving=False)
    cut_off = run.incidents[run.incidents.kind == "consumer cut off"]
    first = run.spans[(run.spans.service == "worker")].sort_values("leased").iloc[:3]
    assert len(run.ledger) >= 3 and len(cut_off) >= 1
    assert (first.verdict == "revoked").all()
    assert (first.settled == first.leased.iloc[0] + 2).all()


# Time to live.


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_at_night(["TTL-8-10-0.5", "TTL-0.8-1-5", "TTL-12-10-0.5"], "TTL-8-10-0.5"))
def test_a_message_that_waits_too_long_expires(name):
    p, truth = case(name)["parameters"], expected(name)
    messages = 30_000
    scenario = consumers({"queue": {"ttl": p["ttl"]}}, [{"work": exponential(1 / p["mu"])}], poisson(p["lam"]),
                         messages / p["lam"])  # fmt: skip

    def figures(run):
        channel = run.channels["events", "worker"]
        assert channel["published"] == channel["done"] + channel["expired"]
        wait = run.services["worker"]["wait_mean"]
        return {"expired": channel["expired"] / channel["published"], "wait": wait}

    found = measure(name, scenario, figures, 12)
    assert agrees(found["expired"], truth["expired fraction"], notices=0.2)
    assert agrees(found["wait"], truth["mean wait of delivered"], notices=0.1)


def test_a_message_expires_at_its_deadline_also_when_nobody_is_there():
    run = consumers({"queue": {"ttl": "300ms"}}, [{"work": 1}], {"constant": 10}, 3, 0,
                    faults=[{"outage": "worker", "at": 0}]).run()  # fmt: skip
    ledger = run.ledger
    assert run.audit() and (ledger.state == "expired").all() and (ledger.cause == "expired").all()
    assert (ledger.settled - ledger.appended).tolist() == pytest.approx([0.3] * len(ledger))


@pytest.mark.slow
def test_with_a_time_to_live_of_zero_a_message_is_delivered_now_or_not_at_all():
    """Busy or not: what is not taken at once expires. As in a system without a waiting room (Erlang's loss)."""
    scenario = consumers({"queue": {"ttl": 0}}, [{"work": exponential(1)}], poisson(5), 4000, workers=5)
    found = measure("TTL 0", scenario, lambda run: {
        "lost": run.summary()["expired"] / run.summary()["requests"],
        "wait": run.services["worker"]["wait_mean"],
    }, 10)  # fmt: skip
    assert agrees(found["lost"], expected("ErlangB-5-5"), notices=0.1)
    assert set(found["wait"]) == {0.0}


def test_a_message_that_comes_back_keeps_its_deadline():
    """It fails after 0.8 s, waits for its second turn behind nobody, and expires 1 s after it came."""
    handle, retry = [{"work": "800ms"}, {"fail": 1}], {"retry": {"attempts": 3, "backoff": "150ms"}}
    run = checked(consumers({"queue": {"ttl": 1}}, handle, {"constant": 0.2}, 20, 0, subscribe=retry), conserving=False)
    granted = run.spans.leased.notna()[run.spans.kind == "delivery"]
    assert granted.sum() == 2 * len(run.ledger)  # back at 0.95 s: taken at once, back at 1.9 s: too old
    assert (run.ledger.state == "expired").all()
    assert (run.ledger.settled - run.ledger.appended).tolist() == pytest.approx([1.9] * len(run.ledger))


# Maximum length.


@pytest.mark.slow
@pytest.mark.parametrize("overflow", mostly_at_night(["drop_head", "reject_publish"], "drop_head"))
def test_a_full_queue_loses_the_same_share_whichever_message_it_turns_away(overflow):
    p, truth = case("MAXLEN-overflow")["parameters"], expected("MAXLEN-overflow")
    queue = {"max_length": p["K"] - 1, "overflow": overflow}
    scenario = consumers({"queue": queue}, [{"work": exponential(1 / p["mu"])}], poisson(p["lam"]), 30_000 / p["lam"])

    def figures(run):
        rejected, channel = run.summary()["errors"], run.channels["events", "worker"]
        assert (rejected == 0) == (overflow == "drop_head") and (channel["dropped"] == 0) != (rejected == 0)
        server = run.services["worker"]
        return {"lost": (channel["dropped"] + rejected) / run.summary()["requests"], "sojourn": server["sojourn_mean"],
                "throughput": server["completed"] / run.tables.window}  # fmt: skip

    found = measure(f"MAXLEN {overflow}", scenario, figures, 12)
    assert agrees(found["lost"], truth["loss fraction (both)"], notices=0.1)
    assert agrees(found["throughput"], truth["throughput (both)"], notices=0.05)
    named = overflow.replace("_", "-")
    assert agrees(found["sojourn"], truth[f"mean sojourn of delivered, {named.replace('-publish', '-publish')}"])


@pytest.mark.slow
def test_a_publisher_that_is_refused_learns_of_it_and_may_try_again():
    queue = {"max_length": 1, "overflow": "reject_publish"}
    scenario = consumers({"queue": queue}, [{"work": "100ms"}], {"constant": 20}, 5, 0)
    refused = checked(scenario)
    figures = refused.summary()
    assert figures["errors"] > 0.4 * figures["requests"] and figures["completed"] == len(refused.ledger)
    assert set(refused.spans.reason[refused.spans.outcome == "failed"]) == {"max length"}
    patient = {"channel": "events", "retry": {"attempts": 1000, "backoff": "30ms"}}
    described = {"services.front.handle.0.publish": patient, "services.front.workers": 1000}
    run = checked(scenario.replace(described))
    assert run.summary()["errors"] == 0 and (run.ledger.state == "done").all()


def test_a_full_queue_that_blocks_keeps_its_publishers_waiting_and_loses_nothing():
    """A producer of 1 ms and a consumer of 10 ms: nine are ready, one in work, and the pace is the consumer's."""
    queue = {"max_length": 9, "overflow": "block"}
    scenario = consumers({"queue": queue}, [{"work": "10ms"}], {"constant": 1000}, 1, 0)
    run = checked(scenario)
    assert (run.ledger.state == "done").all() and len(run.ledger) == asked(run)
    ready = run.ledger.sort_values("offset")
    taken = run.spans[run.spans.service == "worker"].sort_values("leased").leased.to_numpy()
    waiting = [(ready.appended <= time).sum() - (taken <= time).sum() for time in taken]
    assert max(waiting) <= 9
    pace = np.diff(ready.appended.to_numpy()[20:])
    assert pace == pytest.approx(0.01)


# Priorities.


@pytest.mark.slow
def test_the_urgent_overtake_the_others_and_the_mean_wait_is_the_same():
    p, truth = case("PRIO-NP")["parameters"], expected("PRIO-NP")
    scenario = two_priorities(exponential(1 / p["mu"]), p["lam_high"], p["lam_low"], 30_000)
    found = measure("PRIO-NP", scenario, by_priority, 20)
    assert agrees(found["high"], truth["Wq high"], notices=0.1)
    assert agrees(found["low"], truth["Wq low"], notices=0.2)
    assert agrees(found["all"], truth["aggregate Wq"], notices=0.2)


@pytest.mark.slow
def test_another_programs_mg1_has_the_same_means_with_two_priorities():
    truth = expected("QMODELS-mg1")
    found = measure("QMODELS prio", two_priorities(cut_normal(), 1 / 2.4, 1 / 2.4, 8_000), by_priority, 20)
    service = case("QMODELS-mg1")["parameters"]["ES"]
    assert agrees(found["high"], truth["prio high Cobham"] - service, notices=0.1)
    assert agrees(found["low"], truth["prio low Cobham"] - service, notices=0.2)


def two_priorities(work, high, low, duration):
    """A worker whose queue puts the messages of the `few` before those of the `many`."""
    return system(
        {"urgent": {"handle": [{"publish": {"channel": "events", "priority": 1}}]},
         "other": {"handle": [{"publish": "events"}]},
         "worker": {"subscribe": "events", "handle": [{"work": work}]}},
        {"few": {"target": "urgent", "arrivals": poisson(high)},
         "many": {"target": "other", "arrivals": poisson(low)}},
        duration, channels={"events": {"queue": {"priorities": 2}}},
    )  # fmt: skip


def by_priority(run):
    """Mean waits of those who go first, of the others, and of all."""
    waits = run.spans[(run.spans.service == "worker") & run.spans.cohort].eval("started - ready")
    kind = run.spans.workload[waits.index]
    return {"high": waits[kind == "few"].mean(), "low": waits[kind == "many"].mean(), "all": waits.mean()}


def test_a_priority_does_not_help_against_what_a_consumer_has_fetched_already(tmp_path):
    p = case("PREFETCH-fifo-block")["parameters"]
    count = p["prefetch"]
    arrivals = arrivals_from(tmp_path, [0.0] * count)
    scenario = system(
        {"other": {"handle": [{"publish": "events"}]},
         "urgent": {"handle": [{"work": "1s"}, {"publish": {"channel": "events", "priority": 9}}]},
         "worker": {"subscribe": {"channel": "events", "prefetch": count}, "handle": [{"work": "1s"}]}},
        {"many": {"target": "other", "arrivals": arrivals},
         "one": {"target": "urgent", "arrivals": {"constant": 2}}},
        1, 0, tmp_path, channels={"events": {"queue": {"priorities": 10}}},
    )  # fmt: skip
    run = checked(scenario, 1, conserving=False)
    order = run.spans[run.spans.service == "worker"].sort_values("started").workload.tolist()
    assert order.index("one") + 1 == expected("PREFETCH-fifo-block") and order.count("many") == count


# One consumer, groups, deduplication.


def test_one_consumer_works_and_the_other_stands_by_until_it_dies():
    worker = {"subscribe": {"channel": "jobs", "prefetch": 1}, "handle": [{"work": "50ms"}]}
    scenario = system(
        {"front": {"handle": [{"publish": "jobs"}]}, "first": worker, "second": worker},
        {"customers": {"target": "front", "arrivals": {"constant": 30}}}, 10, 0,
        channels={"jobs": {"queue": {"single_active_consumer": True}}},
        faults=[{"crash": "first", "at": "5s", "for": "1s"}],
    )  # fmt: skip
    run = checked(scenario, conserving=False)
    work = run.spans[run.spans.kind == "delivery"]
    assert work.started[work.service == "first"].max() < 5 <= work.started[work.service == "second"].min()
    done = run.ledger.sort_values("offset")
    assert (done.state == "done").all() and not done.reordered.any() and run.summary()["retries"] == 1
    both = checked(scenario.replace({"channels.jobs.queue": {}}), conserving=False)
    assert (both.spans.started[both.spans.service == "second"] < 5).any()


def test_no_message_of_a_group_is_handed_out_while_another_one_is(tmp_path):
    """The first message of one group hangs; those behind it wait, and other groups go on."""
    assert expected("SEM-sqs-fifo", "m2 receivable before m1 deleted or visible again") is False
    assert expected("SEM-sqs-fifo", "other groups blocked") is False
    arrivals = arrivals_from(tmp_path, [0.0, 0.1, 0.2, 0.3, 0.4], ["g", "g", "g", "h", "i"])
    queue = {"like": "sqs-fifo", "visibility_timeout": "10s"}
    scenario = consumers({"queue": queue}, [{"work": "1s"}], arrivals, 5, 0, workers=9, folder=tmp_path,
                         faults=[{"pause": "worker/1", "at": "0.05s", "for": "100s"}], instances=2)  # fmt: skip
    run = checked(scenario, conserving=False)
    first = run.spans[(run.spans.service == "worker") & (run.spans.attempt == 1)].set_index("request")
    assert first.leased[0] == 0 and first.leased[3] == pytest.approx(0.3) and first.leased[4] == pytest.approx(0.4)
    again = run.spans[(run.spans.request == 0) & (run.spans.attempt == 2)].iloc[0]
    assert again.leased == pytest.approx(10)
    assert first.leased[1] == pytest.approx(again.settled) and first.leased[2] == pytest.approx(first.settled[1])
    assert run.ledger.set_index("request").state[0] == "duplicate"


def test_groups_keep_the_order_of_each_key_with_many_consumers():
    handle = [{"work": exponential(0.05)}, {"fail": 0.2}]
    scenario = consumers({"queue": {"fifo_groups": True}}, handle, poisson(50), 60, 0, workers=10, key={"uniform": 20},
                         subscribe={"retry": {"attempts": 9, "backoff": "100ms"}})  # fmt: skip
    run = checked(scenario, conserving=False)
    assert run.summary()["reordered"] == 0 and run.summary()["retries"] > 300
    loose = checked(scenario.replace({"channels.events.queue": {}}), conserving=False)
    assert loose.summary()["reordered"] > 100


def test_what_comes_again_within_the_window_is_taken_and_thrown_away(tmp_path):
    truth = expected("SEM-sqs-fifo", "copies delivered")
    arrivals = arrivals_from(tmp_path, [0.0, 100.0, 299.0, 301.0], ["id"] * 4)
    queue = {"deduplication": {"window": "5 min", "by": "key"}}
    run = checked(consumers({"queue": queue}, [{"effect": "row"}], arrivals, 400, 0, folder=tmp_path))
    assert len(run.ledger) == len(run.effects) == truth
    assert run.summary()["completed"] == 4  # each publisher was told that its message is kept
    assert sorted(run.ledger.published) == [0, 301]


def test_a_handler_that_runs_again_publishes_the_same_content_which_a_queue_can_tell():
    """`middle` publishes and then fails: without deduplication each attempt leaves another message."""

    def copies(queue):
        services = {
            "front": {"handle": [{"publish": "first"}]},
            "middle": {"subscribe": "first", "handle": [{"publish": "second"}, {"fail": 0.5}]},
            "worker": {"subscribe": "second", "handle": [{"effect": "row"}]},
        }
        workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
        channels = {"first": {"queue": {"delivery_limit": "unlimited"}}, "second": {"queue": queue}}
        run = checked(system(services, workloads, 10, 0, channels=channels))
        assert len(run.effects) == (run.ledger.channel == "second").sum()
        return len(run.effects) / asked(run)

    assert copies({}) > 1.8
    assert copies({"deduplication": "5 min"}) == 1


@pytest.mark.slow
def test_a_retried_publish_is_kept_twice_by_a_queue_that_cannot_tell():
    """Every second confirmation is lost, so the publisher sends again."""
    network = {"links": {"wire": {"between": ["front", "events"], "loss": 0.3}}}
    publish = {"channel": "events", "timeout": "100ms", "retry": {"attempts": 50}}

    def duplicates(queue):
        scenario = consumers({"queue": queue}, [{"effect": "row"}], {"constant": 100}, 20, 0)
        scenario = scenario.replace({"services.front.handle.0.publish": publish, "services.front.workers": 100,
                                     "network": network})  # fmt: skip
        run = checked(scenario)
        assert run.summary()["duplicated"] == (run.ledger.state == "duplicate").sum()
        assert len(run.effects) == asked(run) + run.summary()["duplicated"]
        return run.summary()["duplicated"] / asked(run)

    assert duplicates({}) == 0
    lost = 0.3  # of the confirmations: 0.3 + 0.3 x 0.7 x 0.3 ... further copies, of which each needs both ways
    assert duplicates({"idempotent": False}) == pytest.approx(lost / (1 - lost), rel=0.15)


# Prefetch.


@pytest.mark.slow
def test_a_high_prefetch_makes_separate_queues_of_one():
    """Four instances of one worker: with a prefetch of 1 they share a line, with any number each has its own."""
    truth = expected("POOL-4")
    alike = {"handle": [{"work": exponential(1)}], "arrivals": poisson(3.2), "duration": 12_000, "instances": 4}

    def figures(run):
        server = run.services["worker"]
        return {"W": server["sojourn_mean"], "load": server["utilisation"] - 0.8}

    fetching = consumers("queue", **alike, subscribe={"prefetch": "unlimited"})
    own = measure("POOL-4 own", fetching, figures, 10, conserving=False)
    assert agrees(steady(own, "W", ["load"]), truth["(b) 4 x E4/M/1"], notices=0.15)
    shared = measure("POOL-4 one", consumers("queue", **alike, subscribe={"prefetch": 1}), figures, 8)
    assert agrees(steady(shared, "W", ["load"]), truth["(c) M/M/4"], notices=0.1)
