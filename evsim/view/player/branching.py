"""Break it here: what can go wrong in a player, and the future in which it does."""

from evsim.counting import listed
from evsim.scenario.faults import Fault
from evsim.scenario.handlers import all_steps
from evsim.view.player.columns import micro
from evsim.view.player.film import future
from evsim.view.style import struck, verb
from evsim.view.what_changed import what_changed
from evsim.view.wiring import Wiring
from evsim.view.words import seconds

__all__ = ["Branches", "breaks", "brokers_of", "entry"]

LENGTHS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)  # seconds that a fault may last
ON_SERVICES: dict[str, dict] = {"crash": {}, "slowdown": {"factor": 5}, "error_rate": {"probability": 0.5}}
ON_LINKS: dict[str, dict] = {
    "partition": {}, "latency": {"add": 1}, "loss": {"probability": 0.5}, "duplication": {"probability": 0.5},
}  # fmt: skip


def breaks(runs):
    """The faults that can be chosen in a film of `runs`: each part down; each service crashed, slow or failing; each
    replicated log without its leader; the network between any two that talk cut, slow, losing or repeating.

    They last about a sixth of the run. :mod:`evsim.view.player.film` says what the entries are.
    """
    longest = max(run.scenario.run_settings.duration for run in runs) / 5
    length = max((each for each in LENGTHS if each <= longest), default=LENGTHS[0])
    services = _services(runs)
    channels = {name: channel for run in runs for name, channel in run.scenario.channels.items()}
    at_channels = [name for name, channel in channels.items() if "outage" in channel.faults]
    found = [{"outage": name} for name in (*services, *at_channels)]
    found += [{kind: name, **how} for kind, how in ON_SERVICES.items() for name in services]
    found += [{"leader_failure": name} for name in _replicated(runs)]
    found += [{kind: list(pair), **how} for kind, how in ON_LINKS.items() for pair in _pairs(runs)]
    brokers = brokers_of(runs)
    return [entry({**fault, "for": length}, broker=fault.get("outage") in brokers) for fault in found]


def brokers_of(runs):
    """The names of channels that a broker keeps."""
    return {name for run in runs for name, channel in run.scenario.channels.items() if channel.brokered}


def _services(runs):
    """The services, those that write something first and the last of them at the head: what lessons break."""
    every = {name: service for run in runs for name, service in run.scenario.services.items()}
    writes = [name for name, service in every.items() if any(step.effects for step in all_steps(service.handle))]
    return list(dict.fromkeys([*reversed(writes), *every]))


def _replicated(runs):
    return list(dict.fromkeys(name for run in runs for name, each in run.scenario.channels.items() if each.replicated))


def _pairs(runs):
    """Whoever talks to each other over a network, in order of the wiring."""
    found = {}
    for run in runs:
        wiring, scenario = Wiring(run), run.scenario
        inside = {name: service.inside or name for name, service in scenario.services.items()}
        for pair in sorted(wiring.asks) + sorted(wiring.calls | wiring.publishes | wiring.delivers):
            nowhere = any(scenario.channels[name].nowhere for name in pair if name in scenario.channels)
            if not nowhere and len({inside.get(name, name) for name in pair}) == 2:
                found.setdefault(frozenset(pair), pair)
    return list(found.values())


def entry(fault, moments=None, broker=False):
    """One of a film's ``breaks``: a fault as it stands in a scenario, and when it may begin (s), if not at any time.

    broker: what breaks is a channel that a broker keeps, and is called so, too.
    """
    read = _read(fault)
    name = " ".join(f"{setting}={value}" for setting, value in fault.items())
    at = None if moments is None else [micro(moment) for moment in moments]
    return {
        "id": name,
        "label": f"{struck(read)}{' (the broker)' if broker else ''} {verb(read)}",
        "fault": fault,
        "moments": at,
    }


def _read(fault):
    """A fault without its beginning, as a scenario reads it; an error if it is none."""
    return Fault.model_validate({**fault, "at": 0})


def _words(fault):
    """A fault in words: "mailing-list down for 5 s"."""
    read = _read(fault)
    length = "" if read.duration is None else f" for {seconds(read.duration)}"
    return f"{struck(read)} {verb(read)}{length}"


class Branches:
    """Other futures of the runs of a film, made when they are asked for: :meth:`__call__` is a player's ``branch``.

    runs: name of the design -> run, as in the film; effects: the names of the film's effects.
    """

    def __init__(self, runs, effects):
        self.runs, self.effects = {"base": runs}, effects
        self._words = {"base": ""}

    def __call__(self, fault, at, origin="base"):
        """The future (:func:`evsim.view.player.film.future`) in which `fault` begins `at` seconds in all designs.

        origin: the ``id`` of the future that is left. A design without the part that breaks goes on as before, and
        the future's note says so. What cannot be is an error in words.
        """
        if origin not in self.runs:
            raise ValueError("this future is not known here any more; run the cell again")
        before = self.runs[origin]
        read = _read(fault)
        is_part = isinstance(read.target, str)
        places, what = ({read.place}, read.subject) if is_part else (set(read.place), f"link {' - '.join(read.target)}")
        touched = [name for name, run in before.items() if places <= _parts(run.scenario)]
        if not touched:
            raise ValueError(f"there is no {what} in {listed(list(before))}")
        runs = {name: run.branch(fault, at) if name in touched else run for name, run in before.items()}
        words = _words(fault)
        trail = self._words[origin]
        made = future(runs, self.effects, trail + words, fault, at, origin, self._note(what, before, touched))
        made["changed"] = [what_changed(before[name], runs[name]) for name in before]
        self.runs[made["id"]] = runs
        self._words[made["id"]] = f"{trail}{words} at {seconds(at)}, and "
        return made

    @staticmethod
    def _note(what, designs, touched):
        """Which designs have no such part, in words."""
        without = [name for name in designs if name not in touched]
        if not without:
            return ""
        return f"{listed(without)} {'has' if len(without) == 1 else 'have'} no {what}: nothing changes there"


def _parts(scenario):
    return {*scenario.workloads, *scenario.services, *scenario.channels, *scenario.network.links}
