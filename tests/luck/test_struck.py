"""What several faults do at once, and who is struck: ways, losses, copies, failures, waits and picks of every row.

Each is worked out a second time from the luck of its row, by the rules of the manual.
"""

import numpy as np
import pytest

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.run import Simulation
from evsim.scenario import Distribution, Scenario

SOON, LATENCY = {"exponential": "20ms"}, {"exponential": "3ms"}
BASE, CAP = 0.02, 0.1
SHAPES = ("full_jitter", "equal_jitter", "decorrelated")
LOSS, MORE_LOSS = 0.05, 0.3
TWO = (0.3, 0.4)  # of two faults on one thing
ANY_OF_TWO, ANY_LOSS = 1 - 0.7 * 0.6, 1 - 0.95 * 0.7


def backoff(shape):
    return {"attempts": 4, "backoff": {shape: {"base": f"{BASE}s", "cap": f"{CAP}s"}}}


def struck():
    """`front` calls three services, each with other waits; links lose and copy, and two services fail."""
    calls = [
        {"call": {"service": f"with-{shape.replace('_', '-')}", "retry": backoff(shape), "on_error": "ignore"}}
        for shape in SHAPES
    ]
    callee = {"workers": 50, "handle": [{"work": SOON}]}
    full, equal, decorrelated = (f"with-{shape.replace('_', '-')}" for shape in SHAPES)
    return Scenario.from_dict({
        "name": "struck",
        "workloads": {name: {"target": "front", "arrivals": {"poisson": 20}} for name in ("one", "two")},
        "services": {"front": {"workers": 500, "handle": calls}, full: callee, equal: callee,
                     decorrelated: {**callee, "instances": 3, "balance": "random"}},
        "network": {"latency": LATENCY, "loss": LOSS, "give_up": "200ms"},
        "faults": [{"loss": ["front", full], "probability": MORE_LOSS, "at": "0s"},
                   *({"duplication": ["front", equal], "probability": each, "at": "0s"} for each in TWO),
                   *({"error_rate": name, "probability": each, "at": "0s"}
                     for name in (equal, decorrelated) for each in TWO)],
        "run": {"duration": "4s"},
    })  # fmt: skip


@pytest.fixture(scope="module")
def calls():
    """(place, its streams of draws, rows as a mapping of columns and ``number``) of each call."""
    simulation = Simulation(struck())
    run = simulation.run()
    streams, rows = simulation.system.kernel.streams, run.tables.rows
    found = []
    for place in run.tables.places:
        if place.is_call:
            mine = np.flatnonzero(rows["place"] == place.number)
            found.append((place, streams, {"number": mine} | {name: column[mine] for name, column in rows.items()}))
    assert len(found) == 6
    return run, found


def nano(times):
    return np.rint(np.asarray(times) * 1e9).astype(np.int64)


def drawn(streams, lucks, *purpose, of=None):
    draws = streams.uniforms(*purpose) if of is None else streams.draws(Distribution.read(of), *purpose)
    return np.array([draws.of(int(luck)) for luck in lucks])


def way(place, streams, rows, begun="born", over="ready", back=False):
    """(the purpose of the one hop whose draws are what ways took, for whom that was seen)."""
    seen = ~np.isnan(rows[over])
    if back:
        seen &= (rows["verdict"] == Verdict.DONE) & (rows["outcome"] == Outcome.OK)
    took = nano(rows[over][seen]) - nano(rows[begun][seen])
    ends = (place.service, place.source) if back else (place.source, place.service)
    purposes = [("link", place.workload, *ends, ordinal) for ordinal in range(3)]
    (found,) = [purpose for purpose in purposes
                if (abs(drawn(streams, rows["luck"][seen], *purpose, of=LATENCY) - took) <= 2).all()]  # fmt: skip
    return found, seen


def test_every_request_and_every_answer_travels_as_long_as_its_own_row_drew(calls):
    _, found = calls
    for place, streams, rows in found:
        there, came = way(place, streams, rows)
        back, heard = way(place, streams, rows, "ended", "settled", back=True)
        assert there[2:4] == back[3:1:-1]
        assert came.sum() > heard.sum() > 30


def test_a_request_is_lost_if_any_of_the_causes_says_so(calls):
    _, found = calls
    lost = 0
    for place, streams, rows in found:
        hop, came = way(place, streams, rows)
        probability = ANY_LOSS if place.service == "with-full-jitter" else LOSS
        assert (~came == (drawn(streams, rows["luck"], "loss", *hop) < probability)).all()
        lost += (~came).sum()
    assert lost > 40


def test_a_request_is_copied_if_any_of_the_causes_says_so(calls):
    run, found = calls
    copied = {row for _, kind, _, row in run.records.incidents if kind == "copied on the link"}
    for place, streams, rows in found:
        if place.service == "with-equal-jitter":
            hop, _ = way(place, streams, rows)
            chances = drawn(streams, rows["luck"], "duplication", *hop)
            sent = rows["verdict"] != Verdict.COPY
            assert [int(each) in copied for each in rows["number"][sent]] == (chances[sent] < ANY_OF_TWO).tolist()
    assert len(copied) > 40


def test_work_fails_if_any_of_the_causes_says_so_and_each_attempt_by_its_own_luck(calls):
    _, found = calls
    struck = 0
    for place, streams, rows in found:
        over = np.isin(rows["outcome"], (Outcome.OK, Outcome.FAILED))
        failed = rows["reason"][over] == Reason.ERROR_RATE
        chances = drawn(streams, rows["luck"][over], "error rate", place.workload, place.service, place.ordinal)
        probability = 0 if place.service == "with-full-jitter" else ANY_OF_TWO
        assert (failed == (chances < probability)).all()
        struck += failed.sum()
    assert struck > 80


def test_each_attempt_goes_to_the_instance_that_its_own_luck_picks(calls):
    _, found = calls
    for place, streams, rows in found:
        if place.service == "with-decorrelated":
            went = rows["worker"] >= 0
            chances = drawn(streams, rows["luck"][went], "balance", place.workload, place.service, place.ordinal)
            assert (rows["worker"][went] // 50 == (3 * chances).astype(int)).all()
            assert len(set((rows["worker"][went] // 50).tolist())) == 3


def expected_wait(shape, draws, luck, number):
    """In seconds, after attempt `number`. luck: that of the chain of a decorrelated wait, of another one its own."""

    def chance(each):
        return draws.labelled(luck, each)

    window = min(CAP, BASE * 2 ** (number - 1))
    if shape == "full_jitter":
        return chance(number) * window
    if shape == "equal_jitter":
        return window / 2 + chance(number) * window / 2
    wait = BASE
    for each in range(1, number + 1):
        wait = min(CAP, BASE + chance(each) * (3 * wait - BASE))
    return wait


def test_waits_between_attempts_are_what_their_luck_says(calls):
    _, found = calls
    for place, streams, rows in found:
        shape, waited = place.service.removeprefix("with-").replace("-", "_"), 0
        draws = streams.uniforms("back-off", place.workload, place.source, place.service, place.ordinal)
        numbers, attempts = rows["number"].tolist(), {}
        for index in np.flatnonzero(rows["verdict"] != Verdict.COPY).tolist():
            first = int(rows["first"][index])
            number = max(int(rows["attempt"][index]), 1)
            attempts[numbers[index] if first < 0 else first, number] = index
        for (first, number), index in attempts.items():
            later = attempts.get((first, number + 1))
            if later is None:
                continue
            own, chain = int(rows["luck"][index]), int(rows["luck"][attempts[first, 1]])
            luck = chain if shape == "decorrelated" else own
            wait = expected_wait(shape, draws, luck, number)
            assert rows["born"][later] - rows["settled"][index] == pytest.approx(wait, abs=3e-9)
            waited += number
        assert waited > 30


# Messages.


def refused(shape):
    """Three messages of each request find their queue down for a while."""
    publish = {"channel": "jobs", "items": 3, "acks": 1, "retry": backoff(shape)}
    return Scenario.from_dict({
        "name": "refused",
        "workloads": {"one": {"target": "front", "arrivals": {"poisson": 20}}},
        "services": {"front": {"workers": 500, "handle": [{"publish": publish}]},
                     "worker": {"subscribe": "jobs", "handle": [{"work": "1ms"}]}},
        "channels": {"jobs": "queue"},
        "faults": [{"outage": "jobs", "at": "0s", "for": "2s"}],
        "run": {"duration": "2s"},
    })  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_waits_between_sendings_are_what_the_luck_of_each_message_says(shape):
    simulation = Simulation(refused(shape))
    run = simulation.run()
    streams, messages = simulation.system.kernel.streams, run.tables.messages
    draws = streams.uniforms("back-off", "one", "front", 0, "publish", 0)
    sent = {number: [time] for number, time in enumerate(messages["published"].tolist())}
    for time, kind, _, message in run.records.incidents:
        if kind == "message sent again":
            sent[message].append(time)
    waits = 0
    for message, times in sent.items():
        luck = int(messages["luck"][message])
        for number in range(1, len(times)):
            wait = expected_wait(shape, draws, luck, number)
            assert times[number] - times[number - 1] == pytest.approx(wait, abs=3e-9)
            waits += 1
    assert waits > 100


def test_a_sticky_producer_begins_anywhere_and_goes_on_to_any_other_partition():
    handle = [{"publish": "facts"}]
    simulation = Simulation(Scenario.from_dict({
        "name": "sticky",
        "workloads": {"one": {"target": "front", "arrivals": {"constant": 50}}},
        "services": {"front": {"instances": 3, "balance": "round_robin", "handle": handle}},
        "channels": {"facts": {"log": {"partitions": 5, "partitioner": "sticky", "batch": 2}}},
        "run": {"duration": "3s"},
    }))  # fmt: skip
    run = simulation.run()
    messages, workers = run.tables.messages, run.tables.rows["worker"]
    for instance in range(3):
        mine = messages["partition"][workers[messages["cause"]] == instance].tolist()
        chances = simulation.system.kernel.streams.uniforms("sticky", "facts", "front", instance)
        now, expected = int(5 * chances.of(0)), []
        for stay in range(len(mine) // 2 + 1):
            now = now if stay == 0 else (now + 1 + int(4 * chances.of(stay))) % 5
            expected += [now, now]
        assert mine == expected[: len(mine)]
        assert len(mine) >= 49


@pytest.mark.parametrize("by", ["random", "least_busy", "power_of_two"])
def test_among_equals_chance_picks(by):
    simulation = Simulation(Scenario.from_dict({
        "name": "equals",
        "workloads": {"one": {"target": "front", "arrivals": {"constant": 50}}},
        "services": {"front": {"instances": 3, "balance": by, "handle": [{"work": "1ms"}]}},
        "run": {"duration": "3s"},
    }))  # fmt: skip
    rows = simulation.run().tables.rows
    chances = drawn(simulation.system.kernel.streams, rows["luck"], "balance", "one", "front", 0)
    assert rows["worker"].tolist() == (3 * chances).astype(int).tolist()
