"""What a look shows: gauges minute by minute, the log, a customer's story; and texts with figures in them."""

from evsim.lesson.deck.draws import BRACES
from evsim.lesson.deck.gauges import MINUTE, reading
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.parted import TABLES, check_table
from evsim.lesson.deck.sheets import Sheet, Sparkline, Tabular
from evsim.lesson.own_file import inside

__all__ = ["LOG", "STORY", "check_shown", "looked", "minutes_shown", "said"]

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


def check_shown(card):
    """Refuse a gauge, or a table, that is named somewhere and is not there."""
    for path, text in _named(card):
        with inside(*path):
            reading(text, card.scenario) if _is_gauge(text) else check_table(text, card.scenario)


def _named(card):
    """(path, gauge or table) of each that is named in the file of an incident."""
    yield ("alarm", "gauge"), card.alarm["gauge"]
    for name, look in card.looks.items():
        for number, each in enumerate(look["shows"]):
            if each not in (LOG, STORY):
                yield ("looks", name, "shows", number), each
    texts: list[tuple[tuple, str]] = [(("symptoms", number), each) for number, each in enumerate(card.symptoms)]
    texts += [(("looks", name, "tells"), look.get("tells", "")) for name, look in card.looks.items()]
    texts += [(("suspects", name, key), each.get(key, "")) for name, each in card.suspects.items()
              for key in ("is", "not")]  # fmt: skip
    for path, text in [*texts, (("cheaper",), card.cheaper)]:
        yield from ((path, found) for found in BRACES.findall(text))


def _is_gauge(shown):
    return shown not in (LOG, STORY) and shown.partition(" ")[0] not in TABLES


def looked(look, card, watched, now):
    """The :class:`Sheet` of a look."""
    gauges = [each for each in look["shows"] if _is_gauge(each)]
    parts = [_minutes(gauges, card, watched, now)] if gauges else []
    for each in look["shows"]:
        if each == LOG:
            parts.append(_lines(log_lines(watched, card, now - LOGGED * MINUTE, now), "the log says nothing"))
        elif each == STORY:
            parts.append(_lines(story(watched, card, now), "there is nobody yet"))
        elif not _is_gauge(each):
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
