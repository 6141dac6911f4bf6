"""Steps that follow each other: a saga, a pipeline of stages, stages that block each other."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from .checks import fraction, positive, several, whole

__all__ = ["PipelineTime", "SagaChance", "blocking_stages", "pipeline_time", "saga_chance"]

MOST_STATES = 3000  # beyond that solving takes seconds and more


@dataclass(frozen=True, kw_only=True)
class SagaChance:
    """How a saga ends; see :func:`saga_chance`."""

    complete_probability: float
    attempted_mean: float
    compensations_mean: float


def saga_chance(steps, success):
    """A saga of so many `steps`, each of which succeeds with probability `success`; what was done is then undone.

    It is complete with p^n; of a failure at step k + 1, k steps are undone: the sum of k p^k (1 - p).

    Does not apply when steps are tried again, run side by side, or when undoing may fail.

    Source: the geometric distribution.

    >>> round(saga_chance(steps=5, success=0.9).compensations_mean, 6)
    0.73314
    """
    whole(steps=steps)
    fraction(success=success)
    return SagaChance(
        complete_probability=success**steps,
        attempted_mean=sum(success**number for number in range(steps)),
        compensations_mean=sum(number * success**number * (1 - success) for number in range(steps)),
    )


@dataclass(frozen=True, kw_only=True)
class PipelineTime:
    """How long a pipeline takes; see :func:`pipeline_time`. Times in seconds."""

    makespan: float
    one_after_the_other: float
    speedup: float


def pipeline_time(items, stage_times):
    """Stages that work side by side on so many `items`, each of which passes all of them, in constant times.

    Sum of the stage times + (items - 1) x the longest. Does not apply when times vary (a wait follows where buffers are
    finite: blocking_stages), or when stages share one processor.

    Source: elementary.

    >>> pipeline_time(items=100, stage_times=[0.01, 0.03, 0.02]).makespan
    3.03
    """
    whole(items=items)
    several(stage_times=stage_times)
    if len(stage_times) == 0:
        raise ValueError(f"stage_times={stage_times!r} must name at least one stage: give a list of times")
    for time in stage_times:
        positive(stage_times=time)
    makespan = sum(stage_times) + (items - 1) * max(stage_times)
    alone = items * sum(stage_times)
    return PipelineTime(makespan=makespan, one_after_the_other=alone, speedup=alone / makespan)


def blocking_stages(stages, buffer, service_rate=1.0):
    """Items a second through equal `stages` with exponential times, where `buffer` items fit between two of them.

    There is always work for the first stage. A stage that is done with an item and finds no room behind it keeps the
    item and stands still (blocking after service), as a program does that writes to a full pipe. Two stages:
    service_rate x (buffer + 2) / (buffer + 3); more are solved as a Markov chain.

    Does not apply when times are not exponential (the less they vary, the less is lost), or when buffers differ.

    Source: Hunt, Sequential arrays of waiting lines, Operations Research 4 (1956).

    >>> round(blocking_stages(stages=2, buffer=3), 6), round(blocking_stages(stages=3, buffer=0), 6)
    (0.833333, 0.564103)
    """
    whole(minimum=2, stages=stages)
    whole(minimum=0, buffer=buffer)
    positive(service_rate=service_rate)
    if stages == 2:
        return service_rate * (buffer + 2) / (buffer + 3)
    if (2 * buffer + 4) ** (stages - 1) > MOST_STATES:
        raise ValueError(f"stages={stages!r} with buffer={buffer!r} have too many states: take fewer, or simulate")
    return service_rate * _through(stages, buffer + 1)


def _through(stages, room):
    """What leaves the last of so many stages, in units of one stage's rate: the chain's stationary distribution."""
    numbers = {}
    for held, blocked in product(product(range(room + 1), repeat=stages - 1), product((0, 1), repeat=stages - 1)):
        if _possible(held, blocked, room):
            numbers[held, blocked] = len(numbers)
    flow = np.zeros((len(numbers), len(numbers)))
    for (held, blocked), number in numbers.items():
        for stage in range(stages):
            if _works(held, blocked, stage):
                after = numbers[_after(held, blocked, stage, room)]
                flow[after, number] += 1
                flow[number, number] -= 1
    flow[-1] = 1
    chances = np.linalg.solve(flow, np.eye(len(numbers))[-1])
    return float(sum(chances[number] for (held, _), number in numbers.items() if held[-1]))


def _possible(held, blocked, room):
    """Who is blocked has an item (the first always has one) and a full stage behind it."""
    return all(
        not blocked[stage] or (held[stage] == room and (stage == 0 or held[stage - 1])) for stage in range(len(held))
    )


def _works(held, blocked, stage):
    return (stage == 0 or held[stage - 1] > 0) and not (stage < len(held) and blocked[stage])


def _after(held, blocked, stage, room):
    """The state after a stage has ended its work on an item."""
    held, blocked = list(held), list(blocked)
    if stage < len(held) and held[stage] == room:
        blocked[stage] = 1
        return tuple(held), tuple(blocked)
    if stage < len(held):
        held[stage] += 1
    while stage:  # room has come: who waited for it hands over, and so gives room itself
        held[stage - 1] -= 1
        if not blocked[stage - 1]:
            break
        blocked[stage - 1], held[stage - 1] = 0, held[stage - 1] + 1
        stage -= 1
    return tuple(held), tuple(blocked)
