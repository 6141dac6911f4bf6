"""Theory of systems where some handlings fail, some customers are turned away, and some calls are too late.

Each number is worked out a second time here by its formula, and where a run counts as many customers, by a run.
"""

import pytest

import evsim
from evsim.experiment.theory_panel import predictions
from evsim.scenario.offered_load import answer_times

RATE = 50
EXPONENTIAL = {"exponential": "18ms"}


def system(front, back=None, channel=None, **people):
    """Fifty customers a second ask a front, which asks, or tells, a back."""
    services = {"front": front} | ({"back": back} if back else {})
    return evsim.Scenario.from_dict({
        "name": "system",
        "workloads": {"people": {"target": "front", "arrivals": {"poisson": f"{RATE}/s"}, **people}},
        "services": services,
        "channels": {"jobs": channel} if channel else {},
        "run": {"duration": "400s", "warmup": "20s", "seed": 1},
    })  # fmt: skip


def asking(**call):
    """A front with a worker for everybody, which asks a back."""
    return {"workers": 1000, "handle": [{"call": {"service": "back", **call}}, {"reply": "done"}]}


TELLS = {"workers": 1000, "handle": [{"publish": "jobs"}, {"reply": "done"}]}
WORKS = {"handle": [{"work": EXPONENTIAL}, {"reply": "done"}]}
READS = {"subscribe": "jobs", "handle": [{"work": EXPONENTIAL}]}


def measured_near(run, name, figure, value, share=0.1):
    assert run.services[name][figure] == pytest.approx(value, rel=share)


def test_work_that_a_failure_ends_is_as_long_as_it_is():
    """5 ms, and 12 ms more in half of the cases: P-K gives 50/s (0.5 5^2 + 0.5 17^2) / (2 (1 - 0.55)) = 8.72 ms."""
    steps = [{"work": "5ms"}, {"fail": 0.5}, {"work": "12ms"}, {"reply": "done"}]
    run = system({"handle": steps}).run()
    found = predictions(run.scenario)["front"]
    assert (found.formula, found.exact) == ("M/G/1", True)
    assert found.wait == pytest.approx(RATE * (0.5 * 0.005**2 + 0.5 * 0.017**2) / (2 * 0.45))
    assert found.utilisation == pytest.approx(0.55)
    measured_near(run, "front", "wait_mean", found.wait)
    assert run.theory().response == pytest.approx(found.wait + 0.011)
    assert run.summary()["response_mean"] == pytest.approx(found.wait + 0.011, rel=0.05)


def test_who_has_failed_asks_nobody():
    """Half of 50/s come to the back, which is full at 2 / 18 ms of customers."""
    steps = [{"work": "1ms"}, {"fail": 0.5}, {"call": "back"}, {"reply": "done"}]
    run = system({"workers": 1000, "handle": steps}, WORKS).run()
    found = predictions(run.scenario)["back"]
    assert found.rate == pytest.approx(RATE / 2) and found.saturates == pytest.approx(2 / 0.018)
    assert found.wait == pytest.approx(evsim.theory.mm1(RATE / 2, 1 / 0.018).wait_mean)
    measured_near(run, "back", "wait_mean", found.wait)
    assert run.theory().response == pytest.approx(0.001 + 0.5 * (0.018 + found.wait))


def test_the_answer_of_an_inbox_that_is_bounded_counts_those_who_are_turned_away():
    """M/M/1/4 at 0.9: 16 % have a no at once; the others wait as the formula says."""
    run = system(WORKS | {"limit": 3}).run()
    expected = evsim.theory.mmck(RATE, 1 / 0.018, 1, 4)
    answer = (1 - expected.loss_probability) * (expected.wait_mean + 0.018)
    assert run.theory().response == pytest.approx(answer)
    assert run.summary()["response_mean"] == pytest.approx(answer, rel=0.06)


def test_who_is_not_admitted_does_not_come():
    """Of 50/s, two in five: the door says no at once."""
    run = system(WORKS, admitted=0.4).run()
    found, expected = predictions(run.scenario)["front"], evsim.theory.mm1(20, 1 / 0.018)
    assert found.wait == pytest.approx(expected.wait_mean) and found.saturates == pytest.approx(2.5 / 0.018)
    measured_near(run, "front", "wait_mean", found.wait)
    assert run.theory().response == pytest.approx(0.4 * (expected.wait_mean + 0.018))
    assert run.summary()["response_mean"] == pytest.approx(run.theory().response, rel=0.06)
    crowded = {"handle": [{"work": "25ms"}, {"reply": "done"}]}
    assert system(crowded, admitted=0.4).warnings() == [] and "its queue will grow" in system(crowded).warnings()[0]


@pytest.mark.parametrize(
    ("scenario", "name", "why"),
    [
        (system(asking(timeout="30ms", retry={"attempts": 3}), WORKS), "back", "calls of it are made depends on retry"),
        (system(asking(bulkhead=2), WORKS), "back", "calls of it are made depends on bulkhead"),
        (system(asking(hedge={"after": "20ms"}), WORKS), "back", "calls of it are made depends on hedge"),
        (system(TELLS, {"subscribe": "jobs", "handle": [{"work": EXPONENTIAL}, {"fail": 0.2}]}, "queue"), "back",
         "it may fail, and then messages come again"),
        (system(TELLS, READS, {"queue": {"ttl": "40ms"}}), "back", "not all that jobs is given comes to it"),
        (system(TELLS, READS, {"queue": {"max_length": 2}}), "back", "not all that jobs is given comes to it"),
        (system({"limit": 0, "handle": [{"work": EXPONENTIAL}, {"publish": "jobs"}]}, READS, "queue"), "back",
         "front turns some away, and how many is not known before a run"),
        (system({"handle": [{"work": "40ms"}, {"publish": "jobs"}]}, READS, "queue"), "back",
         "front before it lets through what it can do, and no more"),
        (system({"handle": [{"effect": {"name": "row", "unique": True}}, {"publish": "jobs"}]}, READS, "queue",
                key={"uniform": 9}), "back", "the effect row is not made for all"),
    ],
    ids=["timeout", "bulkhead", "hedge", "failing reader", "ttl", "full queue", "limit", "full", "unique"],
)  # fmt: skip
def test_where_less_or_more_comes_than_the_rates_say_there_is_no_formula(scenario, name, why):
    found = predictions(scenario)[name]
    assert found.formula is None and found.wait is None and why in "; ".join(found.why)
    assert "the queue grows" not in "; ".join(found.why)


@pytest.mark.parametrize(("cv", "limit", "full"), [(1, 20, False), (4, 20, True), (4, 1000, False)])
def test_whether_a_line_is_ever_full_depends_on_how_much_times_vary(cv, limit, full):
    """At 70 % with room for 20: of exponential times 1 in 2,000 is turned away, and of such that vary more, 1 in 17."""
    work = {"work": {"lognormal": {"mean": "14ms", "cv": cv}}}
    scenario = system({"limit": limit, "handle": [work, {"publish": "jobs"}, {"reply": "done"}]}, READS, "queue")
    assert ("front turns some away" in "; ".join(predictions(scenario)["back"].why)) == full
    front = scenario.run().services["front"]
    assert (front["rejected"] / front["arrivals"] > 0.01) == full


def test_whether_a_queue_is_ever_full_depends_on_all_who_publish_to_it():
    """Half of 50/s from each of two: 45 % never fill a queue of ten, and 90 % do."""
    people = {"target": "second", "arrivals": {"poisson": f"{RATE // 2}/s"}}
    one = system(TELLS, READS, {"queue": {"max_length": 10}}).replace({"workloads.people.arrivals.poisson": "25/s"})
    both = one.replace({"services.second": TELLS, "workloads.others": people})
    assert predictions(one)["back"].wait == pytest.approx(evsim.theory.mm1(RATE / 2, 1 / 0.018).wait_mean)
    assert "not all that jobs is given comes to it" in predictions(both)["back"].why


@pytest.mark.parametrize(
    "scenario",
    [
        system(asking(timeout="10s", retry={"attempts": 3}), WORKS),
        system(WORKS | {"limit": 1000}),
        system(WORKS | {"drop_stale": True}, patience="10s"),
        system(TELLS, READS, {"queue": {"ttl": "60s", "max_length": 1000}}),
    ],
    ids=["timeout", "limit", "stale", "queue"],
)
def test_bounds_that_nobody_meets_change_no_formula(scenario):
    found = list(predictions(scenario).values())[-1]
    assert found.wait == pytest.approx(evsim.theory.mm1(RATE, 1 / 0.018).wait_mean)


def test_customers_who_give_up_have_no_answer_that_a_formula_tells():
    panel = system(WORKS, patience="50ms").run().theory()
    assert panel.predictions["front"].formula == "M/M/1" and panel.response is None
    assert "some customers may give up after 50ms" in str(panel)


VARIED = {"workers": 1000, "handle": [{"work": {"lognormal": {"mean": "18ms", "cv": 8}}}, {"reply": "done"}]}


def test_where_times_vary_much_some_give_up_who_would_wait_for_exponential_ones():
    """150 ms are eight times the mean; two of a hundred take longer, and the mean of the answers is less."""
    run = system(VARIED, patience="150ms").run()
    assert run.summary()["timeouts"] > 0.01 * run.summary()["requests"]
    assert run.summary()["response_mean"] < 0.9 * 0.018
    assert run.theory().response is None and "may give up after 150ms" in str(run.theory())


@pytest.mark.parametrize(("patience", "told"), [("19ms", True), ("17ms", False)])
def test_where_times_do_not_vary_nobody_gives_up_who_has_the_time_that_it_takes(patience, told):
    run = system({"workers": 1000, "handle": [{"work": "18ms"}, {"reply": "done"}]}, patience=patience).run()
    assert (run.summary()["timeouts"] == 0) == told == (run.theory().response is not None)


def test_of_those_who_wait_for_constant_work_it_counts_how_long_they_do():
    """At 45 % of one worker P(wait > t) is about 0.45 exp(-t / 8.2 ms): 50 ms for one in a thousand."""
    desk = {"handle": [{"work": "9ms"}, {"reply": "done"}]}
    short, long = (system(desk, patience=patience).run() for patience in ("30ms", "60ms"))
    assert short.theory().response is None and short.summary()["timeouts"] > 0
    assert long.theory().response is not None and long.summary()["timeouts"] < 0.001 * long.summary()["requests"]


CONFLICTS = [{"read": "row"}, {"work": EXPONENTIAL}, {"effect": {"name": "row", "if_unchanged": True}}]
IN_TURN = {"workers": 1000, "handle": [{"parallel": [{"call": "back"}, {"work": EXPONENTIAL}]}, {"reply": "done"}]}
SLOW = {"workers": 1000, "handle": [{"work": EXPONENTIAL}]}
RETRIED = {"timeout": "5s", "retry": {"attempts": 3}}


@pytest.mark.parametrize(
    "scenario",
    [
        system(asking(**RETRIED), {**SLOW, "handle": CONFLICTS}, key={"uniform": 2}),
        system(asking(**RETRIED), {**SLOW, "handle": [{"work": EXPONENTIAL}, {"fail": 0.3}]}),
        system(asking(timeout="20ms", on_error="ignore"), SLOW),
        system(asking(hedge={"after": "5ms"}), SLOW),
        system(IN_TURN, SLOW),
        system(SLOW | {"cores": 1000}, patience="20ms"),
        system(
            {"workers": 1000, "handle": [{"maybe": {"probability": 0.1, "then": [{"reply": "no"}]}}, *SLOW["handle"]]}
        ),
    ],
    ids=["conflicts", "failures", "late", "hedge", "the slower of two", "impatient", "an early reply by chance"],
)
def test_where_calls_are_repeated_nothing_is_said_of_an_answer_without_waiting(scenario):
    """Nobody waits here, and yet the answer is not the sum of the mean times of its steps."""
    panel = scenario.replace({"run.duration": "40s"}).run().theory()
    assert panel.response is None and "If nobody ever waited" not in str(panel)


def test_where_calls_are_only_late_as_they_wait_it_is_said_what_the_answer_would_take_without_that():
    """At 90 % many calls are later than 150 ms; one that nobody has to wait for takes 18 ms in the mean."""
    scenario = system(asking(timeout="150ms", retry={"attempts": 3}), WORKS)
    assert "If nobody ever waited it would be 18 ms." in str(scenario.replace({"run.duration": "40s"}).run().theory())


def test_without_waiting_who_fails_has_an_answer_where_it_fails():
    """10 ms and in half of the cases 20 ms more; what follows the answer counts for nobody."""
    steps = [{"work": "10ms"}, {"fail": 0.5}, {"work": "20ms"}, {"reply": "done"}, {"work": "9ms"}]
    branch = {"parallel": [{"call": "back"}]}
    scenario = system({"workers": 1000, "handle": [branch, {"reply": "done"}]}, {"workers": 1000, "handle": steps})
    assert answer_times(scenario)["back"] == pytest.approx(0.020)


def test_who_may_have_more_than_is_counted_is_full_at_so_many_or_fewer():
    """One in five comes again to a reader of 18 ms: 1 / 18 ms are 55.6/s, and with them it is 44.4."""
    reader = {"subscribe": "jobs", "handle": [{"work": EXPONENTIAL}, {"fail": 0.2}]}
    panel = system(TELLS, reader, "queue").replace({"run.duration": "40s"}).run().theory()
    assert panel.bottleneck.service == "back" and panel.bottleneck.saturates == pytest.approx(1 / 0.018)
    assert panel.notes[-1] == "The first that can do no more is back, at 55.6/s customers or fewer; 50/s come."
    fewer = system({"limit": 0, "handle": [{"work": EXPONENTIAL}, {"publish": "jobs"}]}, reader, "queue")
    panel = fewer.replace({"run.duration": "40s"}).run().theory()
    assert panel.bottleneck.service == "front" and panel.notes[-1].startswith("Of the others the first")


def test_who_asks_again_is_full_at_so_many_or_fewer():
    """Ten workers for a call of 18 ms, or more: at 556/s at most."""
    fails = {**SLOW, "handle": [{"work": EXPONENTIAL}, {"fail": 0.3}]}
    panel = system({**asking(**RETRIED), "workers": 10}, fails).replace({"run.duration": "40s"}).run().theory()
    assert panel.bottleneck.service == "front" and "front, at 556/s customers or fewer" in panel.notes[-1]
    for call in ({}, {"hedge": {"after": "5ms"}}, {"timeout": "5s", "retry": {"attempts": 3}}):
        calm = system({**asking(**call), "workers": 10}, SLOW).replace({"run.duration": "40s"}).run().theory()
        assert calm.bottleneck.service == "front" and "front, at 556/s customers; 50" in calm.notes[-1], call


def test_nobody_waits_for_who_has_a_worker_for_each_that_may_ask():
    few = {"workers": 2, "handle": [{"work": "5ms"}, {"call": "back"}, {"reply": "done"}]}
    run = system(few, WORKS | {"workers": 2}).run()
    assert predictions(run.scenario)["back"].wait == 0.0 == run.services["back"]["wait_mean"]
    assert "no more ask at a time than it has workers" in str(run.theory())
    found = predictions(system({**few, "workers": 3}, WORKS | {"workers": 2}))["back"]
    assert found.formula == "M/M/2" and "it is at most this" in found.why[-1]


def test_what_is_said_to_be_full_is_full():
    """The first lets 25 of 50/s through, so that the next is not full; one with a limit turns others away."""
    slow, reads = (
        {"handle": [{"work": "40ms"}, {"publish": "jobs"}]},
        {"subscribe": "jobs", "handle": [{"work": "25ms"}]},
    )
    (said,) = system(slow, reads, "queue").warnings()
    assert said.startswith("services.front: 50/s of 40ms each") and said.endswith("its queue will grow without end")
    _, other = system(slow, {**reads, "handle": [{"work": "50ms"}]}, "queue").warnings()
    assert other.startswith("services.back: 25/s of 50ms each keep 1.25 workers busy")
    (said,) = system(slow | {"limit": 0}, reads, "queue").warnings()
    assert said.endswith("and it has 1: some are turned away")
