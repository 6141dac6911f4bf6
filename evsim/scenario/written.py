"""What parts add to the settings of a thing, and what of it is written."""

from pydantic import Field

from evsim.registry import parts

__all__ = ["beside", "written"]


def beside(socket):
    """The settings of the parts of a socket, each of which may be left out, for pydantic's `create_model`."""
    return {each.word: (each.settings | None, Field(default=None, description=each.in_short)) for each in parts(socket)}


def written(thing, socket):
    """word -> settings of the parts of a socket that are written at a thing."""
    found = {each.word: getattr(thing, each.word) for each in parts(socket)}
    return {word: settings for word, settings in found.items() if settings not in (None, False)}
