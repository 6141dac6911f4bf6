"""Random pipes, for :mod:`tests.books.systems`: each joins single programs, and has one reader."""

from hypothesis import strategies as st

__all__ = ["join", "pipe"]


def pipe(draw):
    return draw(
        st.sampled_from(
            [
                {"capacity": 0},
                {"capacity": 1},
                {"capacity": 3},
                {"bytes": 5000},
                {"bytes": 12000, "page": 1000},
                {"like": "linux"},
            ]
        )
    )


def join(draw, cast, services, stable):
    """Make those who are on pipes single programs, and let some readers end early."""
    for name, channel in cast.pipes.items():
        for service in services.values():
            mine = [each for each in service.get("subscribe", ()) if each["channel"] == name]
            if mine or writes(service["handle"], name):
                service["instances"] = 1
            if mine and cast.risky and not stable:
                mine[0]["take"] = draw(st.sampled_from([None, 1, 5]))
        if "capacity" in channel:
            for service in services.values():
                without_size(service["handle"], name)


def steps_of(node):
    """Every mapping inside a handler."""
    if isinstance(node, list):
        for each in node:
            yield from steps_of(each)
    elif isinstance(node, dict):
        yield node
        for each in node.values():
            yield from steps_of(each)


def writes(handle, name):
    return any("size" in step and step.get("channel") == name for step in steps_of(handle))


def without_size(handle, name):
    for step in steps_of(handle):
        if step.get("channel") == name:
            step.pop("size", None)
