"""Ways to break windows on purpose."""

from copy import deepcopy
from functools import partial

from evsim.engine.service import Service
from evsim.parts.queue.engine.credit import Credit
from evsim.parts.window.aggregates import Count
from evsim.parts.window.checkpoints import Checkpoints
from evsim.parts.window.engine import WindowStep
from evsim.parts.window.event_time import Watermark
from evsim.parts.window.outlet import Outlet
from evsim.parts.window.windows import Window, Windows
from evsim.scenario import Scenario
from tests.books.breaking import Once, mutant


def stream(faults=(), commit="after", instances=1, results="queue", board=0, **settings):
    """Twenty events a second, many of them late, counted by windows of two seconds."""
    step = {"to": "results", "tumbling": 2, "out_of_order": 1, "late_messages": [{"effect": "late"}], **settings}
    customers = {"target": "page", "arrivals": {"poisson": 20}, "key": {"uniform": 4}, "delay": {"exponential": 0.5}}
    return Scenario.from_dict(
        {"name": "stream", "workloads": {"people": customers},
         "services": {"page": {"workers": 50, "handle": [{"publish": "events"}]},
                      "counter": {"workers": 2, "instances": instances,
                                  "subscribe": {"channel": "events", "commit": commit},
                                  "handle": [{"work": 0.04}, {"window": step}]},
                      "board": {"subscribe": "results", "handle": [{"work": board}, {"effect": "result"}]}},
         "channels": {"events": {"log": {"partitions": 2}}, "results": results},
         "faults": list(faults), "run": {"duration": 20}}
    )  # fmt: skip


CRASH = {"crash": "counter", "at": 11, "for": 1}
windowed = partial(mutant, of=stream)
kept = partial(mutant, of=stream, commit="checkpoint", faults=[CRASH])
EXACT = {"every": 2, "takes": 0.1}
crashed = partial(kept, checkpoint=EXACT)
held_back = partial(windowed, results={"queue": {"max_length": 1, "overflow": "block"}}, board=0.3)
shared = partial(windowed, instances=3)


@windowed("took what was too late, or refused what was not")
def a_late_event_is_refused_too_soon(patch):
    original = Windows._is_closed
    patch.setattr(Windows, "_is_closed", lambda self, end: original(self, end - 5e8))


@windowed("took what was too late|gave other events than it had")
def a_window_is_never_closed(patch):
    patch.setattr(Windows, "_is_closed", lambda self, end: False)


@windowed("gave a wrong result")
def one_event_counts_twice(patch):
    original, once = Count.add, Once()

    def add(self, value):
        original(self, value)
        if once(self.result > 3):
            original(self, value)

    patch.setattr(Count, "add", add)


@windowed("gave other events than it had")
def one_event_is_forgotten(patch):
    original, once = Window.add, Once()

    def add(self, row, value):
        if not once(len(self.rows) > 3):
            original(self, row, value)

    patch.setattr(Window, "add", add)


@windowed("gave other events than it had")
def a_window_has_an_event_of_its_neighbour(patch):
    original, once = Windows._starts, Once()

    def starts(self, time):
        for start in original(self, time):
            yield start + self.rules.size * once(time > 5e9)

    patch.setattr(Windows, "_starts", starts)


@windowed("took another watermark than its events give")
def the_watermark_forgets_its_bound(patch):
    original = Watermark.__init__
    patch.setattr(Watermark, "__init__", lambda self, bound, sources=(): original(self, 0.0, sources))


@windowed("took another watermark than its events give|did not wait for a partition")
def the_fastest_partition_decides(patch):
    def advance(self):
        self.now = max(self.now, max(self.latest.values()) - self.bound - 1)
        return self.now

    patch.setattr(Watermark, "advance", advance)


@windowed("was shown on time before its end")
def a_window_is_shown_before_its_end(patch):
    original = Windows.advance

    def advance(self, time):
        panes = original(self, time + 5e8)
        self.now = time
        return panes

    patch.setattr(Windows, "advance", advance)


@windowed("was over and was not shown")
def one_window_is_never_shown(patch):
    original, once = Windows._show_on_time, Once()

    def show(self, window):
        panes = original(self, window)
        return [] if once(window.start > 5e9) else panes

    patch.setattr(Windows, "_show_on_time", show)


@crashed("gave other events than it had")
def a_crash_takes_nothing(patch):
    original = WindowStep.forget

    def forget(self, instance):
        state = self.state
        original(self, instance)
        self.state = state

    patch.setattr(WindowStep, "forget", forget)


@crashed("gave other events than it had")
def a_restored_state_is_empty(patch):
    original = Checkpoints.crash

    def crash(self):
        kept = original(self)
        return None if kept is None else (self.step._nothing(), kept[1])

    patch.setattr(Checkpoints, "crash", crash)


@crashed("gave other events than it had")
def a_barrier_holds_nobody(patch):
    patch.setattr(Checkpoints, "holds", lambda self, row: False)


@crashed("took a checkpoint too soon")
def a_checkpoint_takes_no_time(patch):
    original = Checkpoints._align

    def align(self):
        self.takes = 0.0
        original(self)

    patch.setattr(Checkpoints, "_align", align)


@crashed("went back to another checkpoint than the last")
def a_crash_goes_back_too_far(patch):
    original, first = Checkpoints._taken, []

    def taken(self):
        original(self)
        first.append((deepcopy(self.kept), self.safe))
        self.kept, self.safe = first[0]

    patch.setattr(Checkpoints, "_taken", taken)


@kept("sent a result outside a checkpoint, or twice", checkpoint={**EXACT, "sink": "transactional"})
def a_transactional_sink_does_not_wait(patch):
    original = Checkpoints.__init__

    def begin(self, step, settings):
        original(self, step, settings)
        self.transactional = False

    patch.setattr(Checkpoints, "__init__", begin)


@held_back("took something in while a result waited")
def a_window_takes_in_what_comes_while_a_result_waits(patch):
    patch.setattr(Outlet, "_do", lambda self, what: what.function(what.argument))


@held_back("sent a result without credit")
def credit_is_not_counted(patch):
    patch.setattr(Credit, "is_there", True)


@held_back("sent a result without credit")
def credit_comes_home_twice(patch):
    original = Credit.came_back

    def came_back(self, message):
        self.owed -= 1
        original(self, message)

    patch.setattr(Credit, "came_back", came_back)


@shared("gave other events than it had")
def a_key_has_windows_at_two_instances(patch):
    original = WindowStep._owner_of
    patch.setattr(WindowStep, "_owner_of", lambda self, row: (original(self, row) + (row > 60 and row % 7 == 0)) % 3)


@shared("took another watermark than its events give")
def an_instance_knows_the_watermarks_of_its_own_events_alone(patch):
    patch.setattr(WindowStep, "_tell_others", lambda self, source, at, owner: None)


@mutant(
    "was taken by a crash and is not read again",
    of=stream,
    commit="checkpoint",
    checkpoint=EXACT,
    instances=2,
    faults=[{"crash": "counter/1", "at": 11, "for": 1}],
)
def a_crash_of_one_instance_leaves_the_others_where_they_are(patch):
    patch.setattr(Service, "is_one_region", property(lambda self: False, lambda self, value: None), raising=False)


@crashed("counted a message twice")
def positions_stay_behind_the_state(patch):
    """The state is kept, and one partition is not committed with it."""
    original = Checkpoints._taken

    def taken(self):
        for group in self.groups:
            group.commit = lambda cursor, count=None, commit=group.commit: commit(cursor, 0 if cursor.number else count)
        original(self)

    patch.setattr(Checkpoints, "_taken", taken)
