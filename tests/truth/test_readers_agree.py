"""All who say what a customer was told, and whether it is true, say the same: of random systems, and as by hand."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import evsim
from evsim.experiment.crash import _kind
from evsim.lesson.facts import promises
from evsim.results.outcomes import TOLD
from evsim.ticks import elapsed
from evsim.view.dots import _Strip
from evsim.view.ecdf import _of_one
from evsim.view.flow import lines_of
from evsim.view.player.histories import histories
from evsim.view.story import Story
from evsim.view.truth import State
from evsim.view.what_changed import figures
from tests.books.systems import systems
from tests.exports.runs import a_run
from tests.support.nightly import by_day
from tests.truth.test_outcomes import UNDO, orders, registration

KINDS = {
    "yes": "kept", "yes, true later": "kept", "yes, never true": "broken", "no": "honest",
    "no, something true": "denied", "error": "honest", "error, some true": "denied", "error, all true": "denied",
    "nothing": "open",
}  # fmt: skip
WORDS = {"ok": "yes", "declined": "no", "pending": "nothing"}


def by_hand(run):
    """The verdict on each customer, by the manual, from the frames and from what is due."""
    requests, tally = run.requests, run.tables.requests
    times = [{} for _ in range(len(requests))]  # name -> times of what stands
    for effect in run.effects[run.effects.undone.isna()].itertuples():
        place = tally.index(tally.workloads.index(effect.workload), effect.request)
        times[place].setdefault(effect.effect, []).append(effect.time)
    for place, (outcome, answered) in enumerate(zip(requests.outcome, requests.answered, strict=True)):
        due = {name for name, due in zip(run.tables.effect_names, tally.is_due[:, place]) if due}
        back = {name for name, back in zip(run.tables.effect_names, tally.is_taken_back[:, place]) if back}
        assert not due & back
        there = set(times[place])
        as_meant = due <= there and not back & there
        everything = as_meant and bool(due or not back)
        told = WORDS.get(outcome, "error")
        if told == "yes" and everything:
            late = any(elapsed(min(times[place][name]), answered) > 1 for name in due)
            yield "yes, true later" if late else "yes"
        elif told == "yes":
            yield "yes, never true"
        elif told == "nothing" or not there & (due | back):
            yield told
        elif told == "no":
            yield "no, something true"
        else:
            yield "error, all true" if everything else "error, some true"


def assert_all_agree(run):
    told, cohort, verdicts = run.outcomes, run.tables.requests.cohort, np.array(list(by_hand(run)), dtype=object)
    assert run.requests.told.tolist() == told.verdicts.tolist() == verdicts.tolist()
    first = np.array([verdict.partition(",")[0] for verdict in verdicts], dtype=object)

    def of(*words, who=cohort):
        return int(np.isin(verdicts[who].astype(str), words).sum()) if who.any() else 0

    summary, counted = run.summary(), figures(run)
    for figure, count in {
        "completed": (first[cohort] == "yes").sum(), "declined": (first[cohort] == "no").sum(),
        "pending": (first[cohort] == "nothing").sum(), "told_yes_never_true": of("yes, never true"),
        "told_yes_not_true": of("yes, never true", "yes, true later"), "told_no_yet_true": of("no, something true"),
        "told_error_yet_true": of("error, some true", "error, all true"), "told_error_all_true": of("error, all true"),
    }.items():  # fmt: skip
        assert summary[figure] == count, figure
    assert summary["errors"] + summary["timeouts"] + summary["rejected"] == (first[cohort] == "error").sum()
    for figure, name in {
        "told yes": "completed", "told no": "declined", "told nothing": "pending",
        "told yes, never all done": "told_yes_never_true", "told yes, not true 1 s later": "told_yes_not_true",
        "told no, something done": "told_no_yet_true", "told error, something done": "told_error_yet_true",
    }.items():  # fmt: skip
        assert counted[figure] == summary[name], figure
    assert promises(run=run)["run"]["told error"] == counted["told error"] == (first[cohort] == "error").sum()
    lines = {name: len(times) for name, times, _ in lines_of(run)}
    for word in ("no", "error"):
        assert lines.get(f"told {word}", 0) == (first == word).sum()
    assert lines["told yes"] == (first == "yes").sum()
    drawn = {line.label: len(line.times) for line in _of_one(run)} if cohort.any() else {}
    strip = _Strip(run)
    assert (strip.declined, strip.errors) == (summary["declined"], counted["told error"])
    assert drawn.get("told no", 0) == summary["declined"] and drawn.get("told error", 0) == counted["told error"]
    _assert_words_agree(run, verdicts, first)
    return set(verdicts) | ({"undone"} if told.undone.any() else set()) | {
        name for name in ("dead", "inconsistent", "effects_repeated") if summary[name]
    }  # fmt: skip


def _assert_words_agree(run, verdicts, first):
    """Sentence, story, crash matrix and player, customer by customer."""
    told, state = run.outcomes, State(run)
    assert sum(many for many, _ in state.kinds) == len(verdicts)
    words = [told.words(customer) for customer in range(len(verdicts))]
    assert {text for _, text in state.kinds} == set(words)
    states, changes = histories(run)
    last = dict(zip(changes["request"].tolist(), changes["state"].tolist(), strict=True))
    for customer, (verdict, word) in enumerate(zip(verdicts, first, strict=True)):
        assert TOLD[told.told[customer]] == word
        kind = "repeated" if told.repeated[customer] else KINDS[verdict]
        assert _kind(told, customer) == kind
        assert bool(told.odd[customer]) == (kind in ("broken", "denied", "repeated"))
        film = states[last[customer]]
        truth = film["last" if told.final else "truth"]
        assert (film["told"], film["odd"], truth) == (word, told.odd[customer], told.truth(customer))
        assert f"told {'nothing yet' if word == 'nothing' else word}{truth}" == words[customer]
    for customer in range(0, len(verdicts), 7):
        workload = run.tables.requests.workloads[run.tables.requests.workload[customer]]
        story = Story(run, int(run.tables.requests.number[customer]), workload)
        assert (story.said, story.truth) == (first[customer], told.truth(customer))
        assert story.is_true == (verdicts[customer] in ("yes", "yes, true later"))


@pytest.mark.slow
def test_summary_pictures_sentences_stories_crash_matrix_lessons_and_player_say_the_same():
    seen = set()
    for design in ("classic", "parallel"):  # who is declined, with nothing done and with something
        seen |= assert_all_agree(registration(design).replace({"run.duration": 6, "run.warmup": 1}).run())
    seen |= assert_all_agree(orders([UNDO]).replace({"services.payments.handle.0.work": {"exponential": 0.35}}).run())

    seen |= assert_all_agree(a_run("committing"))
    seen |= assert_all_agree(evsim.load("poison-message").replace({"run.duration": 10, "run.warmup": 0}).run())

    @settings(max_examples=by_day(48), deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(systems())
    def agree(scenario):
        seen.update(assert_all_agree(scenario.run()))

    agree()
    assert seen >= {*KINDS, "undone", "dead", "inconsistent", "effects_repeated"}
