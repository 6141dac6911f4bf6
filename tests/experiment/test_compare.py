"""Designs side by side: the same customers, the same luck."""

import math

import pytest

import evsim
from evsim.results.requests import OK

SHORT = {"run.duration": "20s", "run.warmup": "2s"}


@pytest.fixture(scope="module")
def classic():
    return evsim.load("registration-classic").replace(SHORT)


@pytest.fixture(scope="module")
def events():
    return evsim.load("registration-events").replace(SHORT)


@pytest.fixture(scope="module")
def both(classic, events):
    return evsim.compare(classic, events, n=10, jobs=1)


@pytest.mark.slow
def test_a_design_does_not_differ_from_itself(events):
    same = evsim.compare(events, events, n=3, jobs=1)
    assert list(same.designs) == ["registration-events (1)", "registration-events (2)"]
    for metric, found in same.differences["registration-events (2)"].items():
        assert found.n == 0 or found.low == found.high == 0, metric
        assert found.verdict == ("no difference seen" if found.n else "cannot tell")
        assert math.isnan(found.pairing) or found.pairing == 1
    assert same.customers["registration-events (2)"]["response"].mean == 0


@pytest.mark.slow
def test_events_answer_sooner_and_are_consistent_later(both):
    found = both.differences["registration-events"]
    assert found["response_mean"].verdict == "less"
    assert found["consistency_lag_mean"].verdict == "more"
    assert found["effects_missing"].verdict == "no difference seen"


@pytest.mark.slow
def test_a_difference_is_that_of_the_means(both):
    first, second = (both.summary()[name] for name in both.designs)
    for metric in ("response_mean", "completion_mean", "availability"):
        expected = second[metric].mean - first[metric].mean
        assert both.differences["registration-events"][metric].mean == pytest.approx(expected)


@pytest.mark.slow
def test_the_same_luck_makes_the_interval_narrower(classic, events, both):
    paired = both.differences["registration-events"]["completion_mean"]
    assert paired.pairing > 0.5
    other = evsim.replicate(events, n=10, seed=101, jobs=1).summary()["completion_mean"]
    apart = both.summary()["registration-classic"]["completion_mean"]
    independent = math.hypot(other.standard_error, apart.standard_error)
    assert paired.standard_error < independent


def test_customers_are_paired_by_their_number(classic, events):
    found = evsim.compare(classic, events, n=1).customers["registration-events"]
    first, second = classic.run().tables.requests, events.run().tables.requests
    assert list(first.number) == list(range(len(first.number)))
    assert list(first.arrived) == list(second.arrived)
    response, completion = [], []
    for mine in range(len(first.number)):
        if not first.cohort[mine]:
            continue
        if first.outcome[mine] == OK and second.outcome[mine] == OK:
            response.append(second.response[mine] - first.response[mine])
        if not math.isnan(later := second.completion[mine] - first.completion[mine]):
            completion.append(later)
    assert found["response"].mean == pytest.approx(math.fsum(response) / len(response))
    assert found["completion"].mean == pytest.approx(math.fsum(completion) / len(completion))


def test_several_workloads_are_paired_each_by_itself():
    design = evsim.load("two-producers-four-consumers").replace({"run.duration": "10s", "run.warmup": "0s"})
    slower = design.replace({"services.mobile-api.handle.0": {"work": "102ms"}})
    found = evsim.compare(design, slower, n=2, jobs=1)
    (label,) = found.customers
    run = design.run()
    phones = (run.tables.requests.workload == run.tables.requests.workloads.index("mobile-app")).mean()
    assert found.customers[label]["response"].mean == pytest.approx(0.1 * phones, rel=0.1)


def test_customers_of_other_workloads_are_no_pairs(classic, events):
    data = events.to_dict()
    data["workloads"] = {"another-page": data["workloads"]["register-page"]}
    other = evsim.Scenario.from_dict(data)
    found = evsim.compare(classic, other, n=2, jobs=1)
    assert math.isnan(found.customers["registration-events"]["response"].mean)


@pytest.mark.slow
def test_three_designs_are_each_compared_with_the_first(classic, events):
    parallel = evsim.load("registration-parallel").replace(SHORT)
    found = evsim.compare(classic, parallel, events, n=2, jobs=1, labels=["one", "two", "three"])
    assert list(found.designs) == ["one", "two", "three"]
    assert list(found.differences) == list(found.customers) == ["two", "three"]
    alone = evsim.compare(classic, events, n=2, jobs=1)
    assert repr(alone.differences["registration-events"]) == repr(found.differences["three"])
    assert "one and two" in found.table() and "one and three" in found.table()


@pytest.mark.slow
def test_processes_do_not_change_a_comparison(classic, events, both):
    again = evsim.compare(classic, events, n=10, jobs=2)
    assert repr(again.differences) == repr(both.differences)
    assert repr(again.customers) == repr(both.customers)


def test_one_run_cannot_tell(classic, events):
    found = evsim.compare(classic, events, n=1)
    assert found.differences["registration-events"]["response_mean"].verdict == "cannot tell"
    assert "cannot tell" in found.table()


def test_labels_must_fit(classic, events):
    for labels in (["one"], ["one", "one"], ["one", "two", "three"]):
        with pytest.raises(ValueError, match="2 different names"):
            evsim.compare(classic, events, labels=labels)


def test_what_is_warned_of_in_several_designs_is_said_once(classic):
    promised = classic.replace({"objectives": {"response_mean": "1s", "completion_mean": "1s"}})
    (text,) = evsim.compare(promised, promised, n=2, labels=["one", "two"]).warnings
    assert text.startswith(
        "one and two: 2 runs are too few to see whether response mean and completion mean are skewed; "
    )


def test_designs_of_different_length_are_warned_of(classic, events):
    longer = events.replace({"run.duration": "21s"})
    assert any("duration" in text for text in evsim.compare(classic, longer, n=1).warnings)
    assert not any("duration" in text for text in evsim.compare(classic, events, n=1).warnings)


def test_the_table_names_what_is_felt_true_and_lost(both):
    lines = both.table().splitlines()
    for heading in (
        "What the customer feels",
        "What became true",
        "What was lost",
        "The same customer in both",
    ):
        assert heading in lines
    for text in ("response p99", "less", "more", "no difference seen", "10 runs each, seeds 1 to 10"):
        assert text in both.table()
    assert str(both) == both.table() and "the same luck removes" in both.table()
    assert "response p99" in both._repr_html_()


def test_the_frame_has_a_row_a_metric_and_design(both):
    row = both.frame.loc["response_mean", "registration-events"]
    assert row["difference_low"] < row["difference"] < row["difference_high"] < 0
    assert row["verdict"] == "less"
    assert math.isnan(both.frame.loc["response_mean", "registration-classic"]["difference"])
