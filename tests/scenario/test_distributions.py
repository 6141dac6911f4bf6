import math
import pickle
from statistics import NormalDist

import numpy as np
import pytest

from evsim.scenario import Distribution, ScenarioError
from evsim.scenario.normal import normal_quantile
from tests.support.statistics import Z, assert_notices

N = 200_000
EXAMPLES = [
    "2ms",
    {"constant": "2ms"},
    {"uniform": ["50ms", "200ms"]},
    {"exponential": "20ms"},
    {"erlang": {"k": 3, "mean": "5ms"}},
    {"hyperexponential": {"mean": "100ms", "cv": 2}},
    {"hyperexponential": {"mean": "100ms", "cv": 1}},
    {"lognormal": {"mean": "60ms", "cv": 1.5}},
    {"weibull": {"mean": "10ms", "shape": 1.5}},
    {"weibull": {"mean": "10ms", "shape": 0.7}},
    {"pareto": {"mean": "10ms", "shape": 5}},
    {"triangular": [1, 2, 4]},
    {"triangular": [1, 1, 4]},
    {"triangular": [1, 4, 4]},
    {"weibull": {"mean": "10ms", "shape": 3}},
    {"choice": [[0.99, "1ms"], [0.01, "100ms"]]},
    {"choice": [[0.2, "30ms"], [0.4, "1ms"], [0.3, "10ms"], [0.1, "1ms"]]},  # in any order, and one time twice
    {"empirical": ["5ms", "1ms", "2ms", "2ms", "9ms"]},
]


def sample(distribution, n=N, seed=1):
    uniforms = np.random.Generator(np.random.Philox(seed)).random((distribution.draws, n))
    return distribution.transform(uniforms)


@pytest.fixture(params=EXAMPLES, ids=str)
def distribution(request):
    return Distribution.read(request.param)


def test_the_mean_is_that_of_its_times(distribution):
    times = sample(distribution)
    assert times.shape == (N,)
    error = times.std() / math.sqrt(N)
    assert_notices(error, distribution.mean, 0.06)
    assert times.mean() == pytest.approx(distribution.mean, abs=Z * error + 1e-12)


def test_the_cv_is_that_of_its_times(distribution):
    """The standard error of a sample variance is sqrt((m4 - variance^2) / n)."""
    times = sample(distribution)
    variance = (distribution.cv * distribution.mean) ** 2
    error = math.sqrt(max(0, ((times - times.mean()) ** 4).mean() - times.var() ** 2) / N)
    assert_notices(error, variance or 1, 0.25)
    assert times.var() == pytest.approx(variance, abs=Z * error + 1e-12)


def test_times_are_finite_and_not_negative_at_both_ends_of_the_uniforms(distribution):
    for end in (0.0, 1 - 2.0**-53):
        times = distribution.transform(np.full((distribution.draws, 3), end))
        assert np.isfinite(times).all() and (times >= 0).all()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 0.99])
def test_a_share_p_of_the_times_does_not_exceed_the_quantile_of_p(distribution, p):
    at_most = (sample(distribution) <= distribution.quantile(p) * (1 + 1e-12)).mean()
    below = (sample(distribution) < distribution.quantile(p) * (1 - 1e-12)).mean()
    error = math.sqrt(p * (1 - p) / N)
    assert_notices(error, min(p, 1 - p), 0.12)
    assert below - Z * error <= p <= at_most + Z * error


def test_a_distribution_is_immutable_hashable_and_can_be_pickled(distribution):
    again = pickle.loads(pickle.dumps(distribution))
    assert again == distribution and hash(again) == hash(distribution)
    with pytest.raises(AttributeError, match="immutable"):
        distribution.kind = "other"


def test_the_same_uniforms_give_the_same_times(distribution):
    assert (sample(distribution, 100) == sample(distribution, 100)).all()


@pytest.mark.parametrize("written, draws", [("2ms", 0), ({"exponential": 1}, 1), ({"erlang": {"k": 4, "mean": 1}}, 4)])
def test_a_distribution_tells_how_many_uniforms_a_time_needs(written, draws):
    assert Distribution.read(written).draws == draws


def test_a_pareto_of_shape_2_or_less_has_infinite_cv():
    assert Distribution.read({"pareto": {"mean": 1, "shape": 2}}).cv == math.inf
    assert Distribution.read({"pareto": {"mean": 1, "shape": 3}}).cv == pytest.approx(1 / math.sqrt(3))


def test_a_hyperexponential_of_cv_1_is_exponential():
    u = np.linspace(0, 0.999, 200)[None]
    hyper = Distribution.read({"hyperexponential": {"mean": 3, "cv": 1}})
    p = np.array([0.1, 0.5, 0.9])
    assert hyper.quantile(p) == pytest.approx(Distribution.read({"exponential": 3}).quantile(p))
    assert sorted(hyper.transform(u)) != []


def test_an_empirical_distribution_interpolates_as_numpy_does():
    times = [5.0, 1.0, 2.0, 2.0, 9.0]
    p = np.linspace(0, 1, 101)
    assert Distribution.read({"empirical": times}).quantile(p) == pytest.approx(np.quantile(times, p), rel=1e-14)


def test_times_that_are_all_the_same_do_not_vary_at_all():
    assert Distribution.read({"empirical": ["100us"]}).cv == 0
    assert Distribution.read({"empirical": ["100us", "100us", "100us"]}).cv == 0


def test_an_empirical_file_is_read_when_it_is_needed(tmp_path):
    file = tmp_path / "times.csv"
    distribution = Distribution.read({"empirical": str(file)})
    with pytest.raises(ScenarioError, match="there is no such file"):
        distribution.transform(np.zeros((1, 1)))
    file.write_text("service time\n10ms\n\n0.03\n20 ms\n")
    assert distribution.transform(np.array([[0.0, 0.5]])) == pytest.approx([0.01, 0.02])
    assert pickle.loads(pickle.dumps(distribution)) == distribution


def test_a_bad_line_of_an_empirical_file_is_named(tmp_path):
    file = tmp_path / "times.csv"
    file.write_text("10ms\nlong\n")
    with pytest.raises(ScenarioError, match="times.csv, line 2: must be a time"):
        Distribution.read({"empirical": str(file)}).mean


def test_an_empty_empirical_file_is_refused(tmp_path):
    (tmp_path / "times.csv").write_text("seconds\n")
    with pytest.raises(ScenarioError, match="holds no times"):
        Distribution.read({"empirical": str(tmp_path / "times.csv")}).mean


def test_the_normal_quantile_is_that_of_the_standard_library():
    p = np.concatenate(
        [np.geomspace(1e-300, 0.1, 500), np.linspace(0.05, 0.95, 1001), 1 - np.geomspace(1e-16, 0.1, 300)]
    )
    p = p[(p > 0) & (p < 1)]
    expected = np.array([NormalDist().inv_cdf(each) for each in p])
    assert normal_quantile(p) == pytest.approx(expected, rel=1e-15, abs=1e-16)
    assert list(normal_quantile(np.array([0.0, 0.5, 1.0]))) == [-np.inf, 0.0, np.inf]


def test_the_normal_quantile_is_that_of_scipy():
    special = pytest.importorskip("scipy.special")
    p = np.linspace(0.0005, 0.9995, 1999)
    assert normal_quantile(p) == pytest.approx(special.ndtri(p), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(
    "written, rule",
    [
        ({"exponential": 0}, "greater than 0"),
        ({"exponential": "-1s"}, "negative"),
        ({"exponential": "nan"}, "finite"),
        ({"uniform": [2, 1]}, "low not above high"),
        ({"uniform": [1]}, "must be a list"),
        ({"uniform": 3}, "must be a list"),
        ({"erlang": {"k": 0, "mean": 1}}, "at least 1"),
        ({"erlang": {"k": 2.5, "mean": 1}}, "whole number"),
        ({"erlang": {"mean": 1}}, "k: is required"),
        ({"hyperexponential": {"mean": 1, "cv": 0.5}}, "at least 1"),
        ({"lognormal": {"mean": 1, "cv": 0}}, "greater than 0"),
        ({"lognormal": {"mean": 1, "vc": 1}}, "one of cv, mean"),
        ({"weibull": {"mean": 1, "shape": 0}}, "at least 0.1"),
        ({"pareto": {"mean": 1, "shape": 1}}, "greater than 1"),
        ({"triangular": [1, 3, 2]}, "rising order"),
        ({"triangular": [1, 1, 1]}, "rising order"),
        ({"choice": [[0.5, 1], [0.4, 2]]}, "sum to 1"),
        ({"choice": []}, "at least 1"),
        ({"empirical": []}, "at least one time"),
        ({"empirical": ["fast"]}, "must be a time"),
        ({"exponental": 1}, "did you mean exponential"),
        ("soon", "must be a time"),
        ({"exponential": 1, "uniform": [1, 2]}, "at once"),
        ({"exponential": 1, "mean": 2}, "beside exponential"),
        ({}, "must be a time"),
        ({"lognormal": {"mean": 1, "cv": 1, "kind": "pareto"}}, "unknown setting kind"),
        (None, "must be a time"),
        (True, "must be a time"),
    ],
)
def test_bad_values_are_refused_with_the_rule(written, rule):
    with pytest.raises(ScenarioError, match=rule):
        Distribution.read(written)
