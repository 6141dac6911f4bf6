"""An incident to play: look, name what is broken, mend it, and read what it cost; the clock goes on all the time."""

from functools import cached_property
from random import Random

from evsim.lesson.deck.buttons import show_buttons
from evsim.lesson.deck.card import incidents, load_card
from evsim.lesson.deck.debriefing import debriefing
from evsim.lesson.deck.futures import Futures
from evsim.lesson.deck.gauges import MINUTE, reading
from evsim.lesson.deck.sheets import Sheet, Tabular
from evsim.lesson.deck.toll import money, toll
from evsim.lesson.deck.what_is_shown import looked, said
from evsim.lesson.wording import Words
from evsim.scenario import ScenarioError
from evsim.scenario.arguments import a_seed
from evsim.scenario.errors import Problem, suggest

__all__ = ["Incident", "incident"]

WRONG = 3  # minutes: the team follows a wrong lead for so long
OVER = "The shift is over. Read what it cost: debrief()."


def incident(name=None, seed=None):
    """An :class:`Incident` to play: one of that name, or one that the seed draws (``evsim.incident(7)``).

    The same name and seed have the same luck; without a seed every call has another. Show it, and it says what can be
    looked at, named and done.

    >>> import evsim
    >>> game = evsim.incident("metastable-retries", seed=1)
    >>> game.look("a-customer").title
    '10:12: what happened to one customer'
    """
    if isinstance(name, int):
        name, seed = None, name
    luck = Random().randrange(1, 10_000) if seed is None else a_seed(seed)
    return Incident(load_card(Random(luck).choice(incidents()) if name is None else name, luck))


class Incident:
    """An incident that goes on while somebody looks at it.

    ``now`` is the moment (s of the run); ``looked``, ``named`` and ``mended``: what was looked at, named and done, each
    with its moment; ``spent``: the money for it. The game begins at the ``alarm``.
    """

    def __init__(self, card, futures=None):
        self.card, self.futures = card, futures or Futures(card)
        self.looked, self.named, self.mended, self.spent, self.over = [], [], [], 0, False
        self.alarm = self.now = _rings(card, self.watched)

    @property
    def run(self):
        """The run as it goes on if nothing else is done: that of the trouble, and after a mend the branch of it."""
        return self.futures.run(tuple(self.mended))

    @property
    def watched(self):
        """The records of :attr:`run` as an operator reads them (:class:`evsim.lesson.deck.watched.Watched`)."""
        return self.futures.watched(tuple(self.mended))

    @property
    def clock(self):
        """The time of day."""
        return self.card.time_of_day(self.now)

    @property
    def solved(self):
        """Whether the cause that was named last is the right one."""
        return bool(self.named) and self.named[-1][1] == self.card.right

    @cached_property
    def symptoms(self):
        return tuple(said(each, self.card, self.futures.watched(), self.alarm) for each in self.card.symptoms)

    def __repr__(self):
        return repr(self._sheet())

    def _repr_html_(self):
        return self._sheet()._repr_html_()

    def buttons(self):
        """Play with buttons, in a notebook."""
        show_buttons(self)

    @property
    def opening(self):
        """What one hears at the alarm."""
        card = self.card
        about = " ".join(card.scenario.about.split())
        return Sheet(f"{card.time_of_day(self.alarm)}: {card.title}", (about, *self.symptoms))

    def _sheet(self):
        card = self.card
        looks = tuple((name, f"{each['minutes']} min", each["label"]) for name, each in card.looks.items())
        suspects = tuple((name, each["label"]) for name, each in card.suspects.items())
        mends = tuple((name, f"{each['minutes']} min", money(each["money"]), each["label"])
                      for name, each in card.mends.items())  # fmt: skip
        return Sheet(f"{self.opening.title}. It is {self.clock} now", (
            *self.opening.parts,
            Tabular(("look(...)", "takes", "at"), looks, (0, 1, 2)),
            Tabular(("name(...)", "the first thing that is broken"), suspects, (0, 1)),
            Tabular(("mend(...)", "takes", "money", "what is done"), mends, (0, 1, 3)),
            f"A wrong cause costs {WRONG} minutes. At the end: debrief().",
        ))  # fmt: skip

    def _known(self, name, among, what):
        if name not in among:
            raise ScenarioError(
                [Problem(what, "there is none of this name here", name, hint=suggest(str(name), among))]
            )
        return among[name]

    def _lasts(self, minutes):
        """Whether there is so much time left; if not, the shift is over."""
        self.over = self.over or self.now + minutes * MINUTE >= self.card.duration
        return not self.over

    def look(self, what):
        """Look at something: it takes its minutes, and shows what is known then."""
        look = self._known(what, self.card.looks, "look")
        if not self._lasts(look["minutes"]):
            return Words(OVER)
        self.now += look["minutes"] * MINUTE
        self.looked.append((self.now, what))
        return looked(look, self.card, self.watched, self.now)

    def name(self, cause):
        """Name the first thing that is broken; a wrong cause is answered with figures, and costs minutes."""
        suspect = self._known(cause, self.card.suspects, "cause")
        if self.over:
            return Words(OVER)
        self.named.append((self.now, cause))
        right = cause == self.card.right
        words = said(suspect["is" if right else "not"], self.card, self.watched, self.now)
        if right:
            return Sheet(f"{self.clock}: yes, {suspect['label']}", (words, "What do you do about it? mend(...)"))
        told = Sheet(f"{self.clock}: no, it is not that {suspect['label']}", (
            words, f"The team has followed that for {WRONG} minutes."))  # fmt: skip
        self.now = min(self.now + WRONG * MINUTE, self.card.duration)
        self._lasts(0)
        return told

    def mend(self, what):
        """Do something about it: it costs its minutes and its money, and from then on the run is another."""
        mend = self._known(what, self.card.mends, "mend")
        if not self._lasts(mend["minutes"]):
            return Words(OVER)
        self.now += mend["minutes"] * MINUTE
        self.spent += mend["money"]
        self.mended.append((self.now, what))
        return Sheet(f"{self.clock}: done: {mend['label']}", (
            f"{money(mend['money'])} spent. Look whether it helps, or end with debrief().",))  # fmt: skip

    def debrief(self):
        """The end: what was broken, what each figure showed, what it cost you, nobody, and somebody who knows."""
        self.over = True
        return debriefing(self)

    @property
    def toll(self):
        """What it cost, if nothing else is done (:class:`evsim.lesson.deck.toll.Toll`)."""
        return toll(self.run, self.card, self.spent)


def _rings(card, watched):
    """The moment of the alarm: the first whole minute after the trouble began by which its gauge has been above its
    limit for as many minutes as are written."""
    its, beyond = reading(card.alarm["gauge"], card.scenario), 0
    moment = (card.begins // MINUTE + 1) * MINUTE
    while moment < card.duration:
        value = its.value(watched, moment)
        beyond = beyond + 1 if value > card.alarm["above"] else 0
        if beyond == card.alarm["minutes"]:
            return moment
        moment += MINUTE
    raise ScenarioError([Problem("alarm", f"does not ring in the run of seed {card.seed}", str(card.alarm))])
