"""What a look shows: gauges minute by minute, the log, a customer's story; and texts with figures in them."""

from evsim.lesson.deck.draws import BRACES
from evsim.lesson.deck.gauges import MINUTE, reading
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.parted import TABLES
from evsim.lesson.deck.sheets import Sheet, Sparkline, Tabular

__all__ = ["LOG", "STORY", "looked", "minutes_shown", "said"]

LOG, STORY = "log", "customer"
SHOWN = 6  # minutes
USUAL = 3  # the minute that shows what is usual
LOGGED = 5  # minutes


def said(text, card, watched, now):
    """A text with the figures of a moment in the place of its gauges."""

    def figure(found):
        its = reading(found[1], card.scenario)
        return its.write(watched, card.begins // MINUTE * MINUTE if its.before else now)

    return " ".join(BRACES.sub(figure, text).split())


def looked(look, card, watched, now):
    """The :class:`Sheet` of a look."""
    gauges = [each for each in look["shows"] if each not in (LOG, STORY) and each.split()[0] not in TABLES]
    parts = [_minutes(gauges, card, watched, now)] if gauges else []
    for each in look["shows"]:
        if each == LOG:
            parts.append(_lines(log_lines(watched, card, now - LOGGED * MINUTE, now), "the log says nothing"))
        elif each == STORY:
            parts.append(_lines(story(watched, card, now), "there is nobody yet"))
        elif each.split()[0] in TABLES:
            name, place = each.split()
            parts.append(Tabular(*TABLES[name](watched, place, now)))
    return Sheet(f"{card.time_of_day(now)}: {look['label']}", tuple(parts))


def minutes_shown(now):
    """The moments that a table of minutes has: one from before the trouble, and the last ones."""
    last = [now - back * MINUTE for back in reversed(range(SHOWN))]
    return [USUAL * MINUTE, *(each for each in last if each > USUAL * MINUTE)]


def _minutes(gauges, card, watched, now):
    moments = minutes_shown(now)
    header = ("the minute before", *(card.time_of_day(each) for each in moments), "since the start")
    rows = []
    for text in gauges:
        its = reading(text, card.scenario)
        rows.append((its.words, *(its.write(watched, each) for each in moments), _bars(its, watched, now)))
    return Tabular(header, tuple(rows), (0, len(header) - 1))


def _bars(its, watched, now):
    """A bar for each minute until now."""
    return Sparkline([its.value(watched, (minute + 1) * MINUTE) for minute in range(int(now // MINUTE))])


def _lines(lines, none):
    return Tabular(("at", "what"), tuple(lines), (0, 1)) if lines else none
