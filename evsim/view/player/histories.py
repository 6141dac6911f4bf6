"""What each customer was told and what was true for them, as it came about: the states that a player looks up."""

from dataclasses import replace

import numpy as np

from evsim.results.outcomes import NOTHING, TOLD

__all__ = ["histories"]

MICRO = 1e6


def histories(run):
    """(states, columns): all states that a customer of a run was ever in, and who came into which one when.

    A state is ``{told, odd, true, truth, last, also}``: the word for what they were told; whether that is not what is
    true; whether it is a yes that is; what is true, in words, as long as more can happen and at the last; and what
    happened more than once or was undone. ``request`` (index), ``time`` (microseconds) and ``state`` (index) have an
    entry for each change, customer by customer in order of time, the first one as they come.
    """
    told, found, changes = run.outcomes, {}, []
    due = [tuple(each) for each in (2 * told.due + told.taken_back).T.tolist()]
    for request, events in enumerate(_events(run)):
        state = [NOTHING, *[0] * (2 * len(told.names))]  # told, how often done (up to 2), how often undone
        for number, (time, place, value) in enumerate(events):
            state[place] = value
            if number + 1 == len(events) or events[number + 1][0] > time:
                key = (state[0], *due[request], *state[1:])
                found.setdefault(key, request)
                if not changes or changes[-1][0] != request or changes[-1][2] != key:
                    changes.append((request, time, key))
    keys = sorted(found, key=lambda key: _order(key, len(told.names)))
    code = {key: number for number, key in enumerate(keys)}
    columns = np.array([(request, time, code[key]) for request, time, key in changes], dtype=np.int64).reshape(-1, 3).T
    table = dict(zip(("request", "time", "state"), columns, strict=True))
    return _states(told, keys, [found[key] for key in keys]), table


def _order(key, effects):
    """States in the order in which :meth:`evsim.results.outcomes.CustomerOutcomes.alike` has them."""
    due, done, undone = (key[1 + number * effects : 1 + (number + 1) * effects] for number in range(3))
    return key[0], [(*each[:2], each[2] > 0) for each in zip(due, done, undone, strict=True)]


def _events(run):
    """For each request: (time in microseconds, place in the state, what stands there from then on), in order."""
    requests, told = run.tables.requests, run.outcomes
    names, count = len(told.names), len(requests.row)
    events = [[(round(time * MICRO), 0, NOTHING)] for time in requests.arrived.tolist()]
    for request in np.flatnonzero(~told.nothing).tolist():
        events[request].append((round(told.told_at[request] * MICRO), 0, int(told.told[request])))
    effects, done, met = run.tables.effects, [[0] * count for _ in range(names)], set()
    place = np.array([told.names.index(name) for name in run.tables.effect_names], dtype=int)
    columns = (effects["time"].tolist(), place[effects["name"]].tolist(), requests.customers.tolist(),
               requests.repeats.tolist(), run.tables.undone.tolist())  # fmt: skip
    for time, name, request, repeats, undone in zip(*columns, strict=True):
        if undone == undone:
            events[request].append((round(undone * MICRO), 1 + names + name, 1))
        elif repeats or (name, request) not in met:
            met.add((name, request))
            done[name][request] += int(repeats)
            if done[name][request] <= 2:
                events[request].append((round(time * MICRO), 1 + name, max(1, done[name][request])))
    return [sorted(each, key=lambda event: event[0]) for each in events]


def _states(told, keys, customers):
    """What is to be said of each state, for one of the customers who were in it."""
    effects = len(told.names)
    done = np.array([key[1 + effects : 1 + 2 * effects] for key in keys], dtype=int).reshape(len(keys), effects).T
    undone = np.array([key[1 + 2 * effects :] for key in keys], dtype=int).reshape(len(keys), effects).T
    known = np.array([key[0] for key in keys], dtype=int)
    now = replace(
        told, told=known, told_at=told.told_at[customers], true_at=told.true_at[customers], due=told.due[:, customers],
        taken_back=told.taken_back[:, customers], done=done, undone=undone, final=False,
    )  # fmt: skip
    last = replace(now, final=True)
    return [
        {
            "told": TOLD[known[number]],
            "odd": bool(now.odd[number]),
            "true": bool(now.yes[number] and now.everything[number]),
            "truth": now.truth(number),
            "last": last.truth(number),
            "also": now.also(number),
        }
        for number in range(len(keys))
    ]
