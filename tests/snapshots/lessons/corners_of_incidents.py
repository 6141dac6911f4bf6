"""An incident of one's own whose gauges, alike elsewhere, differ: work in vain, replays, losses, one of five harmed."""

import tempfile
from functools import partial

from evsim.lesson.deck.game import Incident
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.players import played
from evsim.lesson.deck.toll import toll
from tests.snapshots.lessons.incidents import _gauges, told
from tests.snapshots.lessons.whole_minutes import _begun

__all__ = ["CORNERS_OF_INCIDENTS"]

BELLS = {f"bell-{at}": {"target": "bell", "arrivals": {"burst": {"count": 1, "at": f"{at}s"}}}
         for at in (125, 245, 305)}  # fmt: skip
SHOWN = ["lost", "twice", "workers stock", "oldest mails", "wasted mailer", "busy stock", "instances mailer", "log"]
CORNERS = {
    "incident": "corners", "title": "Of corners", "retells": "Somebody looked into corners.", "promise": "1 min",
    "source": {"title": "A corner", "who": "Ada", "date": "2020", "address": "https://example.org/a-corner"},
    "draws": {"begins": {"from": "120s", "to": "120s"}},
    "system": {
        "workloads": {
            "page": {"target": "shop", "arrivals": {"constant": "5/min"}, "key": {"uniform": 3}},
            "asked": {"target": "desk", "arrivals": {"burst": {"count": 4, "at": "10 min"}}, "key": {"uniform": 3}},
            **BELLS,
        },
        "services": {
            "shop": {"workers": 4, "handle": [
                {"call": {"service": "stock", "timeout": "20s"}},
                *({"publish": name} for name in ("mails", "copies", "news")), {"reply": "ok"}]},
            "stock": {"workers": 1, "handle": [{"work": "11s"}, {"effect": "row"}]},
            "bell": {"handle": [{"reply": "ok"}]},
            "desk": {"workers": 4, "handle": [{"effect": "stamp"}, {"effect": "stamp"}, {"publish": "orders"}, {
                "call": {"service": "line", "timeout": "100s", "on_error": "ignore"}}, {"reply": "ok"}]},
            "line": {"workers": 1, "handle": [{"work": "70s"}]},
            "mailer": {"instances": 14, "subscribe": {"channel": "mails", "ack": "before"}, "handle": [
                {"work": "40s"}, {"effect": "mail"}]},
            "copier": {"subscribe": {"channel": "copies", "replay": {"at": "750s", "to": {"time": "10 min"}}},
                       "handle": [{"work": "10s"}, {"effect": "copy"}]},
            "slow": {"subscribe": "orders", "handle": [{"work": "50s"}]},
            "fan": {"subscribe": "news", "handle": [{"work": "1s"}, {"effect": "seen"}]},
        },
        "channels": {"mails": "queue", "orders": "queue", "copies": "log", "news": "bus"},
        "network": {"latency": "2s"},
        "faults": [{"outage": "stock", "at": "{begins}", "for": "30s"}, {"outage": "stock", "at": "490s", "for": "10s"},
                   {"outage": "fan", "at": "3 min", "for": "30s"}, {"crash": "mailer/1", "at": "275s", "for": "9s"},
                   {"crash": "slow", "at": "640s", "for": "21s"}],
        "run": {"duration": "14 min", "warmup": "1 min"},
    },
    "alarm": {"gauge": "calls bell", "above": 0, "minutes": 2},
    "symptoms": ["{customers} came, {lost} were lost."],
    "looks": {"all": {"label": "all of it", "minutes": 0, "shows": SHOWN, "tells": "{lost} lost, {lost before} then."},
              "one": {"label": "somebody", "minutes": 1, "shows": ["customer", "busy mailer"]}},
    "suspects": {"stock": {"label": "the stock was away", "is": "{lost} were lost."},
                 "fan": {"label": "the fans", "not": "{removed news} were lost."},
                 "page": {"label": "the page", "not": "{yes} were told yes."}},
    "right": "stock", "expert": {"looks": ["all"], "mends": ["soon"]},
    "cheaper": "{lost} were lost, {customers} came.", "prices": {"lost": 3, "down": 0.25},
    "mends": {"soon": {"label": "more stock", "minutes": 2, "money": 5, "does": [
                  {"change": "services.stock.workers", "to": 3}], "since": "then\n it is  there."},
              "later": {"label": "a second look", "minutes": 3, "money": 1, "does": []},
              "late": {"label": "another look", "minutes": 1, "money": 2.5, "does": []},
              "last": {"label": "a third look", "minutes": 2, "money": 1, "does": []}},
    "notes": [{"at": "1 min", "says": "somebody slept"}, {"at": "7 min", "says": "somebody woke"}],
    "clock": "9:05",
}  # fmt: skip
GAMES = {
    "one after the other": ["mend soon", "look all", "look one", "mend late", "name page", "look all", "name page"],
    "first the wrong one": ["name fan", "mend last", "mend soon", "look all", "name stock"],
    "nothing": ["look all", "look one"],
}


def _of_incidents():
    with tempfile.TemporaryDirectory() as folder:
        futures = _begun(folder, CORNERS)
    begin = partial(Incident, futures.card, futures)
    game = begin()
    card, watched = game.card, game.watched
    yield "card", f"{game.alarm} {told(game)} {card.prices} {card.scenario.run_settings} {toll(game.run, card, 0)}"
    for alarm in (130, 360, 420):
        yield from ((f"{what}, {alarm} s", text) for what, text in _gauges(card, watched, alarm))
    yield "log", "\n".join(map(str, log_lines(watched, card, 0.0, card.duration)))
    yield "stories", "\n".join(str(story(watched, card, moment)) for moment in (60, 150, 190, 250, 400, 505, 840))
    for name, moves in GAMES.items():
        game = begin()
        said = [getattr(game, verb)(what) for verb, what in map(str.split, moves)]
        yield name, "\n".join(map(repr, [*said, game.debrief(), game.solved, game.toll, game.symptoms]))
    for player in ("greedy", "expert"):
        game = played(begin(), player)
        yield player, f"{game.mended} {game.looked} {game.toll}"


CORNERS_OF_INCIDENTS = {"corners of incidents": _of_incidents}
