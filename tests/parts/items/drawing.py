"""Several messages, and several calls, of one step in random systems."""

from itertools import count

__all__ = ["multiply"]

ITEMS = {2: 2, 5: {"uniform": [0, 2]}, 8: {"shares": {1: 0.5, 2: 0.5}}}  # by the seed of the system
AT_A_TIME = {}, {"max_concurrency": 2}, {"max_concurrency": "unlimited"}


def multiply(data, cast):
    """Let some publishes and calls be several. Nothing is drawn, so that all other systems stay as they were."""
    items = ITEMS.get(data["run"]["seed"])
    if cast.may_multiply and items is not None:
        number = count()
        for service in data["services"].values():
            _multiply(service["handle"], items, number)


def _multiply(node, items, number):
    if isinstance(node, list):
        for each in node:
            _multiply(each, items, number)
    elif isinstance(node, dict):
        for kind, step in node.items():
            if kind == "call" and next(number) % 3 == 0:
                step |= {"items": items, **AT_A_TIME[next(number) % 3]}
            if kind != "publish":
                _multiply(step, items, number)
            elif next(number) % 3 < 2:
                step |= {"items": items, **({"key": "item"} if next(number) % 2 else {})}
