"""Recount of faults: each begins when it is written to, and ends when it said that it would."""

from evsim.counting import digits

__all__ = ["CHECKS"]


def in_time(books):
    run = books.run
    happened = [(time, kind, what, until) for time, kind, what, until in run.records.incidents]
    moments = {(time, kind, what) for time, kind, what, _ in happened}
    kinds = {fault.kind for fault in run.scenario.faults}
    for fault in run.scenario.faults:
        if fault.at is not None and fault.at < run.ended_at and (fault.at, fault.kind, fault.subject) not in moments:
            books.refuse(f"{fault.kind} of {fault.subject} did not begin at {digits(fault.at)} s")
    for time, kind, what, until in happened:
        due = kind in kinds and until is not None and until < run.ended_at
        if due and (until, f"end of {kind}", what) not in moments:
            books.refuse(f"{kind} of {what}, which began at {digits(time)} s, did not end at {digits(until)} s")


CHECKS = (in_time,)
