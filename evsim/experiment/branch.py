"""A branch: the same run up to a moment, and then something goes wrong."""

from collections.abc import Mapping

from evsim.counting import digits
from evsim.engine import execute
from evsim.results.common_prefix import PrefixError, common_prefix
from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem
from evsim.scenario.units import UnitError, time
from evsim.ticks import LONGEST, SECOND, ticks

__all__ = ["branch"]

NEVER = LONGEST  # a fault due then comes in no run
EXAMPLE = '{"outage": "mailing-list", "for": "5s"}'


def branch(run, fault, at):
    """The run that `run` would have been, had `fault` begun at `at`: same luck, same past, another future.

    fault: as in a scenario, without its beginning (``{"outage": "mailing-list", "for": "5s"}``), or a list of
    such. at: a moment of the run, in seconds or as text ("12s").

    The branch is an ordinary run of the scenario with that fault added, and knows two things more:
    ``parent``, the run it branched off; ``shared``, the moment and how many of the parent's records are its own too
    (:class:`evsim.results.common_prefix.Shared`). Every record of that past is compared;
    :exc:`evsim.results.common_prefix.PrefixError` says that it was not the same: a defect of evsim, or the run was not
    one of its scenario alone (a Python handler that remembers between runs, SimPy processes of one's own).

    A system in which something may break is built with more care, and may then break ties otherwise: who is
    first of those who come at one instant, which of several free workers takes a message. Where that makes
    another past, the parent is not `run` but its twin, the same run built with the same care.
    """
    at = _moment(run, at)
    faults = list(fault) if isinstance(fault, list | tuple) else [fault]
    _no_moments(faults)
    until = run.ended_at if run.ended_at < run.scenario.run_settings.duration else None
    other = _run(run, [{**each, "at": at} for each in faults], until)
    parent = run
    try:
        shared = common_prefix(run, other, at)
    except PrefixError:
        parent = _run(run, [{**each, "mtbf": NEVER, "mttr": 1} for each in map(_endless, faults)], until)
        shared = common_prefix(parent, other, at)
    other.parent, other.shared = parent, shared
    return other


def _run(run, faults, until):
    """The run's scenario with further faults, run again."""
    count = len(run.scenario.faults)
    scenario = run.scenario.replace({f"faults.{count + n}": fault for n, fault in enumerate(faults)})
    return execute(scenario, seed=run.seed, until=until, into=type(run))


def _endless(fault):
    return {name: value for name, value in fault.items() if name != "for"}


def _moment(run, at):
    try:
        moment = time(at)
    except UnitError as error:
        raise ScenarioError([Problem("at", error.rule, at)]) from None
    end = min(run.ended_at, run.scenario.run_settings.duration)
    if not moment < end:
        raise ScenarioError([Problem("at", f"must be a moment of the run, which takes {digits(end)} s", at)])
    return ticks(moment) / SECOND


def _no_moments(faults):
    if not faults:
        raise ScenarioError([Problem("fault", "a branch needs something that goes wrong")])
    for number, fault in enumerate(faults):
        path = "fault" if len(faults) == 1 else f"fault.{number}"
        if not isinstance(fault, Mapping):
            raise ScenarioError([Problem(path, "must be a fault", fault, hint=f"write {EXAMPLE}")])
        for setting in ("at", "mtbf", "mttr", "at_step"):
            if setting in fault:
                rule = "a fault of a branch begins at the moment of the branch"
                raise ScenarioError([Problem(f"{path}.{setting}", rule, fault[setting], hint="leave it out")])
