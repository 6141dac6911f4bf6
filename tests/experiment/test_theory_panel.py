"""Theory beside what was measured: formulas where they apply, and in words why where they do not."""

import pytest

import evsim
from evsim.experiment.theory_panel import predictions
from tests.support.nightly import mostly_at_night

RATE = 8


def desk(work, workers=1, more=None, **service):
    """One service whose customers come at random moments, 8 a second."""
    return evsim.Scenario.from_dict({
        "name": "desk",
        "workloads": {"people": {"target": "desk", "arrivals": {"poisson": f"{RATE}/s"}}},
        "services": {"desk": {"workers": workers, "handle": [{"work": work}, {"effect": "row"}], **service}},
        "run": {"duration": "500s", "warmup": "50s"},
        **(more or {}),
    })  # fmt: skip


def come(arrivals):
    return {"workloads": {"people": {"target": "desk", "arrivals": arrivals}}}


def patient(time):
    people = {"target": "desk", "arrivals": {"poisson": f"{RATE}/s"}, "patience": time}
    return {"workloads": {"people": people}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "workers", "formula", "wait"),
    [
        ({"exponential": "100ms"}, 1, "M/M/1", evsim.theory.mm1(RATE, 10).wait_mean),
        ({"exponential": "160ms"}, 2, "M/M/2", evsim.theory.mmc(RATE, 6.25, 2).wait_mean),
        ("100ms", 1, "M/D/1", evsim.theory.md1(RATE, 0.1).wait_mean),
        ({"lognormal": {"mean": "80ms", "cv": 0.5}}, 1, "M/G/1", evsim.theory.mg1(RATE, 0.08, 0.5).wait_mean),
    ],
    ids=["M/M/1", "M/M/2", "M/D/1", "M/G/1"],
)
def test_where_a_formula_applies_it_says_what_runs_measure(work, workers, formula, wait):
    """Ten runs of 3,600 customers: within four standard errors, and those are less than a quarter of the wait."""
    done = evsim.replicate(desk(work, workers), n=10, jobs=1, progress=False)
    found = done.theory().predictions["desk"]
    assert (found.formula, found.exact, found.why) == (formula, True, ())
    assert found.wait == pytest.approx(wait)
    measured = done.services["desk"]["wait_mean"]
    assert abs(measured.mean - wait) < 4 * measured.standard_error < wait / 4
    used = done.services["desk"]["utilisation"]
    assert abs(used.mean - found.utilisation) < 4 * used.standard_error < found.utilisation / 4


def test_an_approximation_says_that_it_is_one():
    found = predictions(desk("160ms", 2))["desk"]
    assert found.formula == "M/G/2" and not found.exact and "Allen and Cunneen" in found.why[0]
    assert found.wait == pytest.approx(evsim.theory.mmc(RATE, 6.25, 2).wait_mean / 2)


@pytest.mark.parametrize(
    ("scenario", "why"),
    [
        (desk({"exponential": "200ms"}), "more work comes than its workers can do"),
        (desk("50ms", limit=3), "its inbox is bounded, and a formula of that needs exponential times"),
        (desk({"exponential": "50ms"}, instances=2, balance="random"), "each instance has an inbox of its own"),
        (desk({"exponential": "50ms"}, rate_limit={"rate": "9/s", "burst": 1}), "it has rate_limit"),
        (desk({"pareto": {"mean": "20ms", "shape": 1.5}}), "no finite variance"),
        (desk("50ms", more={"faults": [{"outage": "desk", "at": "60s", "for": "5s"}]}), "something fails meanwhile"),
        (desk("0s"), "its work takes no time"),
        (desk("50ms", more=come({"batch": {"rate": "2/s", "size": 4}})), "people sends it several"),
        (desk({"exponential": "50ms"}, more=patient("100ms"), drop_stale=True), "who has given up leaves its inbox"),
        (desk("50ms", more={"network": {"loss": 0.1}}), "the network loses some of what is sent"),
    ],
    ids=["overload", "limit", "balance", "policy", "variance", "fault", "no work", "groups", "stale", "loss"],
)
def test_where_none_applies_it_says_why(scenario, why):
    found = predictions(scenario).get("desk")
    assert found is None or (found.formula is None and found.wait is None)
    assert why in ("; ".join(found.why) if found else str(scenario.run().theory()))


def test_more_than_one_partition_carries_waits_without_end():
    """8 a second of 200 ms each, for four workers of which a log with one partition uses one at a time."""
    one = {"workers": 4, "subscribe": "jobs", "handle": [{"work": {"exponential": "200ms"}}]}
    scenario = desk("1ms").replace({"services.reader": one, "services.desk.handle.1": {"publish": "jobs"},
                                    "channels.jobs": {"log": {"partitions": 1}}, "run.duration": "9s",
                                    "run.warmup": 0})  # fmt: skip
    assert predictions(scenario)["reader"].wait == float("inf")
    said = str(scenario.run().theory())
    assert "without end" in said and "its one partition has one worker at a time" in said and "inf" not in said


def test_customers_who_do_not_come_at_random_make_it_only_near():
    every = desk({"exponential": "50ms"}).replace({"workloads.people.arrivals": {"constant": "8/s"}})
    assert "do not come at random moments" in predictions(every)["desk"].why[0]
    crowd = desk({"exponential": "50ms"}).replace({"workloads.people.arrivals": {"burst": 10}})
    panel = crowd.run().theory()
    assert panel.predictions == {} and panel.notes[0] == "No formula: customers do not come at a constant rate."
    assert panel.response is None


def test_the_answer_takes_what_lies_one_after_the_other():
    """The classic registration: own work, six hops, and the sojourn at both services that are called."""
    classic = evsim.load("registration-classic")
    panel = classic.replace({"run.duration": "6s", "run.warmup": "0s"}).run().theory()
    waits = evsim.theory.mmc(50, 50, 2).wait_mean, evsim.theory.mmc(50, 1 / 0.06, 5).wait_mean
    assert panel.response == pytest.approx(0.002 + 6 * 0.001 + waits[0] + 0.02 + waits[1] + 0.06)
    assert panel.bottleneck.service == "mailing-list" and panel.bottleneck.saturates == pytest.approx(5 / 0.06)
    text = str(panel)
    for words in (
        "M/M/2",
        "what comes to it comes through register",
        "The first that can do no more is mailing-list, at 83.3/s",
    ):
        assert words in text
    assert "M/M/2" in panel._repr_html_()


def lines(partitions, **reading):
    """Forty messages a second, of as many keys, for eight workers of 100 ms each."""
    return evsim.Scenario.from_dict({
        "name": "lines",
        "workloads": {"people": {"target": "shop", "arrivals": {"constant": "40/s"}, "key": {"uniform": 1000}}},
        "services": {
            "shop": {"workers": 9, "handle": [{"publish": "orders"}]},
            "stock": {"workers": 8, "subscribe": {"channel": "orders", **reading}, "handle": [{"work": "100ms"}]},
        },
        "channels": {"orders": {"log": {"partitions": partitions}}},
        "run": {"duration": "20s", "drain_limit": "0s", "seed": 1},
    })  # fmt: skip


@pytest.mark.parametrize(("partitions", "most"), [(1, 10), (2, 20), (8, 80), (20, 80)])
def test_a_log_with_fewer_partitions_than_there_are_workers_is_full_sooner(partitions, most):
    """One message of a partition is in work at a time; a run that gets more than that does no more."""
    design = lines(partitions)
    panel = design.run().theory()
    assert panel.bottleneck.service == "stock" and panel.bottleneck.saturates == pytest.approx(most)
    if most < 40:
        spans = design.run().spans.query("service == 'stock'")
        assert 0.98 * 20 * most <= spans["ended"].notna().sum() <= 20 * most
    assert predictions(lines(partitions, batch=5))["stock"].saturates == pytest.approx(5 * 80)  # each works on five


def test_chance_and_fan_out_count_in_what_comes():
    design = evsim.Scenario.from_dict({
        "name": "shop",
        "workloads": {"people": {"target": "shop", "arrivals": {"poisson": "10/s"}}},
        "services": {
            "shop": {"workers": 9, "handle": [
                {"maybe": {"probability": 0.3, "then": [{"call": "gift"}], "else": [{"publish": "orders"}]}},
            ]},
            "gift": {"handle": [{"work": "1ms"}]},
            "stock": {"subscribe": "orders", "handle": [{"work": "1ms"}]},
            "mail": {"subscribe": "orders", "handle": [{"work": "1ms"}]},
        },
        "channels": {"orders": "log"},
        "run": {"duration": "1s"},
    })  # fmt: skip
    found = predictions(design)
    assert {name: round(each.rate, 9) for name, each in found.items()} == {
        "shop": 10, "gift": 3, "stock": 7, "mail": 7,
    }  # fmt: skip


def rivals(rate, channel="queue", **subscription):
    """Two services, one of which works twice as fast, take turns at what comes."""
    reads = {"channel": "orders", **subscription}
    return evsim.Scenario.from_dict({
        "name": "shop",
        "workloads": {"people": {"target": "shop", "arrivals": {"poisson": f"{rate}/s"}}},
        "services": {
            "shop": {"workers": 9, "handle": [{"send" if channel == "bus" else "publish": "orders"}]},
            "slow": {"subscribe": reads, "handle": [{"work": "100ms"}, {"effect": "row"}]},
            "fast": {"subscribe": reads, "handle": [{"work": "50ms"}, {"effect": "row"}]},
        },
        "channels": {"orders": channel},
        "run": {"duration": "200s", "warmup": "20s"},
    })  # fmt: skip


@pytest.mark.slow
def test_services_that_share_a_queue_are_full_when_all_their_workers_together_are():
    """10/s and 20/s: 30/s of customers, and at no less."""
    found = predictions(rivals(3))
    assert [found[name].saturates for name in ("slow", "fast")] == pytest.approx([30, 30])
    assert sum(found[name].rate for name in ("slow", "fast")) == pytest.approx(3)
    assert found["slow"].formula is None and "fast takes messages of orders, too" in found["slow"].why
    for times, busy in ((0.9, False), (1.15, True)):
        services = rivals(times * found["slow"].saturates).run().services
        assert [services[name]["utilisation"] > 0.97 for name in ("slow", "fast")] == [busy, busy]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("channel", "subscription"), [("bus", {}), ({"log": {"partitions": 2}}, {"group": "both"})], ids=["bus", "group"]
)
def test_of_a_group_that_services_share_and_of_a_bus_that_sends_each_has_its_part(channel, subscription):
    """Half of 8/s each: 4 standard errors of the difference of two Poisson counts in 180 s are 0.6/s."""
    design = rivals(8, channel, **subscription)
    found, run = predictions(design), design.run()
    for name in ("slow", "fast"):
        assert found[name].rate == pytest.approx(4)
        assert run.services[name]["arrivals"] / 180 == pytest.approx(4, abs=0.6)


def test_how_many_results_of_windows_come_is_not_told():
    design = rivals(8).replace({
        "channels": {"orders": "log", "results": "queue"},
        "services.slow.handle": [{"window": {"to": "results", "tumbling": "1s"}}],
        "services.fast.subscribe": "results",
    })  # fmt: skip
    said = str(design.run().theory())
    assert list(predictions(design)) == ["shop", "slow"]
    assert "fast: no formula: results of the windows of slow come to it, and how many is not known before a ru" in said


def test_where_the_key_decides_who_gets_a_message_no_rate_is_told():
    design = rivals(8).replace({
        "services.slow.subscribe": "left", "services.fast.subscribe": "right",
        "services.shop.handle": [{"publish": {"channel": "orders", "routing_key": "{key}"}}],
        "channels": {"left": "queue", "right": "queue", "orders": {"exchange": {"type": "direct", "bindings": [
            {"queue": "left", "key": "1"}, {"queue": "right", "key": "2"}]}}},
    })  # fmt: skip
    assert predictions(design) == {}
    assert "No formula: where shop publishes to depends on the key." in str(design.run().theory())


@pytest.mark.slow
def test_at_the_load_that_it_names_the_bottleneck_has_no_free_worker():
    found = predictions(desk({"exponential": "100ms"}, 2))["desk"]
    for times, busy in ((0.9, False), (1.15, True)):
        rate = f"{times * found.saturates:.6g}/s"
        run = desk({"exponential": "100ms"}, 2).replace({"workloads.people.arrivals.poisson": rate}).run()
        assert (run.services["desk"]["utilisation"] > 0.97) == busy


NO_TIME = {"poisson": "20/s"}


def chain(**desk):
    """A customer asks a desk, which asks an archive; each hop takes 50 ms, and nobody ever queues."""
    return evsim.Scenario.from_dict({
        "name": "chain",
        "workloads": {"people": {"target": "desk", "arrivals": {"constant": "1/s"}}},
        "services": {
            "desk": {"workers": 50, "handle": [{"work": "1ms"}, {"call": "archive"}, {"reply": "done"}], **desk},
            "archive": {"workers": 50, "handle": [{"work": "2ms"}]},
        },
        "network": {"latency": "50ms"},
        "run": {"duration": "20s"},
    })  # fmt: skip


def told(acks):
    """The same desk, which tells the archive over a queue."""
    publish = {"publish": {"channel": "papers", "acks": acks}}
    return chain().replace({
        "channels": {"papers": "queue"},
        "services.archive.subscribe": "papers",
        "services.desk.handle": [{"work": "1ms"}, publish, {"reply": "done"}],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "response"),
    [(chain(), 0.203), (chain(inside="archive"), 0.103), (told(1), 0.201), (told(0), 0.101)],
    ids=["call", "one program", "confirmed", "unconfirmed"],
)
def test_an_answer_takes_every_hop_there_is(scenario, response):
    """Where nothing is left to chance and nobody waits, what is predicted is what every customer sees."""
    scenario = scenario.replace({"services.desk.workers": 1000})
    panel = scenario.run().theory()
    assert panel.response == pytest.approx(response, abs=1e-5)
    assert scenario.run().summary()["response_mean"] == pytest.approx(response, abs=1e-5)


def test_where_no_formula_tells_the_answer_it_says_what_it_would_take_without_waiting():
    """Two at once, of which the slower takes 30 ms, one in ten 40 ms more, and a hop there and back for each."""
    steps = [
        {"parallel": [{"call": "archive"}, {"call": "post"}]},
        {"maybe": {"probability": 0.1, "then": [{"work": "40ms"}]}},
        {"reply": "done"},
    ]
    post = {"services.post": {"workers": 50, "handle": [{"work": "30ms"}]}, "run.duration": "500s"}
    run = chain(workers=500).replace({**post, "services.desk.handle": steps}).run()
    panel = run.theory()
    assert panel.response is None and "If nobody ever waited it would be 234 ms." in panel.notes[-2]
    assert abs(run.summary()["response_mean"] - 0.234) < 4 * 0.04 * (0.1 * 0.9 / 500) ** 0.5


def test_where_workers_wait_for_others_and_are_few_no_answer_is_predicted():
    panel = chain(workers=1).replace({"workloads.people.arrivals": NO_TIME}).run().theory()
    assert panel.response is None and "not so many that one is always free" in panel.notes[-2]


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 4])
def test_an_inbox_that_is_bounded_has_its_formula(limit):
    done = evsim.replicate(desk({"exponential": "200ms"}, 2, limit=limit), n=10, jobs=1, progress=False)
    found = done.theory().predictions["desk"]
    expected = evsim.theory.mmck(RATE, 5, 2, 2 + limit)
    assert (found.formula, found.exact) == (f"M/M/2/{2 + limit}", True)
    assert (found.wait, found.utilisation) == pytest.approx((expected.wait_mean, expected.utilisation))
    for figure, value in (("wait_mean", found.wait), ("utilisation", found.utilisation)):
        measured = done.services["desk"][figure]
        assert abs(measured.mean - value) <= 4 * measured.standard_error + 1e-9


def test_what_a_service_costs_changes_no_formula():
    priced = desk({"exponential": "50ms"}, price={"hour": 1})
    assert predictions(priced)["desk"].formula == "M/M/1"


def test_the_first_that_can_do_no_more_is_looked_for_among_those_that_grow_too():
    """Ten environments take ten requests a second each; five instances of two workers, and four pollers' messages."""
    panel = evsim.load("registration-serverless").replace({"run.duration": "6s"}).run().theory()
    assert panel.bottleneck.service == "register" and panel.bottleneck.saturates == pytest.approx(100)
    scaled = {"workers": 2, "autoscale": {"by": "concurrency", "target": 2, "most": 5}}
    assert predictions(desk({"exponential": "100ms"}, **scaled))["desk"].saturates == pytest.approx(100)
    work = {"function": {"most": 50, "rate": "1/s"}, "handle": [{"work": "200ms"}]}
    for pollers, most in ({"concurrency": 4}, 20), ({"most": 3, "least": 1, "invokes": 2}, 30), ({"most": 1250}, 250):
        queued = told(1).replace({"channels.papers": {"queue": {"like": "sqs"}}, "services.archive": {
            **work, "subscribe": {"channel": "papers", "pollers": pollers}}})  # fmt: skip
        assert predictions(queued)["archive"].saturates == pytest.approx(most), pollers


def test_of_whom_nobody_knows_how_much_he_can_do_it_does_not_say_that_others_are_full_before():
    shares = {"services.archive.contention": {"sigma": 0.5}, "workloads.people.arrivals": NO_TIME}
    panel = chain().replace(shares).run().theory()
    assert panel.notes[-1].startswith("Of the others the first that can do no more is desk")


ENOUGH = 50  # customers who found a worker busy, for the standard error of a skewed figure to be near
SHOWN = ["registration-events", "registration-classic", "registration-hybrid", "registration-monolith", "metastable",
         "hot-partition", "rebalance-storm", "leader-failover", "slow-consumer", "topic-exchange", "saga-orchestrated",
         "saga-choreographed", "two-producers-four-consumers", "vertx-bus", "unix-pipe", "replay-history",
         "serverless-or-always-on", "prefetch-unfair", "autoscale-by-lag"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_at_night(SHOWN, "registration-hybrid", "rebalance-storm", "topic-exchange"))
def test_what_is_predicted_of_a_built_in_system_is_near_what_it_does(name):
    """Within a quarter beside luck; where it says that it is at least so long, not longer than that."""
    done = evsim.replicate(evsim.load(name), n=6, jobs=1, progress=False)
    panel = done.theory()
    for service, found in panel.predictions.items():
        waited = 6 * done.scenario.run_settings.duration * found.rate * found.utilisation  # how many, in all runs
        if found.formula and waited > ENOUGH:
            measured = done.services[service]["wait_mean"]
            luck = 4 * measured.standard_error
            if not any("at most this" in why for why in found.why):
                assert measured.mean > 0.75 * found.wait - luck, (service, found)
            if not any("at least this" in why for why in found.why):
                assert measured.mean < 1.25 * found.wait + luck, (service, found)
    if panel.response is not None:
        measured = done.summary()["response_mean"]
        assert abs(measured.mean - panel.response) < 0.02 * panel.response + 4 * measured.standard_error
    if panel.bottleneck:
        assert done.services[panel.bottleneck.service]["utilisation"].mean < 1


def test_who_only_hands_over_never_waits_for_a_worker():
    desk = evsim.Scenario.from_dict({
        "name": "desk",
        "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "20/s"}}},
        "services": {
            "desk": {"workers": 2, "handle": [{"publish": "papers"}, {"reply": "done"}]},
            "archive": {"subscribe": "papers", "handle": [{"work": "1ms"}]},
        },
        "channels": {"papers": "queue"},
        "run": {"duration": "2s"},
    })  # fmt: skip
    found = evsim.replicate(desk, n=2, jobs=1, progress=False)
    assert found.theory().response == 0.0 == found.summary()["response_mean"].mean


def test_variances_add_up_those_of_several_steps_and_those_of_the_way_there_and_back():
    """Where a reader takes one message at a time, its next one is on the way for two hops, each with a spread."""
    steps = [{"work": {"exponential": "20ms"}}, {"work": {"exponential": "30ms"}}]
    several = predictions(desk("1ms").replace({"services.desk.handle": steps}))["desk"]
    assert several.wait == pytest.approx(evsim.theory.mg1(RATE, 0.05, (0.02**2 + 0.03**2) ** 0.5 / 0.05).wait_mean)
    reading = evsim.Scenario.from_dict({
        "name": "reading",
        "workloads": {"people": {"target": "desk", "arrivals": {"poisson": f"{RATE}/s"}}},
        "services": {"desk": {"workers": 1000, "handle": [{"publish": "jobs"}]},
                     "worker": {"subscribe": {"channel": "jobs", "prefetch": 1}, "handle": steps[:1]}},
        "channels": {"jobs": "queue"},
        "network": {"latency": {"exponential": "10ms"}},
        "run": {"duration": "60s"},
    })  # fmt: skip
    spread = (0.02**2 + 2 * 0.01**2) ** 0.5
    waits = evsim.theory.mg1(RATE, 0.04, spread / 0.04).wait_mean
    assert predictions(reading)["worker"].wait == pytest.approx(0.01 + waits)
