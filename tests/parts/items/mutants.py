"""Ways to break several messages, or calls, of one step on purpose."""

from evsim.engine import message_rows
from evsim.engine.item_paths import ItemPaths
from evsim.parts.items import engine
from evsim.scenario import Scenario
from tests.books.breaking import END, IMPATIENT, LATE, Once, mutant


def ordering(items=3, fails=0.0):
    """`shop` sends a line for each item; `packer` works on each, and tells `books` of it."""
    packer = [{"work": 0.1}, {"fail": fails}, {"effect": "packed"}, {"publish": "packed-lines"}]
    return Scenario.from_dict(
        {
            "name": "ordering",
            "workloads": {"customers": {"target": "shop", "arrivals": {"constant": 2}}},
            "services": {
                "shop": {"handle": [{"work": 0.05}, {"publish": {"channel": "lines", "items": items}}]},
                "packer": {"workers": 2, "subscribe": "lines", "handle": packer},
                "books": {"subscribe": "packed-lines", "handle": [{"effect": "entry"}]},
            },
            "channels": {"lines": "queue", "packed-lines": "log"},
            "run": {"duration": END},
        }
    )


@mutant("without all its messages", of=ordering)
def an_item_is_left_out(patch):
    original, once = engine.one_message, Once()

    def one_message(compiler, step, route, then, fail):
        send = original(compiler, step, route, then, fail)
        return lambda row: then(row) if once(row > LATE) else send(row)

    patch.setattr(engine, "one_message", one_message)


@mutant("the items of a step are not 1, 2, 3", of=ordering)
def two_items_are_one(patch):
    original, once = ItemPaths.below, Once()
    patch.setattr(ItemPaths, "below", lambda self, number, item: original(self, number, 1 if once(item == 2) else item))


@mutant("a message lost its item", of=ordering)
def what_follows_is_about_no_item(patch):
    patch.setattr(message_rows, "_writer_below_items", lambda kernel, place, write: write)


def retried():
    """As `ordering`, and a page calls `shop` again before it has its answer."""
    data = ordering({"uniform": [1, 5]}).to_dict()
    data["services"]["shop"]["workers"] = 9
    data["services"]["page"] = {
        "workers": 9,
        "handle": [{"call": {"service": "shop", "on_error": "ignore", **IMPATIENT}}],
    }
    data["workloads"]["customers"]["target"] = "page"
    data["network"] = {"latency": 0.2}
    return Scenario.from_dict(data)


@mutant("another attempt sent another number of items", of=retried)
def each_attempt_counts_anew(patch):
    original = engine.identity_draw

    def of_attempt(kernel, place, chances):
        draw, numbers = original(kernel, place, chances), kernel.records.rows.luck
        return lambda row: chances.of(numbers[row]) if numbers[row] >= 1 << 30 else draw(row)

    patch.setattr(engine, "identity_draw", of_attempt)


def asking(at_a_time=2):
    """`shop` asks `stock` for each of four items, and does not mind a no."""
    ask = {"service": "stock", "items": 4, "max_concurrency": at_a_time, "on_error": "ignore"}
    return Scenario.from_dict(
        {
            "name": "asking",
            "workloads": {"customers": {"target": "shop", "arrivals": {"constant": 2}}},
            "services": {
                "shop": {"workers": 9, "handle": [{"call": ask}]},
                "stock": {"workers": 9, "handle": [{"work": {"exponential": 0.1}}, {"effect": "line"}]},
            },
            "run": {"duration": END},
        }
    )


@mutant("more calls of a step at a time than there may be", of=asking)
def more_calls_at_a_time_than_there_may_be(patch):
    original, once = engine.Calls.__init__, Once()

    def init(self, count):
        original(self, count)
        self.under_way -= once()

    patch.setattr(engine.Calls, "__init__", init)
    patch.setattr(engine.Calls, "is_over", property(lambda self: self.begun == self.count and self.under_way <= 0))


@mutant("without all its calls|a step left out a call", of=asking)
def a_call_is_left_out(patch):
    original, once = engine.Calls.__init__, Once()
    patch.setattr(engine.Calls, "__init__", lambda self, count: original(self, count - once()))


@mutant("the calls of a step are not of items 1, 2, 3", of=asking)
def two_calls_are_of_one_item(patch):
    original, once = ItemPaths.below, Once()
    patch.setattr(ItemPaths, "below", lambda self, number, item: original(self, number, 1 if once(item == 2) else item))
