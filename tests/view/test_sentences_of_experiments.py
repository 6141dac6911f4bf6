"""No sentence on a picture of several runs is false: crash matrix, comparison and hysteresis, counted again by hand."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import evsim
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.statistics import Estimate
from evsim.figures import label, write
from evsim.view import comparison, crash_pictures, hysteresis_plot
from tests.books.systems import systems
from tests.figures.customers import follow
from tests.figures.designs import difference
from tests.figures.ledger import ledger
from tests.figures.plain import Plain
from tests.figures.summary import summary
from tests.support.nightly import by_day
from tests.truth.test_outcomes import UNDO, orders, registration
from tests.truth.test_readers_agree import by_hand
from tests.view.runs import OUTAGE, lesson

pytestmark = pytest.mark.slow

SENTENCE = re.compile(r"(.*): told and true differ after (none|\d+) of (\d+) crash(?:es)?")
random_ones = settings(max_examples=by_day(8, 4), deadline=None, derandomize=True, database=None,
                       phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip


# The crash matrix.


def crashed_again(scenario, crash, request):
    """(what the customer was told, whether it differs from what is true), by the frames of a run of its own."""
    moment = {"request": request, "service": crash.service, "step": crash.step, "when": crash.when}
    fault = {"crash": crash.target, "at_step": moment, "for": "2s"}
    run = scenario.replace({f"faults.{len(scenario.faults)}": fault}).run()
    verdict = list(by_hand(run))[request]
    mine = run.effects[run.effects.undone.isna() & (run.effects.request == request)]
    twice = mine.effect.duplicated().any()
    false = "never true" in verdict or "something" in verdict or "some true" in verdict or "all true" in verdict
    return verdict.partition(",")[0], bool(false or twice)


def assert_the_matrix_is_true(*scenarios):
    labels = [f"design {number}" for number in range(len(scenarios))]
    matrix = evsim.crash_matrix(*scenarios, request=1, labels=labels)
    scene, seen, shares = crash_pictures.scene(matrix), set(), {}
    if not matrix:
        assert "no step at which anything could crash" in scene.title
        return seen
    texts = [mark.text for mark in scene.marks if hasattr(mark, "text")]
    said = {found[1]: found.groups()[1:] for found in map(SENTENCE.fullmatch, [scene.title, *texts]) if found}
    for design, scenario in zip(labels, scenarios, strict=True):
        cases = matrix.designs.get(design, [])
        again = [crashed_again(scenario, case, 1) for case in cases]
        assert [told for told, _ in again] == [case.told for case in cases]
        wrong = sum(false for _, false in again)
        if cases:
            assert said[design] == (str(wrong or "none"), str(len(cases)))
            shares[design] = wrong / len(cases)
        seen |= {(told, false) for told, false in again}
    assert sum(scene.title in each for each in [scene.title, *texts]) == 1  # the finding stands there once
    if named := re.findall(r"(design \d) \((\d+) % of crashes\)", scene.title):
        assert [round(100 * shares[design]) for design, _ in named] == [int(share) for _, share in named]
        assert [shares[design] for design, _ in named] == [min(shares.values()), max(shares.values())]
    elif "No design is better" in scene.title:
        assert len(set(shares.values())) == 1
    return seen


def test_no_sentence_of_a_crash_matrix_is_false():
    classic, events = (lesson(f"registration-{name}", duration=3) for name in ("classic", "events"))
    seen = assert_the_matrix_is_true(classic, events)
    seen |= assert_the_matrix_is_true(registration("classic").replace({"run.duration": 2, "run.warmup": 0}))
    seen |= assert_the_matrix_is_true(orders([UNDO]).replace({"run.duration": 2, "run.warmup": 0}))

    @random_ones
    @given(systems())
    def true(scenario):
        assume(len(scenario.workloads) == 1 and scenario.run_settings.duration <= 10)
        assume(len(scenario.run().tables.requests.row) > 1)
        seen.update(assert_the_matrix_is_true(scenario))

    true()
    assert seen >= {("yes", False), ("yes", True), ("error", False), ("error", True)}


# The comparison.


def test_no_sentence_of_a_comparison_is_false():
    one, other = (lesson(f"registration-{name}", [OUTAGE], duration=15) for name in ("classic", "events"))
    compared = evsim.compare(one, other, n=3, jobs=1, labels=["calls", "events"])
    scene, plain = comparison.scene(compared), {}
    for name, scenario in (("calls", one), ("events", other)):
        records = [Plain(scenario.run(seed=seed)) for seed in compared.seeds]
        plain[name] = [summary(each, follow(each), ledger(each)) for each in records]
    named = {label(name): name for name in plain["calls"][0]}
    changes = re.findall(r"([a-z][^,:]*?) (\S+(?: \S+)?) → (\S+(?: \S+?)?)(?=,| \()", scene.title.partition(": ")[2])
    assert len(changes) == 2
    for words, *means in changes:
        figure = named[words.strip()]
        assert means == [write(figure, np.mean([run[figure] for run in plain[each]])) for each in ("calls", "events")]
    verdicts = re.findall(r"([a-z][^.:]*): [^:]*? in events \((more|less|no difference seen)\)\.", scene.alt)
    assert len(verdicts) > 10
    for words, verdict in verdicts:
        if words in named:
            mean, low, high = difference(*([run[named[words]] for run in plain[each]] for each in ("calls", "events")))
            assert verdict == ("more" if low > 0 else "less" if high < 0 else "no difference seen"), (words, mean)
    assert f"({len(compared.seeds)} runs each)" in scene.title
    zero = re.search(r"Zero in all designs, or not known: (.*)\.$", scene.alt)[1].split(", ")
    for words in zero:
        values = {run[named[words]] for runs in plain.values() for run in runs}
        assert all(value == 0 or value != value for value in values), words


# The hysteresis.


def assert_the_ramp_is_true(measured):
    """The finding and the words are those of the plateaus."""
    scene = hysteresis_plot.scene(measured)
    apart = {}
    for load in {each.load for each in measured.plateaus}:
        ways = [measured.way(way)[load] for way in ("up", "down")]
        if ways[1].high < ways[0].low:
            apart[load] = ways
    if not apart:
        assert scene.title == "No difference seen between the way up and the way back"
        return False
    numbers = re.fullmatch(
        r"At (\S+) customers a second the goodput is (\S+) a second on the way up, and (\S+) on the way back",
        scene.title,
    ).groups()
    load = next(load for load in apart if f"{load:g}" == numbers[0])
    for each, written in zip(apart[load], numbers[1:], strict=True):
        assert float(written) == pytest.approx(each.mean, rel=0.0051, abs=1e-12) and "e" not in written
    assert apart[load][0].mean - apart[load][1].mean == max(up.mean - down.mean for up, down in apart.values())
    return True


def test_no_sentence_of_a_ramp_is_false_of_its_records():
    loads, hold, n = [20, 60, 90], 20, 2
    scenario = evsim.load("metastable")
    measured = evsim.hysteresis(scenario, loads, hold=hold, n=n, jobs=1)
    ramp = [20, 60, 90, 60, 20]
    profile = [(hold * (number + end), load) for number, load in enumerate(ramp) for end in (0, 1)]
    (workload,) = scenario.workloads
    changes = {
        f"workloads.{workload}.arrivals": {"profile": profile},
        "run.duration": hold * len(ramp),
        "run.warmup": 0,
    }
    found = np.zeros((n, len(ramp)))
    for number in range(n):
        run = scenario.replace(changes).run(seed=scenario.run_settings.seed + number)
        good = np.array([verdict.startswith("yes") and "never" not in verdict for verdict in by_hand(run)])
        twice = run.effects[run.effects.undone.isna()].groupby(["request", "effect"]).size()
        good[[request for (request, _), times in twice.items() if times > 1]] = False
        late = (run.requests.arrived / hold) % 1 >= 0.5
        place = np.floor(run.requests.arrived / hold).astype(int).clip(upper=len(ramp) - 1)
        for plateau in range(len(ramp)):
            found[number, plateau] = (good & late & (place == plateau)).sum() / (hold / 2)
    assert [each.goodput.mean for each in measured.plateaus] == pytest.approx(found.mean(axis=0).tolist())
    assert_the_ramp_is_true(measured)


def test_the_sentence_of_any_ramp_is_that_of_its_plateaus():
    values = st.floats(0, 100)
    seen = set()

    @settings(max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.lists(values, min_size=5, max_size=5), st.floats(0.1, 20))
    def true(means, half):
        estimates = (Estimate(mean, mean - half, mean + half, 3, 1.0) for mean in means)
        steps = zip((20.0, 60.0, 90.0, 60.0, 20.0), ("up", "up", "up", "down", "down"), estimates, strict=True)
        seen.add(
            assert_the_ramp_is_true(Hysteresis("any", "clients", 60.0, 3, tuple(Plateau(*step) for step in steps)))
        )

    true()
    assert seen == {True, False}
