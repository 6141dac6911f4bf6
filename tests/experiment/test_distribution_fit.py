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
