"""No number that a file may hold makes a run hang, die, or fail without a word."""

from random import Random

import pytest

from evsim.engine import Execution
from evsim.scenario import Scenario, ScenarioError
from tests.input.numbers import ENDS, EXAMPLES, ends, numbers, numeric_settings, replaced, settings_in, values

SOME = Random(14).sample(list(numbers()), 12)  # all of them every night


def test_every_numeric_setting_has_an_example():
    written = {setting for data in EXAMPLES.values() for setting in settings_in(Scenario.from_dict(data))}
    assert sorted(f"{kind.__name__}.{name}" for kind, name in numeric_settings() - written) == []


@pytest.mark.parametrize(("example", "path"), SOME, ids=str)
def test_numbers_at_their_limits_and_beyond_end_with_a_word(tmp_path, example, path):
    for value in Random(f"{example} {path}").sample(values(example, path), 2):
        status, output = ends(example, path, value, tmp_path)
        assert status in ENDS, (value, output)


TOO_LARGE = {
    ("calls", "services.front.workers"): "at most 1,000,000",
    ("calls", "services.front.instances"): "at most 1,000",
    ("calls", "workloads.shop.arrivals.closed.users"): "at most 1,000,000",
    ("calls", "workloads.page.key.zipf.keys"): "at most 1,000,000",
    ("calls", "workloads.crowd.arrivals.burst.count"): "run.max_rows",
    ("calls", "workloads.train.arrivals.batch.size"): "at most 1,000,000",
    ("calls", "services.front.handle.9.call.retry.attempts"): "at most 10,000",
    ("logs", "channels.facts.log.partitions"): "at most 10,000",
}


@pytest.mark.parametrize(("example", "path"), TOO_LARGE)
def test_a_thousand_million_is_refused_before_anything_is_made(example, path):
    steps = [int(step) if step.isdigit() else step for step in path.split(".")]
    with pytest.raises(ScenarioError, match=TOO_LARGE[example, path]):
        Execution(Scenario.from_dict(replaced(EXAMPLES[example], steps, 10**9)))


def test_what_is_small_one_by_one_may_be_too_large_together():
    large = {"services.front.instances": 1000, "services.front.workers": 10_000}
    with pytest.raises(ScenarioError, match=r"services.front.workers: there are 10,000,\d+ workers .* 2,000,000"):
        Scenario.from_dict(EXAMPLES["calls"]).replace(large)


def test_the_largest_of_a_setting_is_in_the_schema():
    workers = Scenario.schema()["$defs"]["Service"]["properties"]["workers"]
    assert (workers["minimum"], workers["maximum"]) == (1, 1_000_000)


def test_the_batches_after_the_end_are_not_made():
    rare = {"batch": {"rate": "1e-6/s", "size": 1_000_000}}
    run = Scenario.from_dict(replaced(EXAMPLES["pipes"], ("workloads", "line", "arrivals"), rare)).run()
    assert len(run.tables.requests.row) == 0  # a block of 1,024 such batches would be a thousand million arrivals
