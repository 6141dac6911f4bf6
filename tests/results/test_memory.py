"""Full records are lean: bytes are counted as they are allocated, not measured by the system."""

import tracemalloc

import numpy as np
import pytest

from benchmarks.scenarios import scenario
from benchmarks.workloads import WORKLOADS
from evsim.engine.random_streams import RandomStreams
from evsim.results.rare_column import RareColumn
from evsim.scenario import Distribution, Scenario
from evsim.ticks import SECOND


def peak(workload, messages):
    """(bytes in use at most while a scenario runs, messages made)."""
    design = Scenario.from_dict(scenario(WORKLOADS[workload], messages))
    tracemalloc.start(1)
    try:
        run = design.run(seed=1)
        return tracemalloc.get_traced_memory()[1], run.summary()["requests"]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("workload", "most"), [("W1", 110), ("W4", 600)])
def test_what_each_further_message_takes(workload, most):
    scenario(WORKLOADS[workload], 100)
    peak(workload, 100)  # what is imported and kept once
    (small, few), (large, many) = peak(workload, 2000), peak(workload, 10_000)
    assert (large - small) / (many - few) < most


def test_a_rare_column_is_read_like_an_array():
    """Written in order, out of order, twice and with the blank; against a plain array."""
    rng, rare, plain = np.random.default_rng(1), RareColumn("i", -1), np.full(300, -1)
    for row in [*range(0, 100, 3), *rng.integers(0, 300, 400).tolist()]:
        rare[row] = plain[row] = int(rng.integers(-1, 50))
    assert [rare[row] for row in range(300)] == plain.tolist()
    assert rare.filled(300, np.int32).tolist() == plain.tolist()
    del rare[200:]
    assert rare.filled(300, np.int32).tolist() == [*plain[:200].tolist(), *[-1] * 100]
    with pytest.raises(TypeError):
        iter(rare)


BOUNDED = ["2ms", {"uniform": ["1ms", "2s"]}, {"exponential": "116ms"}, {"erlang": {"k": 4, "mean": "100ms"}}]
UNBOUNDED = ["5s", {"exponential": "118ms"}, {"lognormal": {"mean": "1ms", "cv": 1}}]


@pytest.mark.parametrize("written", BOUNDED)
def test_times_that_are_never_long_take_four_bytes(written):
    """The longest uniform number there is, 1 - 2**-53, gives a time that four bytes hold."""
    distribution = Distribution.read(written)
    uniforms = np.full((max(distribution.draws, 1), 1), 1 - 2.0**-53)
    assert distribution.transform(uniforms)[0] <= distribution.longest < 2**32 / SECOND
    draws = RandomStreams(1).draws(distribution, "work")
    draws.of(0)
    assert draws.values.typecode == "I"
    assert list(draws.values) == draws.block(0).tolist()


@pytest.mark.parametrize("written", UNBOUNDED)
def test_other_times_take_eight(written):
    draws = RandomStreams(1).draws(Distribution.read(written), "work")
    draws.of(0)
    assert draws.values.typecode == "d"


def test_what_is_forgotten_is_drawn_again():
    streams = RandomStreams(1)
    draws = streams.draws(Distribution.read({"exponential": "1ms"}), "work")
    before = [draws.of(number) for number in range(3000)]
    streams.forget()
    assert len(draws.values) == 0
    assert [draws.of(number) for number in range(3000)] == before
