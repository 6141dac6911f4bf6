"""Where the boxes of a diagram stand and how its lines run: in columns, in the direction of the messages.

Columns follow from the wiring. In a small system boxes stand nearest to what they are joined to, and lines
are straight: it looks alike everywhere, and designs that share boxes have them in the same places. In a
large one Graphviz (through pygraphviz, whose wheels bring it along) finds the order and leads the lines
around the boxes; where it is missing, a large system is drawn as a small one.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from evsim.view.wiring import KINDS

__all__ = ["CHANNEL", "CUSTOMERS", "SERVICE", "Layout", "arrange", "columns", "place"]

SERVICE, CHANNEL, CUSTOMERS = (1.36, 0.76), (1.36, 0.76), (1.16, 0.62)  # inches
COLUMN_GAP, ROW_GAP = 0.7, 0.34  # inches between boxes
CLOSE = 0.16  # inches between boxes of a row in a large system
SMALL = 8  # boxes
SWEEPS = 6
POINTS = 72.0  # an inch
TINY = 1e-6


@dataclass(frozen=True)
class Layout:
    """All in inches, y upwards: ``boxes`` (name -> middle), ``lines``, ``width`` and ``height``.

    ``lines``: (source, target) -> points of cubic Bezier curves, one after the other, from box to box.
    """

    boxes: dict
    lines: dict
    width: float
    height: float


def place(wirings, across=False):
    """One :class:`Layout` for the parts of some wirings, the same whichever comes first.

    across: the columns stand side by side, however many there are.
    """
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
    channels = {name for wiring in wirings for name in wiring.scenario.channels}
    exchanges = {name for wiring in wirings for name in wiring.exchanges}  # which stand as services do
    between = {name: ([], []) for name in sizes if name in channels - exchanges}
    through = set()
    for source, channel in sorted(union["publishes"] | union["routes"]):
        if channel in exchanges:
            through.add((source, channel))
        else:
            between[channel][0].append(source)
    for channel, service in sorted(union["delivers"]):
        between[channel][1].append(service)
    through |= {(one, two) for before, after in between.values() for one in before for two in after}
    customers = [name for wiring in wirings for name in wiring.scenario.workloads]
    whole = [name for name in sizes if name not in between]
    column = columns(whole, sorted(union["asks"] | union["calls"] | through), customers, between)
    down = not across and len(sizes) > SMALL and _narrower_downwards(column)
    widths = {at: (SERVICE if at % 1 == 0 else CHANNEL)[down] for at in column.values()}
    widths |= {0: CUSTOMERS[down]}
    if len(sizes) <= SMALL:  # room for channels whether there are any or not
        widths |= {level + 0.5: CHANNEL[0] for level in range(1, int(max(column[name] for name in whole)))}
    return arrange(sizes, edges, column, widths, down)


def _narrower_downwards(column):
    """Whether rows one below the other take less width than columns side by side: a page has length to spare."""
    broadest = max(Counter(column.values()).values())
    return broadest * (SERVICE[0] + CLOSE) <= len(set(column.values())) * (SERVICE[0] + COLUMN_GAP)


def columns(names, edges, roots, between):
    """name -> its column: as many steps from the `roots` as the longest way there has.

    names: what stands in whole columns; edges: (source, target) among them; between: name -> (sources,
    targets) of what stands half a column after its sources. A way that comes back is not followed.
    """
    targets = {name: [] for name in names}
    for source, target in edges:
        targets[source].append(target)
    depth = {}

    def visit(name, steps, trail):
        if depth.get(name, -1) >= steps:
            return
        depth[name] = steps
        for target in targets[name]:
            if target not in trail:
                visit(target, steps + 1, trail | {target})

    for root in roots:
        visit(root, 0, frozenset([root]))
    for name in names:
        if name not in depth:
            visit(name, 1, frozenset([name]))
    for name, (sources, following) in between.items():
        first = min((depth[target] for target in following), default=np.inf)
        after = [depth[source] for source in sources]
        onward = [place for place in after if place < first] or after  # not those that send it round again
        depth[name] = max(onward) + 0.5 if onward else first - 0.5 if following else 1.5
    return depth


def arrange(sizes, edges, column, widths, down=False):
    """The :class:`Layout` of boxes of these `sizes` (name -> inches) in these columns, joined by `edges`.

    column: name -> column; widths: column -> inches, also of columns in which nothing stands. down: columns
    are rows (and widths are heights), one below the other.
    """
    if down:
        sizes = {name: (high, wide) for name, (wide, high) in sizes.items()}
    found = _graphviz(sizes, edges, column, widths) if len(sizes) > SMALL else None
    places, lines = found or _plain(sizes, edges, column, widths)
    heights = np.array([places[name][1] for name in sizes])
    mirrored = np.dot(heights - heights.mean(), np.arange(len(heights))) > TINY  # what is named first stands first
    turn = np.array([[1.0, 0.0], [0.0, -1.0 if mirrored else 1.0]])
    if down:
        turn = turn @ [[0.0, -1.0], [-1.0, 0.0]]
    places = {name: place @ turn for name, place in places.items()}
    lines = {edge: points @ turn for edge, points in lines.items()}
    halves = {name: np.abs(np.array(size) @ turn) / 2 for name, size in sizes.items()}
    ends = [places[name] + way * half for name, half in halves.items() for way in (-1, 1)]
    corners = np.vstack(ends + list(lines.values()))
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Layout(
        {name: tuple((place - low).tolist()) for name, place in places.items()},
        {edge: points - low for edge, points in lines.items()},
        *(high - low).tolist(),
    )


def _graphviz(sizes, edges, column, widths):
    """(places, lines) as Graphviz finds them; None where it is not installed."""
    try:
        from pygraphviz import AGraph
    except ImportError:
        return None
    graph = AGraph(directed=True, strict=False, rankdir="LR", nodesep=CLOSE, ranksep=0.75 * COLUMN_GAP)
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    anchors = [(place, f" {place}") for place in sorted(widths)]  # a space: not the name of any box
    for place, anchor in anchors:
        graph.add_node(anchor, width=widths[place], height=0.01, style="invis")
        boxes = [name for name in sizes if column[name] == place]
        for name in boxes:
            graph.add_node(name, width=sizes[name][0], height=sizes[name][1])
        graph.add_subgraph([anchor, *boxes], rank="same")
    for (_, one), (_, two) in zip(anchors, anchors[1:]):
        graph.add_edge(one, two, style="invis", weight=0)
    for source, target in edges:
        graph.add_edge(source, target, arrowhead="none")
    graph.layout(prog="dot")
    places = {name: _points(graph.get_node(name))[0] for name in sizes}
    return places, {edge: _points(graph.get_edge(*edge)) for edge in edges}


def _points(part):
    return np.array([point.split(",") for point in part.attr["pos"].split()], float) / POINTS


def _plain(sizes, edges, column, widths):
    """(places, lines): each box at the mean height of what it is joined to, as far as there is room."""
    order = {place: [name for name in sizes if column[name] == place] for place in sorted(widths)}
    joined = {name: [] for name in sizes}
    for source, target in edges:
        joined[source].append(target)
        joined[target].append(source)
    height = dict.fromkeys(sizes, 0.0)
    for names in order.values():
        _stack(names, sizes, height, [0.0])
    for _ in range(SWEEPS):
        for names in order.values():
            wish = {name: np.mean([height[other] for other in joined[name]] or [height[name]]) for name in names}
            names.sort(key={name: -round(its, 6) for name, its in wish.items()}.__getitem__)
            _stack(names, sizes, height, list(wish.values()))
    x, places = 0.0, {}
    for place, names in order.items():
        for name in names:
            places[name] = np.array([x + widths[place] / 2, height[name]])
        x += widths[place] + COLUMN_GAP
    return places, _straight(places, sizes, edges)


def _stack(names, sizes, height, wanted):
    """Set the heights of boxes one below the other, about the mean of the `wanted` ones."""
    below = 0.0
    for name in names:
        height[name] = below - sizes[name][1] / 2
        below -= sizes[name][1] + ROW_GAP
    shift = np.mean(wanted) - np.mean([height[name] for name in names]) if names else 0.0
    for name in names:
        height[name] += shift


def _straight(places, sizes, edges):
    """Straight lines between facing sides; those that share a side lie apart on it."""
    sides = {}
    for edge in edges:
        way = 1.0 if places[edge[1]][0] > places[edge[0]][0] else -1.0
        sides.setdefault((edge[0], way), []).append((places[edge[1]][1], edge))
        sides.setdefault((edge[1], -way), []).append((places[edge[0]][1], edge))
    ends = {edge: [] for edge in edges}
    for (name, way), there in sides.items():
        there.sort()
        for number, (_, edge) in enumerate(there):
            up = (number - (len(there) - 1) / 2) * 0.5 * sizes[name][1] / len(there)
            ends[edge].append((name == edge[1], places[name] + [way * sizes[name][0] / 2, up]))
    lines = {}
    for edge, pair in ends.items():
        (_, begin), (_, end) = sorted(pair, key=lambda one: one[0])
        lines[edge] = np.linspace(begin, end, 4)
    return lines
