"""The wiring of a system as boxes and arrows; with a run also how busy the boxes and the arrows were."""

import math
import re

import numpy as np

from evsim.counting import digits, listed
from evsim.view.layout import CHANNEL, CUSTOMERS, SERVICE, place
from evsim.view.scene.axes import Frame, nothing
from evsim.view.scene.marks import Bars, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import FILL, INK, LESSON, PAPER, SOFT, count, fold, short
from evsim.view.wiring import KINDS, Wiring

__all__ = ["diagram", "scene"]

LINE = 12  # letters of a name on one line
HEADROOM, LOWEST = 1.3, 3.0  # inches: for the title and the words below, and the least height of a figure
LABEL, LABELS = (
    (0.5, 0.18),
    (0.42, 0.55, 0.3, 0.68, 0.2),
)  # its size in inches, and where on a line it may stand
CELLS = 8  # drawn of a channel
GREY = "#6d6d73"
ASKS, HANDS_OVER = Look(INK, width=1.7), Look(INK, dash=(4, 2), width=1.4)
WORDS = {"asks, and waits for the answer": ASKS, "hands over a message": HANDS_OVER}
BOX, CHANNEL_BOX = Look(FILL, edge=INK), Look(PAPER, edge="#a9a9b0")


def diagram(system, ax=None, like=()):
    """Draw the services, channels and customers of a scenario, or of a run of it with rates and utilisation.

    like: other scenarios or runs whose parts keep the same places in their own diagrams, so that
    ``diagram(classic, like=[events])`` and ``diagram(events, like=[classic])`` have the same boxes and
    other arrows.
    """
    return scene(system, like).draw(ax)


def scene(system, like=()):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    wiring = Wiring(system)
    layout = place([wiring, *(Wiring(other) for other in _listed(like))])
    text = _finding(wiring)
    plot = layout.width + 0.2, layout.height + 0.2
    width = max(LESSON[0], plot[0] + 0.2)
    above = HEADROOM + 0.22 * max(0, fold(text, width - 0.25, 13, "bold").count("\n") - 1)
    legend = list(WORDS.items())[: 2 if wiring.publishes or wiring.delivers else 1]
    return Scene(
        "diagram", text, f"{text}. {_words(wiring)}", (width, max(LOWEST, plot[1] + above)), Frame(plot[0]),
        nothing(-0.1, layout.width + 0.1), nothing(-0.1, layout.height + 0.1),
        marks=tuple(_Drawing(wiring, layout).marks()), legend=tuple(legend), plot=plot, inches=True,
        least=min(0.75 * plot[0], LESSON[0]),
    )  # fmt: skip


def _listed(like):
    return like if isinstance(like, list | tuple) else [like]


class _Drawing:
    """The marks of a diagram: arrows, then boxes, then words."""

    def __init__(self, wiring, layout):
        self.wiring, self.layout, self.run = wiring, layout, wiring.run
        self.sizes = dict.fromkeys(layout.boxes, SERVICE) | dict.fromkeys(wiring.scenario.workloads, CUSTOMERS)
        self.labels, self.lines, self.boxes, self.words = [], [], [], []

    def marks(self):
        wiring, rates = self.wiring, _rates(self.run) if self.run else {}
        for kind in KINDS:
            for edge in sorted(getattr(wiring, kind)):
                self._arrow(edge, kind in ("asks", "calls"), rates.get(edge))
        for name in wiring.scenario.workloads:
            self._customers(name)
        for name, service in wiring.services.items():
            self._service(name, service)
        for name, channel in wiring.scenario.channels.items():
            self._channel(name, channel)
        return [*self.lines, *self.boxes, *self.words]

    def _arrow(self, edge, waits, rate):
        curve = _curve(self.layout.lines[edge])
        x, y = curve.T.tolist()
        name = f"{edge[0]} \N{RIGHTWARDS ARROW} {edge[1]}"
        look, head = (ASKS, "solid") if waits else (HANDS_OVER, "open")
        self.lines.append(Line(name, tuple(x), tuple(y), look, words=name, head=head))
        if rate is not None:
            self._text(*self._free_place(curve), _per_second(rate), 10, halo=True)

    def _free_place(self, curve) -> tuple[float, float]:
        """Where beside a line a label covers no box and no other label; the first choice if nowhere."""
        choices = [beside for share in LABELS for beside in _beside(curve, share)]
        taken = [(place, size) for name, place in self.layout.boxes.items() for size in [self.sizes[name]]]
        taken += [(place, LABEL) for place in self.labels]
        free = (place for place in choices if not any(_overlap(place, LABEL, *other) for other in taken))
        self.labels.append(next(free, choices[0]))
        return self.labels[-1]

    def _text(self, x, y, text, size, bold=False, colour=INK, halo=False):
        x, y = float(x), float(y)
        self.words.append(Text(text, x, y, side="center", size=size, bold=bold, colour=colour, halo=halo))

    def _box(self, name, x, y, size, look, radius):
        left, low = x - size[0] / 2, y - size[1] / 2
        self.boxes.append(Bars(name, [left], [left + size[0]], [low], [low + size[1]], look, round=radius))

    def _customers(self, name):
        x, y = self.layout.boxes[name]
        self._box(name, x, y, CUSTOMERS, Look(PAPER, edge=INK), CUSTOMERS[1] / 2)
        arrivals = self.wiring.scenario.workloads[name].arrivals
        users = count(arrivals.users, "user") if arrivals.is_closed else ""
        rate = arrivals.customers_per_second
        self._named(name, x, y, users or (_per_second(rate) if rate and not self.run else ""), LINE - 2)

    def _named(self, name, x, y, below, room=LINE):
        lines = _in_lines(name)
        longest = max(map(len, lines.split("\n")))
        size = min(11 if lines == name else 10.5, 11 * room / longest)
        self._text(x, y + (0.11 if below else 0.0), lines, size, bold=True)
        if below:
            self._text(x, y - (0.2 if "\n" in lines else 0.12), below, 10, colour=SOFT)

    def _service(self, name, service):
        x, y = self.layout.boxes[name]
        self._box(name, x, y, SERVICE, BOX, 0.06)
        each = count(service.workers, "worker")
        below = each if service.most_instances == 1 else f"{service.most_instances} \N{MULTIPLICATION SIGN} {each}"
        if service.is_elastic:
            below = f"up to {below}"
        if service.inside:
            self._text(x, y - SERVICE[1] / 2 - 0.1, f"inside {service.inside}", 9.5, colour=SOFT)
        if self.run:
            busy = self.run.services[name]["utilisation"]
            if busy == busy:
                below = f"{100 * busy:.0f} % busy"
                left, low, width = x - SERVICE[0] / 2 + 0.08, y - SERVICE[1] / 2 + 0.06, SERVICE[0] - 0.16
                for share, colour in ((1, PAPER), (min(busy, 1), GREY)):
                    self.boxes.append(
                        Bars("", [left], [left + share * width], [low], [low + 0.08], Look(colour, edge=GREY))
                    )
                y += 0.07
        self._named(name, x, y, below)

    def _channel(self, name, channel):
        """A log is a strip of cells that goes on, a queue is a stack of messages, an exchange a fork."""
        x, y = self.layout.boxes[name]
        self._box(name, x, y, CHANNEL, CHANNEL_BOX, 0.06)
        if channel.routes:
            self._fork(x, y - 0.1)
        else:
            self._cells(x, y, channel)
        self._text(x, y - CHANNEL[1] / 2 + 0.1, channel.title, 9.5, colour=SOFT)
        self._named(name, x, y + 0.19, "", LINE + 1)

    def _fork(self, x, y):
        for rise in (0.085, 0.0, -0.085):
            path = (x - 0.3, x - 0.06, x + 0.12, x + 0.3), (y, y, y + rise, y + rise)
            self.boxes.append(Line("", *path, Look(INK, width=1.2)))

    def _cells(self, x, y, channel):
        left, low, width = x - CHANNEL[0] / 2 + 0.1, y - CHANNEL[1] / 2 + 0.2, (CHANNEL[0] - 0.2) / CELLS
        gap, radius = (0.0, 0.0) if channel.partitioned else (0.025, 0.04)
        lefts = [left + cell * width + gap for cell in range(CELLS)]
        rights, lows, highs = (
            [each + width - 2 * gap for each in lefts],
            [low + gap] * CELLS,
            [low + 0.17 - gap] * CELLS,
        )
        self.boxes.append(Bars("", lefts, rights, lows, highs, BOX, round=radius))


def _in_lines(name):
    """A long name in two lines, broken at a hyphen; of a longer one the ends."""
    if len(name) > 2 * LINE:
        return short(name, 2 * LINE).replace("\N{HORIZONTAL ELLIPSIS}", "\N{HORIZONTAL ELLIPSIS}\n")
    if len(name) <= LINE or "-" not in name:
        return name
    breaks = [match.end() for match in re.finditer("-", name)]
    cut = min(breaks, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:cut]}\n{name[cut:]}"


def _curve(points):
    """Points along a chain of cubic Bezier curves; the ends alone where it is straight."""
    (x, y), (wide, high) = (points - points[0]).T, points[-1] - points[0]
    if len(points) == 4 and np.allclose(x * high, y * wide):
        return points[[0, -1]]
    t = np.linspace(0, 1, 20)[:, None]
    return np.concatenate(
        [
            (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
            for a, b, c, d in (points[start : start + 4] for start in range(0, len(points) - 1, 3))
        ]
    )


def _beside(curve, share):
    """Two places beside a line, at a share of its length: above it, and below."""
    if len(curve) == 2:
        curve = np.linspace(curve[0], curve[1], 20)
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
    return f"{digits(rate, 3)}/s" if rate < 1000 else f"{rate:,.0f}/s"


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
            busiest = max(busy, key=busy.__getitem__)
            text += f". Busiest: {short(busiest)}, {100 * busy[busiest]:.0f} % of its time"
    return text


def _names(names):
    if len(names) > 3:
        return count(len(names), "service")
    return listed([short(name) for name in names])


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
