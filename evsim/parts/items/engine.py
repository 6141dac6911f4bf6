"""How several messages go at one step, or several calls.

How many there are belongs to the request, its item and its round, and not to the attempt. Messages go all at the same
moment, and the worker goes on when the last one is kept. Where one of them fails, the step fails when all have ended,
as with branches that run side by side.
"""

from evsim.engine.item_paths import NO_ITEM, identity_draw, path_of_row
from evsim.engine.parallel import all_ended
from evsim.engine.random_streams import Label
from evsim.engine.step_builders import one_call, one_message

__all__ = ["build", "calls"]


def build(compiler, step, route, then, fail):
    """The function of a row that sends the messages of its items."""
    site = route.site
    left, ended, failed = all_ended(compiler.service, then, fail)
    how_many = _how_many(compiler.kernel, site.place, step.times, site.purpose)
    send = one_message(compiler, step, route, compiler.own(ended), failed)

    def send_all(row):
        left[row] = count = how_many(row)
        for item in range(1, count + 1):
            site.item = item
            send(row)
        if not count:
            del left[row]
            then(row)

    return send_all


def _how_many(kernel, place, settings, purpose):
    chance_of = identity_draw(kernel, place, kernel.streams.uniforms("items", *purpose))
    constant = settings.fewest if settings.fewest == settings.most else None

    def how_many(row):
        return constant if constant is not None else int(settings.numbers(chance_of(row)))

    return how_many


class Calls:
    """The calls of one step for one row: ``begun`` of ``count``, of which so many are ``under_way``."""

    __slots__ = ("begun", "busy", "count", "reason", "under_way")

    def __init__(self, count):
        self.count, self.begun, self.under_way = count, 0, 0
        self.reason, self.busy = None, False

    @property
    def is_over(self):
        """Asked where no more is to begin as long as some are under way."""
        return not self.under_way


def calls(compiler, step, position, then, without_answer):
    """The function of a row that makes the calls of its items, so many at a time.

    When one has no answer no other one begins, unless that is ignored; the step is over when those under way have
    ended.
    """
    parent, ignores = compiler.rows.parent, step.on_error.kind == "ignore"
    most = step.max_concurrency or 1
    how_many = _how_many(compiler.kernel, compiler.place, step.times, compiler.purpose(step, position))
    open_calls = {}  # row -> its Calls
    compiler.service.volatile.append(open_calls)

    def go_on(row):
        mine = open_calls.get(row)
        if mine is None or mine.busy:
            return  # the handler has died; or a call that took no time has ended inside the loop below
        mine.busy = True
        while mine.begun < mine.count and mine.under_way < most and mine.reason is None:
            mine.begun += 1
            mine.under_way += 1
            begin(row, mine.begun)
        mine.busy = False
        if mine.is_over and open_calls.pop(row, None) is mine:
            then(row) if mine.reason is None else without_answer(row, mine.reason)

    next_ones = go_on if compiler.still is None else compiler.still(go_on)

    def done(attempt):
        bad(attempt, None)

    def bad(attempt, reason):
        row = parent[attempt]
        mine = open_calls.get(row)
        if mine is not None:
            mine.under_way -= 1
            mine.reason = mine.reason or (None if ignores else reason)
            next_ones(row)

    begin = _beginning(compiler, *one_call(compiler, step, position, done, bad))

    def call_all(row):
        open_calls[row] = Calls(how_many(row))
        go_on(row)

    return call_all


def _beginning(compiler, number, begin):
    """``begin(row, item)``: one of the calls, each with luck of its own; the first has that of a call alone."""
    kernel, place, rows, env = compiler.kernel, compiler.place, compiler.rows, compiler.env
    paths, item_of, level = kernel.items, path_of_row(kernel, place), len(place.multiplied)

    def begin_one(row, item):
        child = next(rows.new)
        rows.place[child], rows.parent[child], rows.born[child] = number, row, env._now
        luck = rows.luck[row]
        rows.luck[child] = luck if item == 1 else kernel.streams.later(luck, Label.ITEM(item, level))
        if kernel.graph.cyclic:
            rows.round[child] = rows.round[row]
        path = paths.below(NO_ITEM if item_of is None else item_of(row), item)
        paths.of_calls[child] = path
        kernel.records.call_items.append((child, path))
        begin(child)

    return begin_one
