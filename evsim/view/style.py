"""The look all pictures share: colours and marks of one meaning each, sizes for a projector, faults as bands.

Every meaning has a colour *and* a marker *and* a line style, so that pictures also work in grey and for
readers who see colours differently. The colours are the six of Petroff (2021, "Accessible color sequences for
data visualization"); effects after the third take others.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from string import Formatter
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from evsim.counting import digits
from evsim.results.outcomes import effect_order
from evsim.scenario.faults import FAULT_KINDS
from evsim.view.words import count, fold, seconds, short, wrap

__all__ = [
    "ANSWERS", "ARRIVED", "BAD", "BROKER", "COLOURS", "DECLINED", "DPI", "ERROR", "FAULT", "FILL", "INK", "LESSON",
    "MIDDLE", "PAPER", "RC", "SOFT", "TOLD", "WAITING", "FaultBand", "Mark", "count", "describe", "effect_marks",
    "fault_words", "faults", "figure", "fold", "inches", "letters", "marks_of", "seconds", "short", "struck",
    "title", "verb", "wrap",
]  # fmt: skip

COLOURS = {
    "blue": "#5790fc",
    "orange": "#f89c20",
    "red": "#e42536",
    "purple": "#964a8b",
    "grey": "#9c9ca1",
    "violet": "#7a21dd",
}
INK, PAPER = "#2b2b30", "#ffffff"
SOFT, FILL, MIDDLE, BAD = "#4c4c52", "#f4f4f6", "#d9d9de", "#b01c29"  # words; surfaces; words of what went wrong
LESSON = (8.0, 4.5)  # inches
DPI = 110

RC: dict = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#8a8a90",
    "axes.facecolor": PAPER,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlepad": 10,
    "figure.dpi": DPI,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "hatch.linewidth": 0.8,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 6,
    "savefig.dpi": DPI,
    "savefig.facecolor": PAPER,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 11,
    "ytick.color": INK,
    "ytick.labelsize": 11,
}


@dataclass(frozen=True)
class Mark:
    """How one thing looks wherever it is drawn."""

    colour: str
    marker: str
    line: Any = "-"  # a line style of matplotlib
    hatch: str = ""

    @property
    def style(self):
        """Keywords for ``Axes.plot``."""
        return {"color": self.colour, "marker": self.marker, "linestyle": self.line}


ARRIVED = Mark("#bcbcc4", "", "-")
TOLD = Mark(COLOURS["blue"], "o", "-")
WAITING = Mark("#e4e4e8", "", ":")
ERROR = Mark(COLOURS["red"], "x", ":", "xx")
DECLINED = Mark("#ef9a9f", "_", (0, (6, 2)), "--")
ANSWERS = {"yes": TOLD, "no": DECLINED, "error": ERROR, "nothing": WAITING}  # what a customer can have been told
FAULT = Mark("#6d6d73", "D", "-", "///")
EFFECTS = (
    Mark(COLOURS["orange"], "s", (0, (5, 1.5))),
    Mark(COLOURS["purple"], "^", (0, (5, 1.5, 1, 1.5))),
    Mark(COLOURS["violet"], "v", (0, (3, 1.5, 1, 1.5, 1, 1.5))),
    Mark("#a96b59", "P", (0, (8, 2))),
    Mark("#717581", "*", (0, (2, 1))),
    Mark("#3a8f8f", "p", (0, (6, 1, 2, 1))),
)


def effect_marks(*runs):
    """effect name -> :class:`Mark`, in the order of the scenario's services, so that designs look alike."""
    names = {}
    for run in runs:
        names |= dict.fromkeys(effect_order(run))
    return marks_of(names)


def marks_of(names):
    """effect name -> :class:`Mark`, in their order."""
    return {name: _effect_mark(number) for number, name in enumerate(names)}


def _effect_mark(number):
    """The seventh effect has the colour of the first again, with the marker and the line of the others."""
    again, number = divmod(number, len(EFFECTS))
    other, last = (EFFECTS[(number + steps * again) % len(EFFECTS)] for steps in (1, 2))
    return Mark(EFFECTS[number].colour, other.marker, last.line)


@contextmanager
def figure(ax=None, size=LESSON, dpi=DPI):
    """Axes to draw on, in the house style: `ax`, or those of a new figure of `size` inches of `dpi` pixels.

    The figure is not registered with pyplot: it goes when nobody holds it, and a notebook shows it with its
    alt text where the axes end a cell. matplotlib's own settings stay as they were.
    """
    with rc_context(RC):
        own = ax is None
        if own:
            drawing = Figure(figsize=size, dpi=dpi, layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))
            ax = drawing.add_subplot()
        ax.alt_text = ""
        yield ax
        # Ticks are made when drawn, after this context: they need their looks told.
        ax.tick_params(labelsize=RC["xtick.labelsize"], color=RC["axes.edgecolor"], labelcolor=INK)
        ax.spines[["top", "right"]].set_visible(False)
        if own:
            _show_itself(ax)


def _show_itself(ax):
    """Let IPython show the axes as a picture with alt text."""
    from evsim.view.show import show

    ax._repr_html_ = ax.figure._repr_html_ = lambda: show(ax)._repr_html_()


def describe(ax, text):
    """Set the alt text: a sentence or two with the numbers, for those who can't see the picture."""
    ax.alt_text = " ".join(text.split())
    return ax


def letters(ax, size, share=0.88):
    """How many letters of a font `size` fit into a line of a `share` of the width that the axes may take."""
    spec = ax.get_subplotspec()
    columns = spec.get_gridspec().ncols if spec else 1
    width = (share - 0.06 * (columns > 1)) / columns if spec else ax.get_position().width
    return max(20, int(ax.figure.get_figwidth() * width * 72 / (size * 0.58)))


def inches(ax, left=0.95):
    """The width there is for lines of text that begin where the axes do, `left` inches into the figure."""
    spec = ax.get_subplotspec()
    if not spec:
        return ax.get_position().width * ax.figure.get_figwidth()
    columns = spec.get_gridspec().ncols
    return ax.figure.get_figwidth() / columns - left - 0.35 * (columns > 1)


def title(ax, text, left=0.95):
    """Set the title, a finding in words, on the left and in as many lines as it needs.

    left: how far into the figure the axes begin, in inches.
    """
    size, weight = RC["axes.titlesize"], RC["axes.titleweight"]
    lines = fold(text, inches(ax, left), size, weight)
    return ax.set_title(lines, loc="left", fontsize=size, fontweight=weight, color=INK, linespacing=1.15)


def verb(fault):
    """What a fault of a scenario does to its target, in words."""
    slower = seconds(fault.add) if fault.add else f"a factor of {digits(fault.factor or 1)}"
    own = {name: getattr(fault, name) for name in fault.does.model_fields}
    own |= {"percent": 100 * (fault.probability or 0), "slower": slower}
    return _InWords().format(fault.does.verb(fault), **own)


class _InWords(Formatter):
    """Numbers in texts, without exponents."""

    def format_field(self, value, spec):
        if not isinstance(value, float) or spec not in ("", "g", ".3g"):
            return super().format_field(value, spec)
        return digits(value, 3 if spec == ".3g" else 6 if spec else 15)


BROKER = " (the broker)"  # said of a channel that a broker keeps
MOST_KINDS = 5  # of faults that are named


@dataclass(frozen=True)
class FaultBand:
    """One fault that happened: from `start` to `end` (seconds), its kind, whom it hit, and `words` for it."""

    start: float
    end: float
    kind: str
    target: str
    words: str


def faults(run, until=None):
    """The faults of a run in order of time; those that last end with the run (or at `until`)."""
    until = run.ended_at if until is None else until
    settings = {(fault.kind, fault.subject, fault.at): fault for fault in run.scenario.faults}
    brokers = {name for name, channel in run.scenario.channels.items() if channel.brokered}
    found = []
    for time, kind, target, end in run.records.incidents:
        if kind in FAULT_KINDS and time < until:
            fault = settings.get((kind, target, time)) or settings[kind, target, None]
            words = f"{struck(fault)}{BROKER * (target in brokers)} {verb(fault)}"
            found.append(FaultBand(time, until if end is None else min(end, until), kind, target, words))
    return sorted(found, key=lambda fault: (fault.start, fault.end))


def struck(fault):
    """What a fault of a scenario strikes, in words."""
    one = isinstance(fault.target, str)
    return fault.does.in_words(fault.target) if one else f"the link {' - '.join(fault.target)}"


def fault_words(run, until=None):
    """{words: the faults they are about}, those of a kind together; of more than five kinds the last as one."""
    alike = {}
    for fault in faults(run, until):
        alike.setdefault(fault.words, []).append(fault)
    named = len(alike) if len(alike) <= MOST_KINDS else MOST_KINDS - 1
    words = {}
    for name, same in list(alike.items())[:named]:
        name += f", {len(same)} times" if len(same) > 1 else f" for {seconds(same[0].end - same[0].start)}"
        words[name] = same
    if others := list(alike.values())[named:]:
        words[f"{len(others)} other faults"] = [fault for kind in others for fault in kind]
    return words
