"""Circuit breakers as strips: when each was closed, open or half-open."""

from functools import partial

from evsim.parts.breaker.periods import phases as phases_of
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import bands, sentence
from evsim.view.scene.marks import Bars, End, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import ERROR, FILL, INK, LESSON, PAPER, count, seconds, short

__all__ = ["BELOW", "PICTURES", "breakers", "scene", "strips_below"]

MOST, MOST_BELOW = 12, 2  # strips; below another picture
LOOKS = {
    "closed": Look(FILL, edge="#8a8a90"),
    "open": Look("#f6c9cd", edge=ERROR.colour, hatch="xxx"),
    "half-open": Look(PAPER, edge=INK, hatch="..."),
}


def breakers(run, ax=None):
    """Draw a strip of time for each circuit breaker that ever opened; return the axes."""
    return scene(run).draw(ax)


def scene(run, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    found = phases_of(run)
    longest = sorted(found, key=lambda who: -_open_for(found[who]))[:MOST]
    if not longest:
        return sentence("breakers", _nothing(run))
    right = max(phase.end for who in longest for phase in found[who])
    frame = frame or Frame(right)
    left_out = len(found) - len(longest)
    text = _finding(found, right)
    return Scene(
        "breakers", text, f"{text}. " + " ".join(_words(who, found[who]) for who in longest),
        (LESSON[0], min(LESSON[1], 2.4 + 0.5 * len(longest))), frame,
        times(0.0, frame.right, note=f"; {count(left_out, 'breaker')} left out" if left_out else ""),
        names(len(longest) - 0.4, -1.1, [(line, short(who, 26)) for line, who in enumerate(longest)]),
        bands(run, right),
        tuple(strip for line, who in enumerate(longest) for strip in _strips(found[who], line - 0.3, line + 0.3)),
        legend=tuple(LOOKS.items()), again=partial(scene, run),
    )  # fmt: skip


def strips_below(run, top):
    """(marks, names in the margin, how deep they lie): the breakers that were open longest, below the x axis.

    top: the highest count of a picture whose y axis counts from 0.
    """
    found = phases_of(run)
    longest = sorted(found, key=lambda who: -_open_for(found[who]))[:MOST_BELOW]
    marks, ends = [], []
    for line, who in enumerate(longest):
        middle = -top * (0.05 + 0.075 * line)
        marks += _strips(found[who], middle - 0.03 * top, middle + 0.03 * top)
        ends.append(End(middle, f"breaker: {short(who, 24)}"))
    return marks, ends, -top * (0.02 + 0.075 * len(longest)) if longest else 0.0


def _strips(phases, low, high):
    """The phases of one breaker along the x axis: marks for each state, with its word in them."""
    for state, look in LOOKS.items():
        its = [phase for phase in phases if phase.state == state]
        if its:
            left, right = [phase.start for phase in its], [phase.end for phase in its]
            yield Bars(state, left, right, [low] * len(its), [high] * len(its), look, (state,) * len(its))


def _open_for(phases):
    return sum(phase.end - phase.start for phase in phases if phase.state == "open")


def _times_opened(phases):
    return sum(phase.state == "open" for phase in phases)


def _nothing(run):
    steps = (place.step for place in run.tables.places if place.is_call)
    if any(step.breaker for step in steps):
        return f"No circuit breaker opened within {seconds(run.ended_at)}."
    return "No call has a circuit breaker; write breaker: {failures: 5, open_for: 10s} into a call step."


def _finding(found, right):
    longest = max(found, key=lambda who: _open_for(found[who]))
    share = seconds(_open_for(found[longest]))
    if len(found) == 1:
        times = count(_times_opened(found[longest]), "time")
        return f"The breaker of {longest} opened {times}, and was open for {share} of {seconds(right)}"
    return f"{count(len(found), 'breaker')} opened; that of {longest} was open longest, for {share} of {seconds(right)}"


def _words(who, phases):
    return f"{who}: " + ", ".join(f"{phase.state} from {seconds(phase.start)}" for phase in phases) + "."


PICTURES = {"breakers": breakers}  # run.plot.breakers()
BELOW = strips_below  # a picture of counts against time
