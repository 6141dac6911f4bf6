"""No sentence on a picture is false: what titles, sums and ends of lines say is counted again, from the frames."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from evsim.lesson import told_then_done
from evsim.ticks import elapsed
from evsim.view import diagram, dots, ecdf, flow, lives, matrix, promise, spread, staleness, waterfall
from evsim.view.words import seconds
from tests.books.systems import systems
from tests.support.nightly import by_day
from tests.truth.test_outcomes import UNDO, orders, registration
from tests.truth.test_readers_agree import by_hand
from tests.view.runs import events

NUMBER = r"([\d,]+)"


class Counted:
    """Of a run, by the frames, for each customer: ``first`` (what they were told), ``verdicts``, whether something is
    ``missing`` or ``left`` that should not be, or was done ``twice``."""

    def __init__(self, run):
        self.run, self.complete, tally = run, run.tables.complete, run.tables.requests
        all_names = run.tables.effect_names
        self.verdicts = np.array(list(by_hand(run)), dtype=object)
        self.first = np.array([verdict.partition(",")[0] for verdict in self.verdicts], dtype=object)
        self.cohort = run.requests.cohort.to_numpy()
        standing = run.effects[run.effects.undone.isna()]
        times = [{} for _ in self.first]
        for effect in standing.itertuples():
            place = tally.index(tally.workloads.index(effect.workload), effect.request)
            times[place].setdefault(effect.effect, []).append(effect.time)
        due = [[name for name, its in zip(all_names, column) if its] for column in tally.is_due.T]
        self.missing = np.array([any(name not in its for name in names) for names, its in zip(due, times)], dtype=bool)
        back = [[name for name, its in zip(all_names, column) if its] for column in tally.is_taken_back.T]
        self.left = np.array([any(name in its for name in names) for names, its in zip(back, times)], dtype=bool)
        self.due = np.array([bool(names) for names in due], dtype=bool)
        self.twice = np.array([any(len(each) > 1 for each in its.values()) for its in times], dtype=bool)
        self.times, self.due_names = times, due
        self.counts = {name: sum(name in its for its in times) for name in all_names}

    def told(self, word, who=True):
        return int(((self.first == word) & who).sum())

    def customers(self):
        """(place, workload, number) of one customer of each verdict."""
        tally = self.run.tables.requests
        for place in np.unique(self.verdicts.astype(str), return_index=True)[1].tolist():
            yield place, tally.workloads[tally.workload[place]], int(tally.number[place])

    def lag(self, place):
        """Seconds from the answer until the last due effect stood; NaN where one never did."""
        firsts = [min(self.times[place].get(name, [np.nan])) for name in self.due_names[place]]
        return elapsed(np.max(firsts), self.run.requests.answered.iloc[place]) if firsts else np.nan


def number(pattern, text):
    """The number in a sentence; None if it does not say it."""
    found = re.search(pattern, text)
    return found and int(found[1].replace(",", ""))


def assert_flow_is_true(scene, counted):
    if not len(counted.first):
        assert scene.title.startswith("Nobody arrived")
        return {"nobody"}
    said, total = scene.title, len(counted.first)
    if all_of := re.match(rf"All {NUMBER} were told yes|The only customer was told yes", said):
        assert counted.told("yes") == total == int((all_of[1] or "1").replace(",", ""))
        assert f"within {seconds(counted.run.requests.response.max())}" in said
    else:
        yes, of = re.match(rf"(None|[\d,]+) of {NUMBER} (?:were|was) told yes", said).groups()
        assert (0 if yes == "None" else int(yes.replace(",", ""))) == counted.told("yes")
        assert int(of.replace(",", "")) == total
        for word, pattern in {"no": "no(?!t)", "error": "an error", "nothing": "nothing"}.items():
            assert (number(rf", {NUMBER} {pattern}", said) or 0) == counted.told(word), (word, said)
    missing = number(rf"for {NUMBER} not all was done", said)
    assert missing is None or missing == counted.missing.sum() > 0
    if re.search("all was done (at most|by then)", said):
        assert not counted.missing.any() and counted.due.any()
    ends = {
        end.text.partition(" ")[2]: int(end.text.partition(" ")[0].replace(",", "")) for end in scene.ends if end.look
    }
    assert ends["arrived"] == total
    for name, many in ends.items():
        word = name.removeprefix("told ")
        assert name == "arrived" or many == (counted.told(word) if name.startswith("told ") else counted.counts[name])
    return {"flow"}


def assert_promise_is_true(scene, counted):
    if not len(counted.first):
        assert scene.title.startswith("Nobody arrived")
        return
    untrue = {
        "told yes, and not all is done": (counted.verdicts == "yes, never true").sum(),
        "told no, and something is done": (counted.verdicts == "no, something true").sum(),
        "told error, and something is done": np.isin(counted.verdicts, ["error, some true", "error, all true"]).sum(),
    }
    for words, many in untrue.items():
        assert (number(rf"{NUMBER} {words}", scene.title) or 0) == many, (words, scene.title)
    if scene.title.startswith("Everybody told yes has all"):
        assert not (counted.verdicts == "yes, never true").any() and not counted.twice.any()
    if scene.title.startswith("What customers were told is true"):
        assert not sum(untrue.values())
    total, terms = scene.below[0].partition(" = ")[::2]
    parts = re.split(r" \+ (?=[\d,]+ )", terms)
    many = [int(part.partition(" ")[0].replace(",", "")) for part in parts]
    assert sum(many) == int(total.replace(",", "")) == len(counted.first)
    for word in ("yes", "no", "error", "nothing"):
        said = sum(count for count, part in zip(many, parts) if re.match(rf"[\d,]+ told {word}\b", part))
        others = sum(count for count, part in zip(many, parts) if "other way" in part)
        assert said <= counted.told(word) <= said + others, (word, scene.below[0])


def assert_latency_is_true(scene, counted):
    cohort = counted.cohort
    if not cohort.any():
        assert scene.title.startswith("No customer came after the warm-up")
        return
    response = counted.run.requests.response.to_numpy()[cohort & (counted.first != "nothing")]
    if not len(response):
        assert scene.title.startswith("None of ")
        return
    assert f"half within {seconds(float(np.median(response)))}" in scene.title
    for word, pattern in {"no": "told no", "error": "told error", "nothing": "without answer"}.items():
        assert (number(rf"{NUMBER} {pattern}", scene.title) or 0) == counted.told(word, cohort), (word, scene.title)
    dots = sum(len(mark.x) for mark in scene.marks if type(mark).__name__ == "Dots")
    assert dots == min(100, cohort.sum())


def assert_staleness_is_true(scene, counted):
    run, who = counted.run, counted.cohort & (counted.first == "yes")
    if not who.any():
        later = " who came after the warm-up" if run.scenario.run_settings.warmup else ""
        assert scene.title.startswith(f"Nobody{later} was told yes")
        return
    never = counted.verdicts[who] == "yes, never true"
    if scene.title.startswith("Whoever of"):
        assert not never.any() and number(rf"Whoever of the {NUMBER} customers", scene.title) == who.sum()
    if found := number(rf"{NUMBER} (?:for ever|to the end of the run)", scene.title):
        assert found == never.sum() > 0
    else:
        assert not never.any()
    lags = elapsed(run.outcomes.true_at[who], run.requests.answered.to_numpy()[who])
    if last := re.search(r"the last one until (.*) later", scene.title):
        assert last[1] == seconds(float(np.nanmax(lags)))


def assert_ecdf_is_true(scene, counted):
    cohort = counted.cohort
    for words, word in (("told yes", "yes"), ("told no", "no"), ("told error", "error")):
        if many := re.search(rf"{words}: {NUMBER} of {NUMBER} customer", scene.alt):
            assert int(many[1].replace(",", "")) == counted.told(word, cohort)
            assert int(many[2].replace(",", "")) == cohort.sum()


def assert_means_are_true(scene, counted):
    who = counted.cohort & (counted.first == "yes")
    if said := re.search(r"told yes after (\S+ \S+) on average", scene.alt):
        response = counted.run.requests.response.to_numpy()[who]
        assert said[1].strip(",") == (seconds(float(response.mean())) if who.any() else "never")
    if never := number(rf"\({NUMBER} never\)", scene.alt):
        assert never == (counted.cohort & counted.due & (counted.missing | counted.left)).sum()


def assert_the_way_of_one_is_true(run, counted):
    for place, workload, number in counted.customers():
        said, verdict = counted.first[place], counted.verdicts[place]
        titles = [each.scene(run, request=number, workload=workload).title for each in (lives, waterfall)]
        assert titles[0].startswith(f"Customer {number} was told {said}")
        after = seconds(float(run.requests.response.iloc[place]))
        words = {"yes": "was told yes", "no": "was told no", "nothing": "had no answer when the run ended"}
        assert re.match(rf"Customer {number} ({words.get(said, 'was told of an? |gave up')})", titles[1]), titles[1]
        assert all((f"after {after}" in title) == (said != "nothing") for title in titles), titles
        lag = counted.lag(place)
        for title, pattern in zip(titles, (", true (.*) later", "all was true (.*) later"), strict=True):
            if found := re.search(pattern, title):
                assert lag > 0 and found[1] == seconds(float(lag)), title
            if re.search("true by then", title):
                assert lag <= 0, title
            assert not (re.search("true .* later|true by then", title) and verdict == "yes, never true"), title
        if never := re.search(r"; ([^;]*) (never came|did not come until)", titles[1]):
            lacks = [name for name in counted.due_names[place] if name not in counted.times[place]]
            assert sorted(re.split(", | and ", never[1])) == sorted(lacks)
            assert counted.complete or never[2] != "never came"


def assert_the_wiring_is_true(run):
    """What the frames have seen is in the words, and what the words count is in them."""
    spans = run.spans
    made, known = diagram.scene(run), matrix.scene(run)
    if len(spans):
        for source, service, kind in set(zip(spans.source, spans.service, spans.kind, strict=True)):
            verb = {"request": "asks", "call": "calls", "delivery": "delivers to"}[kind]
            assert not service or f"{source} {verb} {service}" in made.alt or kind == "call", (source, verb, service)
            assert kind != "call" or len(run.services) < 2 or source == service or f"{source} " in known.alt
    if busiest := re.search(r"Busiest: (\S+), (\d+) % of its time", made.title):
        used = {name: figures["utilisation"] for name, figures in run.services.items()}
        assert int(busiest[2]) == round(100 * np.nanmax(list(used.values())))
    pairs = known.alt.partition(". ")[2]
    for pattern, verb in ((r"(\d+) pairs? by calls", " calls "), (r"(\d+) through a channel", " reaches ")):
        assert (number(pattern, known.title) or 0) == pairs.count(verb), known.alt


def assert_the_spread_is_true(run):
    for name in run.services:
        scene = spread.scene(run, name)
        its = run.spans[(run.spans.service == name) & run.spans.cohort & run.spans.started.notna()]
        if scene.title.startswith("Nobody came to"):
            assert not len(its)
        elif scene.title.startswith("Nobody waits at"):
            assert not (its.started - its.ready > 1e-9).any()
        shares = [float(share) for share in re.findall(r"has ([\d.]+) % and a wait", scene.alt)]
        assert not shares or abs(sum(shares) - 100) <= 0.051 * len(shares)


def assert_no_sentence_is_false(run):
    counted = Counted(run)
    assert counted.complete == (not any("still open" in each for each in run.warnings))
    assert not (counted.complete and run.outcomes.nothing.any())
    scenes = [flow.scene(run), promise.scene(run), dots.scene(run), staleness.scene(run), ecdf.scene(run)]
    assert_flow_is_true(scenes[0], counted)
    assert_promise_is_true(scenes[1], counted)
    assert_latency_is_true(scenes[2], counted)
    assert_staleness_is_true(scenes[3], counted)
    assert_ecdf_is_true(scenes[4], counted)
    assert_means_are_true(told_then_done(run=run), counted)
    if len(counted.first):
        assert_the_way_of_one_is_true(run, counted)
        assert_the_wiring_is_true(run)
        assert_the_spread_is_true(run)
    for scene in scenes:
        words = " ".join([scene.title, scene.alt, *scene.below])
        to_come = words.replace("is not true yet for", "")
        assert not (counted.complete and re.search(r"\byet\b(?! true| is)", to_come)), words
        assert counted.complete or "for ever" not in words, words
    return set(counted.verdicts) | {"complete" if counted.complete else "open"}


@pytest.mark.slow
def test_no_sentence_is_false_of_the_declined_the_undone_and_any_system():
    seen = set()
    for design in ("classic", "parallel"):
        seen |= assert_no_sentence_is_false(registration(design).replace({"run.duration": 6, "run.warmup": 1}).run())
    seen |= assert_no_sentence_is_false(orders([UNDO]).replace({"run.duration": 6}).run())
    cut_short = {"run.duration": 6, "run.drain_limit": 0}
    seen |= assert_no_sentence_is_false(registration("classic").replace(cut_short).run())

    seen |= assert_no_sentence_is_false(events())

    @settings(max_examples=by_day(15, 5), deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(systems())
    def true(scenario):
        seen.update(assert_no_sentence_is_false(scenario.run()))

    true()
    assert seen >= {"yes", "yes, never true", "yes, true later", "no", "no, something true", "error", "nothing", "open"}
