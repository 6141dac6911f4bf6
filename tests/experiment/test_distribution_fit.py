"""Measured times as a distribution: the right one is found with its parameters, and a wrong one is refused."""

import numpy as np
import pytest

import evsim
from evsim.scenario.distributions import Distribution

COUNT = 1500
TRUE = {
    "exponential": "20ms",
    "lognormal": {"mean": "60ms", "cv": 1.5},
    "erlang": {"mean": "30ms", "k": 6},
    "weibull": {"mean": "10ms", "shape": 3},
    "pareto": {"mean": "10ms", "shape": 3},
    "uniform": ["10ms", "30ms"],
}


def drawn(written, seed=3, count=COUNT):
    distribution = Distribution.read(written)
    return distribution.transform(np.random.default_rng(seed).random((distribution.draws, count)))


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUE)
def test_what_the_times_were_drawn_from_fits_and_has_its_parameters(name):
    """1,500 times: means are known to 4 of their standard errors, shapes to 15 %."""
    true = Distribution.read({name: TRUE[name]})
    found = evsim.fit(drawn({name: TRUE[name]}))
    own = next(each for each in found.candidates if each.name == name)
    assert own.fits and own.distance < 1.63 / COUNT**0.5
    assert own.distribution.mean == pytest.approx(true.mean, rel=4 * min(true.cv, 2) / COUNT**0.5)
    for shape in ("cv", "shape", "k"):
        if shape in TRUE[name]:
            assert getattr(own.distribution, shape) == pytest.approx(TRUE[name][shape], rel=0.15)
    again = evsim.Distribution.read(eval_yaml(own.yaml))
    assert again.mean == pytest.approx(own.distribution.mean, rel=1e-3)
    assert found.best.distance <= own.distance and str(found).startswith(f"These {COUNT:,} times are as if from {{")


def eval_yaml(text):
    import yaml

    return yaml.safe_load(text)


@pytest.mark.slow
def test_two_kinds_of_times_in_one_file_fit_nothing_and_are_taken_as_they_are(tmp_path):
    mixed = np.concatenate(
        [drawn({"erlang": {"mean": "10ms", "k": 20}}, 1, 300), drawn({"uniform": ["80ms", "90ms"]}, 2, 200)]
    )
    file = tmp_path / "times.csv"
    file.write_text("seconds\n" + "\n".join(f"{each:.6f}" for each in mixed))
    found = evsim.fit(file)
    assert found.best is None and "Use the times themselves" in found.finding
    assert "does not fit" in [text.get_text() for text in found.plot().get_legend().get_texts()][1]
    assert found.finding in found.plot().alt_text and "no" in found._repr_html_()


def test_equal_times_are_constant():
    found = evsim.fit(["12ms"] * 30)
    assert found.best.yaml == "12ms" and found.best.distance == 0


def test_a_column_of_a_table_is_fitted_and_a_table_without_one_named_is_refused(tmp_path):
    values = drawn({"erlang": {"mean": "20ms", "k": 4}}, 3, 200)
    rows = "\n".join(f"{number},{each * 1000:.6f}" for number, each in enumerate(values))
    table = tmp_path / "requests.csv"
    table.write_text(f"timestamp,took_ms\n{rows}\n", encoding="utf-8")
    assert evsim.fit(table, column="took_ms").times == pytest.approx(np.sort(values), abs=1e-8)
    for column, words in ((None, "line 2: has several columns.*--column NAME"), ("took", "no column 'took'.*took_ms")):
        with pytest.raises(evsim.ScenarioError, match=words):
            evsim.fit(table, column=column)


def test_bad_input_is_named(tmp_path):
    for times, words in (
        ([0.1] * 19, "must be 20 or more"),
        (["soon"] * 20, "must be a time"),
        (5, "times, or a file of them"),
        (tmp_path / "none.csv", "there is no such file"),
    ):
        with pytest.raises(evsim.ScenarioError, match=words):
            evsim.fit(times)


@pytest.mark.parametrize(
    ("header", "factor"),
    [("duration_ms", 1e-3), ("took (us)", 1e-6), ("latency s", 1), ("times", 1), ("items", 1), ("", 1)],
)
def test_a_header_says_in_which_unit_plain_numbers_are(tmp_path, header, factor):
    values = np.random.default_rng(2).exponential(20, 40).round(3)
    lines = [header, *map(str, values), "70s"] if header else [*map(str, values), "70s"]
    (tmp_path / "times.csv").write_text("\n".join(lines), encoding="utf-8")
    assert evsim.fit(tmp_path / "times.csv").times == pytest.approx(np.sort([*values * factor, 70]), abs=1e-9)


@pytest.mark.slow
def test_of_many_times_a_small_difference_shows_and_the_right_one_still_fits():
    """Of 8,000 times the samples are 2,000 long, and distances go down with the square root of how many there are.

    A shape of 1.12 is 0.03 off the nearest exponential: 2,000 times of it are so in one of a hundred cases, as is 0.015
    of 8,000.
    """
    times = drawn({"weibull": {"mean": "10ms", "shape": 1.12}}, count=8000)
    found = {each.name: each for each in evsim.fit(times).candidates}
    assert found["weibull"].fits and not found["exponential"].fits
    assert found["exponential"].distance == pytest.approx(0.03, abs=0.01)
    assert evsim.fit(drawn({"exponential": "10ms"}, count=8000)).best.name in ("exponential", "weibull")


@pytest.mark.slow
def test_how_often_own_samples_are_as_far_off_counts_the_times_themselves():
    """Of 99 samples none is as far: it is one of a hundred with the times. Of what is right the mean is a half."""
    candidates = evsim.fit(drawn({"uniform": ["10ms", "30ms"]})).candidates
    assert min(each.as_far for each in candidates) == 0.01
    shares = []
    for seed in range(10):
        found = evsim.fit(drawn({"exponential": "20ms"}, seed, 60), seed).candidates
        shares += [each.as_far for each in found if each.name == "exponential"]
    assert all(round(100 * share) == pytest.approx(100 * share) and 0.01 <= share <= 1 for share in shares)
    assert sum(shares) / 10 == pytest.approx(0.505, abs=3.5 * (1 / 12 / 10) ** 0.5)
