"""Scripted players of an incident: one who knows, one who guesses, one who saves, one who restarts everything."""

from random import Random

__all__ = ["PLAYERS", "played"]

RESTART = "restart-everything"


def played(game, player, *luck):
    """The same game after a player of ``PLAYERS`` has played it; the one who guesses has some luck: any number."""
    PLAYERS[player](game, *luck)
    game.over = True
    return game


def _expert(game):
    for look in game.card.expert["looks"]:
        game.look(look)
    game.name(game.card.right)
    for mend in game.card.expert["mends"]:
        game.mend(mend)


def _random(game, luck=0):
    """Looks at one thing, names a cause and does something, all by chance."""
    random = Random(f"{game.card.name} {game.card.seed} {luck}")
    game.look(random.choice([*game.card.looks]))
    game.name(random.choice([*game.card.suspects]))
    game.mend(random.choice([*game.card.mends]))


def _greedy(game):
    """Looks at nothing and does what is cheapest, and what takes least time of that."""
    mends = {name: each for name, each in game.card.mends.items() if name != "nothing"}
    game.mend(min(mends, key=lambda name: (mends[name]["money"], mends[name]["minutes"])))


def _restarts(game):
    game.mend(RESTART)


PLAYERS = {"nothing": lambda game: None, "expert": _expert, "random": _random, "greedy": _greedy,
           "restarts everything": _restarts}  # fmt: skip
