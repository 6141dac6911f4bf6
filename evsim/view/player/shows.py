"""What a player shows: all of it, or as little as a toy needs. One verb and one idea is enough to begin with."""

from evsim.scenario import ScenarioError
from evsim.view.player.columns import micro

__all__ = ["ALL", "CONSOLE", "shown"]

ALL = {
    "register": "the button by which one becomes a customer",
    "again": "the button by which the same person presses once more, where a film has that",
    "login": "on the customer's telephone: ask whether they are known",
    "lamps": "what is true for the customer, as lamps",
    "words": "what happens, in sentences",
    "play": "play and pause, and to the start",
    "bar": "all of the time, to go through",
    "steps": "from event to event",
    "pace": "how fast time goes by",
    "jump": "to faults, and to customers for whom promise and truth differ",
    "find": "a customer by their number",
    "fault": "break something here",
    "promise": "the panel of what each customer was told, and what is true",
    "lives": "the panel of one customer's way",
    "flow": "the panel of arrived, told, done",
    "help": "which keys do what",
    "plugs": "a plug on each part, to pull out and to put back",
    "futures": "a choice between the runs of a film",
    "looks": "how many were still unknown when one looked",
    "bet": "a curve to draw before the run is laid over it",
}
CONSOLE = tuple(name for name in ALL if name not in ("again", "login", "plugs", "futures", "looks", "bet"))
PHONE = {"login": "customer row", "mail": "subscription"}  # the effects that a telephone can show


def shown(effects, shows=None, hides=False, pace="every", speed=1, begins=0, stops=None, pays="", more=()):
    """What stands in a film as ``toy``, checked; `effects` are the names of the film's.

    shows: names of ALL (default: all that a console has); hides: the future is hidden until it is played; pace and
    speed: of the beginning; begins: where (s) time stands at first; stops: "mine" (when my customer's last event is
    over) or a time (s); pays: whose outcome the last line tells, "mine" or "all"; more: settings of plugs or a bet.
    """
    names = CONSOLE if shows is None else tuple(shows)
    for name in names:
        if name not in ALL:
            raise ScenarioError(f"shows: {name!r} is nothing that a player shows; there are {', '.join(ALL)}")
    return {
        "shows": list(names),
        "hides": hides,
        "pace": pace,
        "speed": speed,
        "begins": micro(begins),
        "stops": stops if stops in (None, "mine") else micro(stops),
        "pays": pays,
        "phone": {place: effects.index(name) if name in effects else None for place, name in PHONE.items()},
        **dict(more),
    }
