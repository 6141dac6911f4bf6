"""The wiring of a system as boxes and arrows; with a run also how busy the boxes and the arrows were."""

import math
import re

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from evsim.view.layout import CHANNEL, CUSTOMERS, SERVICE, place
from evsim.view.style import INK, LESSON, PAPER, count, describe, figure, fold, short, title
from evsim.view.wiring import KINDS, Wiring

__all__ = ["diagram"]

LINE = 12  # letters of a name on one line
HEADROOM, LOWEST = 1.3, 3.0  # inches: for the title and the words below, and the least height of a figure
LABEL, LABELS = (
    (0.5, 0.18),
    (0.42, 0.55, 0.3, 0.68, 0.2),
)  # its size in inches, and where on a line it may stand
CELLS = 8  # drawn of a channel
GREY, FILL = "#6d6d73", "#f4f4f6"


def diagram(system, ax=None, like=()):
    """Draw the services, channels and customers of a scenario, or of a run of it with rates and utilisation.

    like: other scenarios or runs whose parts keep the same places in their own diagrams, so that
    ``diagram(classic, like=[events])`` and ``diagram(events, like=[classic])`` have the same boxes and
    other arrows.
    """
    wiring = Wiring(system)
    layout = place([wiring, *(Wiring(other) for other in _listed(like))])
    text = _finding(wiring)
    width = max(LESSON[0], layout.width + 0.4)
    above = HEADROOM + 0.22 * max(0, fold(text, width - 0.25, 13, "bold").count("\n") - 1)
    size = width, max(LOWEST, layout.height + above)
    scale = _scale(ax, layout) if ax else 1.0
    room = (layout.width, layout.height) if ax else (size[0] - 0.4, size[1] - above)
    with figure(ax, size) as ax:
        _Drawing(ax, wiring, layout, scale).draw(*room)
        title(ax, text, 0.25)
        return describe(ax, f"{text}. {_words(wiring)}")


def _scale(ax, layout):
    """How much smaller than in a picture of its own all must be in these axes."""
    box = ax.get_position()
    width, height = ax.figure.get_figwidth() * box.width, ax.figure.get_figheight() * box.height
    return min(1.0, width / (layout.width + 0.2), height / (layout.height + 0.65))


def _listed(like):
    return like if isinstance(like, list | tuple) else [like]


class _Drawing:
    def __init__(self, ax, wiring, layout, scale):
        self.ax, self.wiring, self.layout, self.run, self.scale = ax, wiring, layout, wiring.run, scale
        self.sizes = dict.fromkeys(layout.boxes, SERVICE) | dict.fromkeys(wiring.scenario.workloads, CUSTOMERS)
        self.labels = []

    def draw(self, width, height):
        ax, layout, wiring, scale = self.ax, self.layout, self.wiring, self.scale
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(-0.1, width + 0.1)
        ax.set_ylim(layout.height - height - 0.55, layout.height + 0.1)
        rates = _rates(self.run) if self.run else {}
        for kind in KINDS:
            for edge in sorted(getattr(wiring, kind)):
                self._arrow(edge, kind in ("asks", "calls"), rates.get(edge))
        for name in wiring.scenario.workloads:
            self._customers(name)
        for name, service in wiring.services.items():
            self._service(name, service)
        for name, channel in wiring.scenario.channels.items():
            self._channel(name, channel)
        parts = [Line2D([], [], color=INK, lw=1.8, marker=">", ms=8 * scale, label="asks, and waits for the answer")]
        if wiring.publishes or wiring.delivers:
            parts.append(
                Line2D(
                    [],
                    [],
                    color=INK,
                    lw=1.4,
                    ls=(0, (4, 2)),
                    marker="4",
                    ms=11 * scale,
                    mew=1.8 * scale,
                    label="hands over a message",
                )
            )
        ax.legend(handles=parts, loc="lower left", ncols=2, borderaxespad=0, fontsize=11 * scale)

    def _arrow(self, edge, waits, rate):
        points = self.layout.lines[edge]
        codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
        self.ax.add_patch(
            FancyArrowPatch(
                path=Path(points, codes),
                arrowstyle="-|>" if waits else "->",
                mutation_scale=15 * self.scale,
                color=INK,
                lw=(1.7 if waits else 1.4) * self.scale,
                linestyle="-" if waits else (0, (4, 2)),
                shrinkA=0,
                shrinkB=0,
                zorder=2,
            )
        )
        if rate is not None:
            self._text(*self._free_place(points), _per_second(rate), 10, halo=True)

    def _free_place(self, points):
        """Where beside a line a label covers no box and no other label; the first choice if nowhere."""
        choices = [beside for share in LABELS for beside in _beside(points, share)]
        taken = [(place, size) for name, place in self.layout.boxes.items() for size in [self.sizes[name]]]
        taken += [(place, LABEL) for place in self.labels]
        free = (place for place in choices if not any(_overlap(place, LABEL, *other) for other in taken))
        self.labels.append(next(free, choices[0]))
        return self.labels[-1]

    def _text(self, x, y, text, size, weight="normal", colour=INK, halo=False, **settings):
        settings = {"ha": "center", "va": "center"} | settings
        self.ax.text(
            x,
            y,
            text,
            fontsize=size * self.scale,
            fontweight=weight,
            color=colour,
            zorder=4,
            **settings,
            path_effects=[withStroke(linewidth=3, foreground=PAPER)] if halo else None,
        )

    def _outline(self, name, size, radius, **settings):
        x, y = self.layout.boxes[name]
        style = {"fc": FILL, "ec": INK, "lw": 1.2, "zorder": 3} | settings
        self.ax.add_patch(
            FancyBboxPatch(
                (x - size[0] / 2, y - size[1] / 2),
                *size,
                boxstyle=f"round,pad=0,rounding_size={radius}",
                **style,
            )
        )
        return x, y

    def _customers(self, name):
        x, y = self._outline(name, CUSTOMERS, CUSTOMERS[1] / 2, fc=PAPER)
        arrivals = self.wiring.scenario.workloads[name].arrivals
        users = count(arrivals.users, "user") if arrivals.is_closed else ""
        rate = arrivals.customers_per_second
        self._named(name, x, y, users or (_per_second(rate) if rate and not self.run else ""), LINE - 2)

    def _named(self, name, x, y, below, room=LINE):
        lines = _in_lines(name)
        longest = max(map(len, lines.split("\n")))
        size = min(11 if lines == name else 10.5, 11 * room / longest)
        self._text(x, y + (0.11 if below else 0.0), lines, size, "bold", linespacing=1.0)
        if below:
            self._text(x, y - (0.2 if "\n" in lines else 0.12), below, 10, colour="#4c4c52")

    def _service(self, name, service):
        x, y = self._outline(name, SERVICE, 0.06)
        each = count(service.workers, "worker")
        below = each if service.most_instances == 1 else f"{service.most_instances} \N{MULTIPLICATION SIGN} {each}"
        if service.is_elastic:
            below = f"up to {below}"
        if service.inside:
            self._text(x, y - SERVICE[1] / 2 - 0.1, f"inside {service.inside}", 9.5, colour="#4c4c52")
        if self.run:
            busy = self.run.services[name]["utilisation"]
            if busy == busy:
                below = f"{100 * busy:.0f} % busy"
                left, bottom, width = x - SERVICE[0] / 2 + 0.08, y - SERVICE[1] / 2 + 0.06, SERVICE[0] - 0.16
                self._bar(left, bottom, width, fc=PAPER, ec=GREY)
                self._bar(left, bottom, width * min(busy, 1), fc=GREY, ec=GREY)
                y += 0.07
        self._named(name, x, y, below)

    def _bar(self, left, bottom, width, **style):
        self.ax.add_patch(Rectangle((left, bottom), width, 0.08, lw=0.8, zorder=3.5, **style))

    def _channel(self, name, channel):
        """A log is a strip of cells that goes on, a queue is a stack of messages, an exchange a fork."""
        x, y = self._outline(name, CHANNEL, 0.06, fc=PAPER, ec="#a9a9b0", lw=0.9)
        if channel.routes:
            self._fork(x, y - 0.1)
        else:
            self._cells(x, y, channel)
        self._text(x, y - CHANNEL[1] / 2 + 0.1, channel.title, 9.5, colour="#4c4c52")
        self._named(name, x, y + 0.19, "", LINE + 1)

    def _fork(self, x, y):
        for rise in (0.085, 0.0, -0.085):
            path = [x - 0.3, x - 0.06, x + 0.12, x + 0.3], [y, y, y + rise, y + rise]
            self.ax.plot(*path, color=INK, lw=1.2, zorder=3.2)

    def _cells(self, x, y, channel):
        left, bottom, width = x - CHANNEL[0] / 2 + 0.1, y - CHANNEL[1] / 2 + 0.2, (CHANNEL[0] - 0.2) / CELLS
        for cell in range(CELLS):
            gap, radius = (0.0, 0.001) if channel.partitioned else (0.025, 0.05)
            self.ax.add_patch(
                FancyBboxPatch(
                    (left + cell * width + gap, bottom + gap),
                    width - 2 * gap,
                    0.17 - 2 * gap,
                    fc=FILL,
                    ec=INK,
                    lw=1.0,
                    boxstyle=f"round,pad=0,rounding_size={radius}",
                    zorder=3.2,
                )
            )


def _in_lines(name):
    """A long name in two lines, broken at a hyphen; of a longer one the ends."""
    if len(name) > 2 * LINE:
        return short(name, 2 * LINE).replace("\N{HORIZONTAL ELLIPSIS}", "\N{HORIZONTAL ELLIPSIS}\n")
    if len(name) <= LINE or "-" not in name:
        return name
    breaks = [match.end() for match in re.finditer("-", name)]
    cut = min(breaks, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:cut]}\n{name[cut:]}"


def _beside(points, share):
    """Two places beside a chain of cubic Bezier curves, at a share of its length: above it, and below."""
    t = np.linspace(0, 1, 20)[:, None]
    curve = np.concatenate(
        [
            (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
            for a, b, c, d in (points[start : start + 4] for start in range(0, len(points) - 1, 3))
        ]
    )
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(curve, axis=0).T))]
    index = int(np.searchsorted(length, share * length[-1]))
    way = curve[min(index + 3, len(curve) - 1)] - curve[max(index - 3, 0)]
    across, up = way / (np.hypot(*way) or 1.0) * (1 if way[0] >= 0 else -1)
    x, y = curve[index]
    return (x - 0.3 * up, y + 0.13 * across), (x + 0.3 * up, y - 0.13 * across)


def _overlap(one, size, two, other):
    return all(abs(a - b) < (wide + other_wide) / 2 for a, b, wide, other_wide in zip(one, two, size, other))


def _rates(run):
    """(source, target) -> requests, calls or messages a second, in the window after the warm-up."""
    rows, messages = run.tables.rows, run.tables.messages
    begin, end = run.scenario.run_settings.warmup, run.tables.measured_until
    counts = {}
    within = (rows["born"] >= begin) & (rows["born"] < end) & (rows["place"] >= 0)
    for number, made in enumerate(np.bincount(rows["place"][within], minlength=len(run.tables.places)).tolist()):
        place = run.tables.places[number]
        over = place.step.channel if place.is_call and place.step.hands_over else None
        for edge in [(place.source, over), (over, place.service)] if over else [(place.source, place.service)]:
            counts[edge] = counts.get(edge, 0) + made
    channels = list(run.scenario.channels)
    within = (messages["published"] >= begin) & (messages["published"] < end)
    senders = run.tables.message_senders[within].tolist()
    for sender, channel in zip(senders, messages["channel"][within].tolist(), strict=True):
        edge = sender, channels[channel]
        counts[edge] = counts.get(edge, 0) + 1
    return (
        {edge: made / run.tables.window for edge, made in counts.items()} if not math.isnan(run.tables.window) else {}
    )


def _per_second(rate):
    return f"{rate:.3g}/s" if rate < 1000 else f"{rate:,.0f}/s"


def _waited_for(wiring):
    """Services that a customer waits for: the target, and what it calls, and so on."""
    found = [service for _, service in sorted(wiring.asks)]
    for name in found:
        found += [target for source, target in sorted(wiring.calls) if source == name and target not in found]
    return list(dict.fromkeys(found))


def _finding(wiring):
    waited = _waited_for(wiring)
    later = [name for name in wiring.services if name not in waited and any(name == b for _, b in wiring.delivers)]
    text = f"{short(wiring.scenario.name, 36)}: the customer waits for {_names(waited)}"
    if later:
        text += f"; {_names(later)} {'hears' if len(later) == 1 else 'hear'} of it later"
    if wiring.run:
        busy = {name: figures["utilisation"] for name, figures in wiring.run.services.items()}
        busy = {name: value for name, value in busy.items() if value == value}
        if busy and max(busy.values()) >= 0.005:
            busiest = max(busy, key=busy.get)
            text += f". Busiest: {short(busiest)}, {100 * busy[busiest]:.0f} % of its time"
    return text


def _names(names):
    if len(names) > 3:
        return count(len(names), "service")
    names = [short(name) for name in names]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _words(wiring):
    verbs = {
        "asks": "asks",
        "calls": "calls",
        "publishes": "publishes to",
        "routes": "hands on to",
        "delivers": "delivers to",
    }
    edges = [f"{one} {verbs[kind]} {two}" for kind in KINDS for one, two in sorted(getattr(wiring, kind))]
    return "; ".join(edges) + "."
