"""Which input matters: against formulas in which it is known."""

import pytest

import evsim
from evsim.experiment.sensitivity import _sides, inputs_of
from evsim.figures import write_estimate
from evsim.view.sweep_pictures import heat_map, lines, tornado

WORK, RATE = "services.desk.handle.0.work.exponential", "workloads.people.arrivals.poisson"
QUEUE = {
    "name": "one-desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "5/s"}}},
    "services": {"desk": {"workers": 2, "handle": [{"work": {"exponential": "100ms"}}]}},
    "run": {"duration": "200s", "warmup": "0s"},
    "objectives": {"response_mean": "150ms"},
}


@pytest.fixture(scope="module")
def desk():
    return evsim.Scenario.from_dict(QUEUE)


@pytest.fixture(scope="module")
def measured(desk):
    return evsim.sensitivity(desk, "response_mean", n=6, jobs=1)


def test_the_inputs_are_the_numbers_of_the_system(desk):
    assert list(inputs_of(desk)) == [RATE, "services.desk.workers", WORK]
    alone = desk.replace({"services.desk.workers": 1})
    assert inputs_of(alone)["services.desk.workers"] == 1, "nobody wrote it, but it is an input"


@pytest.mark.parametrize(("workers", "by", "tried"), [(2, 0.25, [1, 3]), (10, 0.25, [8, 12]), (40, 0.1, [36, 44]),
                                                       (4, 0.5, [2, 6]), (1, 0.25, [2])])  # fmt: skip
def test_a_count_changes_by_its_share_and_by_one_at_least(desk, workers, by, tried):
    its = desk.replace({"services.desk.workers": workers})
    assert [value for _, value in _sides(its, "services.desk.workers", workers, by)] == tried


@pytest.mark.parametrize(("metric", "n"), [("response_mean", 1), ("response_p99.9", 2)])
def test_where_no_interval_is_nothing_is_said_of_luck(desk, metric, n):
    """One run has none, nor have runs of too few customers."""
    done = evsim.sensitivity(desk.replace({"run.duration": "2s"}), metric, n=n, paths=[WORK], jobs=1)
    assert "cannot be told" in done.finding and "cannot tell" in str(done) and "luck" not in str(done)


@pytest.mark.slow
def test_each_change_is_that_of_the_formula(measured):
    """M/M/2: the answer takes what Erlang C says; six runs of 1,000 customers, 95 % intervals held to four errors."""
    base = evsim.theory.mmc(5, 10, 2).sojourn_mean
    wanted = {
        WORK: (
            evsim.theory.mmc(5, 10 / 0.75, 2).sojourn_mean - base,
            evsim.theory.mmc(5, 10 / 1.25, 2).sojourn_mean - base,
        ),
        RATE: (evsim.theory.mmc(3.75, 10, 2).sojourn_mean - base, evsim.theory.mmc(6.25, 10, 2).sojourn_mean - base),
        "services.desk.workers": (
            evsim.theory.mm1(5, 10).sojourn_mean - base,
            evsim.theory.mmc(5, 10, 3).sojourn_mean - base,
        ),
    }
    for bar in measured.bars:
        for side, expected in zip((bar.less, bar.more), wanted[bar.path], strict=True):
            assert abs(side.mean - expected) < 4 * side.standard_error, bar.path
            assert 4 * side.standard_error < max(0.25 * abs(expected), 0.004), "too few runs to notice a quarter"


def test_a_number_that_is_written_short_is_an_input():
    """`fail: 0.2` stands for `fail: {probability: 0.2}`; of 250 customers a quarter more fail with it."""
    handle = [{"work": "1ms"}, {"fail": 0.2}]
    short = evsim.Scenario.from_dict(QUEUE | {"services": {"desk": {"handle": handle}}, "run": {"duration": "50s"}})
    (bar,) = evsim.sensitivity(short, "availability", ["services.desk.handle.1.fail"], n=4, jobs=1).bars
    assert (bar.value, bar.lower, bar.higher) == (0.2, pytest.approx(0.15), pytest.approx(0.25))
    assert bar.less.mean > 0 > bar.more.mean


@pytest.mark.slow
def test_inputs_that_cannot_matter_get_few_runs_and_the_others_all(desk, monkeypatch):
    """With the widest alone and a promise of 130 ms: one worker less turns it, and so is worth all runs."""

    def tried(objective="130ms", **settings):
        design = desk.replace({"run.duration": "100s", "objectives": {"response_mean": objective}})
        return evsim.sensitivity(design, "response_mean", n=5, jobs=1, **settings)

    whole, screened = tried(), tried(screen=3)
    assert repr(screened.bars) == repr(whole.bars) and repr(screened.flips) == repr(whole.flips)
    monkeypatch.setattr("evsim.experiment.screening.WIDEST", 0)
    screened = tried(screen=3)
    counts = {bar.path: bar.more.n for bar in screened.bars}
    assert counts["services.desk.workers"] == 5 and repr(screened.flips) == repr(whole.flips) and whole.flips
    calm = tried("9s", screen=3)
    assert {side.n for bar in calm.bars for side in bar.sides} == {3} and calm.base.n == 5


@pytest.mark.slow
def test_the_widest_bar_comes_first_and_is_named(measured):
    assert [bar.swing for bar in measured.bars] == sorted((bar.swing for bar in measured.bars), reverse=True)
    assert measured.bars[0].path == "services.desk.workers"
    assert measured.finding == "Response mean depends most on desk: workers"
    assert "services.desk.workers" in str(measured) and "25 % less" in measured._repr_html_()
    assert set(measured.frame["side"]) == {"less", "more"} and len(measured.frame) == 6


def test_what_is_not_allowed_is_left_out(desk):
    found = evsim.sensitivity(
        desk.replace({"services.desk.workers": 1}), "response_mean", ["services.desk.workers"], n=1
    )
    (bar,) = found.bars
    assert bar.less is None and bar.higher == 2 and "not allowed" in str(found)


def test_bad_input_is_named(desk):
    for arguments, words in (
        ({"metric": "response_p98"}, "response_p98"),
        ({"metric": "response_mean", "paths": ["name"]}, "name: is no number"),
        ({"metric": "response_mean", "paths": ["services.desk.worker"]}, "worker"),
        ({"metric": "response_mean", "paths": []}, "no input to change"),
        ({"metric": "response_mean", "by": 1}, "by: must be a share"),
    ):
        with pytest.raises(evsim.ScenarioError, match=words):
            evsim.sensitivity(desk, n=1, **arguments)


def test_a_heat_map_is_of_points_that_have_both_paths(desk):
    """Points that change one path each make lines; a value that is a mapping has its cell as any other."""
    shorter = desk.replace({"run.duration": "5s"})
    apart = evsim.sweep(shorter, [{"services.desk.workers": 3}, {RATE: "9/s"}], n=2, jobs=1)
    said = f"{RATE}: is not set in the point {{services.desk.workers: 3}}"
    with pytest.raises(evsim.ScenarioError) as wrong:
        apart.heat_map("response_mean")
    assert said in str(wrong.value) and "draw lines" in str(wrong.value)
    work = WORK.removesuffix(".exponential")
    both = evsim.sweep(shorter, {work: [{"constant": "9ms"}, "10ms"], RATE: ["2/s", "9/s"]}, n=2, jobs=1)
    assert both.heat_map("response_mean").alt_text.count(" and ") == 4


@pytest.mark.slow
def test_pictures_say_what_was_measured(desk, measured):
    assert measured.plot().alt_text.startswith("Response mean depends most on desk: workers. desk: workers: ")
    assert tornado(measured).get_legend() is not None
    found = evsim.sweep(desk, {"services.desk.workers": [3, 2], RATE: ["2/s", "9/s", "360/min"]}, n=3, jobs=1)
    line = lines(found, "response_mean", x=RATE)
    assert [text.get_text() for text in line.get_xticklabels()] == ["2/s", "360/min", "9/s"]
    for each in found.estimates("response_mean"):
        assert write_estimate("response_mean", each) in line.alt_text
    heat = heat_map(found, "response_mean")
    shown = {text.get_text(): text.get_color() for text in heat.texts}
    assert len(shown) >= 4 and "in red miss" not in heat.alt_text
    strict = evsim.sweep(desk.replace({"objectives": {"response_mean": "40ms"}}),
                         {"services.desk.workers": [2], RATE: ["2/s", "9/s"]}, n=3, jobs=1)  # fmt: skip
    assert "2 cells in red miss the objective" in strict.heat_map("response_mean").alt_text
    with pytest.raises(evsim.ScenarioError, match="takes two paths"):
        evsim.sweep(desk, {RATE: ["2/s"]}, n=1).heat_map("response_mean")
    with pytest.raises(evsim.ScenarioError, match="was not swept"):
        found.plot("response_mean", x="services.desk.instances")
