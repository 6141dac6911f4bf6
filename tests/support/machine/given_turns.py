"""The threads of a supervisor in a time that is given: one of them goes on at once, while the others stand still."""

from math import inf
from queue import Empty
from threading import Semaphore, Thread, get_ident

__all__ = ["GivenQueue", "Turns"]


class _Standing:
    """A thread that stands until a time, or until there are lines."""

    def __init__(self, until, lines=()):
        self.until, self.lines, self.goes_on = until, lines, Semaphore(0)


class Turns:
    """``sleep`` of the first thread; for the others ``wait`` and ``set`` of an event; and what starts these."""

    def __init__(self, loop):
        self.loop, self.first, self.standing, self.set_off = loop, get_ident(), [], False
        self.back = Semaphore(0)

    def stand(self, seconds, lines=()):
        """Stand, whichever thread this is, for so long or until there are lines."""
        until = self.loop.now + round(seconds * 1e9)
        if get_ident() == self.first:
            self.let_pass(until, lambda: lines)
        else:
            self.standing.append(mine := _Standing(until, lines))
            self.back.release()
            mine.goes_on.acquire()

    def let_pass(self, until, enough):
        """Let time pass, and each of the other threads go on when it is its time."""
        while not enough():
            due = [each for each in self.standing if each.until <= self.loop.now or each.lines or self.set_off]
            if due:
                self.standing.remove(due[0])
                due[0].goes_on.release()
                self.back.acquire()
            elif self.loop.now >= until:
                break
            else:
                self.loop.let_pass(min([until, *(each.until for each in self.standing)]))

    # As time.sleep, and an event.

    def sleep(self, seconds):
        self.stand(seconds)

    def wait(self, seconds):
        if not self.set_off:
            self.stand(seconds)
        return self.set_off

    def set(self):
        self.set_off = True
        self.let_pass(inf, lambda: not self.standing)

    # As what starts threads, all of which have ended when the event is set.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Nobody is left."""

    def submit(self, work, *arguments):
        return _Started(self, work, arguments)


class _Started:
    """Something that is done beside the rest."""

    def __init__(self, turns, work, arguments):
        self.turns, self.over, self.error = turns, False, None
        Thread(target=self._do, args=(work, arguments), daemon=True).start()
        turns.back.acquire()

    def _do(self, work, arguments):
        try:
            work(*arguments)
        except Exception as error:
            self.error = error
        self.over = True
        self.turns.back.release()

    def done(self):
        return self.over

    def result(self):
        self.turns.let_pass(inf, self.done)
        if self.error is not None:
            raise self.error


class GivenQueue:
    """A queue at which a thread stands until there is something."""

    def __init__(self, turns):
        self.turns, self.lines = turns, []

    def put(self, line):
        self.lines.append(line)
        if self.turns.loop.is_running():
            self.turns.loop.stop()

    def get(self, timeout):
        self.turns.stand(timeout, self.lines)
        if not self.lines:
            raise Empty
        return self.lines.pop(0)
