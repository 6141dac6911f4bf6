"""One service, one inbox: means, quantiles and distributions of the textbooks."""

import numpy as np
import pytest

from evsim import theory
from tests.support.cases import case, expected
from tests.support.nightly import mostly_at_night, nightly
from tests.support.statistics import agrees, mean_and_error
from tests.truth.measuring import column, in_cohort, luck, measure, number_in, steady, sweep, waits
from tests.truth.systems import cut_normal, exponential, station, timed

pytestmark = pytest.mark.slow

PER_MILLE = expected("MM1-sojourn-quantiles", "p99.9")


def means(run):
    """The figures every case of one station asks for."""
    figures = run.services["server"]
    return {
        "W": figures["sojourn_mean"], "Wq": figures["wait_mean"], "L": figures["in_system_mean"],
        "Lq": figures["queue_mean"], "utilisation": figures["utilisation"],
    }  # fmt: skip


def lucky_means(run):
    return means(run) | luck(run)


def gaps(run):
    """Mean, squared coefficient of variation and lag-1 correlation of the times between departures."""
    between = np.diff(np.sort(column(run, "server", "ended")))
    return {
        "gap mean": between.mean(),
        "gap SCV": between.var() / between.mean() ** 2,
        "gap correlation": np.corrcoef(between[:-1], between[1:])[0, 1],
    }


def quantiles_of(run, what, *labels):
    return {f"{what} {label}": run.services["server"][f"{what}_{label}"] for label in labels}


@pytest.fixture(scope="module")
def exponential_station():
    """M/M/1 at 80 %: 1.2 million messages, which carry the mean wait to about 1 %."""

    def figures(run):
        shares = number_in(run, "server")
        numbers = np.arange(len(shares))
        times, level = sweep(run.tables.rows["ready"], run.tables.rows["ended"])
        empty = np.flatnonzero(level[:-1] == 0)
        idle = np.diff(times)[empty]
        periods = len(empty) + 1
        mean = (numbers * shares).sum()
        return (
            lucky_means(run) | gaps(run)
            | quantiles_of(run, "sojourn", "p50", "p90", "p95", "p99", "p99.9")
            | quantiles_of(run, "wait", "p50", "p95", "p99")
            | {f"P(N={n})": shares[n] for n in (0, 1, 2, 5, 10)}
            | {
                "Var(N)": (numbers**2 * shares).sum() - mean**2,
                "P(Wq=0)": (waits(run, "server") == 0).mean(),
                "share over p99.9": (run.tables.requests.response[run.tables.requests.cohort] > PER_MILLE).mean(),
                "busy period": (times[-1] - times[0] - idle.sum()) / periods,
                "customers of a busy period": len(run.tables.rows["ready"]) / periods,
                "idle period": idle.mean(),
            }
        )  # fmt: skip

    return measure("MM1", station(exponential(0.1), 8, messages=60_000), figures, shorter=2)


@pytest.fixture(scope="module")
def constant_station():
    """M/D/1 at 80 %."""

    def figures(run):
        share = (waits(run, "server") == 0).mean()
        return lucky_means(run) | gaps(run) | quantiles_of(run, "wait", "p50", "p95", "p99") | {"P(Wq=0)": share}

    return measure("MD1", station("100ms", 8, messages=30_000), figures)


def test_mm1_has_the_means_of_the_textbook(exponential_station):
    found, truth = exponential_station, expected("MM1-mean")
    assert agrees(found["utilisation"], truth["utilisation"], notices=0.025)
    assert agrees(steady(found, "L"), truth["L (in system)"])
    assert agrees(steady(found, "Lq"), truth["Lq (waiting)"])
    assert agrees(steady(found, "W"), truth["W sojourn s"])
    assert agrees(steady(found, "Wq"), truth["Wq wait s"])
    assert agrees(found["P(N=0)"], truth["P(empty)"], notices=0.05)
    assert agrees(found["Var(N)"], truth["Var(N)"], notices=0.25)


@pytest.mark.parametrize(("label", "error"), [("p50", 0.05), ("p90", 0.075), ("p95", 0.1), ("p99", 0.15)])
def test_mm1_has_the_sojourn_quantiles_of_the_textbook(exponential_station, label, error):
    truth = expected("MM1-sojourn-quantiles", label)
    assert agrees(exponential_station[f"sojourn {label}"], truth, notices=error)


def test_one_sojourn_of_mm1_in_a_thousand_is_beyond_the_quantile_of_the_textbook(exponential_station):
    """A share has no bias; the quantile of each run would have one. Such sojourns come in clumps: rough."""
    assert agrees(exponential_station["share over p99.9"], 0.001, notices=2.5, because="they come in clumps")


def test_mm1_has_the_wait_quantiles_of_the_textbook(exponential_station):
    found, truth = exponential_station, expected("MM1-wait-quantiles")
    assert agrees(found["P(Wq=0)"], truth["P(Wq=0)"], notices=0.05)
    for label, error in (("p50", 0.1), ("p95", 0.1), ("p99", 0.15)):
        assert agrees(found[f"wait {label}"], truth[label], notices=error)


def test_mm1_spends_the_geometric_share_of_its_time_with_n_messages(exponential_station):
    for number, share in expected("MM1-qlen-dist").items():
        assert agrees(exponential_station[f"P(N={number})"], share, notices=0.15)


def test_mm1_has_the_busy_periods_of_the_textbook(exponential_station):
    found, truth = exponential_station, expected("MM1-busy-period")
    assert agrees(found["busy period"], truth["mean length s"])
    assert agrees(found["customers of a busy period"], truth["mean customers per busy period"])
    assert agrees(found["idle period"], truth["mean idle period s"], notices=0.025)


def test_departures_of_mm1_are_a_poisson_process(exponential_station):
    found, truth = exponential_station, expected("BURKE")
    assert agrees(found["gap mean"], truth["mean"], notices=0.01)
    assert agrees(found["gap SCV"], truth["SCV"], notices=0.025)
    assert agrees(found["gap correlation"], truth["lag-1 autocorrelation"], notices=0.01, scale=1)


def test_departures_of_md1_are_more_regular_than_its_arrivals(constant_station):
    assert agrees(constant_station["gap SCV"], expected("DEPART-MD1"), notices=0.05)


@pytest.mark.parametrize(
    ("load", "messages"),
    mostly_at_night(
        [("0.1", 5_000), ("0.3", 5_000), ("0.5", 5_000), ("0.7", 10_000), ("0.9", 40_000)],
        ("0.5", 5_000),
        ("0.9", 40_000),
    ),
)
def test_the_sojourn_grows_with_the_utilisation_like_a_hockey_stick(load, messages):
    found = measure(f"MM1 {load}", station(exponential(1), float(load), messages), lucky_means)
    assert agrees(steady(found, "W"), expected("MM1-rho-table", load))


def test_the_theory_at_the_published_point_is_met_by_another_programs_model():
    p = expected("QMODELS-mm1")
    found = measure("QMODELS-mm1", station(exponential(0.8), 1 / 1.2, messages=10_000), lucky_means)
    assert agrees(steady(found, "W"), p["theory W"])
    assert agrees(steady(found, "L"), p["theory L"])


def test_last_come_first_served_waits_as_long_on_average_but_less_evenly():
    def moments(run):
        waited = waits(run, "server")
        return {"mean": waited.mean(), "second moment": (waited**2).mean()} | luck(run)

    truth = expected("MM1-LCFS")
    for discipline, name, messages in (("fifo", "FCFS", 20_000), ("lifo", "LCFS", 30_000)):
        found = measure(name, station(exponential(0.1), 7, messages, discipline=discipline), moments)
        assert agrees(steady(found, "mean"), truth[f"{name} mean Wq"])
        assert agrees(steady(found, "second moment"), truth[f"{name} E[Wq^2]"], notices=0.25)


# Long waits come together, in the few long spells in which everybody is busy.
POWER = {"Wq p99": {"notices": 0.45, "because": "the longest waits are those of a few spells"}}


@pytest.mark.parametrize(("identifier", "messages"), [
    ("MMc-3-2", 15_000), ("MMc-10-8", 20_000), pytest.param("MMc-10-90", 40_000, marks=nightly),
])  # fmt: skip
def test_mmc_has_the_means_and_quantiles_of_erlang_c(identifier, messages):
    p, truth = case(identifier)["parameters"], expected(identifier)
    rate = {"MMc-3-2": 2, "MMc-10-8": 8, "MMc-10-90": 90}[identifier]
    service_time = 0.1 if identifier == "MMc-10-90" else 1

    def figures(run):
        late = {"P(wait) ErlangC": (waits(run, "server") > 0).mean()}
        sojourn = quantiles_of(run, "sojourn", "p50", "p95", "p99")
        return lucky_means(run) | late | sojourn | quantiles_of(run, "wait", "p95", "p99")

    served = station(exponential(service_time), rate, messages, workers=p["servers"])
    shorter = 1 if identifier == "MMc-10-90" else 4  # it takes long to forget that it began empty
    found = measure(identifier, served, figures, shorter=shorter)
    found |= {f"Wq {label}": found[f"wait {label}"] for label in ("p95", "p99")}
    found |= {f"T {label}": found[f"sojourn {label}"] for label in ("p50", "p95", "p99")}
    for name, value in truth.items():
        assert agrees(steady(found, name), value, **POWER.get(name, {"notices": 0.25 if "q" in name else 0.1}))


@pytest.mark.parametrize("workers", [3, 4])
def test_the_bank_of_a_published_tutorial_has_the_wait_of_erlang_c(workers):
    truth = expected("CIW-bank", f"Erlang C c={workers}")
    found = measure(f"bank {workers}", station(exponential(10), 0.2, messages=12_000, workers=workers), lucky_means)
    assert agrees(steady(found, "Wq"), truth, notices=0.15)


GENERAL = {
    "MG1-D": ("100ms", 0),
    "MG1-E4": ({"erlang": {"k": 4, "mean": 0.1}}, 25_000),
    "MG1-U": ({"uniform": [0, 0.2]}, 25_000),
    "MG1-H2cv2=4": ({"hyperexponential": {"mean": 0.1, "cv": 2}}, 35_000),
    "MG1-LNcv=2": ({"lognormal": {"mean": 0.1, "cv": 2}}, 35_000),
}


@pytest.mark.parametrize("identifier", GENERAL)
def test_mg1_has_the_means_of_pollaczek_and_khinchine(identifier, constant_station):
    work, messages = GENERAL[identifier]
    heavy = messages > 25_000
    found = measure(identifier, station(work, 8, messages), lucky_means) if messages else constant_station
    for name, value in expected(identifier).items():
        assert agrees(steady(found, name), value, notices=0.15 if heavy else 0.1)


def test_md1_has_the_waiting_times_of_crommelin(constant_station):
    found, truth = constant_station, expected("MD1-wait-dist")
    assert agrees(found["P(Wq=0)"], truth["P(Wq=0)"], notices=0.05)
    assert agrees(found["Wq"], truth["mean"])
    for label in ("p50", "p95", "p99"):
        assert agrees(found[f"wait {label}"], truth[label], notices=0.15)


@pytest.fixture(scope="module")
def clockwork():
    """D/M/1 at 80 %: a customer every 1.25 s."""
    base = station(exponential(1), 0.8, messages=15_000)
    return measure("DM1", base.replace({"workloads.customers.arrivals": {"constant": 0.8}}), lucky_means)


def test_dm1_has_the_means_of_its_root(clockwork):
    truth = expected("DM1")
    assert agrees(steady(clockwork, "Wq"), truth["Wq"])
    assert agrees(steady(clockwork, "W"), truth["W"])


def test_no_wait_exceeds_kingmans_bound_and_the_approximation_is_near(clockwork, tmp_path):
    """Gaps with SCV 4 (two phases, balanced means) and 0.25 (Erlang) come from files."""
    random = np.random.default_rng(1)
    often = (1 + np.sqrt(3 / 5)) / 2  # share of short gaps

    def bursty(count):
        share = np.where(random.random(count) < often, often, 1 - often)
        return random.exponential(1.25 / 2 / share)

    def even(count):
        return random.gamma(4, 1.25 / 4, count)

    even_work = {"erlang": {"k": 4, "mean": 1}}
    for name, draw_gaps, cv, work, work_cv, messages in (
        ("approx ca2=4,cs2=1", bursty, 2, exponential(1), 1, 20_000),
        ("approx ca2=.25,cs2=.25", even, 0.5, even_work, 0.5, 8_000),
    ):
        found = []
        for number in range(10):
            stamps = np.concatenate([[0], np.cumsum(draw_gaps(messages))])
            found += measure(f"{name} {number}", timed(work, stamps, tmp_path), means, 1, shorter=2)["Wq"]
        mean, error = mean_and_error(found)
        assert error < 0.05 * mean
        assert abs(mean / expected("KINGMAN", name) - 1) < 0.2
        assert mean + 3.5 * error < theory.gg1(0.8, 1, cv, work_cv).wait_bound
    assert np.mean(clockwork["Wq"]) < expected("DM1", "Kingman upper bound Wq")


def test_mm1_stays_below_kingmans_bound(exponential_station):
    scaled = steady(exponential_station, "Wq") / 0.1
    assert agrees(scaled, expected("KINGMAN", "M/M/1 exact"))
    assert scaled.mean() < expected("KINGMAN", "bound ca2=1,cs2=1")


def test_another_programs_mg1_has_the_same_mean_first_or_last_come():
    truth = expected("QMODELS-mg1", "FIFO P-K")
    for discipline in ("fifo", "lifo"):
        found = measure(discipline, station(cut_normal(), 1 / 1.2, 8_000, discipline=discipline), lucky_means)
        assert agrees(steady(found, "W"), truth, notices=0.05)


def test_one_slow_handler_in_a_hundred_makes_all_wait_on_an_event_loop():
    truth = expected("EVENTLOOP-block")
    blocked = {"choice": [[0.99, "1ms"], [0.01, "100ms"]]}

    def figures(run):
        mine = in_cohort(run, "server")
        rows = run.tables.rows
        worked = rows["ended"][mine] - rows["started"][mine]
        short = worked < 0.05
        latency = (rows["ended"][mine] - rows["ready"][mine])[short]
        return lucky_means(run) | {"short": latency.mean()}

    found = measure("EVENTLOOP", station(blocked, 100, messages=15_000), figures)
    assert agrees(found["utilisation"], truth["utilisation"])
    assert agrees(steady(found, "Wq"), truth["Wq"] / 1000, notices=0.15)
    assert agrees(steady(found, "short"), truth["mean latency of a 1 ms handler"] / 1000, notices=0.15)
    healthy = measure("EVENTLOOP healthy", station("1ms", 100, messages=10_000), means)
    assert agrees(healthy["Wq"], truth["Wq if none blocked (all 1 ms)"] / 1000)


def test_a_run_from_empty_to_empty_obeys_littles_law_in_its_own_figures():
    """Arrivals stop well before the end, so that the window of the averages holds every stay whole."""
    for discipline in ("fifo", "lifo"):
        base = station(exponential(0.1), 9, 900, warmup=0, workers=1, discipline=discipline)
        run_points = {"profile": [[0, 9], [100, 9], [100, 0]]}
        scenario = base.replace({"workloads.customers.arrivals": run_points, "run.duration": 300})

        def gap(run):
            figures = run.services["server"]
            return {"L": figures["in_system_mean"] * run.tables.window, "W": run.tables.requests.response.sum(),
                    "n": figures["completed"] * figures["sojourn_mean"]}  # fmt: skip

        found = measure(discipline, scenario, gap, 5, shorter=1)
        assert found["L"] == pytest.approx(found["W"], rel=1e-9)
        assert found["L"] == pytest.approx(found["n"], rel=1e-9)
        assert expected("LITTLE") == 0
