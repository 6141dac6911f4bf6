import numpy as np
import pytest

from evsim.lesson import chain, lesson_size
from evsim.results.requests import OK
from evsim.scenario import load
from tests.support.statistics import agrees, count_agrees, proportion_agrees

DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")
SEEDS = range(1, 11)


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_a_lesson_has_about_three_hundred_customers(design):
    counts = [len(lesson_size(design).run(seed=seed).tables.requests.row) for seed in SEEDS]
    assert count_agrees(sum(counts), 300 * len(SEEDS), notices=0.1)


@pytest.mark.parametrize("design", DESIGNS)
def test_only_sizes_change_and_nothing_of_the_wiring(design):
    small, large = lesson_size(design).to_dict(), load(f"registration-{design}").to_dict()
    assert small["services"].keys() == large["services"].keys()
    for name, service in small["services"].items():
        kinds = [[next(iter(step)) for step in each["handle"]] for each in (service, large["services"][name])]
        assert kinds[0] == kinds[1]
        assert service.get("subscribe") == large["services"][name].get("subscribe")
        assert service.get("inside") == large["services"][name].get("inside")


def test_the_settings_are_those_of_the_lessons():
    for design in DESIGNS:
        scenario = lesson_size(design)
        services = scenario.services
        assert [services[name].workers for name in ("register", "database", "mailing-list")] == [8, 2, 2]
        assert services["database"].handle[0].time.mean == pytest.approx(0.05)
        assert services["mailing-list"].handle[0].time.mean == pytest.approx(0.12)
        assert services["mailing-list"].handle[0].time.cv == pytest.approx(1)
        assert scenario.workloads["register-page"].arrivals.rate == 10
        assert (scenario.run_settings.duration, scenario.run_settings.warmup) == (30, 0)
        assert scenario.warnings() == []
    assert lesson_size("events").channels["customer-registered"].partitions == 16
    steps = lesson_size("parallel").services["register"].handle
    assert [branch[0].timeout for branch in steps[1].branches] == [2, 2]
    assert [step.timeout for step in lesson_size("classic").services["register"].handle[1:3]] == [2, 2]


def test_the_picture_of_the_article_has_the_sizes_of_the_others():
    article = lesson_size("two-producers-four-consumers")
    assert [each.arrivals.rate for each in article.workloads.values()] == [6, 4]
    database = article.services["database"]
    assert (database.instances, database.workers, article.services["mailing-list"].workers) == (2, 1, 2)
    assert article.warnings() == []


@pytest.mark.slow
def test_the_services_are_as_busy_as_is_said():
    runs = [lesson_size("events").run(seed=seed).services for seed in SEEDS]
    for name, busy in (("database", 0.25), ("mailing-list", 0.60)):
        assert agrees([run[name]["utilisation"] for run in runs], busy, notices=0.155)


def test_a_scenario_does_as_well_as_its_name():
    events = lesson_size("events")
    assert events == lesson_size("registration-events") == lesson_size(load("registration-events"))


@pytest.mark.slow
@pytest.mark.parametrize("services", [1, 2, 5, 10])
def test_in_a_chain_times_add_and_availabilities_multiply(services):
    runs = [chain(services, fails=0.1).run(seed=seed) for seed in range(16)]  # one in ten shows in so many runs
    good = [run.tables.requests.outcome == OK for run in runs]
    assert proportion_agrees(sum(map(np.sum, good)), sum(map(len, good)), 0.9**services)
    mean = 0.052 * services + 0.002  # 50 ms of work, two hops of 1 ms a service, the customer's own two
    response = [run.tables.requests.response[well] for run, well in zip(runs, good, strict=True)]
    assert agrees(np.concatenate(response), mean, notices=0.1)


def test_a_chain_leaves_an_effect_at_each_service_before_the_one_that_failed():
    run = chain(5).run()
    requests = run.tables.requests
    failed = requests.outcome != 1
    assert failed.any() and (requests.present[failed] < 5).all()
    steps = [run.tables.effect_names.index(f"step {number}") for number in range(1, 6)]
    done = requests.times_done[steps] > 0
    assert (done[:-1] >= done[1:]).all()  # no step without the one before it
