"""Item paths: which of several messages or calls of one step something belongs to, however far down the way.

A path counts from 1 at each step that sends several: (2,) is the second item of a request, (2, 1) the first one of what
that one sent on. Messages have the number of their path; what is below no such step has none.
"""

from itertools import product
from math import prod

from evsim.engine.attempts import obligation
from evsim.engine.random_streams import LATER, Label, extend
from evsim.engine.refusal import refuse

__all__ = ["MOST_PATHS", "NO_ITEM", "ItemPaths", "identity_draw", "path_of_row", "refuse_too_many_paths"]

NO_ITEM = -1
MOST_PATHS = 1000  # by which one place may be reached


class ItemPaths:
    """The paths that occur, by number; each has a chain of labels, as of random streams, for what is drawn for it."""

    def __init__(self):
        self.paths = []
        self.of_calls = {}  # row of the first attempt at one of several calls -> the number of its path
        self._numbers = {}

    def number(self, path):
        """The number of a path, a tuple; of the empty one none."""
        if not path:
            return NO_ITEM
        if path not in self._numbers:
            self._numbers[path] = len(self.paths)
            self.paths.append(path)
        return self._numbers[path]

    def path(self, number):
        return () if number < 0 else self.paths[number]

    def below(self, number, item):
        """The number of the path to one item (1, 2 ...) of what has the path `number`."""
        return self.number((*self.path(number), item))

    @staticmethod
    def chain(path, round_=0):
        """What tells the draws of a path and a round apart; 0 for the first items all the way, in the first round."""
        chain = 0
        for level, item in enumerate(path):
            if item > 1:
                chain = extend(chain, Label.ITEM(item, level))
        if round_ < 1:
            return chain
        return extend(chain, Label.ROUND(round_)) if chain else round_

    @staticmethod
    def possible(place):
        """All paths by which a place may be reached; () where no step on the way sends several messages."""
        return product(*(range(1, settings.most + 1) for settings in place.multiplied))


def refuse_too_many_paths(place):
    """An effect of each path is one of its own, so there may not be too many."""
    paths = prod(settings.most for settings in place.multiplied)
    if paths > MOST_PATHS:
        rule = f"{paths:,} items of one request may come to it, and it may be {MOST_PATHS:,}"
        raise refuse(f"services.{place.service}", rule, hint="let a step send fewer")


def path_of_row(kernel, place):
    """A function of a row at a place: the number of the path of what it is about; None where nothing has one."""
    if not place.multiplied:
        return None
    rows, items = kernel.records.rows, kernel.records.messages.item
    parent = rows.parent
    if place.is_delivery:
        return lambda row: items[parent[row]]
    if place.step.times.multiplies:
        of_calls = kernel.items.of_calls
        return lambda row: of_calls[obligation(rows, row)]
    above = path_of_row(kernel, place.parent)
    return lambda row: above(parent[row])


def identity_draw(kernel, place, chances):
    """A function of a row: the draw that belongs to its request, its item and its round, whatever the attempt."""
    luck, rounds = kernel.records.rows.luck, kernel.records.rows.round
    number_of, cyclic, item_of, paths = kernel.streams.of, kernel.graph.cyclic, path_of_row(kernel, place), kernel.items

    def draw(row):
        number = luck[row]
        return chances.of(number if number < LATER else number_of(number)[0])

    def draw_of_round(row):
        number, _ = number_of(luck[row])
        count = rounds[row]
        return chances.of(number) if count < 1 else chances.again(number, count)

    def draw_of_item(row):
        number, _ = number_of(luck[row])
        chain = paths.chain(paths.path(item_of(row)), rounds[row] if cyclic else 0)
        return chances.again(number, chain) if chain else chances.of(number)

    if item_of is not None:
        return draw_of_item
    return draw_of_round if cyclic else draw
