"""Design challenges: a goal, a budget, a list of troubles; and the designs that people hand in as files."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from evsim.counting import listed
from evsim.engine.environment import SimulationError
from evsim.experiment.compare import compare
from evsim.experiment.judging import judge
from evsim.experiment.running import keeping
from evsim.lesson.answers import changed
from evsim.lesson.exercises import Refused
from evsim.lesson.properties import everything_done, nothing_done_twice
from evsim.scenario import Scenario, ScenarioError, load
from evsim.scenario.errors import Problem, suggest
from evsim.scenario.handlers import all_steps
from evsim.scenario.part import FileSettings
from evsim.scenario.reading import read
from evsim.scenario.textfile import read_text
from evsim.scenario.units import Number
from evsim.view.words import count

__all__ = [
    "AS_GIVEN",
    "Challenge",
    "Entry",
    "allowed",
    "challenges",
    "judged",
    "load_challenge",
    "read_entries",
    "under",
]

FOLDER = Path(__file__).resolve().parents[1] / "challenges"
AS_GIVEN = "as given"
BROKERS = "brokers"  # as the target of a fault: each channel that a broker keeps, whatever it is called


class _ChallengeFile(FileSettings):
    challenge: str
    about: str
    start: str
    change: tuple[str, ...]
    settings: dict[str, Any]
    budget: Number
    goal: dict[str, Any]
    troubles: dict[str, tuple[dict[str, Any], ...]]


@dataclass(frozen=True)
class Challenge:
    """What is asked for. ``base``: the design as given; ``change``: the settings that may be others; ``budget``: how
    many workers there may be in all; ``troubles``: name -> faults, in each of which the objectives of ``base`` are to
    be met.
    """

    name: str
    about: str
    base: Scenario
    change: tuple
    budget: int
    troubles: dict

    @property
    def goal(self):
        """What is asked for, in words: the objectives and the budget."""
        asked = [each.asked for each in judge(self.base.objectives, {})]
        return "; ".join([*asked, f"at most {count(self.budget, 'worker')} in all"])


@dataclass(frozen=True)
class Entry:
    """A design that was handed in: its ``name``, how many ``workers`` it has, and why it was ``refused``, if it was."""

    name: str
    scenario: Scenario | None
    workers: int = 0
    refused: str = ""


def challenges():
    """Names of the challenges that come with evsim."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_challenge(name_or_path):
    """The challenge of that name, or the one in a file."""
    path = FOLDER / f"{name_or_path}.yaml"
    if str(name_or_path) not in challenges():
        path = Path(name_or_path)
        if not path.is_file():
            raise ScenarioError([Problem("challenge", "there is none of this name", str(name_or_path),
                                         hint=suggest(str(name_or_path), challenges()))])  # fmt: skip
    written, place = read(read_text(path), str(path))
    written = _ChallengeFile.model_validate(written, place, path.name).model_dump(mode="json")
    base = load(written["start"]).replace(written["settings"]).replace({"objectives": written["goal"]})
    made = Challenge(written["challenge"], written["about"], base, tuple(written["change"]), written["budget"],
                     written["troubles"])  # fmt: skip
    for trouble in made.troubles:
        under(made, base, trouble)  # complains about what there is to complain
    return made


def under(challenge, scenario, trouble):
    """A design under one of the troubles."""
    brokers = [name for name, channel in scenario.channels.items() if channel.brokered]
    faults = []
    for fault in challenge.troubles[trouble]:
        kinds = [kind for kind in fault if fault[kind] == BROKERS]
        faults += [fault | {kinds[0]: each} for each in brokers] if kinds else [fault]
    return scenario.replace({"faults": faults})


def read_entries(challenge, paths):
    """An :class:`Entry` for each file, named as the file; what is no design, or breaks a rule, is refused in words."""
    entries = [_entry(challenge, Path(path)) for path in paths]
    for number, entry in enumerate(entries):
        if entry.name in [AS_GIVEN, *(each.name for each in entries[:number])]:
            raise ScenarioError([Problem(str(paths[number]), "two designs have this name", hint="rename the file")])
    return entries


def _entry(challenge, path):
    try:
        design = allowed(challenge, load(path))
        return Entry(path.stem, design, workers(design))
    except (Refused, ScenarioError, SimulationError) as error:
        return Entry(path.stem, None, refused=" ".join(str(error).split()))


def allowed(challenge, design):
    """A design that may be judged; :class:`Refused` says which rule another one breaks."""
    _keeps_to_the_rules(challenge, design)
    mine = changed(design, challenge.base, "faults", *challenge.change)
    _does_the_work(challenge, mine)
    return mine


def _does_the_work(challenge, design):
    """Refuse a design in which, with nothing broken, somebody who is told yes gets less than is due, or more."""
    effects = sorted(set().union(*(_effects(service) for service in challenge.base.services.values())))
    run = design.replace({"faults": []}).run()
    found = next(chain(everything_done(run, *effects), nothing_done_twice(run, *effects)), None)
    if found:
        raise Refused(f"with nothing broken, customer {found.customer} {found.words}")


def _keeps_to_the_rules(challenge, design):
    """Refuse a design whose services are others, do otherwise, or are too many."""
    for name, service in challenge.base.services.items():
        if name not in design.services:
            raise Refused(f"there is no service {name} in it")
        mine, given = _effects(design.services[name]), _effects(service)
        if mine != given:
            told = listed(sorted(given)) or "no effect"
            raise Refused(f"{name} is to make {told}, and makes {listed(sorted(mine)) or 'none'}")
    coming = [name for name, service in design.services.items() if service.is_elastic]
    if coming:
        raise Refused(f"the workers of {coming[0]} come and go, and the budget counts workers that stay")
    if workers(design) > challenge.budget:
        raise Refused(f"it has {workers(design)} workers, and may have {challenge.budget}")


def _effects(service):
    return {step.name for step in all_steps(service.handle) if step.effects}


def workers(design):
    """How many workers a design has in all."""
    return sum(service.instances * service.workers for service in design.services.values())


def judged(challenge, entries, runs=20, jobs=None):
    """trouble -> design -> its verdicts: all designs with the same customers, and the design as given among them.

    Ctrl-C raises :exc:`evsim.experiment.running.Interrupted` with the troubles in which all were judged.
    """
    designs = {AS_GIVEN: challenge.base} | {each.name: each.scenario for each in entries if each.scenario}
    if len(designs) == 1:
        raise ScenarioError([Problem("designs", "none can be judged", hint=entries[0].refused if entries else None)])
    found = {}
    with keeping(None, lambda: (len(found), found or None)):
        for trouble in challenge.troubles:
            broken = [under(challenge, design, trouble) for design in designs.values()]
            found[trouble] = compare(*broken, n=runs, labels=list(designs), jobs=jobs, progress=False).verdicts
    return found
