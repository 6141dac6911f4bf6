"""Recount of batches, message by message: who fails alone, with the others, or not at all."""

import numpy as np

from evsim.parts.for_each.words import FAILED, SKIPPED
from evsim.results.batches import leaders
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason
from evsim.results.remarks import remarks
from evsim.scenario.handlers import all_steps, as_one

__all__ = ["CHECKS"]


def failures(books):
    """A message fails in its batch by itself, with all others, or, where failures are reported, with its group."""
    run, rows = books.run, books.rows
    lead, outcome, reason = leaders(run), rows["outcome"], rows["reason"]
    reports = np.array([place.is_delivery and place.step.report_item_failures for place in run.tables.places] + [False])
    reports = reports[rows["place"]]
    noted = {kind: [each.row for each in remarks(run) if each.kind == kind] for kind in (FAILED, SKIPPED)}
    by_itself, left_out = np.zeros(len(lead), bool), np.zeros(len(lead), bool)
    by_itself[noted[FAILED]], left_out[noted[SKIPPED]] = True, True
    died = among(outcome, (Outcome.CRASHED, Outcome.OPEN))
    books.demand(died[by_itself] | (outcome[by_itself] == Outcome.FAILED), "failed in its batch and did not fail",
                 np.flatnonzero(by_itself))  # fmt: skip
    others = reason == Reason.BATCH
    has_one = np.isin(lead, lead[by_itself])
    books.demand(~others | (has_one & ~by_itself & ~reports), "failed with its batch, of which none failed by itself")
    books.demand(~(reason == Reason.GROUP) | (left_out & reports), "was left out for no failure of its group")
    whole = has_one & ~reports & (outcome == Outcome.OK)
    books.demand(~whole, "ended well in a batch that failed")
    worked = ~np.isnan(rows["started"])
    together = (lead != np.arange(len(lead))) & worked
    for name, what in (("started", "began"), ("ended", "ended"), ("worker", "was worked on")):
        same = (rows[name] == rows[name][lead]) | (np.isnan(rows[name]) & np.isnan(rows[name][lead]))
        books.demand(~together | same, f"{what} otherwise than its batch")


def in_turn(books):
    """No effect of a step for each message lies outside the work on its batch, and none is of one that was left out."""
    run, rows = books.run, books.rows
    left_out = [each.row for each in remarks(run) if each.kind == SKIPPED]
    mine = np.isin(run.tables.effects["row"], left_out)
    after = _done_alone(run)[run.tables.effects["name"][mine], rows["place"][run.tables.effects["row"][mine]]]
    books.demand(~after, "was left out and has its effect", run.tables.effects["row"][mine])


def _done_alone(run):
    """For each effect and place: whether it is one of a step for each message, and of no other."""
    found = np.zeros((len(run.tables.effect_names) + 1, len(run.tables.places) + 1), dtype=bool)
    for place in run.tables.places:
        handle = run.scenario.services[place.service].handle
        alone, whole = _names(handle)
        for number, name in enumerate(run.tables.effect_names):
            found[number, place.number] = name.written in alone - whole
    return found


def _names(handle):
    """Names of the effects that are made for each message, and of those that are made for a batch."""
    if callable(handle):
        return set(), set()
    whole = {step.name for _, step in as_one(handle) if step.effects}
    loops = [each for step in all_steps(handle) if step.by_message for each in all_steps(step.steps)]
    return {step.name for step in loops if step.effects}, whole


CHECKS = (failures, in_turn)
