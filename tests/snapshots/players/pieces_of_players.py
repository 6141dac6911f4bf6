"""Pieces of a player alone, at the limits of what they are given (``tests/player/js/pieces.js``)."""

from tests.player.node import ROOT
from tests.snapshots.players.handled import by_module

__all__ = ["PIECES_OF_PLAYERS"]


def _pieces():
    for number, (what, text) in enumerate(by_module({ROOT / "tests/player/js/pieces.js": ["pieces"]}, "pieces", 0)):
        yield f"{number} {what}", text


PIECES_OF_PLAYERS = {"pieces of players": _pieces}
