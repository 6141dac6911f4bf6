"""An execution: one scenario with one seed, built and run to its end."""

from math import ceil

from evsim.counting import count, digits
from evsim.engine.depth import building, roomy, running
from evsim.engine.environment import SimulationError
from evsim.engine.expected_effects import expected_effects
from evsim.engine.folding import Folding
from evsim.engine.in_vain import in_vain, missed_failpoints
from evsim.engine.inventory import take_inventory
from evsim.engine.refusal import refuse
from evsim.engine.system import System
from evsim.results.results import Results
from evsim.results.run_summary import RunSummary
from evsim.results.table import TooManyRows
from evsim.scenario.arguments import a_moment, a_scenario
from evsim.scenario.errors import ScenarioError
from evsim.ticks import SECOND, ticks

__all__ = ["Execution", "execute"]

OPEN = "request, call or message was", "requests, calls and messages were"


class Execution:
    """A scenario that is built and ready to run; ``env`` is its :class:`simpy.Environment`.

    SimPy processes of your own may be started in ``env`` before :meth:`run`; they keep no run alive.
    into: the class of what :meth:`run` returns; with ``record="summary"`` that is
    :class:`evsim.results.run_summary.RunSummary`.
    """

    def __init__(self, scenario, seed=None, *, guarded=False, record="full", into=Results):
        scenario = a_scenario(scenario)
        if record not in ("full", "summary"):
            raise refuse("record", 'must be "full" or "summary"', record)
        seed = scenario.run_settings.seed if seed is None else seed
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise refuse("seed", "must be a whole number, 0 or more", seed)
        self.scenario, self.seed, self._into, self.record = scenario, seed, into, record
        self._depth = building(scenario)
        with roomy(self._depth):
            self.system = System(scenario, seed, guarded=guarded, summary=record == "summary")
        self.env = self.system.kernel.env
        self.env.depth = running(self.system.kernel)

    def run(self, until=None):
        """Run to the end (or to the time `until`) and return the results."""
        duration, until = self.scenario.run_settings.duration, a_moment(until)
        if until is not None and not 0 < until <= duration:
            raise refuse("until", f"must be a time after 0 and not after the duration ({duration} s)", until)
        env, warnings = self.env, list(self.scenario.warnings())
        summary = self._summary(duration if until is None else until) if self.record == "summary" else None
        try:
            env.run(until=duration if until is None else until)
            if until is None:
                self._drain(duration, warnings)
                warnings += missed_failpoints(self.system)
            else:
                self.system.open_work.roll_back()
            warnings += in_vain(self.system)
        except SimulationError as error:
            if isinstance(error.__cause__, ScenarioError):
                raise error.__cause__ from None
            if not isinstance(error.__cause__, TooManyRows):
                raise
            if summary is not None:
                raise refuse(
                    "record",
                    f"{error.__cause__.args[0]:,} attempts belong to requests that had not ended by "
                    f"{digits(env.now)} s, and summary records keep those whole",
                    "summary",
                    hint="calm the overload",
                ) from None
            limit = self.scenario.run_settings.max_rows
            raise SimulationError(
                f"run.max_rows: there were more than {count(limit, 'attempt')} by {digits(env.now)} s, and a run keeps "
                "a record of each; make the run shorter, calm the overload, or raise run.max_rows"
            ) from None
        return self._results(warnings) if summary is None else self._summed_up(summary, warnings)

    def _summary(self, until):
        """What the figures of requests are added to as they end."""
        summary = RunSummary(self.scenario, self.seed)
        self._folding = Folding(self.system, until, summary.count)
        return summary

    def _summed_up(self, summary, warnings):
        records = self.system.kernel.records
        rest = self._folding.rest(take_inventory(self.system), self.system.open_work.count())
        made = {"attempts": records.rows.made, "messages": records.messages.made, "effects": records.effects.made}
        return summary.close(rest, made, self.env.now, warnings)

    def _results(self, warnings):
        inventory, still_open = take_inventory(self.system), self.system.open_work.count()
        return self.results(inventory, still_open, self.env.now, warnings)

    def results(self, inventory, still_open, ended_at, warnings, **more):
        """The records closed, and what goes with them, as an object of the class `into`, which may know `more`."""
        kernel, identifiers = self.system.kernel, self.system.kernel.identifiers
        kernel.streams.forget()
        records = kernel.records.close()
        with roomy(self._depth):
            due = expected_effects(kernel)
        return self._into(
            scenario=self.scenario, seed=self.seed, records=records, places=tuple(kernel.graph.places),
            routes=[(route.site.place.workload, route.site.step) for route in identifiers.destinations],
            effect_names=tuple(identifiers.effect_names), key_names=identifiers.key_names, due=due, inventory=inventory,
            still_open=still_open,
            retry_keys=kernel.streams.retry_keys.numbers,
            keys={name: keys.of for name, keys in identifiers.keys.items()}, ended_at=ended_at, warnings=warnings,
            item_paths=tuple(kernel.items.paths), **more,
        )  # fmt: skip

    def _drain(self, duration, warnings):
        """Let what is open come to its end, up to the drain limit."""
        env, open_work, end = self.env, self.system.open_work, ticks(self.scenario.run_settings.end)
        slice_ = ceil(ticks(duration) / 50)
        while env._now < end and open_work.count() and (env._queue or open_work.settled_eagerly().size):
            env.run(until=min(end, env._now + slice_) / SECOND)
            slice_ = ceil(slice_ * 1.5)
        open_work.roll_back()
        still_open = open_work.count()
        if still_open:
            when = f"{digits(env.now - duration)} s after the end of the arrivals"
            warnings.append(
                f"{count(still_open, *OPEN)} still open {when}: customers without an answer are "
                "pending in the summary, messages in the figures of their channel"
            )


def execute(scenario, seed=None, until=None, into=Results, record="full"):
    """Run `scenario` once with `seed` (default: the scenario's own); its results, as an object of the class `into`."""
    return Execution(scenario, seed, into=into, record=record).run(until)
