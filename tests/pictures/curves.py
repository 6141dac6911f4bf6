"""Curves of all customers, worked out a second time: who had what by when, one customer after the other."""

from math import ceil, inf

from evsim.figures import write_as
from evsim.view.words import count, seconds, short
from tests.figures.customers import elapsed

__all__ = [
    "Crowd",
    "Curve",
    "ecdf",
    "ecdf_title",
    "flow",
    "flow_title",
    "ecdf_words",
    "half",
    "missed",
    "never",
    "staleness",
    "staleness_title",
    "staleness_words",
]

WORDS = {"ok": "yes", "declined": "no", "pending": "nothing"}
MOST_ALONE, MOST_LINES = 5, 6  # effects with a line of their own


class Crowd:
    """All customers of a run; ``word`` of each: what they were told."""

    def __init__(self, run, customers):
        self.run, self.all, self.ended_at = run, customers, run.ended_at
        self.complete = not run.tables.still_open
        self.counted = [each for each in customers if each.counted]
        self.names = [name for name in run.outcomes.names if name in run.tables.effect_names]
        for each in customers:
            each.word = WORDS.get(each.ending, "error")

    def told(self, word, some=None):
        return [each for each in (self.all if some is None else some) if each.word == word]

    def first(self, customer, name):
        """When an effect first came to a customer, and stood."""
        return min(customer.stands[name]) if name in customer.stands else None


class Curve:
    """``times`` at which something comes, one for each who has it, of so many customers (``of``)."""

    def __init__(self, name, times, of):
        self.name, self.times, self.of = name, sorted(time for time in times if time is not None), of


# Arrived, told, done.


def flow(crowd):
    """The lines of *arrived, told, done*, first of all who arrived."""
    lines = [Curve("arrived", [each.born for each in crowd.all], 0),
             Curve("told yes", [each.settled for each in crowd.told("yes")], 0)]  # fmt: skip
    effects, late = [], {}
    for name in crowd.names:
        if not any(name in each.due or crowd.first(each, name) is not None for each in crowd.all):
            continue
        effects.append(Curve(name, [crowd.first(each, name) for each in crowd.all], 0))
        there = [(crowd.first(each, name), each.born) for each in crowd.all]
        late[name] = sum((crowd.ended_at if first is None else first) - born for first, born in there)
    slowest = sorted(late, key=lambda name: -late[name])[:MOST_LINES]
    lines += [each for each in effects if each.name in slowest]
    for word in ("no", "error"):
        if crowd.told(word):
            lines.append(Curve(f"told {word}", [each.settled for each in crowd.told(word)], 0))
    return lines


def flow_title(crowd):
    """What the picture of counts says above, where no backlog is worked off."""
    yes, number = crowd.told("yes"), len(crowd.all)
    if len(yes) == number:
        who = "The only customer was" if number == 1 else f"All {number:,} were"
        said = f"{who} told yes, within {seconds(max(each.response for each in yes))}"
    else:
        said = f"{f'{len(yes):,}' if yes else 'None'} of {number:,} {'were' if len(yes) > 1 else 'was'} told yes"
        for word, words in (("no", "no"), ("error", "an error"), ("nothing", "nothing yet")):
            said += f", {len(crowd.told(word)):,} {words}" if crowd.told(word) else ""
    until = min(crowd.run.scenario.run_settings.duration, crowd.ended_at)
    waited = sum(each.born <= until for each in crowd.all)
    waited -= sum(each.word != "nothing" and each.settled <= until for each in crowd.all)
    if waited > max(10, 0.05 * number):
        return f"{said}; {waited:,} waited for their answer when the arrivals ended"
    if not any(each.due for each in crowd.all):
        return said
    if missing := sum(not each.due <= each.stands.keys() for each in crowd.all):
        return f"{said}; for {missing:,} not all was done{'' if crowd.complete else ' yet'}"
    lag = max((each.consistency_lag for each in crowd.all if each.consistency_lag is not None), default=0.0)
    return f"{said}; all was done {f'at most {seconds(round(lag, 9))} later' if lag > 0 else 'by then'}"


# Shares by time.


def ecdf(crowd):
    """The lines of shares of those counted against time, without those that nobody has."""
    mine, lines = crowd.counted, []
    for word in ("yes", "no", "error"):
        lines.append(Curve(f"told {word}", [each.response for each in crowd.told(word, mine)], len(mine)))
    names = crowd.run.tables.effect_names
    if len(names) > MOST_ALONE:
        due = [each for each in mine if each.due]
        lines.append(Curve(f"all of {len(names)} effects", [each.completion for each in due], len(due)))
    for name in crowd.names if len(names) <= MOST_ALONE else ():
        due = [each for each in mine if name in each.due]
        firsts = [(crowd.first(each, name), each.born) for each in due]
        times = [elapsed(first, born) for first, born in firsts if first is not None]
        lines.append(Curve(name, times, len(due)))
    return [line for line in lines if line.times]


def half(curve):
    """The time by which half of all have it; None if fewer ever have."""
    place = ceil(curve.of / 2) - 1
    return curve.times[place] if place < len(curve.times) else None


def ecdf_words(curve):
    within = "" if half(curve) is None else f", half of all within {seconds(half(curve))}"
    return f"{curve.name}: {len(curve.times):,} of {count(curve.of, 'customer')}{within}."


def ecdf_title(lines):
    named = [f"{short(each.name)} {seconds(half(each))}" for each in lines if half(each) is not None][:4]
    if not named:
        return "Half of the customers never have what they came for"
    return f"Half of the customers have it within: {', '.join(named)}"


# Read your own write.


def staleness(crowd):
    """Of those counted who were told yes: how long each misses everything, and each effect (inf: for ever)."""
    mine = crowd.told("yes", crowd.counted)
    if not mine:
        return []
    lines = [Curve("everything", [lag_of_all(each) for each in mine], len(mine))]
    for name in crowd.names if 1 < len(crowd.run.tables.effect_names) <= MOST_ALONE else ():
        due = [(crowd.first(each, name), each) for each in mine if name in each.due]
        lags = [inf if first is None else max(0.0, elapsed(first, each.settled)) for first, each in due]
        if due:
            lines.append(Curve(name, lags, len(due)))
    return lines


def lag_of_all(customer):
    if customer.told == "yes, never true":
        return inf
    return 0.0 if customer.consistency_lag is None else customer.consistency_lag


def never(curve):
    return sum(time == inf for time in curve.times)


def missed(curve, moment):
    """How many miss it so many seconds after they were told."""
    return sum(time > moment for time in curve.times)


def longest(curve):
    return max((time for time in curve.times if time < inf), default=0.0)


def staleness_words(curve):
    end = f"{never(curve):,} never" if never(curve) else f"0 after {seconds(longest(curve))}"
    return f"{curve.name}: {missed(curve, 0):,} of {curve.of:,} miss it when told, {end}."


def staleness_title(crowd, everything):
    if not missed(everything, 0):
        if everything.of == 1:
            return "When the only customer was told yes, it was true"
        return f"Whoever of the {everything.of:,} customers was told yes, it was true"
    when = f"the last one until {seconds(longest(everything))} later"
    if never(everything):
        when = f"{never(everything):,} {'for ever' if crowd.complete else 'to the end of the run'}"
    share = write_as("share", missed(everything, 0) / everything.of)
    return f"When told yes, it is not true yet for {share} of the customers; {when}"
