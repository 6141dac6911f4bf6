"""The pictures of the slides: each is drawn by the kit from its runs, as ``{{figure: name}}`` in deck.md."""

from dataclasses import dataclass
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image  # matplotlib's own

from docs.build import SEEDS
from evsim.view.diagram import diagram
from evsim.view.dots import latency
from evsim.view.flow import flow
from evsim.view.lives import lives
from evsim.view.promise import promise
from evsim.view.staleness import staleness
from evsim.view.style import COLOURS, INK, PAPER, TOLD, describe, figure, seconds, time_axis
from slides.numbers import customer, twin
from slides.runs import DESIGNS, run, scenario

__all__ = ["FIGURES", "Drawn", "draw"]

WIDTH = 1500  # pixels
MEANS = ("response_mean", "completion_mean")
LARGER = 1.2  # the words of a diagram
GREYS_AND_COLOURS = 96  # of the palette: enough for flat pictures, and a third of the size


@dataclass(frozen=True)
class Drawn:
    """A picture: its matplotlib figure, and its alt text."""

    drawing: Figure
    alt: str

    def png(self):
        """The picture as PNG, in bytes."""
        file = BytesIO()
        self.drawing.savefig(file, dpi=WIDTH / self.drawing.get_figwidth())
        picture = Image.open(file).convert("RGB")
        small = picture.quantize(GREYS_AND_COLOURS, dither=Image.Dither.NONE)
        out = BytesIO()
        small.save(out, "PNG", optimize=True)
        return out.getvalue()


def draw(name):
    """The picture of that name, without the title it has elsewhere: a slide has its own."""
    paint, size = FIGURES[name]
    drawing = Figure(figsize=size, layout="constrained")
    ax = drawing.add_subplot()
    paint(ax)
    ax.set_title("", loc="left")
    return Drawn(drawing, ax.alt_text)


def told_and_true(ax):
    """Mean time until a customer is told, and until everything is true, in each design."""
    means = {}
    for name in DESIGNS:
        found = [run(name, seed=seed).summary() for seed in SEEDS]
        means[name] = [sum(each[what] for each in found) / len(found) for what in MEANS]
    with figure(ax) as ax:
        for level, (told, true) in enumerate(means.values()):
            ax.plot([told, true], [level, level], color=COLOURS["grey"], lw=4, zorder=1)
            label, other = ("told", "all true") if not level else ("", "")
            ax.plot(told, level, marker=TOLD.marker, color=TOLD.colour, ms=15, ls="", label=label)
            ax.plot(true, level, marker="D", color=INK, mec=PAPER, ms=13, ls="", label=other)
            left, right = sorted((told, true))
            for time, side, way in ((left, -12, "right"), (right, 12, "left")):
                place = {"xytext": (side, 0), "textcoords": "offset points", "va": "center", "ha": way}
                ax.annotate(seconds(time), (time, level), fontsize=14, **place)
        longest = max(max(times) for times in means.values())
        ax.set(ylim=(len(means) - 0.4, -0.6), xlim=(-0.16 * longest, 1.16 * longest))
        ax.set_yticks(range(len(means)), list(means))
        time_axis(ax.xaxis, longest, "mean time since the customer asked")
        ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= longest])
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), labelspacing=0.9, fontsize=14)
        each = (f"{name}: told {seconds(a)}, all true {seconds(b)}" for name, (a, b) in means.items())
        words = "; ".join(each)
        describe(ax, f"Mean times of {len(SEEDS)} runs until told, and until all is true. {words}.")
    ax.tick_params(axis="y", labelsize=14, length=0)
    return ax


def _wiring(system, ax, like=()):
    """A diagram whose words can be read from the last row."""
    diagram(system, ax=ax, like=[scenario(other) for other in like])
    for text in (*ax.texts, *ax.get_legend().get_texts()):
        text.set_fontsize(LARGER * text.get_fontsize())


def _lives(ax, *runs, request):
    """A space-time diagram with room for the words below the answer."""
    lives(*runs, request=request, ax=ax)
    bottom, top = ax.get_ylim()
    ax.set_ylim(1.12 * bottom, top)


FIGURES = {
    "monolith": (lambda ax: _wiring(scenario("monolith"), ax), (8, 3)),
    "classic": (lambda ax: _wiring(scenario("classic"), ax, ["events"]), (8, 3)),
    "hybrid": (lambda ax: _wiring(scenario("hybrid"), ax), (7.4, 1.7)),
    "events": (lambda ax: _wiring(scenario("events"), ax, ["classic"]), (8, 3)),
    "one-after-the-other": (
        lambda ax: latency({name: run(name) for name in ("classic", "parallel")}, ax=ax), (8, 3.3)
    ),
    "list-down-classic": (lambda ax: promise(run("classic", "mailing list"), ax=ax), (8, 3.6)),
    "told-error": (lambda ax: _lives(ax, run("classic", "mailing list"), request=customer()), (8, 3.9)),
    "two-lives": (lambda ax: _lives(ax, run("classic"), run("events"), request=twin()), (9.2, 4.4)),
    "list-down-events": (
        lambda ax: promise(run("events", "mailing list"), ax=ax, at=_end_of_outage()), (8, 3.6)
    ),
    "catch-up": (lambda ax: flow(run("events", "mailing list"), ax=ax), (8, 3.4)),
    "read-back": (lambda ax: staleness(run("events"), ax=ax), (5.2, 3.1)),
    "broker-down": (lambda ax: promise(run("events", "broker"), ax=ax), (8, 3.6)),
    "told-and-true": (told_and_true, (8, 3.2)),
    "groups": (lambda ax: _wiring(scenario("two-producers-four-consumers"), ax), (8, 3.4)),
}  # fmt: skip


def _end_of_outage():
    fault = scenario("events", "mailing list").faults[0]
    return fault.at + fault.duration
