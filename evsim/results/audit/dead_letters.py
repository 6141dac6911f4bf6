"""Recount of dead letters: what was given up for good, and has somewhere to go, comes again exactly once.

Unless it would come round to a channel where it was, with nobody having rejected it. One that its channel refuses is
in the ledger.
"""

import numpy as np

from evsim.results.codes import among
from evsim.results.deaths import been_in
from evsim.results.endings import Fate, Reason, Verdict
from evsim.results.obligations import last_attempts

__all__ = ["CHECKS", "refused_letters"]


def letters(books):
    rows, messages, run = books.rows, books.messages, books.run
    count = len(rows["born"])
    _, last = last_attempts(rows)
    over = np.zeros(count, dtype=bool)
    over[last] = among(rows["verdict"][last], (Verdict.DEAD, Verdict.EXPIRED, Verdict.DROPPED))
    over &= books.kinds == "delivery"
    over[over] = ~np.isnan(messages["appended"][rows["parent"][over]])
    made = _letters(run)
    cause = messages["cause"][made]
    books.demand(over[cause], "a dead letter of what was not given up", cause)
    books.demand(rows["parent"][cause] == messages["origin"][made], "a dead letter of another message", cause)
    found = np.bincount(cause, minlength=count)
    books.demand(found <= 1, "two dead letters of one message")
    moved = rows["reason"] == Reason.REDRIVEN
    books.demand(~moved | (found == 1), "a dead letter left for where it died, and no message came of it")
    mine = np.flatnonzero(over & ~moved)
    target = _targets(run, mine)
    pairs = zip(mine.tolist(), target.tolist(), strict=True)
    round_ = np.array([_comes_round(run, row, to) for row, to in pairs], dtype=bool)
    books.demand((target >= 0) | (found[mine] == 0), "a dead letter without an address", mine)
    books.demand(~round_ | (found[mine] == 0), "a dead letter came round and nobody had rejected it", mine)
    books.demand((target < 0) | round_ | (found[mine] == 1), "a message is dead and has no dead letter", mine)


def refused(books):
    """A letter that was refused was dropped where its queue was full, else lost."""
    rows, messages = books.rows, books.messages
    entries = books.kinds == "delivery"
    entries[entries] = refused_letters(books.run)[rows["parent"][entries]]
    full = messages["fate"][rows["parent"][entries]] == Fate.FULL
    right = rows["verdict"][entries] == np.where(full, Verdict.DROPPED, Verdict.LOST)
    books.demand(right, "a refused dead letter is neither dropped nor lost", np.flatnonzero(entries))


def refused_letters(run):
    """For each message: whether it is a dead letter, or a copy of one, that its channel did not take."""
    messages = run.tables.messages
    found = np.zeros(len(messages["origin"]), dtype=bool)
    found[_letters(run)] = True
    for message in np.flatnonzero(run.tables.routed).tolist():  # after what they come from
        found[message] = found[messages["origin"][message]]
    return found & among(messages["fate"], (Fate.FULL, Fate.REFUSED))


def _letters(run):
    """Numbers of the messages that are dead letters; a second record of one is none."""
    made = (run.tables.messages["origin"] >= 0) & ~run.tables.routed
    made[[copy for copy, _ in run.records.copies]] = False
    return np.flatnonzero(made)


def _targets(run, dead):
    """For each row: the number of the channel to which its dead letter goes, -1 if to none.

    A subscription's address is for what its service gives up; what expires or is dropped goes to its queue's, if what
    expires there goes anywhere.
    """
    rows, channels = run.tables.rows, run.scenario.complete.channels
    numbers = {name: number for number, name in enumerate(channels)} | {None: -1}
    own = np.array([numbers[getattr(each, "dead_letter", None)] for each in channels.values()] + [-1])
    reading = np.array([numbers[getattr(place.step, "dead_letter", None)] for place in run.tables.places] + [-1])
    read = np.where(rows["verdict"][dead] == Verdict.DEAD, reading[rows["place"][dead]], -1)
    channel = run.tables.messages["channel"][rows["parent"][dead]]
    keeps = np.array([getattr(each, "expired_to_dead_letter", True) is False for each in channels.values()] + [False])
    gone = (rows["verdict"][dead] == Verdict.EXPIRED) & keeps[channel]
    gone |= rows["reason"][dead] == Reason.PURGED
    return np.where(gone, -1, np.where(read >= 0, read, own[channel]))


def _comes_round(run, row, target):
    """Whether the letter of a row would come to a channel that keeps it and where its message has been before."""
    if target < 0 or list(run.scenario.channels.values())[target].routes:
        return False
    return target in been_in(run, row, run.tables.rows["parent"][row])


CHECKS = (letters, refused)
