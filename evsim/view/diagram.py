"""The wiring of a system as boxes and arrows; with a run also how busy the boxes and the arrows were."""

import math
import re

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from evsim.view.designs import finding
from evsim.view.layout import arrange, columns
from evsim.view.style import INK, LESSON, PAPER, count, describe, figure
from evsim.view.wiring import Wiring

__all__ = ["diagram"]

SERVICE, CHANNEL, CUSTOMERS = (1.45, 0.76), (1.45, 0.76), (1.16, 0.62)  # inches
LINE = 12  # letters of a name on one line
FEW = 3  # columns of services that leave room for channels between them whether there are any or not
HEADROOM, LOWEST = 1.3, 3.0  # inches: for the title and the words below, and the least height of a figure
CELLS = 8  # drawn of a channel
GREY, FILL = "#6d6d73", "#f4f4f6"


def diagram(system, ax=None, like=()):
    """Draw the services, channels and customers of a scenario, or of a run of it with rates and utilisation.

    like: other scenarios or runs whose parts keep the same places in their own diagrams, so that
    ``diagram(classic, like=[events])`` and ``diagram(events, like=[classic])`` have the same boxes and other arrows.
    """
    wiring = Wiring(system)
    layout = _layout([wiring, *(Wiring(other) for other in _listed(like))])
    size = max(LESSON[0], layout.width + 0.4), max(LOWEST, layout.height + HEADROOM)
    with figure(ax, size) as ax:
        _Drawing(ax, wiring, layout, size).draw()
        text = _finding(wiring)
        finding(ax, text)
        return describe(ax, f"{text}. {_words(wiring)}")


def _listed(like):
    return like if isinstance(like, list | tuple) else [like]


KINDS = ("asks", "calls", "publishes", "delivers")


def _layout(wirings):
    """One layout for the parts of all of these, the same whichever comes first."""
    first_seen, sizes = {}, {}
    for wiring in wirings:
        parts = dict.fromkeys(wiring.scenario.workloads, CUSTOMERS) | dict.fromkeys(wiring.services, SERVICE)
        parts |= dict.fromkeys(wiring.scenario.channels, CHANNEL)
        for number, name in enumerate(parts):
            first_seen[name] = min(first_seen.get(name, number), number)
        sizes |= parts
    sizes = {name: sizes[name] for name in sorted(sizes, key=lambda name: (first_seen[name], name))}
    union = {kind: set().union(*(getattr(wiring, kind) for wiring in wirings)) for kind in KINDS}
    edges = sorted(set().union(*union.values()), key=lambda edge: [first_seen[name] for name in edge])
    between = {name: ([], []) for name in sizes if any(name in wiring.scenario.channels for wiring in wirings)}
    for service, channel in sorted(union["publishes"]):
        between[channel][0].append(service)
    for channel, service in sorted(union["delivers"]):
        between[channel][1].append(service)
    through = {(one, two) for before, after in between.values() for one in before for two in after}
    customers = [name for wiring in wirings for name in wiring.scenario.workloads]
    whole = [name for name in sizes if name not in between]
    column = columns(whole, sorted(union["asks"] | union["calls"] | through), customers, between)
    widths = {place: (SERVICE if place % 1 == 0 else CHANNEL)[0] for place in column.values()} | {0: CUSTOMERS[0]}
    deepest = max(column[name] for name in whole)
    if deepest <= FEW:
        widths |= {level + 0.5: CHANNEL[0] for level in range(1, int(deepest))}
    return arrange(sizes, edges, column, widths)


class _Drawing:
    def __init__(self, ax, wiring, layout, size):
        self.ax, self.wiring, self.layout, self.run = ax, wiring, layout, wiring.run
        box = ax.get_position()
        width, height = ax.figure.get_figwidth() * box.width, ax.figure.get_figheight() * box.height
        own = (width / box.width, height / box.height) == size
        self.scale = 1.0 if own else min(1.0, width / layout.width, height / layout.height)

    def draw(self):
        ax, layout, wiring = self.ax, self.layout, self.wiring
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(-0.1, layout.width + 0.1)
        ax.set_ylim(-0.55, layout.height + 0.1)
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
        parts = [Line2D([], [], color=INK, lw=1.8, marker=">", ms=8, label="asks, and waits for the answer")]
        if wiring.publishes or wiring.delivers:
            parts.append(Line2D([], [], color=INK, lw=1.4, ls=(0, (4, 2)), marker="4", ms=11, mew=1.8, label="hands over a message"))
        ax.legend(handles=parts, loc="lower left", ncols=2, borderaxespad=0, fontsize=11 * self.scale)

    def _arrow(self, edge, waits, rate):
        points = self.layout.lines[edge]
        codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
        self.ax.add_patch(FancyArrowPatch(
            path=Path(points, codes), arrowstyle="-|>" if waits else "->", mutation_scale=15 * self.scale, color=INK,
            lw=1.7 if waits else 1.4, linestyle="-" if waits else (0, (4, 2)), shrinkA=0, shrinkB=0, zorder=2,
        ))  # fmt: skip
        if rate is not None:
            (x, y), (across, up) = _middle(points)
            self._text(x - 0.15 * up, y + 0.13 * across, _per_second(rate), 10, halo=True)

    def _text(self, x, y, text, size, weight="normal", colour=INK, halo=False, **settings):
        settings = {"ha": "center", "va": "center"} | settings
        self.ax.text(
            x, y, text, fontsize=size * self.scale, fontweight=weight, color=colour, zorder=4, **settings,
            path_effects=[withStroke(linewidth=3, foreground=PAPER)] if halo else None,
        )  # fmt: skip

    def _outline(self, name, size, radius, **settings):
        x, y = self.layout.boxes[name]
        style = {"fc": FILL, "ec": INK, "lw": 1.2, "zorder": 3} | settings
        self.ax.add_patch(FancyBboxPatch(
            (x - size[0] / 2, y - size[1] / 2), *size, boxstyle=f"round,pad=0,rounding_size={radius}", **style
        ))  # fmt: skip
        return x, y

    def _customers(self, name):
        x, y = self._outline(name, CUSTOMERS, CUSTOMERS[1] / 2, fc=PAPER)
        arrivals = self.wiring.scenario.workloads[name].arrivals
        users = count(arrivals.users, "user") if arrivals.kind == "closed" else ""
        rate = getattr(arrivals, "rate", None)
        self._named(name, x, y, users or (_per_second(rate) if rate and not self.run else ""), LINE - 2)

    def _named(self, name, x, y, below, room=LINE):
        lines = _in_lines(name)
        longest = max(map(len, lines.split("\n")))
        size = min(11 if lines == name else 10.5, 11 * (room + 1) / longest)
        self._text(x, y + (0.11 if below else 0.0), lines, size, "bold", linespacing=1.0)
        if below:
            self._text(x, y - (0.2 if "\n" in lines else 0.12), below, 10, colour="#4c4c52")

    def _service(self, name, service):
        x, y = self._outline(name, SERVICE, 0.06)
        each = count(service.workers, "worker")
        below = each if service.instances == 1 else f"{service.instances} \N{MULTIPLICATION SIGN} {each}"
        if service.inside:
            below = f"in {service.inside}"
        if self.run:
            busy = self.run.service_figures[name]["utilisation"]
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
        """A log is a strip of cells that goes on; a queue is a stack of messages."""
        x, y = self._outline(name, CHANNEL, 0.06, fc=PAPER, ec="#a9a9b0", lw=0.9)
        left, bottom, width = x - CHANNEL[0] / 2 + 0.1, y - CHANNEL[1] / 2 + 0.2, (CHANNEL[0] - 0.2) / CELLS
        for cell in range(CELLS):
            gap, radius = (0.0, 0.001) if channel.kind == "log" else (0.025, 0.05)
            self.ax.add_patch(FancyBboxPatch(
                (left + cell * width + gap, bottom + gap), width - 2 * gap, 0.17 - 2 * gap, fc=FILL, ec=INK, lw=1.0,
                boxstyle=f"round,pad=0,rounding_size={radius}", zorder=3.2,
            ))  # fmt: skip
        what = f"log, {count(channel.partitions, 'partition')}" if channel.kind == "log" else "queue"
        self._text(x, y - CHANNEL[1] / 2 + 0.1, what, 9.5, colour="#4c4c52")
        self._named(name, x, y + 0.19, "", LINE + 1)


def _in_lines(name):
    """A long name in two lines, broken at a hyphen."""
    if len(name) <= LINE or "-" not in name:
        return name
    breaks = [match.end() for match in re.finditer("-", name)]
    cut = min(breaks, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:cut]}\n{name[cut:]}"


def _middle(points):
    """The point half way along a chain of cubic Bezier curves, and the direction there, turned to the right."""
    share = np.linspace(0, 1, 20)[:, None]
    curve = np.concatenate([
        (1 - share) ** 3 * a + 3 * share * (1 - share) ** 2 * b + 3 * share**2 * (1 - share) * c + share**3 * d
        for a, b, c, d in (points[start : start + 4] for start in range(0, len(points) - 1, 3))
    ])  # fmt: skip
    steps = np.diff(curve, axis=0)
    length = np.r_[0, np.cumsum(np.hypot(*steps.T))]
    index = min(int(np.searchsorted(length, length[-1] / 2)), len(steps) - 1)
    before, after = curve[max(index - 3, 0)], curve[min(index + 3, len(curve) - 1)]
    way = (after - before) / (np.hypot(*(after - before)) or 1.0)
    return curve[index], way if way[0] >= 0 else -way


def _rates(run):
    """(source, target) -> requests, calls or messages a second, in the window after the warm-up."""
    rows, messages = run.rows, run.message_columns
    begin, end = run.scenario.run.warmup, run.measured_until
    counts = {}
    within = (rows["born"] >= begin) & (rows["born"] < end) & (rows["place"] >= 0)
    for number, made in enumerate(np.bincount(rows["place"][within], minlength=len(run.places)).tolist()):
        place = run.places[number]
        edge = place.source, place.service
        counts[edge] = counts.get(edge, 0) + made
    channels = list(run.scenario.channels)
    within = (messages["published"] >= begin) & (messages["published"] < end)
    senders = rows["place"][messages["cause"][within]].tolist()
    for place, channel in zip(senders, messages["channel"][within].tolist(), strict=True):
        edge = run.places[place].service, channels[channel]
        counts[edge] = counts.get(edge, 0) + 1
    return {edge: made / run.window for edge, made in counts.items()} if not math.isnan(run.window) else {}


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
    text = f"{wiring.scenario.name}: the customer waits for {_names(waited)}"
    if later:
        text += f"; {_names(later)} {'hears' if len(later) == 1 else 'hear'} of it later"
    if wiring.run:
        busy = {name: figures["utilisation"] for name, figures in wiring.run.service_figures.items()}
        busy = {name: value for name, value in busy.items() if value == value}
        if busy:
            busiest = max(busy, key=busy.get)
            text += f". Busiest: {busiest}, {100 * busy[busiest]:.0f} % of its time"
    return text


def _names(names):
    if len(names) > 3:
        return count(len(names), "service")
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _words(wiring):
    verbs = {"asks": "asks", "calls": "calls", "publishes": "publishes to", "delivers": "delivers to"}
    edges = [f"{one} {verbs[kind]} {two}" for kind in KINDS for one, two in sorted(getattr(wiring, kind))]
    return "; ".join(edges) + "."
