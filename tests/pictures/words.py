"""The words beside a sequence diagram, and the diagram of several requests, worked out a second time."""

from evsim.view.words import seconds
from tests.pictures.arrows import arrows
from tests.pictures.bars import Waterfall, missing_of

__all__ = ["alt_text", "as_text", "of_several", "participants"]

ARROWS = {"lost": "-x"}


def alt_text(one, customer, who="The customer"):
    """What a sequence diagram says of one request, in words."""
    times, stands = {}, set()
    for time, name in one.effects():
        times.setdefault(name, []).append(seconds(time))
    for row in one.rows.values():
        stands |= {each.name for each in row.effects if each.undone is None}
    undone = [name for name in times if name not in stands]
    missing = [name for name in missing_of(one, customer) if name not in undone]
    said = [f"{who} {Waterfall(one).told()}."]
    said += [f"{name}: {' and again '.join(each)}." for name, each in times.items()]
    said += [f"Undone: {', '.join(undone)}."] if undone else []
    said += [f"Never: {', '.join(missing)}."] if missing else []
    return " ".join(" ".join(said).split())


def of_several(ones):
    """The steps of several requests of one workload on one clock: as of one, with whose each is."""
    ones = sorted(ones, key=lambda one: one.request.arrived)
    found = []
    for one in ones:
        workload, later = one.request.workload, ones[0].since(one.request.arrived)
        customer = f"{workload} {one.request.number}" if len(ones) > 1 else workload
        for time, kind, source, target, text, good in arrows(one):
            ends = [customer if name == workload else name for name in (source, target)]
            whose = "" if len(ones) == 1 or workload in (source, target) else str(one.request.number)
            found.append((time + later, kind, *ends, text, good, whose))
    return sorted(found, key=lambda step: round(step[0], 9))


def participants(ones, steps):
    """name -> what it is: the customers, then the others in the order in which they come."""
    ones = sorted(ones, key=lambda one: one.request.arrived)
    numbered = len(ones) > 1
    found = {f"{one.request.workload} {one.request.number}" if numbered else one.request.workload: "customer"
             for one in ones}  # fmt: skip
    for step in steps:
        for name in step[2:4]:
            if name:
                found.setdefault(name, "channel" if name in ones[0].run.scenario.channels else "service")
    return found


def as_text(steps):
    """The lines of a diagram in letters, without its title and its last line."""
    for time, kind, source, target, text, _, whose in steps:
        if kind not in ("start", "end"):
            way = f"{source} {ARROWS.get(kind, '->')} {target}" if target else source
            words = " ".join((f"{text}, for {whose}" if whose else text).split())
            yield f"{seconds(time):>9}  {way}: {words}"
