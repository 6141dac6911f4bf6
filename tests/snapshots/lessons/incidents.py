"""What is said by what is played: incidents of the deck with fixed moves, design challenges, and toys."""

import json
import re
import tempfile
from collections import defaultdict
from contextlib import chdir
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import yaml

from evsim.lesson.board import board
from evsim.lesson.challenge import FOLDER as CHALLENGES
from evsim.lesson.challenge import challenges, judged, load_challenge, read_entries
from evsim.lesson.deck.buttons import panel
from evsim.lesson.deck.card import FOLDER, incidents, load_card
from evsim.lesson.deck.futures import Futures
from evsim.lesson.deck.game import Incident, incident
from evsim.lesson.deck.gauges import GAUGES, MINUTE, _places, reading
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.parted import TABLES
from evsim.lesson.deck.players import PLAYERS, played
from evsim.lesson.deck.sheets import Tabular
from evsim.lesson.deck.what_is_shown import looked
from evsim.lesson.lessons_folder import lesson_named, place_lessons, usual_folder
from evsim.lesson.toys import TOYS, toy
from tests.lesson import test_challenge
from tests.lesson.test_own_files import CHALLENGE, INCIDENT
from tests.snapshots.texts import rounded, tried

__all__ = ["INCIDENTS", "Control", "Controls", "displayed", "moved", "told"]

SEED, OTHERS = 1, range(2, 6)  # the luck that is played; cards of others are read
LATER = (0, 1, 5)  # minutes after the alarm


class Control:
    """A control as ipywidgets has it: what it was made with, and what is inside."""

    def __init__(self, kind, inside="", **settings):
        self.kind, self.asked = kind, None
        self.value, self.children = (inside, ()) if isinstance(inside, str) else ("", tuple(inside))
        vars(self).update(settings)

    def on_click(self, function):
        self.asked = function

    def click(self):
        self.asked(self)

    def add_class(self, name):
        self.name = name

    def _repr_mimebundle_(self):
        return {"controls": repr(self)}

    def __repr__(self):
        settings = {name: value for name, value in vars(self).items() if name not in ("kind", "children", "asked")}
        return f"<{self.kind} {settings}>" + "".join(f"\n{each!r}" for each in self.children)


class Controls:
    """A module of controls, as far as lessons use it; none needs a browser."""

    def __getattr__(self, kind):
        return partial(Control, kind)


def displayed(show):
    """What a notebook is given by a function that displays something."""
    said = []

    def display(shown, **_):
        said.append(json.dumps(shown, sort_keys=True) if isinstance(shown, dict) else _words(shown))
        return SimpleNamespace(update=lambda shown: said.append(_words(shown)))

    notebook = SimpleNamespace(display=display)
    with patch.dict("sys.modules", {"IPython": notebook, "IPython.display": notebook}):
        show()
    return "\n".join(said)


def _words(shown):
    """What it says; of a still of scenes, which says where they are in memory, their titles."""
    return " ".join(scene.title for scene in shown.shown.scenes) if hasattr(shown, "shown") else repr(shown)


def moved(show, moves):
    """What a panel shows, without and with controls, and after each move of them."""
    said, made = [], []

    def panel_(controls, change, drawn, states):
        made.append((Control("Panel", controls=controls, drawn=drawn, states=states, still="still"), change))
        return made[0][0]

    for kind in (None, panel_):
        with patch("evsim.lesson.panel._kind", lambda kind=kind: kind):
            said.append(displayed(show))
    ((widget, change),) = made
    return "\n".join([*said, *(f"{change(each)} {widget!r}" for each in moves)])


def told(sheet):
    """As a terminal shows it, and as a page does, without the bytes of a picture."""
    page = sheet._repr_html_() if hasattr(sheet, "_repr_html_") else ""
    return re.sub(r"base64,\S*", "", f"{_words(sheet)}\n{page}")


# An incident.


def _told_of(name):
    futures = Futures(load_card(name, SEED))
    begin = partial(Incident, futures.card, futures)
    for seed in OTHERS:
        card = load_card(name, seed)
        yield f"card of seed {seed}", rounded(f"{vars(card) | {'scenario': card.scenario.to_yaml()}}")
    yield "card", f"{begin().alarm} {told(begin())} {begin().opening!r}"
    yield from _looks(begin)
    yield from _gauges(futures.card, begin().watched, begin().alarm)
    yield from _mends(begin)
    yield from _ends(begin)
    for player in PLAYERS:
        yield f"player {player}", _toll(played(begin(), player))


def _toll(game):
    return f"{game.toll} {game.clock} {game.solved} {game.spent} {game.over}"


def _moments(card, alarm):
    """Moments of a shift: its ends, shortly before the trouble, and those after the alarm."""
    return sorted({0.0, 45.0, card.begins, *(alarm + minutes * MINUTE for minutes in LATER), card.duration})


def _looks(begin):
    game = begin()
    for what, look in game.card.looks.items():
        yield f"look at {what}", told(begin().look(what))
        for moment in _moments(game.card, game.alarm):
            yield f"look at {what}, {moment:g} s", repr(looked(look, game.card, game.watched, moment))


def _gauges(card, watched, alarm):
    """Each gauge and table of each place at some moments, and the log."""
    scenario, moments = card.scenario, _moments(card, alarm)
    lines = defaultdict(list)
    for name, gauge in GAUGES.items():
        for place in _places(gauge.of, scenario):
            its = reading(f"{name} {place}", scenario)
            shown = [f"{its.value(watched, each):.7g} {its.write(watched, each)}" for each in moments]
            lines[place].append(f"{its.words}: {', '.join(shown)}")
    for kind, place in _parted(scenario):
        lines[place] += [Tabular(*TABLES[kind](watched, place, now)).text() for now in moments]
    for place, its in lines.items():
        yield f"gauges of {place or 'the whole'}", "\n".join(its)
    yield "log", _log(watched, card)
    yield "stories", "\n".join(str(story(watched, card, moment)) for moment in moments)


def _parted(scenario):
    """(kind, place) of each table that can be looked at."""
    yield from (("partitions", name) for name, channel in scenario.channels.items() if channel.partitioned)
    yield from (("instances", name) for name in scenario.services)
    yield from (("keys", name) for name in scenario.workloads)


def _log(watched, card):
    return "\n".join(map(str, log_lines(watched, card, 0.0, card.duration)))


def _mends(begin):
    """What is said to each cause; what each mend does, and what everybody sees after it."""
    for cause in begin().card.suspects:
        game = begin()
        yield f"cause {cause}", f"{told(game.name(cause))}\n{_toll(game)}"
    for what in begin().card.mends:
        game = begin()
        yield f"mend {what}", f"{told(game.mend(what))}\n{_toll(game)}"
        yield f"looks after {what}", "\n".join(repr(tried(game.look, look)) for look in game.card.looks)
        yield f"log after {what}", _log(game.watched, game.card)


def _ends(begin):
    """Debriefings: of who did nothing, of the right moves, and of wrong ones until the shift is over."""
    yield "end at once", told(begin().debrief())
    game, card = begin(), begin().card
    yield "right moves", "\n".join(map(repr, [
        *map(game.look, card.expert["looks"]), game.name(card.right), *map(game.mend, card.expert["mends"]),
        game.look(next(iter(card.looks))), game,
    ]))  # fmt: skip
    yield "end of the right moves", told(game.debrief())
    game, wrong = begin(), [cause for cause in card.suspects if cause != card.right]
    moves = [game.name(wrong[0]), game.mend("restart-everything"), game.name(wrong[-1]), game.name(card.right)]
    while not game.over:
        moves.append(game.name(wrong[0]))
    over = [game.name(card.right), game.look(next(iter(card.looks))), game.mend("nothing")]
    yield "wrong moves", "\n".join(map(repr, [*moves, *over, game]))
    yield "end of the wrong moves", told(game.debrief())


# Incidents and challenges of one's own, and what is refused.

OWN = {
    "incident": "mine", "title": "Of {what}", "retells": "It was\n so.", "promise": "30s", "clock": "23:58",
    "source": {"title": "A story", "who": "Ada", "date": 2020, "address": "https://example.org/a-story"},
    "draws": {"begins": {"from": "61s", "to": "62s"}, "what": {"one of": ["list", "mail"]},
              "share": {"from": 0.5, "to": 0.75}, "many": {"from": 3, "to": 4}},
    "system": {"like": "registration-events", "settings": {
        "workloads.register-page.arrivals.poisson": "1/s", "run.duration": "6min", "objectives": {},
        "faults": [{"outage": "mailing-list", "at": "{begins}", "for": "{many} min"}]}},
    "alarm": {"gauge": "late", "above": "{share}", "minutes": 1},
    "symptoms": ["{customers} came, {response} until told; {missing before} before {begins + 30s}."],
    "looks": {"page": {"label": "the page", "minutes": 1, "shows": ["customers", "errors", "keys register-page"]}},
    "suspects": {"list": {"label": "the list is down", "is": "{waiting mailing-list} wait."},
                 "page": {"label": "the page", "not": "{yes} were told yes."}},
    "right": "list", "expert": {}, "cheaper": "{lost} were lost.", "prices": {"lost": 0.5},
    "mends": {"wait": {"label": "wait", "minutes": 1, "money": 1200, "does": []},
              "late": {"label": "wait for long", "minutes": 9, "money": 0, "does": []}},
    "notes": [{"at": "30s", "says": "somebody slept"}],
}  # fmt: skip
WRONG = {
    "right": "pge", "expert": {"looks": ["pages"], "mends": ["wat"]}, "suspects.list": {"label": "the list"},
    "alarm.above": 1, "alarm.gauge": "lates", "draws": {}, "draws.begins": {"from": "soon", "to": "later"},
    "draws.what": {"one of": []}, "draws.share": {"from": 2, "to": "3"}, "draws.many": 4, "symptoms": ["{lost of}"],
    "symptoms.0": "{busy pages}", "cheaper": "{who} knows.", "clock": "25:00", "notes.0.at": "{begins + soon}",
    "promise": "soon", "system": {}, "system.like": "registration", "system.settings": {"run.duration": "1min"},
    "title": None, "looks.page.minuets": 1, "looks.page.shows": ["late of"], "draws.what.from": 1, "draws.many.to": 1,
}  # fmt: skip


def _changed(data, path, value):
    """Data with another value at a place."""
    head, _, rest = path.partition(".")
    key = int(head) if isinstance(data, list) else head
    inside = dict(enumerate(data)) if isinstance(data, list) else data
    made = inside | {key: _changed(inside[key], rest, value) if rest else value}
    return list(made.values()) if isinstance(data, list) else made


def _opened(path, seed=1):
    """What is said of a file when somebody plays it."""
    game = Incident(load_card(path, seed))
    return f"{game!r}\n{game.look('page')!r}\n{game.debrief()!r}"


def _asked(challenge):
    troubles = {name: len(faults) for name, faults in challenge.troubles.items()}
    return f"{challenge.about} {challenge.goal} {challenge.change} {troubles}\n{challenge.base.to_yaml()}"


def _of_files():
    incident_, challenge = FOLDER / "poison-message.yaml", CHALLENGES / "keep-your-word.yaml"
    examples = {each: yaml.safe_load(each.read_text(encoding="utf-8")) for each in (incident_, challenge)}
    files = {f"own with another {place}": (_opened, _changed(OWN, place, value)) for place, value in WRONG.items()}
    for example, cases, read in ((incident_, INCIDENT, _opened), (challenge, CHALLENGE, load_challenge)):
        files |= {f"{example.stem} with another {place}": (read, _changed(examples[example], place, value))
                  for place, (value, _) in cases.items()}  # fmt: skip
    for name, read in (("incident", _opened), ("challenge", load_challenge)):
        files |= {f"{name} of a number": (read, 5), f"{name} that is empty": (read, None)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        for name, (read, data) in files.items():
            path.write_text(yaml.safe_dump(data), encoding="utf-8")
            yield name, str(tried(read, path))
        path.write_text(json.dumps(OWN), encoding="utf-8")
        for seed in range(1, 4):
            yield f"own, seed {seed}", _opened(path, seed)


def _of_challenges():
    """What is asked, and the boards of designs that keep to the rules, or do not."""
    for name in challenges():
        yield name, _asked(load_challenge(name))
    challenge, base = load_challenge("keep-your-word"), load_challenge("keep-your-word").base
    designs = {"events": test_challenge.BY_EVENT, "few": test_challenge.RIGHT["fewer"], "as": {}, "none": {
        "services.mailing-list.handle": [{"work": "120ms"}]}, "elastic": {
        "services.mailing-list.autoscale": {"by": "concurrency", "target": 2, "most": 4}}}  # fmt: skip
    designs |= {name: its for name, (its, _) in (test_challenge.WRONG | test_challenge.REFUSED).items()}
    texts = {name: base.replace(its).to_yaml() for name, its in designs.items()} | {"broken": "services: 5", "no": ""}
    texts["without"] = base.replace({"services.register.handle": [{"call": "database"}]}).to_yaml().replace(
        "mailing-list", "mailing")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            Path(folder, f"{name}.yaml").write_text(text, encoding="utf-8")
        paths = [Path(folder, f"{name}.yaml") for name in texts]
        entries = read_entries(challenge, paths)
        found = board(challenge, entries, judged(challenge, entries, 2, jobs=1), 2)
        yield "board", f"{found!r}\n{found.signed}\n{found.to_csv()}\n{found.to_html()}"
        for names in (["broken"], ["events", "events"], []):
            its = [Path(folder, f"{name}.yaml") for name in names]
            said = tried(lambda its=its: judged(challenge, read_entries(challenge, its), 1, jobs=1))
            yield f"board of {names}", str(said).replace(str(Path(folder, "events")), "events")


def _of_names():
    """What is drawn without a name, and names that nobody has."""
    for seed in range(1, 9):
        yield f"by seed {seed}", f"{incident(seed).opening!r} {incident(seed=seed).card.name}"
    game = incident("half-the-mails", 1)
    said = [tried(incident, "half-the-mails", seed) for seed in (-1, 1.5, "one", True)]
    said += [tried(verb, "nothng") for verb in (game.look, game.name, game.mend, incident, load_challenge, toy)]
    yield "none", "\n".join(map(str, said))


def _of_buttons():
    for what, controls in (("out", None), ("", Controls())):
        with patch("evsim.lesson.deck.buttons.controls", return_value=controls):
            yield f"notebook with{what} controls", displayed(incident("cold-start-burst", 1).buttons)
    for name in ("cold-start-burst", "charged-twice"):
        game = incident(name, 1)
        box = panel(Controls(), game)
        _, _, *rows, end, _, _ = box.children
        for row, places in zip(rows, (game.card.looks, game.card.suspects, game.card.mends), strict=True):
            menu, button = row.children
            menu.value = list(places)[-1]
            button.click()
            yield f"{name} after {button.description}", repr(box)
        menu.value = "nothing"
        end.click()
        yield f"{name} at the end", repr(box)


def _of_toys():
    for name in TOYS:
        its = toy(name)
        yield name, f"{its!r} {rounded(json.dumps(its.film, sort_keys=True))}"


def _of_folders():
    """Where lessons are put, and what is told of it."""
    yield "names", "\n".join(str(tried(lesson_named, name)) for name in (None, "07", "build", "nonsense"))
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for where, source in (("mine", None), ("mine", None), ("mine", "evsim==1"), ("new", "evsim==1")):
            placed = place_lessons(where, source)
            said = f"{placed.text().replace(str(placed.folder), where)} {placed.new} {placed.same} {placed.other}"
            yield f"placed in {where} at {len(placed.new)} {len(placed.same)}", f"{said} {usual_folder().name}"
        with chdir("new"):
            yield "no folder", f"{tried(place_lessons, 'glossary.md')} {usual_folder()}".replace(str(Path.cwd()), "")


INCIDENTS = {f"incident {name}": partial(_told_of, name) for name in incidents()} | {
    "own incidents": _of_files, "names of incidents": _of_names, "buttons of incidents": _of_buttons,
    "challenges": _of_challenges, "toys": _of_toys, "folders of lessons": _of_folders,
}  # fmt: skip
