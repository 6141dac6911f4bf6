"""Circuit breakers as strips: when each was closed, open or half-open."""

from matplotlib.patches import Patch

from evsim.parts.breaker.phases import phases as phases_of
from evsim.view.style import (
    ERROR,
    INK,
    LESSON,
    PAPER,
    count,
    describe,
    empty,
    fault_bands,
    figure,
    letters,
    seconds,
    short,
    time_axis,
    title,
)

__all__ = ["BELOW", "PICTURES", "breakers", "strips_below"]

MOST, MOST_BELOW = 12, 2  # strips; below another picture
LOOKS = {
    "closed": {"fc": "#f1f1f4", "ec": "#8a8a90", "hatch": ""},
    "open": {"fc": "#f6c9cd", "ec": ERROR.colour, "hatch": "xxx"},
    "half-open": {"fc": PAPER, "ec": INK, "hatch": "..."},
}


def breakers(run, ax=None):
    """Draw a strip of time for each circuit breaker that ever opened; return the axes."""
    found = phases_of(run)
    names = sorted(found, key=lambda who: -_open_for(found[who]))[:MOST]
    with figure(ax, (LESSON[0], min(LESSON[1], 2.4 + 0.5 * len(names)))) as ax:
        if not names:
            return empty(ax, _nothing(run))
        right = max(phase.end for who in names for phase in found[who])
        ax.set(xlim=(0, right), ylim=(len(names) - 0.4, -1.1))
        fault_bands(ax, run, until=right)
        for line, who in enumerate(names):
            _strip(ax, found[who], line - 0.3, 0.6)
        ax.set_yticks(range(len(names)), [short(who, 26) for who in names])
        ax.tick_params(axis="y", length=0)
        left_out = len(found) - len(names)
        time_axis(ax.xaxis, right, note=f"; {count(left_out, 'breaker')} left out" if left_out else "")
        legend = [Patch(label=state, **look) for state, look in LOOKS.items()]
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "borderaxespad": 4.0}  # of the words of the axis
        ax.legend(handles=legend, ncols=3, handlelength=2.2, **below)
        text = _finding(found, right)
        title(ax, text)
        return describe(ax, f"{text}. " + " ".join(_words(who, found[who]) for who in names))


def strips_below(ax, run):
    """Draw the breakers that were open longest below the x axis of a picture whose y axis counts from 0."""
    found, (_, top) = phases_of(run), ax.get_ylim()
    names = sorted(found, key=lambda who: -_open_for(found[who]))[:MOST_BELOW]
    for line, who in enumerate(names):
        middle = -top * (0.05 + 0.075 * line)
        _strip(ax, found[who], middle - 0.03 * top, 0.06 * top)
        ax.text(1.01 * ax.get_xlim()[1], middle, f"breaker: {short(who, 24)}", va="center", fontsize=11)
    if names:
        ax.set_ylim(-top * (0.02 + 0.075 * len(names)), top)


def _strip(ax, phases, bottom, height):
    """Draw the phases of one breaker along the x axis, with a word in each that has room for it."""
    left, right = ax.get_xlim()
    room = letters(ax, 10, 0.7) / (right - left)
    box = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none"}
    for phase in phases:
        end = min(phase.end, right)
        ax.broken_barh([(phase.start, end - phase.start)], (bottom, height), lw=0.8, zorder=2, **LOOKS[phase.state])
        if room * (end - phase.start) > len(phase.state) + 2:
            place = {"ha": "center", "va": "center", "fontsize": 10, "color": INK, "bbox": box, "zorder": 3}
            ax.text((phase.start + end) / 2, bottom + height / 2, phase.state, **place)


def _open_for(phases):
    return sum(phase.end - phase.start for phase in phases if phase.state == "open")


def _times_opened(phases):
    return sum(phase.state == "open" for phase in phases)


def _nothing(run):
    steps = (place.step for place in run.places if place.is_call)
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
