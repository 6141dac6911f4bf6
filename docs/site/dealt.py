"""Incidents as plain data for a page without Python: what each look shows at each minute, what each mend costs."""

from evsim.experiment.running import in_order
from evsim.lesson.deck.card import incidents, load_card
from evsim.lesson.deck.debriefing import tolls
from evsim.lesson.deck.game import WRONG, Incident
from evsim.lesson.deck.gauges import MINUTE, reading
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.parted import TABLES
from evsim.lesson.deck.toll import toll
from evsim.lesson.deck.what_is_shown import LOG, LOGGED, SHOWN, STORY, USUAL, said

__all__ = ["SEEDS", "deck", "dealt"]

SEEDS = (11, 12)  # of each incident: two lucks
LONG = 12  # minutes after the alarm for which a game lasts here
EVERY = 3  # minutes: a mend is in place at each of these


def deck():
    """Everything that the page needs."""
    cards = in_order(_dealt, [(name, seed) for name in incidents() for seed in SEEDS], progress=False)
    return {"cards": cards, "wrong": WRONG, "shown": SHOWN, "usual": USUAL, "logged": LOGGED, "every": EVERY}


def _dealt(which):
    return dealt(*which)


def dealt(name, seed):
    """One incident with one luck."""
    game = Incident(load_card(name, seed))
    card, alarm = game.card, int(game.alarm // MINUTE)
    end = min(alarm + LONG, int(card.duration // MINUTE) - 1)
    return {
        "name": name, "seed": seed, "title": card.title, "clock": card.clock,
        "about": " ".join(card.scenario.about.split()), "symptoms": list(game.symptoms), "alarm": alarm, "end": end,
        "looks": {key: _look(game, look, alarm, end) for key, look in card.looks.items()},
        "suspects": {key: _suspect(game, key) for key in card.suspects}, "right": card.right,
        "mends": {key: _mend(game, key, alarm, end) for key in card.mends},
        "tolls": {whose: _cost(its) for whose, its in tolls(game).items() if whose != "you"},
        "notes": [[int(time // MINUTE), words] for time, words in card.notes],
        "cheaper": said(card.cheaper, card, game.watched, game.alarm), "retells": " ".join(card.retells.split()),
        "source": {key: str(value) for key, value in card.source.items()},
    }  # fmt: skip


def _look(game, look, alarm, end):
    made = {"label": look["label"], "minutes": look["minutes"], "parts": [
        _part(game, each, alarm, end) for each in look["shows"]]}  # fmt: skip
    if "tells" in look:
        made["tells"] = said(look["tells"], game.card, game.watched, game.alarm)
    return made


def _part(game, shown, alarm, end):
    """A gauge with a value for every minute, the lines of the log, or rows for each minute of the game."""
    card, watched, minutes = game.card, game.watched, range(alarm, end + 1)
    if shown == LOG:
        noted = len(card.notes)
        lines = log_lines(watched, card, (alarm - LOGGED) * MINUTE, end * MINUTE)
        words = {note for _, note in card.notes}
        return {"kind": "log", "lines": [line for line in lines if not noted or line[1] not in words]}
    if shown == STORY:
        return {
            "kind": "rows",
            "header": ["at", "what"],
            "rows": [story(watched, card, each * MINUTE) for each in minutes],
        }
    if shown.split()[0] in TABLES:
        name, place = shown.split()
        found = [TABLES[name](watched, place, each * MINUTE) for each in minutes]
        return {"kind": "rows", "header": found[0][0], "rows": [rows for _, rows in found]}
    its = reading(shown, card.scenario)
    moments = [(minute + 1) * MINUTE for minute in range(end)]
    values = [its.value(watched, each) for each in moments]
    return {
        "kind": "gauge", "words": its.words, "said": [its.write(watched, each) for each in moments],
        "values": [None if each != each else float(f"{float(each):.3g}") for each in values],
    }  # fmt: skip


def _suspect(game, key):
    suspect = game.card.suspects[key]
    words = suspect["is" if key == game.card.right else "not"]
    return {"label": suspect["label"], "said": said(words, game.card, game.watched, game.alarm)}


def _mend(game, key, alarm, end):
    """A mend, and what it costs by the minute from which it works."""
    card, mend = game.card, game.card.mends[key]
    minutes = range(alarm, end + 1, EVERY)
    costs = {each: toll(game.futures.run(((each * MINUTE, key),)), card, mend["money"]) for each in minutes}
    return {
        "label": mend["label"], "minutes": mend["minutes"], "money": mend["money"],
        "since": " ".join(mend.get("since", "").split()), "costs": {each: _cost(its) for each, its in costs.items()},
    }  # fmt: skip


def _cost(its):
    return [its.lost, its.untrue, its.never, its.down, its.spent, its.total]
