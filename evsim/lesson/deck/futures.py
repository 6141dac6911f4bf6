"""The futures of an incident: its run as it is, and those that follow from what is done; each is run once."""

from evsim.lesson.deck.watched import Watched

__all__ = ["Futures"]


class Futures:
    """Runs by what was ``done``: a tuple of (moment, mend), one after the other; the empty one is the trouble alone."""

    def __init__(self, card):
        self.card = card
        self._runs, self._watched = {(): card.scenario.run()}, {}

    def run(self, done=()):
        """The run in which this was done: a branch of the one in which all but the last was."""
        if done not in self._runs:
            moment, mend = done[-1]
            before, does = self.run(done[:-1]), self.card.mends[mend]["does"]
            self._runs[done] = before.branch(does, at=moment) if does else before
        return self._runs[done]

    def watched(self, done=()):
        """The records of that run as an operator reads them (:class:`evsim.lesson.deck.watched.Watched`)."""
        if done not in self._watched:
            self._watched[done] = Watched(self.run(done), self.card.promise)
        return self._watched[done]
