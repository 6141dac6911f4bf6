"""Where the boxes of a diagram stand and how its lines run: in columns from left to right, as messages travel.

Columns follow from the wiring. Graphviz (through pygraphviz, whose wheels bring it along) finds the order within
a column and leads the lines around the boxes; without it boxes stand nearest to what they are joined to, and
lines run straight on.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["Layout", "arrange", "columns"]

COLUMN_GAP, ROW_GAP = 0.7, 0.36  # inches between boxes
SWEEPS = 6
POINTS = 72.0  # an inch
TINY = 1e-6


@dataclass(frozen=True)
class Layout:
    """``boxes``: name -> (x, y) of its middle; ``lines``: (source, target) -> points of cubic Bezier curves, one after
    the other, first and last at the boxes; ``width`` and ``height``. All in inches, y upwards."""

    boxes: dict
    lines: dict
    width: float
    height: float


def columns(names, edges, roots, between):
    """name -> its column: as many steps from the `roots` as the longest way there has.

    names: what stands in whole columns; edges: (source, target) among them; between: name -> (sources, targets) of what
    stands half a column after its sources. A way that comes back is not followed.
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
        after = [depth[source] for source in sources]
        before = [depth[target] for target in following]
        depth[name] = max(after) + 0.5 if after else min(before) - 0.5 if before else 1.5
    return depth


def arrange(sizes, edges, column, widths):
    """The :class:`Layout` of boxes of these `sizes` (name -> inches) in these columns, joined by `edges`.

    column: name -> column; widths: column -> inches, also of columns in which nothing stands.
    """
    try:
        from pygraphviz import AGraph
    except ImportError:
        return _plain(sizes, edges, column, widths)
    return _graphviz(AGraph, sizes, edges, column, widths)


def _graphviz(AGraph, sizes, edges, column, widths):
    graph = AGraph(directed=True, strict=False, rankdir="LR", nodesep=ROW_GAP, ranksep=COLUMN_GAP, outputorder="nodesfirst")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    anchors = {place: f" {place}" for place in sorted(widths)}  # a space: not the name of any box
    for place, anchor in anchors.items():
        graph.add_node(anchor, width=widths[place], height=0.01, style="invis")
        boxes = [name for name in sizes if column[name] == place]
        for name in boxes:
            graph.add_node(name, width=sizes[name][0], height=sizes[name][1])
        graph.add_subgraph([anchor, *boxes], rank="same")
    for one, two in zip(list(anchors.values()), list(anchors.values())[1:]):
        graph.add_edge(one, two, style="invis", weight=0)
    for source, target in edges:
        graph.add_edge(source, target, arrowhead="none")
    graph.layout(prog="dot")
    places = {name: np.array(graph.get_node(name).attr["pos"].split(","), float) / POINTS for name in sizes}
    lines = {
        (source, target): np.array([point.split(",") for point in graph.get_edge(source, target).attr["pos"].split()], float)
        / POINTS
        for source, target in edges
    }
    return _framed(sizes, places, lines)


def _plain(sizes, edges, column, widths):
    """Each box at the mean height of those it is joined to, as far as the others of its column leave room."""
    order = {place: [name for name in sizes if column[name] == place] for place in sorted(widths)}
    joined = {name: [] for name in sizes}
    for source, target in edges:
        joined[source].append(target)
        joined[target].append(source)
    height = {name: 0.0 for name in sizes}
    for names in order.values():
        _stack(names, sizes, height, [-number for number in range(len(names))])
    for _ in range(SWEEPS):
        for names in order.values():
            wanted = [np.mean([height[other] for other in joined[name]] or [height[name]]) for name in names]
            names.sort(key=lambda name, wish=dict(zip(names, wanted, strict=True)): -wish[name])
            _stack(names, sizes, height, sorted(wanted, reverse=True))
    x, places = 0.0, {}
    for place, names in order.items():
        for name in names:
            places[name] = np.array([x + widths[place] / 2, height[name]])
        x += widths[place] + COLUMN_GAP
    lines = {(source, target): _curve(places, sizes, source, target) for source, target in edges}
    return _framed(sizes, places, lines)


def _stack(names, sizes, height, wanted):
    """Set the heights of boxes one below the other, without overlap, about the mean of the `wanted` ones."""
    below = 0.0
    for name in names:
        height[name] = below - sizes[name][1] / 2
        below -= sizes[name][1] + ROW_GAP
    shift = np.mean(wanted) - np.mean([height[name] for name in names]) if names else 0.0
    for name in names:
        height[name] += shift


def _curve(places, sizes, source, target):
    """A curve from the side of one box to the facing side of the other."""
    one, two = places[source], places[target]
    way = 1.0 if two[0] > one[0] else -1.0
    begin, end = one + [way * sizes[source][0] / 2, 0.0], two - [way * sizes[target][0] / 2, 0.0]
    bend = np.array([(end[0] - begin[0]) / 2, 0.0])
    return np.array([begin, begin + bend, end - bend, end])


def _framed(sizes, places, lines):
    """All of it with its lower left corner at 0, 0, and what was named first rather at the top."""
    heights = [places[name][1] for name in sizes]
    mirror = [1, -1] if np.dot(heights - np.mean(heights), np.arange(len(heights))) > TINY else [1, 1]
    places = {name: place * mirror for name, place in places.items()}
    lines = {edge: points * mirror for edge, points in lines.items()}
    halves = {name: np.array(size) / 2 for name, size in sizes.items()}
    corners = np.vstack(
        [places[name] - half for name, half in halves.items()] + [places[name] + half for name, half in halves.items()]
        + list(lines.values())
    )  # fmt: skip
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Layout(
        {name: tuple((place - low).tolist()) for name, place in places.items()},
        {edge: points - low for edge, points in lines.items()}, *(high - low).tolist(),
    )  # fmt: skip
