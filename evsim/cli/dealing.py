"""The command of the incident deck: an incident to play in a terminal."""

import sys
from typing import Annotated

import typer

from evsim.cli.output import complain, say
from evsim.cli.shell import app

__all__ = ["incident"]

ORDERS = {"look": "a look", "name": "a cause", "mend": "a mend"}
HELP = "look WHAT, name CAUSE or mend WHAT; card shows it again; debrief ends it; quit."


@app.command()
def incident(
    name: Annotated[str | None, typer.Argument(metavar="NAME|FILE", help="An incident; none: one by chance.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Its luck; default: another one each time.")] = None,
    names: Annotated[bool, typer.Option("--list", help="List all of them. A name tells what is broken.")] = False,
):
    """Play an incident: look, name what is broken, and mend it.

    The trouble goes on meanwhile; at the end you read what it cost. Write orders on the keyboard, or send them from a
    file: look WHAT, name CAUSE, mend WHAT, debrief.
    """
    from evsim.lesson.deck.card import incidents, load_card
    from evsim.lesson.deck.game import incident

    if names:
        for each in incidents():
            say(f"{each}\n    {load_card(each).title}")
        return
    game = incident(name, seed)
    say(f"Seed {game.card.seed} deals this again.\n\n{game!r}\n\n{HELP}")
    while order := _order(game):
        _obey(game, order)
        if order[0] == "debrief":
            return


def _order(game):
    """The next order as words; none at the end of the input, or to quit."""
    while True:
        try:
            words = input(f"\n{game.clock}> " if sys.stdin.isatty() else "").split()
        except EOFError:
            return None
        if words:
            return None if words[0] in ("quit", "exit") else words


def _obey(game, order):
    """Do what an order says; whatever is wrong with it is said, and the game goes on."""
    from evsim.scenario import ScenarioError

    verb, *what = order
    if verb == "debrief":
        say(repr(game.debrief()))
    elif verb == "card":
        say(repr(game))
    elif verb in ORDERS and len(what) == 1:
        try:
            say(repr(getattr(game, verb)(what[0])))
        except ScenarioError as error:
            complain(str(error))
    else:
        complain(f"{ORDERS[verb].capitalize()} is one word. {HELP}" if verb in ORDERS else HELP)
