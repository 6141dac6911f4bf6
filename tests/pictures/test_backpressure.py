"""The strip of a window's workers is worked out a second time, from the records of random streams."""

import re
from collections import Counter

import pytest

from evsim.parts.window import worker_strip
from evsim.view.words import count, seconds, short
from tests.books.holding import holds, run_of
from tests.figures.averages import mean, overlap, union
from tests.figures.plain import Plain
from tests.parts.window.drawing import stream_systems
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 300 if NIGHTLY else 16  # systems


def assert_strip_is_true(plain, begin, end, most, bars=1500):
    """The kinds of bars that were drawn; for so many workers, and `bars` of a kind, there is room."""
    run, service = plain.run, plain.scenario.services["counter"]
    made = worker_strip.scene(run, begin=begin, end=end)
    workers = min(service.instances * service.workers, most)
    left_out = service.instances * service.workers - workers
    rows = [row for row in plain.rows_at("counter") if row.started is not None and row.worker >= 0]
    pressed = [(began, plain.ended_at if ended != ended else ended, plain.rows[row].worker)
               for began, ended, row in run.records.pressed if plain.rows[row].service == "counter"]  # fmt: skip
    code = list(plain.scenario.services).index("counter")
    saved = [
        [None if time != time else time for time in each[:3]] for each in run.records.checkpoints if each[3] == code
    ]
    saved = [each for each in saved if each[0] < end and (each[2] is None or each[2] >= begin)]
    names = [
        f"instance {worker // service.workers + 1}, worker {worker % service.workers + 1}" for worker in range(workers)
    ]
    assert [text for _, text in made.y.ticks] == names + ["checkpoints"] * bool(saved)
    spans = {
        "a message in hand": [(row.started, row.ended, row.worker) for row in rows if row.worker < workers],
        "waits for credit": [each for each in pressed if each[2] < workers],
        "barriers on their way": [(began, aligned, workers) for began, aligned, _ in saved],
        "stored": [(aligned, taken, workers) for _, aligned, taken in saved if aligned is not None],
    }
    inside = {}
    for kind, those in spans.items():
        cut = [(max(left, begin), min(end if right is None else right, end), line) for left, right, line in those]
        inside[kind] = sorted(each for each in cut if each[1] > each[0])
    until = min([end, *(each[bars][0] for each in inside.values() if len(each) > bars)])
    said = [f"{count(left_out, 'worker')} left out"] * bool(left_out) + [f"shown until {seconds(until)}"] * (
        until < end
    )
    assert made.x.label.partition("; ")[2] == ", ".join(said)
    drawn = {}
    for kind, those in inside.items():
        wanted = Counter((left, min(right, until), line) for left, right, line in those if left < until)
        drawn[kind] = Counter((left, right, round((low + high) / 2))
                              for left, right, low, high in boxes(marks(made, "Bars", kind)))  # fmt: skip
        assert drawn[kind] == wanted, kind
    free = [(left, right, round((low + high) / 2)) for left, right, low, high in boxes(marks(made, "Bars", "idle"))]
    assert free == [(begin, until, line) for line in range(workers)]  # what is not shown is not said to be idle
    words = [text for text, _ in made.legend]
    assert words[3:] == (["barriers on their way", "stored"] if saved else [])
    shares = re.fullmatch(
        rf"The workers of {short('counter')} are (-?\d+) % back-pressured, (-?\d+) % busy, (-?\d+) % idle(.*)",
        made.title,
    )
    there = worker_seconds(plain, begin, end)
    waits = sum(overlap(left, right, begin, end) for left, right, _ in pressed) / there
    held = sum(overlap(row.started, row.ended, begin, end) for row in rows) / there
    for said, share in zip(shares.groups(), (waits, held - waits, 1 - held), strict=False):
        assert abs(int(said) - 100 * share) <= 0.5 + 1e-6
    done = [taken - began for began, _, taken in saved if taken is not None]
    assert shares[4] == (f"; a checkpoint takes {seconds(mean(done))}" if done else "")
    mine = [right - left for left, right, _ in pressed if left < end and right > begin]
    some = f"{count(len(mine), 'message')} waited for credit, for up to {seconds(max(mine, default=0))}."
    assert made.alt == f"{made.title}. {some if mine else 'Nothing waits for credit.'}"
    return {kind for kind, its in drawn.items() if its}


def worker_seconds(plain, begin, end):
    """While an instance is crashed it does not exist."""
    service, total = plain.scenario.services["counter"], 0.0
    for gone in plain.absences("counter", ("crash", "ended")):
        total += end - begin - union(gone, begin, end)
    return total * service.workers


def test_the_strip_of_the_workers_of_any_window_is_what_the_records_say():
    seen = set()

    @holds(1, stream_systems(), of=MANY)
    def are_true(scenario):
        plain = Plain(run_of(scenario))
        seen.update(assert_strip_is_true(plain, 0.0, plain.ended_at, worker_strip.MOST_LANES))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker_strip, "MOST_LANES", 2)
            patch.setattr(worker_strip, "MOST_BARS", 4)
            assert_strip_is_true(plain, 3.0, 7.0, 2, bars=4)

    are_true()
    assert seen == {"a message in hand", "waits for credit", "barriers on their way", "stored"}
