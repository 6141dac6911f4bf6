"""Recount of what executions made: effects, calls and messages lie inside them, not too few and not too many."""

import numpy as np

from evsim.results.audit.step_counts import compare_with_steps
from evsim.scenario.handlers import all_steps

__all__ = ["CHECKS"]


def effects(books):
    """An effect happens inside the execution that makes it, and a successful one makes all of its own."""
    rows, effects = books.rows, books.run.tables.effects
    row, time = effects["row"], effects["time"]
    inside = (time >= rows["started"][row]) & ~(time > rows["ended"][row])
    books.demand(inside, "an effect lies outside the work that made it", row)
    made = np.bincount(row, minlength=len(rows["born"]))
    compare_with_steps(books, made, lambda step: step.effects, "effects")
    names = [name.written for name in books.run.tables.effect_names]
    its = _possible(books, names, lambda steps: {step.name for step in steps if step.effects})
    books.demand(its(row, effects["name"]), "left an effect that its handler does not make", row)


def children(books):
    """Calls and publishes lie inside the execution that makes them; a successful one makes all of its own."""
    rows, messages = books.rows, books.messages
    count = len(rows["born"])
    calls = np.flatnonzero((books.kinds == "call") & (rows["first"] < 0))
    parent = rows["parent"][calls]
    inside = rows["born"][calls] >= rows["started"][parent]
    inside &= ~(rows["born"][calls] > rows["ended"][parent])
    books.demand(inside, "a call was made outside the work of its caller", calls)
    compare_with_steps(books, np.bincount(parent, minlength=count), lambda step: step.asks, "calls")
    by_hand = messages["origin"] < 0  # by a handler; the others are made by channels
    by_hand[[copy for copy, _ in books.run.records.copies]] = False  # what came again
    by_hand[[pane.message for pane in books.run.records.panes]] = False  # what was gathered from many
    cause, time = messages["cause"][by_hand], messages["published"][by_hand]
    inside = time >= rows["started"][cause]
    books.demand(inside & ~(time > rows["ended"][cause]), "published outside the work", cause)
    _sent(books, np.flatnonzero(by_hand))
    made = np.bincount(messages["cause"][by_hand], minlength=count)
    compare_with_steps(books, made, lambda step: step.publishes and not step.gathers, "messages")


def _possible(books, things, of_steps):
    """A function of rows and numbers of things: whether each may come of the handler there, as all may of a function.

    of_steps(steps): those things that may come of some steps.
    """
    services = books.run.scenario.complete.services
    known, numbers = [], {name: number for number, name in enumerate(services)}
    for service in services.values():
        handles = [each.handle for each in service.ever]
        its = things if callable(handles[0]) else of_steps([step for handle in handles for step in all_steps(handle)])
        known.append([each in its for each in things])
    handler = np.array([numbers[place.service] for place in books.run.tables.places] + [0])
    possible = np.array(known, dtype=bool).reshape(len(services), len(things))
    return lambda rows, chosen: possible[handler[books.rows["place"][rows]], chosen]


def _sent(books, mine):
    """Who published has that step, and its message the key of the request where the step has none of its own."""
    messages, run = books.messages, books.run
    cause, route, steps = messages["cause"][mine], messages["route"][mine], [step for _, step in run.tables.routes]
    different = {id(step): step for step in steps}  # as each path has a route of its own
    numbers = {each: number for number, each in enumerate(different)}
    number = np.array([*(numbers[id(step)] for step in steps), -1])
    its = _possible(books, list(different.values()), list)
    books.demand(its(cause, number[route]), "published at a step that its handler does not have", cause)
    plain = np.array([getattr(step, "key", None) is None for step in steps] + [False])[route]
    keys = {}  # (workload, request) -> key
    for row, key in zip(cause[plain].tolist(), messages["key"][mine[plain]].tolist(), strict=True):
        about = run.tables.places[books.rows["place"][row]].workload, int(books.rows["request"][row])
        if about not in keys:
            keys[about] = run.tables.keys[about[0]](about[1])
        if keys[about] != key:
            books.demand([False], "a message has another key than its request; its publisher", [row])


CHECKS = (effects, children)
