"""Theory of a service that gets its work through another one: what a busy service hands on is not at random."""

import pytest

import evsim
from evsim.experiment.theory_panel import predictions

RATE = 10
BURSTS = "what comes to it comes through front in bursts, and no formula here tells how long one waits then"
REGULAR = "what comes to it comes through front more regularly than at random: it is at most this"
NEARLY = "what comes to it comes through front, so that the gaps are only nearly random"


def work(load, cv, workers=1):
    """A step that keeps that share of its workers busy."""
    mean = load * workers / RATE
    return {"work": mean if cv == 0 else {"exponential": mean} if cv == 1 else {"lognormal": {"mean": mean, "cv": cv}}}


def line(front, back, workers=1, further=1):
    """Customers come at random to a front that tells a back."""
    return evsim.Scenario.from_dict({
        "name": "line",
        "workloads": {"people": {"target": "front", "arrivals": {"poisson": f"{RATE}/s"}}},
        "services": {
            "front": {"workers": workers, "handle": [front, {"publish": "jobs"}, {"reply": "done"}]},
            "back": {"workers": further, "subscribe": "jobs", "handle": [back]},
        },
        "channels": {"jobs": {"queue": {}}},
        "run": {"duration": "1500s", "warmup": "100s", "seed": 1},
    })  # fmt: skip


def waited(scenario):
    done = evsim.replicate(scenario, n=4, jobs=1, progress=False)
    return done.services["back"]["wait_mean"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "workers", "back", "formula"),
    [((0.8, 8), 1, 0.5, 0.05), ((0.8, 2), 1, 0.8, 0.32), ((0.8, 8), 5, 0.5, 0.05)],
    ids=["cv of 8", "cv of 2", "five workers"],
)
def test_behind_a_busy_service_whose_times_vary_much_there_is_no_formula(front, workers, back, formula):
    """`formula` is that of M/M/1, which was said to be near: 50 ms of 450 that were measured."""
    scenario = line(work(*front, workers), work(back, 1), workers)
    found = predictions(scenario)["back"]
    assert (found.formula, found.wait, found.why) == (None, None, (BURSTS,))
    measured = waited(scenario)
    assert measured.mean - 2 * measured.standard_error > 1.25 * formula


@pytest.mark.slow
@pytest.mark.parametrize(("cv", "back"), [(0, (0.6, 0)), (0.5, (0.8, 1))])
def test_behind_a_busy_service_whose_times_vary_little_the_formula_is_a_bound(cv, back):
    scenario = line(work(0.8, cv), work(*back))
    found = predictions(scenario)["back"]
    assert found.formula and found.why[0] == REGULAR and NEARLY not in found.why
    assert waited(scenario).high < found.wait


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "workers"),
    [((0.8, 1), 1), ((0.05, 4), 1), ((0.3, 1.2), 1), ((0.1, 8), 40)],
    ids=["exponential", "idle", "little", "many workers"],
)
def test_elsewhere_it_is_near_and_so_it_is(front, workers):
    scenario = line(work(*front, workers), work(0.6, 1), workers)
    found = predictions(scenario)["back"]
    assert found.formula == "M/M/1" and NEARLY in found.why
    measured = waited(scenario)
    assert abs(measured.mean - found.wait) < 0.25 * found.wait + 4 * measured.standard_error


def test_chance_makes_times_vary_and_its_work_is_counted():
    """One of fifty takes 3 s: a mean of 60 ms beside 10 ms, and a variance of 0.02 x 0.98 x 9 s2."""
    rare = {"maybe": {"probability": 0.02, "then": [{"work": "3s"}]}}
    scenario = line({"work": "10ms"}, work(0.5, 1))
    seldom = scenario.replace({"services.front.handle": [{"work": "10ms"}, rare, {"publish": "jobs"}]})
    assert predictions(scenario)["back"].formula and predictions(seldom)["back"].why == (BURSTS,)
    assert predictions(seldom)["front"].work == pytest.approx(0.07)


def test_bursts_go_on_and_few_of_them_among_many_others_matter_little():
    there = line(work(0.8, 8), work(0.5, 1)).to_dict()
    there["services"]["back"]["handle"] += [{"publish": "results"}]
    there["services"]["last"] = {"subscribe": "results", "handle": [work(0.5, 1)]}
    there["channels"]["results"] = {"queue": {}}
    why = predictions(evsim.Scenario.from_dict(there))["last"].why
    assert why == (BURSTS.replace("front", "back"),)
    there["workloads"]["others"] = {"target": "last", "arrivals": {"poisson": "900/s"}}
    there["services"]["last"]["handle"] = [{"work": {"exponential": "1ms"}}]
    why = predictions(evsim.Scenario.from_dict(there))["last"].why
    assert not any("in bursts" in each for each in why)


def test_who_has_a_worker_for_each_of_a_burst_needs_no_formula():
    assert predictions(line(work(0.8, 8), work(0.01, 1, 400), further=400))["back"].wait == pytest.approx(0, abs=1e-9)


def test_behind_bursts_no_answer_is_predicted():
    scenario = line(work(0.8, 8), work(0.5, 1))
    asks = {"services.front.handle": [work(0.8, 8), {"call": "back"}], "services.back.subscribe": [], "channels": {},
            "services.front.workers": 2, "run.duration": "200s"}  # fmt: skip
    run = scenario.replace(asks | {"services.back.workers": 3}).run()
    assert BURSTS in str(run.theory()) and run.theory().response is None


def kept_back(publish, channel, load=0.6):
    """As a line, whose front keeps messages back and sends them together."""
    there = line({"wait": "1ms"}, work(load, 1)).to_dict()
    there["services"]["front"] |= {"workers": 500, "handle": [{"publish": {"channel": "jobs", **publish}}]}
    there["channels"]["jobs"] = channel
    return evsim.Scenario.from_dict(there)


def lingering(linger, **more):
    return kept_back({}, {"log": {"partitions": 1, "linger": linger, **more}})


def relayed(poll):
    return kept_back({"outbox": {"poll": poll}}, {"queue": {}})


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario", [lingering("1s"), lingering("1s", batch=8), relayed("1s")], ids=["linger", "batch", "outbox"]
)
def test_behind_who_sends_many_messages_together_there_is_no_formula(scenario):
    """M/M/1 was said to be near: 90 ms of 340 that were measured."""
    found = predictions(scenario)["back"]
    assert (found.formula, found.wait, found.why) == (None, None, (BURSTS,))
    measured = waited(scenario)
    assert measured.mean - 2 * measured.standard_error > 1.25 * 0.09


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario", [lingering("20ms"), lingering("1s", batch=1), relayed("20ms")], ids=["linger", "batch", "outbox"]
)
def test_behind_who_seldom_sends_two_together_the_formula_is_near(scenario):
    found = predictions(scenario)["back"]
    assert found.wait == pytest.approx(0.09) and NEARLY in found.why
    measured = waited(scenario)
    assert abs(measured.mean - found.wait) < 0.25 * found.wait + 4 * measured.standard_error


def test_how_many_are_sent_before_one_is_that_of_batch_arrivals():
    """In a batch of X on average E[X (X - 1)] / 2 E[X] come before a message: 5 if X is Poisson, of mean 10."""
    log, outbox = (each.services["front"].handle[0] for each in (lingering("1s"), relayed("1s")))
    (settings,) = outbox.policies.values()
    assert settings.sent_before(RATE) == 5
    channel = lingering("1s").channels[log.channel]
    batches = evsim.theory.lingering(arrival_rate=RATE, linger=1)
    squares = RATE + (1 + RATE) ** 2  # of 1 + Poisson
    assert channel.sent_before(RATE) == pytest.approx((squares / batches.batch_mean - 1) / 2)
    assert lingering("1s", batch=8).channels["jobs"].sent_before(RATE) == 3.5
    assert lingering("1s", partitions=10).channels["jobs"].sent_before(RATE) == pytest.approx((2 + 1) / 4)


def test_of_several_who_send_to_it_the_one_is_named_that_sends_many_together():
    there = relayed("1s").to_dict()
    there["services"] = {"plain": {"workers": 500, "handle": [{"publish": "jobs"}]}} | there["services"]
    there["workloads"]["robots"] = {"target": "plain", "arrivals": {"poisson": "1/s"}}
    assert predictions(evsim.Scenario.from_dict(there))["back"].why == (BURSTS,)


def test_two_workloads_fill_one_batch():
    together = relayed("100ms").to_dict()
    together["workloads"] = {
        name: {"target": "front", "arrivals": {"poisson": f"{RATE / 2}/s"}} for name in ("people", "robots")
    }
    scenario = evsim.Scenario.from_dict(together)
    assert predictions(relayed("100ms"))["back"].why == (BURSTS,)
    assert predictions(scenario)["back"].why == (BURSTS,)


@pytest.mark.slow
def test_who_works_on_batches_sends_several_messages_at_a_time():
    """10 messages of a batch leave within 50 ms: M/M/1 was said to be near, 90 ms of 280 that were measured."""
    reads = {"channel": "orders", "batch": 10, "batch_window": "1s"}
    steps = [{"work": "5ms"}, {"for_each": [{"publish": "jobs"}]}]
    there = line({"wait": "1ms"}, work(0.6, 1)).to_dict()
    there["services"]["front"]["handle"] = [{"publish": "orders"}, {"reply": "done"}]
    there["services"]["middle"] = {"subscribe": reads, "handle": steps}
    there["channels"]["orders"] = {"queue": {}}
    scenario = evsim.Scenario.from_dict(there)
    found = predictions(scenario)["back"]
    assert found.wait is None and found.why[0].startswith("middle sends it several messages at a time")
    measured = waited(scenario)
    assert measured.mean - 2 * measured.standard_error > 1.25 * 0.09
