"""Theory beside what was measured: formulas where they apply, and in words why where they do not."""

import pytest

import evsim
from evsim.experiment.theory_panel import predictions

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
        (desk({"exponential": "50ms"}, limit=3), "its inbox is bounded: see evsim.theory.mmck"),
        (desk({"exponential": "50ms"}, instances=2, balance="random"), "each instance has an inbox of its own"),
        (desk({"exponential": "50ms"}, rate_limit={"rate": "9/s", "burst": 1}), "it has rate_limit"),
        (desk({"pareto": {"mean": "20ms", "shape": 1.5}}), "no finite variance"),
        (desk("50ms", more={"faults": [{"outage": "desk", "at": "60s", "for": "5s"}]}), "something fails meanwhile"),
        (desk("0s"), "its work takes no time"),
    ],
    ids=["overload", "limit", "balance", "policy", "variance", "fault", "no work"],
)
def test_where_none_applies_it_says_why(scenario, why):
    found = predictions(scenario)["desk"]
    assert found.formula is None and found.wait is None
    assert why in "; ".join(found.why)


def test_customers_who_do_not_come_at_random_make_it_only_near():
    every = desk({"exponential": "50ms"}).replace({"workloads.people.arrivals": {"constant": "8/s"}})
    assert "do not come at random moments" in predictions(every)["desk"].why[0]
    crowd = desk({"exponential": "50ms"}).replace({"workloads.people.arrivals": {"burst": 10}})
    panel = crowd.run().theory()
    assert panel.predictions == {} and panel.notes[0] == "No formula: customers do not come at a constant rate."
    assert panel.response is None


def test_the_answer_takes_what_lies_one_after_the_other():
    """The classic registration: own work, four hops, and the sojourn at both services that are called."""
    classic = evsim.load("registration-classic")
    panel = classic.replace({"run.duration": "6s", "run.warmup": "0s"}).run().theory()
    waits = evsim.theory.mmc(50, 50, 2).wait_mean, evsim.theory.mmc(50, 1 / 0.06, 5).wait_mean
    assert panel.response == pytest.approx(0.002 + 4 * 0.001 + waits[0] + 0.02 + waits[1] + 0.06)
    assert panel.bottleneck.service == "mailing-list" and panel.bottleneck.saturates == pytest.approx(5 / 0.06)
    text = str(panel)
    for words in (
        "M/M/2",
        "what comes to it comes through register",
        "The first without a free worker is mailing-list, at 83.3/s",
    ):
        assert words in text
    assert "M/M/2" in panel._repr_html_()


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


@pytest.mark.slow
def test_at_the_load_that_it_names_the_bottleneck_has_no_free_worker():
    found = predictions(desk({"exponential": "100ms"}, 2))["desk"]
    for times, busy in ((0.9, False), (1.15, True)):
        rate = f"{times * found.saturates:.6g}/s"
        run = desk({"exponential": "100ms"}, 2).replace({"workloads.people.arrivals.poisson": rate}).run()
        assert (run.services["desk"]["utilisation"] > 0.97) == busy
