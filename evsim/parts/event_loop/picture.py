"""The loop as a strip: which pieces of work held each lane of an instance, and which of them for too long."""

from functools import partial

import numpy as np

from evsim.parts.event_loop.figures import pieces_of
from evsim.parts.event_loop.words import OF_POOL
from evsim.ticks import elapsed
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import bands, sentence
from evsim.view.scene.marks import Bars, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, ERROR, LESSON, count, seconds, short

__all__ = ["PICTURES", "loop", "scene"]

MOST_LANES, MOST_PIECES = 12, 1500
FREE = Look("#f4f4f6", edge="#8a8a90")
HELD, NEXT = Look(COLOURS["blue"]), Look("#a9c6fd")  # in turns, so that one piece is told from the next
TOO_LONG = Look("#f6c9cd", edge=ERROR.colour, hatch="xxx")
BLUE = Look(COLOURS["blue"], edge=COLOURS["blue"])
KEY = {"held for a piece of work": BLUE, "for longer than its limit": TOO_LONG, "free": FREE}


def loop(run, service=None, instance=1, begin=0.0, end=None, ax=None):
    """Draw what held each loop, and each thread of the pool, of one instance, between two times (s).

    service: its name; without it the first one with an event loop. In a piece stands the number of its customer.
    """
    return scene(run, service, instance, begin, end).draw(ax)


def scene(run, service=None, instance=1, begin=0.0, end=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    with_loops = [name for name, each in run.scenario.services.items() if each.event_loop is not None]
    if not with_loops:
        return sentence("loop", "No service has an event loop; write event_loop: true into one.")
    service = with_loops[0] if service is None else service
    if service not in with_loops:
        raise ValueError(f"{service!r} has no event loop; there are {', '.join(with_loops)}")
    end, there = run.ended_at if end is None else end, run.tables.capacity[service].count
    if instance not in range(1, there + 1):
        raise ValueError(f"{service} has no instance {instance!r}; there are 1 to {there}")
    if not 0 <= begin < end:
        raise ValueError(f"from {begin!r} to {end!r} s there is no time; begin must lie before end, at 0 or later")
    pieces = Pieces(run, service, instance, begin, end)
    frame = frame or Frame(pieces.end, left=begin)
    lanes, text = pieces.lanes, pieces.finding()
    return Scene(
        "loop", text, f"{text}. " + " ".join(pieces.words()), (LESSON[0], 2.2 + 0.36 * len(lanes)), frame,
        times(frame.left, frame.right, note=pieces.note()),
        names(len(lanes) - 0.4, -1.0, [(line, _name(lane)) for line, lane in enumerate(lanes)]),
        bands(run, frame.right), tuple(pieces.marks(frame)), legend=tuple(KEY.items()),
        again=partial(scene, run, service, instance, begin, end),
    )  # fmt: skip


def _name(lane):
    return f"loop {lane + 1}" if lane < OF_POOL else f"pool thread {lane - OF_POOL + 1}"


class Pieces:
    """The pieces of work of one instance between two times: when each `began` and `ended`, in which `lane`, of whom."""

    def __init__(self, run, service, instance, begin, end):
        self.run, self.service, self.begin, self.end = run, service, begin, end
        self.settings = run.scenario.complete.services[service].event_loop
        noted = pieces_of(run, service)
        rows = noted["row"].astype(int)
        over = np.where(np.isnan(noted["ended"]), run.ended_at, noted["ended"])  # in work when the run ended
        of_instance = run.tables.capacity[service].instance_of(run.tables.rows["worker"][rows]) == instance - 1
        mine = np.flatnonzero(of_instance & (noted["lane"] >= 0) & (noted["began"] < end) & (over > begin))
        mine = mine[np.argsort(noted["began"][mine], kind="stable")]
        self.began, self.ended = noted["began"][mine], over[mine]
        self.lane, self.row = noted["lane"][mine].astype(int), rows[mine]
        limit = np.where(self.lane < OF_POOL, self.settings.warn_after, self.settings.pool_warn_after)
        self.took = elapsed(self.ended, self.began)
        self.too_long = self.took > limit
        used = [lane for lane in np.unique(self.lane).tolist() if lane >= OF_POOL]
        self.lanes = [*range(self.settings.loops), *used][:MOST_LANES]
        here = np.flatnonzero(np.isin(self.lane, self.lanes))
        self.shown = np.zeros(len(mine), dtype=bool)
        self.shown[here[:MOST_PIECES]] = True
        self.shown_until = float(self.began[here[MOST_PIECES]]) if len(here) > MOST_PIECES else end

    def note(self):
        """What is not in the picture, if anything."""
        left_out = int((~self.shown).sum())
        since = f" from {seconds(self.shown_until)} on" if self.shown_until < self.end else ""
        return f"; {count(left_out, 'piece')} left out{since}" if left_out else ""

    def marks(self, frame):
        lines, until = range(len(self.lanes)), min(frame.right, self.shown_until)  # later, none is said to be free
        yield Bars("free", [frame.left] * len(lines), [until] * len(lines), [line - 0.3 for line in lines],
                   [line + 0.3 for line in lines], FREE)  # fmt: skip
        requests = self.run.tables.rows["request"][self.row]
        line_of = {lane: line for line, lane in enumerate(self.lanes)}
        turn = self._turns()
        kinds = (
            ("held", ~self.too_long & (turn == 0), HELD),
            ("held by the next", ~self.too_long & (turn == 1), NEXT),
            ("held for too long", self.too_long, TOO_LONG),
        )
        for name, which, look in kinds:
            mine = np.flatnonzero(self.shown & which)
            if len(mine):
                line = np.array([line_of[lane] for lane in self.lane[mine].tolist()])
                left = np.maximum(self.began[mine], frame.left).tolist()
                right = np.minimum(self.ended[mine], frame.right).tolist()
                inside = tuple(f"{number:,}" for number in requests[mine].tolist())
                yield Bars(name, left, right, (line - 0.3).tolist(), (line + 0.3).tolist(), look, inside)

    def _turns(self):
        """0 or 1 for each piece: not that of the piece before it in its lane."""
        turns = np.zeros(len(self.lane), dtype=int)
        for lane in self.lanes:
            mine = np.flatnonzero(self.lane == lane)
            turns[mine] = np.arange(len(mine)) % 2
        return turns

    def _held(self, lane):
        mine = self.lane == lane
        return float((np.minimum(self.ended[mine], self.end) - np.maximum(self.began[mine], self.begin)).sum())

    def finding(self):
        loops = self.settings.loops
        share = sum(map(self._held, range(loops))) / (loops * (self.end - self.begin))
        of = "The loop" if loops == 1 else f"The {loops} loops"
        worst = int(self.too_long.sum())
        said = f"held for {share:.0%} of the time".replace("%", " %")
        if not worst:
            return f"{of} of {short(self.service)}: {said}, never for longer than its limit by one piece"
        longest = float(self.took[self.too_long].max())
        return f"{of} of {short(self.service)}: {said}; {count(worst, 'piece')} too long, up to {seconds(longest)}"

    def words(self):
        for lane in self.lanes:
            mine = self.lane == lane
            blocked = int((mine & self.too_long).sum())
            more = f", {blocked:,} of them too long" if blocked else ""
            yield f"{_name(lane)}: {count(int(mine.sum()), 'piece')}{more}, {seconds(self._held(lane))} in all."


PICTURES = {"loop": loop}  # run.plot.loop()
