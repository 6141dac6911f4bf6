"""Single draws: keyed, in blocks, rounded, the same on every platform, and independent of each other."""

from itertools import combinations

import numpy as np
import pytest

from evsim.engine.random_streams import BLOCK, Label, RandomStreams
from evsim.scenario import Distribution
from evsim.ticks import SECOND
from tests.support.nightly import mostly_at_night
from tests.support.statistics import assert_notices

SHAPES = {
    "constant": 0.25,
    "uniform": {"uniform": [0, 0.2]},
    "exponential": {"exponential": 0.02},
    "erlang": {"erlang": {"k": 3, "mean": 0.005}},
    "hyperexponential": {"hyperexponential": {"mean": 0.1, "cv": 2}},
    "lognormal": {"lognormal": {"mean": 0.06, "cv": 1.5}},
    "weibull": {"weibull": {"mean": 0.1, "shape": 0.7}},
    "pareto": {"pareto": {"mean": 0.1, "shape": 2.5}},
    "triangular": {"triangular": [0.1, 0.2, 0.4]},
    "choice": {"choice": [[0.99, 0.001], [0.01, 0.1]]},
    "empirical": {"empirical": [0.1, 0.2, 0.25, 0.4]},
}
REQUESTS = 8 * BLOCK
FAR = 4.5  # standard errors: fixed seeds, some hundred comparisons
GAP = 3.9  # standard errors of a distribution function in its middle: by Kolmogorov and Smirnov beyond it once in 1000
PURPOSE = ("register-page", "database", 0, "work", 0)  # workload, service, visit, kind of step, its ordinal


def first_draws(luck, distribution, *purpose):
    """In seconds."""
    draws = luck.draws(distribution, *purpose)
    return np.array([draws.of(number) for number in range(REQUESTS)]) / SECOND


def later_draws(luck, distribution, *purpose, attempt=2):
    """In seconds."""
    draws = luck.draws(distribution, *purpose)
    return np.array([draws.of(luck.later(number, attempt)) for number in range(REQUESTS)]) / SECOND


# Known answers: a change of any of them changes the luck of every customer ever simulated.


def test_the_generator_below_is_philox_4x64_with_10_rounds():
    """The known answers of Random123 (Salmon et al.): counter and key all zeros, and all ones."""
    ones = 2**64 - 1
    zeros = np.random.Philox(key=[0, 0], counter=[ones] * 4).random_raw(4)  # NumPy counts before it draws
    assert list(map(hex, zeros)) == [
        "0x16554d9eca36314c", "0xdb20fe9d672d0fdc", "0xd7e772cee186176b", "0x7e68b68aec7ba23b",
    ]  # fmt: skip
    full = np.random.Philox(key=[ones] * 2, counter=[ones - 1, ones, ones, ones]).random_raw(4)
    assert list(map(hex, full)) == [
        "0x87b092c3013fe90b", "0x438c3c67be8d0224", "0x9cc7d7c69cd777b6", "0xa09caebf594f0ba0",
    ]  # fmt: skip


CHANGED = (
    "the draws have changed, and with them the luck of every customer ever simulated. If that is meant, "
    "`python -m tests.luck.renew` prints the new numbers for this file; say so in CHANGELOG.md"
)

FIRST = {  # requests 0, 1, 1023, 1024 and 5000 of seed 1
    "uniform": [0.163120682, 0.124852842, 0.078635759, 0.027216387, 0.056199049],
    "exponential": [0.033813329, 0.019577381, 0.009990422, 0.002925547, 0.006597746],
    "erlang": [0.005197757, 0.0073203, 0.005463807, 0.002623826, 0.002484126],
    "hyperexponential": [0.141765246, 0.068516836, 0.032987991, 0.00938171, 0.021458468],
    "lognormal": [0.088299809, 0.046938805, 0.024797834, 0.010103306, 0.017733529],
    "weibull": [0.167272251, 0.076626022, 0.029308221, 0.005070172, 0.016202339],
    "pareto": [0.117991331, 0.088756103, 0.073270128, 0.063615395, 0.068463413],
}


def first_of(shape):
    draws = RandomStreams(1).draws(Distribution.read(SHAPES[shape]), *PURPOSE)
    return [draws.of(number) / SECOND for number in (0, 1, 1023, 1024, 5000)]


@pytest.mark.parametrize("shape", FIRST)
def test_first_attempts_have_the_luck_they_always_had(shape):
    assert first_of(shape) == FIRST[shape], CHANGED


KEY = ["0x5d7cb24c94198317", "0x7623cf8399a56bef"]
CHANCES = [0.7405422448831672, 0.25126585909703614, 0.7892704396228203, 0.0017348692193297488, 0.09041466974454637]


def key_of():
    return list(map(hex, RandomStreams(1).key(*PURPOSE)))


def chances_of():
    """Of requests 0, 1 and 1024, and of second attempts of 0 and 1."""
    luck = RandomStreams(1)
    chances = luck.uniforms("key", "register-page")
    return [chances.of(each) for each in (0, 1, 1024, luck.later(0, 2), luck.later(1, 2))]


def test_keys_and_chances_have_the_luck_they_always_had():
    assert key_of() == KEY, CHANGED
    assert chances_of() == CHANCES, CHANGED


# Second attempts of requests 0, 1 and 1024, the third of request 0, and its third in its second (nested).
LATER = {
    "uniform": [0.140630197, 0.092096248, 0.01149414, 0.036586289, 0.035121527],
    "exponential": [0.024290633, 0.012341554, 0.001183765, 0.004040645, 0.003862174],
    "erlang": [0.004828037, 0.00422464, 0.006063913, 0.003059345, 0.002027514],
    "hyperexponential": [0.088608586, 0.041238987, 0.003773435, 0.013010387, 0.012427492],
    "lognormal": [0.059394375, 0.029883201, 0.00601118, 0.012469806, 0.012096647],
    "weibull": [0.104282369, 0.039638058, 0.001392124, 0.008042124, 0.007539521],
    "pareto": [0.097529726, 0.076797774, 0.061437468, 0.065050082, 0.064818304],
}


def later_of(shape):
    luck = RandomStreams(1)
    draws = luck.draws(Distribution.read(SHAPES[shape]), *PURPOSE)
    second = [luck.later(number, Label.ATTEMPT(2)) for number in (0, 1, 1024)]
    third = [luck.later(0, Label.ATTEMPT(3)), luck.later(luck.later(0, Label.ATTEMPT(2)), Label.ATTEMPT(3))]
    return [draws.of(each) / SECOND for each in (*second, *third)]


@pytest.mark.parametrize("shape", LATER)
def test_later_attempts_have_the_luck_they_always_had(shape):
    assert later_of(shape) == LATER[shape], CHANGED


# How draws are made.


@pytest.mark.slow
@pytest.mark.parametrize("shape", mostly_at_night(SHAPES, "exponential", "lognormal"))
def test_every_time_is_a_whole_number_of_nanoseconds(shape):
    luck = RandomStreams(1)
    draws = luck.draws(Distribution.read(SHAPES[shape]), "x")
    for values in (
        [draws.of(number) for number in range(REQUESTS)],
        [draws.of(luck.later(number, 2)) for number in range(REQUESTS)],
    ):
        assert all(value >= 0 and value == int(value) for value in values)
        assert max(values) > 1e6  # no seconds


def test_a_draw_does_not_depend_on_when_it_is_asked_for():
    distribution = Distribution.read(SHAPES["lognormal"])
    there, back = RandomStreams(1).draws(distribution, "x"), RandomStreams(1).draws(distribution, "x")
    numbers = [5000, 0, 1023, 1024, 3, 2048]
    assert [there.of(n) for n in numbers] == [back.of(n) for n in reversed(numbers)][::-1]


def test_a_draw_does_not_depend_on_other_retry_keys():
    distribution = Distribution.read(SHAPES["lognormal"])
    alone, busy = RandomStreams(1), RandomStreams(1)
    for number in range(100):
        busy.later(number, 2)
    assert alone.draws(distribution, "x").of(alone.later(7, 2)) == busy.draws(distribution, "x").of(busy.later(7, 2))


def test_the_block_of_a_request_is_its_number_divided_by_1024():
    draws = RandomStreams(1).draws(Distribution.read(SHAPES["exponential"]), "x")
    assert BLOCK == 1024
    assert [draws.of(number) for number in (1023, 1024)] == [draws.block(0)[1023], draws.block(1)[0]]


# Independence. Correlations of n independent pairs have a standard error of 1 / sqrt(n).


def assert_uncorrelated(one, other):
    error = len(one) ** -0.5
    assert_notices(error, 1, 0.075, z=FAR)
    assert abs(np.corrcoef(one, other)[0, 1]) < FAR * error


def assert_unrelated(streams):
    for one, other in combinations(streams, 2):
        assert_uncorrelated(streams[one], streams[other])


def test_draws_of_different_purposes_seeds_and_attempts_are_unrelated():
    distribution = Distribution.read(SHAPES["exponential"])
    purposes = {
        "the work": PURPOSE,
        "of another workload": ("other-page", *PURPOSE[1:]),
        "at another service": ("register-page", "mailing-list", *PURPOSE[2:]),
        "at another visit": ("register-page", "database", 1, "work", 0),
        "a wait": ("register-page", "database", 0, "wait", 0),
        "the next step": ("register-page", "database", 0, "work", 1),
        "a link": ("link", "register-page", "register", "database", 0),
        "a link, the other way": ("link", "register-page", "database", "register", 0),
    }
    luck = RandomStreams(1)
    streams = {name: first_draws(luck, distribution, *purpose) for name, purpose in purposes.items()}
    streams |= {f"with seed {seed}": first_draws(RandomStreams(seed), distribution, *PURPOSE) for seed in (0, 2, 3)}
    streams |= {f"attempt {n}": later_draws(luck, distribution, *PURPOSE, attempt=n) for n in (2, 3, 4)}
    assert_unrelated(streams)


@pytest.mark.slow
@pytest.mark.parametrize("make", [first_draws, later_draws])
@pytest.mark.parametrize(
    "shape", mostly_at_night(["uniform", "erlang", "hyperexponential", "lognormal"], "uniform", "erlang")
)
def test_neighbouring_requests_are_unrelated(make, shape):
    """Also where a value needs several uniform numbers: no two requests share one."""
    values = make(RandomStreams(1), Distribution.read(SHAPES[shape]), *PURPOSE)
    ranks = values.argsort().argsort()  # of a long tail only the order counts
    for lag in (1, 2, 3, 4, BLOCK):
        assert_uncorrelated(ranks[lag:], ranks[:-lag])


@pytest.mark.parametrize("make", [first_draws, later_draws])
def test_uniform_draws_are_uniform(make):
    """The largest gap to the straight line."""
    values = np.sort(make(RandomStreams(1), Distribution.read({"uniform": [0, 1]}), *PURPOSE))
    steps = np.arange(REQUESTS + 1) / REQUESTS
    gap = max(np.abs(values - steps[1:]).max(), np.abs(values - steps[:-1]).max())
    error = 0.5 / REQUESTS**0.5
    assert_notices(error, 1, 0.03, z=GAP)
    assert gap < GAP * error


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", mostly_at_night(["exponential", "erlang", "hyperexponential", "lognormal"], "exponential", "erlang")
)
def test_later_attempts_are_drawn_from_the_same_distribution(shape):
    """The largest gap between two samples."""
    luck, distribution = RandomStreams(1), Distribution.read(SHAPES[shape])
    first, later = (
        np.sort(first_draws(luck, distribution, "x")),
        np.sort(later_draws(luck, distribution, "x")),
    )
    every = np.concatenate([first, later])
    gap = np.abs(np.searchsorted(first, every, side="right") - np.searchsorted(later, every, side="right")).max()
    error = 0.5 * (2 / REQUESTS) ** 0.5
    assert_notices(error, 1, 0.05, z=GAP)
    assert gap / REQUESTS < GAP * error
