"""Random queues and those who read them, for :mod:`tests.books.systems`."""

from hypothesis import strategies as st

__all__ = ["dead_letter", "queue", "reading"]


def queue(draw, risky):
    settings = {}
    if risky:
        settings["delivery_limit"] = draw(st.sampled_from([None, 0, 1, 3]))
    return {"queue": _written(settings)}


def reading(draw, risky):
    """Settings of a subscription."""
    return _written({"prefetch": draw(st.sampled_from([None, 1, 2, 5, "unlimited"]))})


def dead_letter(draw, cast, channel):
    """Where dead letters of a channel may go, or None: to where nobody reads who may publish to it again."""
    place = cast.channels.index(channel)
    able = [
        other
        for other in cast.channels[place + 1 :]
        if cast.lowest_reader[other] >= cast.lowest_reader[channel] and cast.kinds[other] != "bus"
    ]
    return draw(st.sampled_from([None, *able])) if "letters" in cast.hazards else None


def _written(settings):
    return {name: value for name, value in settings.items() if value is not None}
