"""An incident as its file has it, with what was drawn filled in: the system, its trouble, what can be looked at."""

from dataclasses import dataclass, field
from pathlib import Path

from evsim.lesson.deck.draws import draw, fill
from evsim.lesson.deck.incident_file import IncidentFile
from evsim.lesson.deck.what_is_shown import check_shown
from evsim.lesson.own_file import inside, of_file
from evsim.scenario import Scenario, ScenarioError, load
from evsim.scenario.errors import Problem, suggest
from evsim.scenario.reading import read
from evsim.scenario.textfile import read_text
from evsim.scenario.units import UnitError, time

__all__ = ["Card", "incidents", "load_card"]

FOLDER = Path(__file__).resolve().parents[2] / "incidents"
WHERE = "`evsim incident --list` in a terminal shows what there is"
DRAIN = "5 min"  # after the shift: whatever is not done by then was late long before
PRICES = {"lost": 20, "untrue": 30, "never": 40, "down": 50}
NOTHING = {"label": "do nothing, and wait", "minutes": 0, "money": 0, "does": []}


@dataclass(frozen=True)
class Card:
    """One incident with one luck.

    ``begins``: when the trouble does (s). ``alarm``: a gauge, the limit above which it rings, and for how long (min).
    ``promise``: seconds after a yes in which everything is to be done. ``prices``: money for a customer ``lost``, one
    told something ``untrue``, one for whom it ``never`` comes true, a minute ``down``. ``looks``, ``suspects``,
    ``mends``: name -> what the file says. ``expert``: the looks and the mends of somebody who knows. ``notes``: what
    others did, as (second, words). ``clock``: the time of day at the beginning.
    """

    name: str
    seed: int
    title: str
    source: dict
    retells: str
    scenario: Scenario
    begins: float
    alarm: dict
    symptoms: list
    looks: dict
    suspects: dict
    right: str
    mends: dict
    expert: dict
    cheaper: str
    promise: float
    prices: dict
    notes: list = field(default_factory=list)
    clock: str = "10:00"

    @property
    def duration(self):
        return self.scenario.run_settings.duration

    def time_of_day(self, moment):
        """A moment of the run as a clock on the wall shows it."""
        hours, minutes = map(int, self.clock.split(":"))
        total = hours * 60 + minutes + int(moment // 60)
        return f"{total // 60 % 24:02}:{total % 60:02}"


def incidents():
    """Names of the incidents that come with evsim."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_card(name_or_path, seed=1):
    """The :class:`Card` of an incident, by its name or by its file."""
    path = FOLDER / f"{name_or_path}.yaml"
    if str(name_or_path) not in incidents():
        path = Path(name_or_path)
        if not path.is_file():
            raise ScenarioError([Problem("incident", "there is none of this name", str(name_or_path),
                                         hint=suggest(str(name_or_path), incidents()) or WHERE)])  # fmt: skip
    written, place = read(read_text(path), str(path))
    with of_file(path.name, place):
        values = _drawn(written, seed)
        file = IncidentFile.model_validate(fill(written, values), place, path.name)
        return _card(file.model_dump(mode="json", by_alias=True, exclude_none=True), values["begins"], seed)


def _drawn(written, seed):
    draws = written.get("draws") if isinstance(written, dict) else None
    if not isinstance(draws, dict):
        return {}  # it is refused with everything else
    values = draw(draws, f"{written.get('incident')} {seed}")
    if "begins" not in values:
        raise ScenarioError([Problem("draws.begins", "is required", hint="write when the trouble begins")])
    try:
        time(values["begins"])
    except UnitError as error:
        raise ScenarioError([Problem("draws.begins", error.rule, error.value)]) from None
    return values


def _card(written, begins, seed):
    parts = {name: written[name] for name in ("suspects", "looks", "mends")}
    card = Card(
        written["incident"], seed, written["title"], written["source"], written["retells"],
        _system(written["system"], written["incident"], seed), time(begins), written["alarm"],
        written["symptoms"], parts["looks"], parts["suspects"], written["right"],
        {"nothing": NOTHING} | parts["mends"], written["expert"], written["cheaper"],
        time(written["promise"]), PRICES | written["prices"],
        [(time(each["at"]), each["says"]) for each in written["notes"]], written["clock"],
    )  # fmt: skip
    _fits(card)
    return card


def _system(system, name, seed):
    if not system:
        hint = "write its workloads and its services, or {like: NAME} of a scenario"
        raise ScenarioError([Problem("system", "is empty", hint=hint)])
    if "like" in system:
        with inside("system", "like"):
            scenario = load(system["like"])
        with inside("system", "settings"):
            scenario = scenario.replace(system.get("settings", {}))
    else:
        with inside("system"):
            scenario = Scenario.from_dict({"name": name} | system)
    return scenario.replace({"run.seed": seed, "run.warmup": 0, "run.drain_limit": DRAIN})


def _fits(card):
    """Refuse names that are used and are not there."""
    used = [("right", card.right, card.suspects)]
    used += [("expert.looks", each, card.looks) for each in card.expert["looks"]]
    used += [("expert.mends", each, card.mends) for each in card.expert["mends"]]
    problems = [Problem(where, "there is none of this name", name, hint=suggest(name, known))
                for where, name, known in used if name not in known]  # fmt: skip
    for name, suspect in card.suspects.items():
        needed = "is" if name == card.right else "not"
        if needed not in suspect:
            problems.append(Problem(f"suspects.{name}.{needed}", "is required"))
    if problems:
        raise ScenarioError(problems)
    check_shown(card)
