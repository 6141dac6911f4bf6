"""What parts add to the settings of a thing, and what of it is written."""

from typing import get_args

from pydantic import Field

from evsim.registry import parts

__all__ = ["beside", "exchangeable", "written"]


def beside(socket):
    """The settings of the parts of a socket, each of which may be left out, for pydantic's `create_model`."""
    return {each.word: (each.settings | None, Field(default=None, description=each.in_short)) for each in parts(socket)}


def exchangeable(socket):
    """The words of those parts of a socket that may come, go, and be others while the system runs."""
    types = {each.word: (get_args(each.settings) or (each.settings,))[0] for each in parts(socket)}
    return tuple(word for word, its in types.items() if getattr(its, "exchangeable", False))


def written(thing, socket):
    """word -> settings of the parts of a socket that are written at a thing."""
    found = {each.word: getattr(thing, each.word) for each in parts(socket)}
    return {word: settings for word, settings in found.items() if settings not in (None, False)}
