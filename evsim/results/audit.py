"""The audit: three independent ways to count a run, which must agree.

1. *Recount*: states are worked out again from attempts, effects and messages, and compared with what is stored.
2. *Stock-take*: what the records call open must lie somewhere, exactly once: in a store, an inbox or under way.
3. *Credits*: every worker and every prefetch credit is at home or held by exactly one open attempt.
"""

import numpy as np

from evsim.results.records import Outcome, Verdict
from evsim.results.tally import last_attempts

__all__ = ["Audit", "AuditError"]

CLOSED_EARLY = (Verdict.TIMEOUT, Verdict.ERROR, Verdict.REJECTED, Verdict.GIVEN_BACK)  # another attempt may follow
ROUNDING = 1e-9  # seconds


class AuditError(AssertionError):
    """The books of a run do not balance: a defect of the simulator. The message names what is wrong and where."""


class Audit:
    """The proof that a run's books balance. It is true, and prints what was counted."""

    def __init__(self, run):
        self.run, self.rows, self.messages = run, run.rows, run.message_columns
        self.kinds = np.array([place.kind for place in run.places] + ["delivery"])[self.rows["place"]]
        for check in (
            self._clocks, self._requests, self._attempts, self._verdicts, self._effects, self._children,
            self._deliveries, self._workers, self._partitions, self._stock, self._credits,
        ):  # fmt: skip
            check()

    def __bool__(self):
        return True

    def __str__(self):
        counts = len(self.rows["born"]), len(self.messages["published"]), len(self.run.effects_columns["row"])
        return "balanced: {:,} attempts, {:,} messages, {:,} effects".format(*counts)

    __repr__ = __str__

    def _demand(self, right, what, numbers=None):
        """Every element of `right` must be true; else name the first row (or message) that is not."""
        wrong = np.flatnonzero(~np.asarray(right))
        if len(wrong):
            number = int(wrong[0] if numbers is None else numbers[wrong[0]])
            raise AuditError(
                f"{self.run.scenario.name}, seed {self.run.seed}: {what}; {len(wrong)} times, first at number {number}: "
                f"{self._describe(number)}"
            )

    def _describe(self, number):
        rows = self.rows
        if number >= len(rows["born"]):
            return "no such row"
        place = self.run.places[rows["place"][number]] if rows["place"][number] >= 0 else None
        text = f"{place.kind} to {place.service} for {place.workload} " if place else "delivery "
        return (
            f"{text}{rows['request'][number]}, attempt {max(rows['attempt'][number], 1)}, "
            f"{Outcome(rows['outcome'][number]).name}, {Verdict(rows['verdict'][number]).name}, born "
            f"{rows['born'][number]:.9g} s"
        )

    # 1. Recount.

    def _clocks(self):
        rows = self.rows
        for earlier, later in (
            ("born", "ready"), ("ready", "leased"), ("leased", "started"), ("ready", "started"), ("started", "ended"),
            ("born", "ended"), ("born", "settled"),
        ):  # fmt: skip
            self._demand(~(rows[later] < rows[earlier] - ROUNDING), f"{later} lies before {earlier}")
        started, ended = ~np.isnan(rows["started"]), ~np.isnan(rows["ended"])
        open_, ok = rows["outcome"] == Outcome.OPEN, rows["outcome"] == Outcome.OK
        self._demand(ended != open_, "an execution has ended and has no outcome, or the other way round")
        self._demand(~ok | started, "an execution is ok and never started")
        settled, closed = ~np.isnan(rows["settled"]), rows["verdict"] != Verdict.OPEN
        self._demand(settled == closed, "a lease has ended and has no verdict, or the other way round")

    def _requests(self):
        """Each workload's requests are numbered 0, 1, 2 ... in order of arrival, each once."""
        requests = self.run.tally
        for code, name in enumerate(requests.workloads):
            mine = requests.workload == code
            numbers = requests.number[mine]
            self._demand(numbers == np.arange(len(numbers)), f"the requests of {name} are not 0, 1, 2 ...", requests.row[mine])
            arrived = requests.arrived[mine]
            self._demand(np.diff(arrived, prepend=0.0) >= 0, f"the requests of {name} are out of order", requests.row[mine])

    def _attempts(self):
        """Attempts of an obligation count 1, 2, 3 ..., and no settled obligation gets another one."""
        rows = self.rows
        later = np.flatnonzero(rows["first"] >= 0)
        first = rows["first"][later]
        self._demand(rows["first"][first] < 0, "an attempt points back to what is no first attempt", later)
        seen = {}
        for row, owner in zip(later.tolist(), first.tolist(), strict=True):
            previous, number = seen.get(owner, (owner, 1))
            if rows["attempt"][row] != number + 1:
                self._demand([False], f"attempts of row {owner} do not count 1, 2, 3 ...", [row])
            if rows["verdict"][previous] not in CLOSED_EARLY or rows["settled"][previous] > rows["born"][row] + ROUNDING:
                self._demand([False], f"row {previous} was not given up when another attempt was made", [row])
            seen[owner] = (row, number + 1)

    def _verdicts(self):
        """What the asker knows must follow from what the worker did."""
        rows = self.rows
        verdict, outcome = rows["verdict"], rows["outcome"]
        started = ~np.isnan(rows["started"])
        done = verdict == Verdict.DONE
        early = np.array([_may_answer_early(self.run.scenario, place) for place in self.run.places] + [False])
        self._demand(
            ~done | (outcome == Outcome.OK) | (early[rows["place"]] & started),
            "settled as done and the work was not done",
        )
        failed = np.isin(outcome, (Outcome.FAILED, Outcome.CRASHED, Outcome.LOST, Outcome.OK, Outcome.REFUSED))
        self._demand(~np.isin(verdict, (Verdict.GIVEN_BACK, Verdict.DEAD)) | failed, "given back while it was worked")
        self._demand(~(verdict == Verdict.ORPHANED) | self._orphans(), "orphaned and its caller is still at work")
        is_delivery = self.kinds == "delivery"
        own = {"delivery": (Verdict.OPEN, Verdict.DONE, Verdict.DEAD, Verdict.GIVEN_BACK, Verdict.LOST)}
        self._demand(~is_delivery | np.isin(verdict, own["delivery"]), "a delivery has the verdict of a call")
        _, last = last_attempts(rows)
        ended_for_good = verdict[last] != Verdict.GIVEN_BACK
        over = self.run.records_complete
        self._demand(ended_for_good | ~np.array(over), "given back and never handed out again", last)

    def _orphans(self):
        """Calls whose caller had ended when the answer came."""
        rows = self.rows
        is_call = self.kinds == "call"
        parent = np.where(is_call, rows["parent"], 0)
        return is_call & (rows["ended"][parent] <= rows["settled"])

    def _effects(self):
        """An effect happens inside the execution that makes it, and a successful one makes all of its own."""
        rows, effects = self.rows, self.run.effects_columns
        row, time = effects["row"], effects["time"]
        inside = (time >= rows["started"][row] - ROUNDING) & ~(time > rows["ended"][row] + ROUNDING)
        self._demand(inside, "an effect lies outside the work that made it", row)
        made = np.bincount(row, minlength=len(rows["born"]))
        self._compare(made, "effect", "effects")

    def _children(self):
        """Calls and publishes lie inside the execution that makes them; a successful one makes all of its own."""
        rows, messages = self.rows, self.messages
        count = len(rows["born"])
        calls = np.flatnonzero((self.kinds == "call") & (rows["first"] < 0))
        parent = rows["parent"][calls]
        inside = rows["born"][calls] >= rows["started"][parent] - ROUNDING
        inside &= ~(rows["born"][calls] > rows["ended"][parent] + ROUNDING)
        self._demand(inside, "a call was made outside the work of its caller", calls)
        self._compare(np.bincount(parent, minlength=count), "call", "calls")
        cause = messages["cause"]
        inside = messages["published"] >= rows["started"][cause] - ROUNDING
        self._demand(inside & ~(messages["published"] > rows["ended"][cause] + ROUNDING), "published outside the work", cause)
        self._compare(np.bincount(cause, minlength=count), "publish", "messages")

    def _compare(self, made, kind, name):
        """Executions that ended well made at least what their handler always makes, and at most what it may make."""
        low = np.array([_steps(self.run.scenario, place, kind)[0] for place in self.run.places] + [0])
        high = np.array([_steps(self.run.scenario, place, kind)[1] for place in self.run.places] + [0])
        ok = self.rows["outcome"] == Outcome.OK
        place = self.rows["place"]
        self._demand(~ok | (made >= low[place]), f"the work ended well without all its {name}")
        self._demand(made <= high[place], f"the work made more {name} than its steps can")

    def _deliveries(self):
        """A message that is kept is one obligation for each group of a log, or one in a queue; any other is none."""
        messages, rows = self.messages, self.rows
        is_delivery = (self.kinds == "delivery") & (rows["first"] < 0)
        per_message = np.bincount(rows["parent"][is_delivery], minlength=len(messages["published"]))
        names = list(self.run.scenario.channels)
        expected = np.array([_copies(self.run.scenario, name) for name in names] or [0])[messages["channel"]]
        kept = ~np.isnan(messages["appended"])
        self._demand(per_message == np.where(kept, expected, 0), "a message was copied wrongly", messages["cause"])
        for code, name in enumerate(names):
            mine = np.flatnonzero(kept & (messages["channel"] == code))
            partition, offset = messages["partition"][mine], messages["offset"][mine]
            order = np.lexsort((messages["appended"][mine], offset, partition))
            partition, offset = partition[order], offset[order]
            begins = np.r_[True, partition[1:] != partition[:-1]] if len(mine) else np.empty(0, bool)
            follows = np.where(begins, offset == 0, np.diff(offset, prepend=-1) == 1) if len(mine) else begins
            self._demand(follows, f"offsets of {name} are not 0, 1, 2 ...", messages["cause"][mine][order])

    def _workers(self):
        """Nobody works for two at once."""
        rows = self.rows
        ran = np.flatnonzero(~np.isnan(rows["started"]))
        services = {name: code for code, name in enumerate(self.run.scenario.services)}
        service = np.array([services[place.service] for place in self.run.places])[rows["place"][ran]]
        end = np.where(np.isnan(rows["ended"][ran]), np.inf, rows["ended"][ran])
        order = np.lexsort((ran, end, rows["started"][ran], rows["worker"][ran], service))
        ran, service = ran[order], service[order]
        same = (service[1:] == service[:-1]) & (rows["worker"][ran][1:] == rows["worker"][ran][:-1])
        end = np.where(np.isnan(rows["ended"][ran]), np.inf, rows["ended"][ran])
        self._demand(~same | (rows["started"][ran][1:] >= end[:-1] - ROUNDING), "a worker held two at once", ran[1:])

    def _partitions(self):
        """A group has at most one message of a partition in process, and takes them in the order of their offsets."""
        rows, messages, channels = self.rows, self.messages, self.run.scenario.channels
        places = self.run.places
        is_log = [place.kind == "delivery" and channels[place.source].kind == "log" for place in places] + [False]
        taken = np.flatnonzero(np.array(is_log)[rows["place"]] & ~np.isnan(rows["leased"]))
        if not len(taken):
            return
        groups = {}
        group_of = [groups.setdefault((place.source, place.service), len(groups)) for place in places]
        group = np.array(group_of)[rows["place"][taken]]
        message = rows["parent"][taken]
        partition, offset = messages["partition"][message], messages["offset"][message]
        end = np.where(np.isnan(rows["ended"][taken]), np.inf, rows["ended"][taken])
        order = np.lexsort((taken, offset, end, rows["leased"][taken], partition, group))
        taken, group, partition, offset = taken[order], group[order], partition[order], offset[order]
        same = (group[1:] == group[:-1]) & (partition[1:] == partition[:-1])
        end = np.where(np.isnan(rows["ended"][taken]), np.inf, rows["ended"][taken])
        self._demand(~same | (rows["leased"][taken][1:] >= end[:-1] - ROUNDING), "a partition was in two hands", taken[1:])
        self._demand(~same | (offset[1:] >= offset[:-1]), "a partition was read out of order", taken[1:])

    # 2. Stock-take.

    def _stock(self):
        rows, stock = self.rows, self.run.stock
        open_ = np.flatnonzero((rows["outcome"] == Outcome.OPEN) & np.isnan(rows["started"]))
        found = np.sort(np.array([*stock["ready"], *stock["waiting"], *stock["travelling"]], dtype=int))
        twice = found[1:][found[1:] == found[:-1]]
        self._demand(np.zeros(len(twice), bool), "found in two places at once", twice)
        for only, what in (
            (np.setdiff1d(open_, found), "open in the records and nowhere to be found"),
            (np.setdiff1d(found, open_), "found at the end and not open in the records"),
        ):
            self._demand(np.zeros(len(only), bool), what, only)
        unsettled = np.flatnonzero((rows["verdict"] == Verdict.OPEN) & (rows["outcome"] != Outcome.OPEN))
        forgotten = np.setdiff1d(unsettled, np.array(stock["news"], dtype=int))
        self._demand(np.zeros(len(forgotten), bool), "its work has ended and nobody will ever hear of it", forgotten)
        messages = self.messages
        homeless = np.flatnonzero(np.isnan(messages["appended"]) & (messages["fate"] == 0))
        vanished = np.setdiff1d(homeless, np.array(stock["messages"], dtype=int))
        what = "a message is neither kept nor lost nor refused nor under way; its publisher"
        self._demand(np.zeros(len(vanished), bool), what, messages["cause"][vanished])

    # 3. Credits.

    def _credits(self):
        rows, stock = self.rows, self.run.stock
        held_rows = np.flatnonzero((rows["outcome"] == Outcome.OPEN) & ~np.isnan(rows["started"]))
        service_of = [place.service for place in self.run.places]
        held = {name: [] for name in self.run.scenario.services}
        for row in held_rows.tolist():
            held[service_of[rows["place"][row]]].append(int(rows["worker"][row]))
        for name, settings in self.run.scenario.services.items():
            every = list(range(settings.instances * settings.workers))
            home = sorted([*stock["free"][name], *held[name], *(set(stock["absent"][name]) - set(held[name]))])
            if home != every:
                raise AuditError(
                    f"{self.run.scenario.name}, seed {self.run.seed}: workers of {name}: free {stock['free'][name]}, held "
                    f"{sorted(held[name])}, absent {stock['absent'][name]} do not make up all {len(every)}"
                )
        for (channel, service), (credit, full) in stock["credit"].items():
            mine = [p.number for p in self.run.places if (p.kind, p.source, p.service) == ("delivery", channel, service)]
            leased = np.isin(rows["place"], mine) & ~np.isnan(rows["leased"]) & (rows["verdict"] == Verdict.OPEN)
            if credit + int(leased.sum()) != full:
                raise AuditError(
                    f"{self.run.scenario.name}, seed {self.run.seed}: {service} has {credit} credits of {channel} and holds "
                    f"{int(leased.sum())}; that does not make {full}"
                )


def _nested(step):
    if step.kind == "parallel":
        return step.branches
    if step.kind == "maybe":
        return (step.then, step.otherwise)
    return ()


def _steps(scenario, place, kind):
    """(fewest, most) steps of a kind that a successful execution at a place takes."""
    handle = scenario.services[place.service].handle
    return (0, 1 << 30) if callable(handle) else _count(handle, kind)


def _count(steps, kind):
    low = high = 0
    for step in steps:
        low, high = low + (step.kind == kind), high + (step.kind == kind)
        counts = [_count(branch, kind) for branch in _nested(step)]
        if step.kind == "maybe":
            low, high = low + min(c[0] for c in counts), high + max(c[1] for c in counts)
        elif step.kind == "parallel":
            whole = step.until == "all"
            low += sum(c[0] for c in counts) if whole else 0
            high += sum(c[1] for c in counts)
    return low, high


def _any_step(steps, right):
    return any(right(step) or any(_any_step(branch, right) for branch in _nested(step)) for step in steps)


def _may_answer_early(scenario, place):
    """Whether a handler may reply before its end."""
    handle = scenario.services[place.service].handle
    if callable(handle):
        return False
    body = handle[:-1] if handle[-1].kind == "reply" else handle
    return _any_step(body, lambda step: step.kind == "reply")


def _copies(scenario, channel):
    """How many obligations a message of a channel makes."""
    if scenario.channels[channel].kind == "queue":
        return 1
    return sum(sub.channel == channel for service in scenario.services.values() for sub in service.subscribe)
