"""The bill of a month, its lost customers included, against how often a machine fails."""

from functools import partial

from evsim.counting import digits
from evsim.lesson.sign_task import hour, lost, shop
from evsim.view.scene.axes import Frame, amounts, counts
from evsim.view.scene.marks import End, Line, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK

__all__ = ["breaks_even_at", "month_bills"]

MOST, TOP = 6, 200.0  # failures of a machine in a month; dollars
LINES = {
    "one small": (shop(1, 1), Look(COLOURS["orange"], dash=(5, 1.5))),
    "one big": (shop(1, 2), Look(COLOURS["red"], dash=(1, 1.2))),
    "two small": (shop(2, 1), Look(COLOURS["blue"])),
}


def bill(design, failures, cents):
    """Dollars of a month: machines, and customers who were told an error, each of whom costs so many cents."""
    return hour(design)["cost_month"] + lost(design, failures) * cents / 100


def breaks_even_at(cents):
    """From how many failures of a machine in a month on the second small machine pays for itself."""
    one, two = shop(1, 1), shop(2, 1)
    prevented = bill(one, 1, cents) - bill(one, 0, cents) - (bill(two, 1, cents) - bill(two, 0, cents))
    return (bill(two, 0, cents) - bill(one, 0, cents)) / prevented


def month_bills(cents, frame=None):
    """A picture of what a month costs with each design, where a lost customer costs so many cents."""
    frame = frame or Frame(float(MOST), TOP)
    marks, ends = [], []
    for name, (design, look) in LINES.items():
        first, last = (bill(design, failures, cents) for failures in (0, frame.right))
        stop = frame.right if last <= frame.top else frame.right * (frame.top - first) / (last - first)
        height = min(last, frame.top)
        marks.append(Line(name, (0.0, stop), (first, height), look, words=name))
        ends.append(End(height, name, look))
    even = breaks_even_at(cents)
    if even <= frame.right:
        marks.insert(0, Line("break-even", (even, even), (0.0, frame.top), Look(INK, width=1.0, dash=(1, 2))))
    loses = f"{digits(cents)} cent{'s' * (cents != 1)} a customer"
    finding = f"The second machine pays from {even:.1f} failures a month on, at {loses}"
    return Scene(
        "month bills", finding,
        f"The bill of a month, lost customers included, against failures. {finding}."
        f" One big machine costs {bill(LINES['one big'][0], 0, cents):.0f} dollars without a failure.",
        (8.0, 4.0), frame, counts(0, frame.right, "failures of a machine a month; dotted: break-even"),
        amounts(0.0, frame.top, "bill of a month ($)", digits),
        marks=tuple(marks), ends=tuple(ends), again=partial(month_bills, cents),
    )  # fmt: skip
