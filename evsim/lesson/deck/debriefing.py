"""The debriefing of an incident: what was broken, what the figures showed, what everybody's way cost."""

from evsim.lesson.deck.players import played
from evsim.lesson.deck.sheets import Sheet, Tabular
from evsim.lesson.deck.toll import money, toll
from evsim.lesson.deck.what_is_shown import said

__all__ = ["debriefing", "tolls"]

HEADER = ("whose way", "lost", "told untrue", "for good", "minutes down", "money spent", "in all")


def debriefing(game):
    """The :class:`Sheet` of a game that is over."""
    card, right = game.card, game.card.suspects[game.card.right]
    watched = game.futures.watched()
    source = card.source
    parts = [
        f"Broken first: {right['label']}. {said(right['is'], card, watched, game.alarm)}",
        *_named(game),
        Tabular(HEADER, tuple((name, *row(its)) for name, its in tolls(game).items())),
        *_figures(game),
        *_mends(game),
        f"Cheaper: {said(card.cheaper, card, watched, game.alarm)}",
        f"It happened: {' '.join(card.retells.split())} ({source['who']}: {source['title']}, {source['date']})",
        source["address"],
    ]
    return Sheet(f"Debriefing: {card.title} ({card.name}, seed {card.seed})", tuple(parts))


def tolls(game):
    """whose way -> its :class:`~evsim.lesson.deck.toll.Toll`."""
    expert = played(type(game)(game.card, game.futures), "expert")
    return {
        "doing nothing": toll(game.futures.run(), game.card, 0),
        "you": game.toll,
        "somebody who knows": expert.toll,
    }


def row(its):
    counts = its.lost, its.untrue, its.never, its.down
    return (*(f"{each:,}" for each in counts), money(its.spent), money(its.total))


def _named(game):
    card = game.card
    wrong = [(moment, cause) for moment, cause in game.named if cause != card.right]
    for moment, cause in wrong:
        suspect = card.suspects[cause]
        words = said(suspect["not"], card, game.futures.watched(), moment)
        yield f"At {card.time_of_day(moment)} you named: {suspect['label']}. {words}"
    if not game.named:
        yield "You named no cause."
    elif not wrong:
        yield f"You named it at {card.time_of_day(game.named[0][0])}, at once."


def _figures(game):
    """What each look showed at the alarm, as far as the file says it."""
    card, watched = game.card, game.futures.watched()
    lines = [(name, said(each["tells"], card, watched, game.alarm)) for name, each in card.looks.items()
             if "tells" in each]  # fmt: skip
    if lines:
        yield Tabular(("a look at", "showed"), tuple(lines), (0, 1))


def _mends(game):
    """What each mend alone would have cost, begun when yours was, or at the alarm."""
    card = game.card
    begun = game.mended[0][0] - card.mends[game.mended[0][1]]["minutes"] * 60 if game.mended else game.alarm
    lines = []
    for name, mend in card.mends.items():
        moment = begun + mend["minutes"] * 60
        if moment < card.duration:
            its = toll(game.futures.run(((moment, name),)), card, mend["money"])
            lines.append((mend["label"], *row(its), " ".join(mend.get("since", "").split())))
    title = f"each mend alone, begun at {card.time_of_day(begun)}"
    yield Tabular((title, *HEADER[1:], "why"), tuple(lines), (0, 7))
