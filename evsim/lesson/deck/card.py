"""An incident as its file has it, with what was drawn filled in: the system, its trouble, what can be looked at."""

from dataclasses import dataclass, field
from pathlib import Path

from evsim.lesson.deck.draws import draw, fill
from evsim.lesson.file_shape import CLOCK, MAPPING, NUMBER, TEXT, TIME, refuse_other_shapes
from evsim.scenario import Scenario, ScenarioError, load
from evsim.scenario.errors import Problem, suggest
from evsim.scenario.reading import read
from evsim.scenario.textfile import read_text
from evsim.scenario.units import UnitError, time

__all__ = ["Card", "incidents", "load_card"]

FOLDER = Path(__file__).resolve().parents[2] / "incidents"
NEEDED = ("incident", "title", "source", "retells", "draws", "system", "alarm", "symptoms", "looks", "suspects",
          "right", "mends", "expert", "cheaper")  # fmt: skip
OPTIONAL = {"promise": "2 min", "prices": {}, "notes": [], "clock": "10:00"}
DRAIN = "5 min"  # after the shift: whatever is not done by then was late long before
PRICES = {"lost": 20, "untrue": 30, "never": 40, "down": 50}
SOURCE = ("title", "who", "date", "address")
ENTRIES = {"looks": ("label", "minutes", "shows", "tells"), "suspects": ("label", "is", "not"),
           "mends": ("label", "minutes", "money", "does", "since")}  # fmt: skip
SOMETIMES = ("tells", "is", "not", "since")  # of entries
SHAPE = {
    "incident": TEXT, "title": TEXT, "source": MAPPING, "retells": TEXT, "draws": {...: MAPPING}, "system": MAPPING,
    "alarm": {"gauge": TEXT, "above": NUMBER, "minutes?": NUMBER}, "symptoms": [TEXT],
    "looks": {...: {"label?": TEXT, "minutes?": NUMBER, "shows?": [TEXT], "tells?": TEXT}},
    "suspects": {...: {"label?": TEXT, "is?": TEXT, "not?": TEXT}}, "right": TEXT,
    "mends": {...: {"label?": TEXT, "minutes?": NUMBER, "money?": NUMBER, "does?": [MAPPING], "since?": TEXT}},
    "expert": {"looks?": [TEXT], "mends?": [TEXT]}, "cheaper": TEXT, "promise?": TIME, "prices?": {...: NUMBER},
    "notes?": [{"at": TIME, "says": TEXT}], "clock?": CLOCK,
}  # fmt: skip
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
            raise ScenarioError([Problem("incident", "there is none", str(name_or_path),
                                         hint=suggest(str(name_or_path), incidents()))])  # fmt: skip
    written = read(read_text(path), str(path))[0]
    _whole(written, path)
    refuse_other_shapes({"draws": written["draws"]}, {"draws": SHAPE["draws"]}, path.name)
    values = draw(written["draws"], f"{written['incident']} {seed}")
    if "begins" not in values:
        raise ScenarioError([Problem(f"{path.name}: draws.begins", "is missing", hint="write when the trouble begins")])
    try:
        filled = fill(written, values)
        refuse_other_shapes(filled, SHAPE, path.name)
        return _card(OPTIONAL | filled, values["begins"], seed, path)
    except UnitError as error:
        raise ScenarioError([Problem(path.name, error.rule, error.value)]) from None


def _whole(written, path):
    """Refuse a file that lacks something, or has what is not known."""
    if not isinstance(written, dict):
        raise ScenarioError([Problem(str(path), "is no incident", hint=f"it needs {', '.join(NEEDED)}")])
    problems = [Problem(f"{path.name}: {name}", "is missing") for name in NEEDED if name not in written]
    problems += [Problem(f"{path.name}: {name}", "is not known", hint=suggest(name, (*NEEDED, *OPTIONAL)))
                 for name in written if name not in (*NEEDED, *OPTIONAL)]  # fmt: skip
    if problems:
        raise ScenarioError(problems)


def _card(written, begins, seed, path):
    parts = {name: written[name] for name in ("suspects", "looks", "mends")}
    card = Card(
        written["incident"], seed, written["title"], written["source"], written["retells"],
        _system(written["system"], written["incident"], seed), time(begins), written["alarm"],
        written["symptoms"], parts["looks"], parts["suspects"], written["right"],
        {"nothing": NOTHING} | parts["mends"], {"looks": [], "mends": []} | written["expert"], written["cheaper"],
        time(written["promise"]), PRICES | written["prices"],
        [(time(each["at"]), each["says"]) for each in written["notes"]], written["clock"],
    )  # fmt: skip
    _fits(card, path)
    return card


def _system(system, name, seed):
    if "like" in system:
        scenario = load(system["like"]).replace(system.get("settings", {}))
    else:
        scenario = Scenario.from_dict({"name": name} | system)
    return scenario.replace({"run.seed": seed, "run.warmup": 0, "run.drain_limit": DRAIN})


def _fits(card, path):
    """Refuse names that are used and are not there."""
    used = [("right", card.right, card.suspects)]
    used += [("expert.looks", each, card.looks) for each in card.expert["looks"]]
    used += [("expert.mends", each, card.mends) for each in card.expert["mends"]]
    problems = [Problem(f"{path.name}: {where}", "there is none of this name", name, hint=suggest(name, known))
                for where, name, known in used if name not in known]  # fmt: skip
    problems += [Problem(f"{path.name}: source.{each}", "is missing") for each in SOURCE if each not in card.source]
    for kind, known in ENTRIES.items():
        for name, entry in getattr(card, kind).items():
            where = f"{path.name}: {kind}.{name}"
            problems += [Problem(f"{where}.{each}", "is missing") for each in known
                         if each not in entry and each not in SOMETIMES]  # fmt: skip
            problems += [Problem(f"{where}.{each}", "is not known", hint=suggest(each, known)) for each in entry
                         if each not in known]  # fmt: skip
    for name, suspect in card.suspects.items():
        needed = "is" if name == card.right else "not"
        if needed not in suspect:
            problems.append(Problem(f"{path.name}: suspects.{name}.{needed}", "is missing"))
    if problems:
        raise ScenarioError(problems)
