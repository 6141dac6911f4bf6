"""Which settings do the random systems have, and how many systems each?

    python -m tests.books.drawn

lists them, the rarest first. A setting counts where it is not left at its default; of one that is a choice of words,
each word counts; and so does each kind of step, channel, fault or distribution.
"""

from collections import Counter
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from hypothesis import given

from evsim.scenario import Scenario
from evsim.scenario.part import Part, Tagged
from tests.books.changes import changed_systems
from tests.books.holding import examples
from tests.books.systems import calm_systems, stable_systems, systems
from tests.parts.for_each.drawing import batch_systems
from tests.parts.log.drawing import log_systems
from tests.parts.operations.drawing import operation_systems
from tests.parts.window.drawing import stream_systems

__all__ = ["all_settings", "drawn"]

SHARES = [
    (0.6, systems()),
    (0.2, stable_systems()),
    (0.1, calm_systems()),
    (0.1, log_systems()),
    (0.1, stream_systems()),
    (0.05, operation_systems()),
    (0.05, batch_systems()),
    (0.1, changed_systems()),
]


def drawn(systems=1000, shares=SHARES):
    """name -> how many of so many random systems have that setting; and their number. shares: of each kind of them."""
    found, number = Counter(), 0
    for share, kind in shares:

        @examples(share, of=systems)
        @given(kind)
        def count(scenario):
            nonlocal number
            found.update(set(_of(scenario)))
            number += 1

        count()
    return found, number


def all_settings():
    """The names of all settings there are."""
    names, kinds = set(), [Scenario]
    for kind in kinds:
        if issubclass(kind, Tagged):
            names.add(_label(kind))
        for field, info in kind.model_fields.items():
            if _is_setting(kind, field):
                names |= {_name(kind, field, word) for word in _words(info.annotation)} or {_name(kind, field)}
            kinds += [each for each in _parts(info.annotation) if each not in kinds]
    return names


def _of(value):
    """The settings of a part and of all in it."""
    if isinstance(value, Part):
        kind = type(value)
        if isinstance(value, Tagged):
            yield _label(kind)
        for field, info in kind.model_fields.items():
            mine = getattr(value, field)
            words = _words(info.annotation)
            if words and mine in words:
                yield _name(kind, field, mine)
            elif not words and _is_setting(kind, field) and mine != info.get_default():
                yield _name(kind, field)
            yield from _of(mine)
    elif isinstance(value, dict):
        yield from (name for each in value.values() for name in _of(each))
    elif isinstance(value, tuple | list):
        yield from (name for each in value for name in _of(each))


def _is_setting(kind, field):
    return field != "kind" or not issubclass(kind, Tagged)


def _label(kind):
    return kind.model_fields["kind"].default if issubclass(kind, Tagged) else kind.__name__.lower()


def _name(kind, field, word=None):
    return f"{_label(kind)}.{field}" + ("" if word is None else f": {word}")


def _words(annotation):
    """The words that a setting chooses from."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation)) if len(get_args(annotation)) > 1 else []
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return [word for each in get_args(annotation) for word in _words(each)]
    return []


def _parts(annotation):
    """The parts that a setting may hold."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for each in get_args(annotation) for part in _parts(each)]


def main():
    found, count = drawn()
    print(f"Of {count} random systems:")
    for name in sorted(all_settings(), key=lambda name: (found[name], name)):
        print(f"{found[name]:6}  {name}")


if __name__ == "__main__":
    main()
