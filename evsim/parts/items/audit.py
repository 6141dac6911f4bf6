"""Recount of several messages at one step: each item has one, none is left out, and what follows belongs to it."""

import numpy as np

from evsim.results.endings import Outcome, Verdict

__all__ = ["CHECKS"]


def each_item_once(books):
    """The messages of one step of one execution are items 1, 2 ... and no attempt has other ones than the first."""
    run, rows, messages = books.run, books.rows, books.messages
    steps = [step for _, step in run.tables.routes]
    multiplied = np.array([step.times.multiplies for step in steps] + [False])
    first = messages["origin"] < 0
    first[[copy for copy, _ in run.records.copies]] = False
    sent = {}  # (row, route) -> paths in the order of writing
    for message in np.flatnonzero(first & multiplied[messages["route"]]).tolist():
        path, cause = run.tables.item_paths[messages["item"][message]], int(messages["cause"][message])
        above = run.tables.item_path(run.tables.row_items[cause])
        books.demand([path[:-1] == above], "an item belongs to another one than what sent it", [cause])
        sent.setdefault((cause, int(messages["route"][message])), []).append(path[-1])
    counts = {}  # (request, item, round, route) -> how many
    for (row, route), items in sent.items():
        books.demand([items == list(range(1, len(items) + 1))], "the items of a step are not 1, 2, 3 ...", [row])
        times = steps[route].times
        books.demand([len(items) <= times.most], "a step sent more items than there may be", [row])
        if rows["outcome"][row] == Outcome.OK:
            about = int(run.tables.row_requests[row]), int(run.tables.row_items[row]), int(rows["round"][row]), route
            same = counts.setdefault(about, len(items)) == len(items)
            books.demand([same], "another attempt sent another number of items", [row])


def what_follows(books):
    """A message that is none of several is about what its cause is about; so is a copy, and a dead letter."""
    run, messages = books.run, books.messages
    if not run.tables.item_paths:
        return
    steps = [step for _, step in run.tables.routes]
    alone = ~np.array([step.times.multiplies for step in steps] + [False])[messages["route"]]
    made, gathered = messages["origin"] >= 0, np.array([step.gathers for step in steps] + [False])[messages["route"]]
    its = np.where(gathered, -1, run.tables.row_items[messages["cause"]])  # what a window gathers is about many
    expected = np.where(made, messages["item"][messages["origin"]], its)
    books.demand(~(alone | made) | (messages["item"] == expected), "a message lost its item", messages["cause"])


def each_call_once(books):
    """The calls of one step of one execution are items 1, 2 ..., and no more than there may be."""
    run, rows = books.run, books.rows
    of_calls, made, ends = dict(run.records.call_items), {}, {}
    several = np.array([place.is_call and place.step.times.multiplies for place in run.tables.places] + [False])
    for row in np.flatnonzero(several[rows["place"]] & (rows["verdict"] != Verdict.COPY)).tolist():
        if rows["first"][row] < 0:
            made.setdefault((int(rows["parent"][row]), int(rows["place"][row])), []).append(row)
        first = row if rows["first"][row] < 0 else int(rows["first"][row])
        settled = rows["settled"][row]
        ends[first] = max(ends.get(first, 0.0), np.inf if np.isnan(settled) else settled)
    for (cause, place), calls in made.items():
        step, above = run.tables.places[place].step, run.tables.item_path(run.tables.row_items[cause])
        books.demand([row in of_calls for row in calls], "a call of several is about no item", calls)
        paths = [run.tables.item_paths[of_calls[row]] for row in calls]
        books.demand([path[:-1] == above for path in paths], "a call is about another item than its caller", calls)
        right = [path[-1] for path in paths] == list(range(1, len(paths) + 1))
        books.demand([right], "the calls of a step are not of items 1, 2, 3 ...", [cause])
        books.demand([len(calls) <= step.times.most], "a step made more calls than there may be", [cause])
        if rows["outcome"][cause] == Outcome.OK and step.on_error.kind == "ignore":
            books.demand([len(calls) >= step.times.fewest], "a step left out a call", [cause])
        over, most = np.array([ends[row] for row in calls]), step.max_concurrency or 1
        under_way = [int((over[:number] > rows["born"][row]).sum()) for number, row in enumerate(calls)]
        books.demand([others < most for others in under_way], "more calls of a step at a time than there may be", calls)


CHECKS = (each_item_once, what_follows, each_call_once)
