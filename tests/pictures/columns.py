"""Promise and truth, and a hundred customers, worked out a second time: who stands where, and how high."""

from evsim.view.words import count, seconds

__all__ = ["Moment", "dots_of", "dots_words", "most_wrong", "promise_counts", "promise_rows", "promise_title"]

DOTS, MOST = 100, 6


class Moment:
    """How things stood at a time (None: at the end) for those who had come, in the order in which they came.

    What is undone later counts at no moment.
    """

    def __init__(self, crowd, at=None):
        self.crowd, self.names = crowd, crowd.names
        self.final = at is None and crowd.complete
        time = float("inf") if at is None else at
        self.customers = sorted((each for each in crowd.all if each.born <= time), key=lambda each: each.born)
        self.word, self.times, self.odd, self.untrue = [], [], [], []
        for each in self.customers:
            told = each.word if each.word != "nothing" and each.settled <= time else "nothing"
            stands = {}
            for name, its in each.stands.items():
                own = sum(when <= time for when in each.repeats.get(name, ()))
                stands[name] = max(own, min(its) <= time)  # what a replay does again is no repetition
            there = {name for name, times in stands.items() if times}
            complete = each.due <= there and not each.back & there
            true = complete and bool(each.due or not each.back)
            lies = {"yes": not true, "no": bool(there & (each.due | each.back)),
                    "error": bool(there & (each.due | each.back)), "nothing": False}[told]  # fmt: skip
            twice = any(times > 1 for times in stands.values())
            self.word.append(told), self.times.append(stands)
            self.untrue.append((told if lies else "", twice)), self.odd.append(lies or twice)

    def done(self, name):
        return [times.get(name, 0) for times in self.times]

    def due(self, name):
        return [name in each.due for each in self.customers]


def promise_rows(moment):
    """(name of the row, height, places of the customers with such a bar) of each sort of bar, from above."""
    told = {word: [place for place, its in enumerate(moment.word) if its == word] for word in set(moment.word)}
    for word, height in (("yes", 1.0), ("error", -1.0), ("no", -0.6), ("nothing", 0.12)):
        yield "told", height, told.get(word, [])
    for name in most_wrong(moment):
        done = moment.done(name)
        for least in (1, 2):
            yield name, 0.5, [place for place, times in enumerate(done) if times >= least]
    yield "not as told", 0.5, [place for place, odd in enumerate(moment.odd) if odd]


def most_wrong(moment):
    """The names of the effects with rows: where there are too many, those that went wrong most often."""
    wrong = {}
    for name in moment.names:
        pairs = list(zip(moment.done(name), moment.due(name), strict=True))
        wrong[name] = sum(due and not done for done, due in pairs) + sum(done > 1 for done, _ in pairs)
    named = sorted(moment.names, key=lambda name: -wrong[name])[:MOST]
    return [name for name in moment.names if name in named]


def promise_counts(moment):
    """What stands beside each row, a line for each thing that happened to anybody."""
    words = (("yes", "yes ▲"), ("no", "no ▾"), ("error", "error ▼"), ("nothing", "waiting"))
    yield [f"{moment.word.count(word):,} {text}" for word, text in words if word in moment.word]
    for name in most_wrong(moment):
        done, due = moment.done(name), moment.due(name)
        absent = sum(due and not times for times, due in zip(done, due, strict=True))
        groups = ((done.count(1), "once"), (sum(times > 1 for times in done), "twice or more"),
                  (absent, "never" if moment.final else "not there"))  # fmt: skip
        yield [f"{number:,} {text}" for number, text in groups if number]
    yield [f"{sum(moment.odd):,}"]


def promise_title(moment):
    """Who was told what is not true."""
    many = len(moment.customers)
    lies = [word for word, _ in moment.untrue]
    parts = [(lies.count("yes"), f"told yes, and not all is done{'' if moment.final else ' yet'}"),
             (lies.count("no"), "told no, and something is done"),
             (lies.count("error"), "told error, and something is done"),
             (sum(twice for _, twice in moment.untrue), "with something done more than once")]  # fmt: skip
    if any(number for number, _ in parts):
        return f"Of {count(many, 'customer')}: " + "; ".join(f"{number:,} {text}" for number, text in parts if number)
    waiting = moment.word.count("nothing")
    if waiting == many:
        return "Nobody has been told anything"
    still = f"; {waiting:,} still {'waits' if waiting == 1 else 'wait'} for an answer" if waiting else ""
    others = [word for word in ("no", "error") if word in moment.word]
    if others:
        return f"What customers were told is true, also to those told {' or '.join(others)}{still}"
    return f"Everybody told yes has all that was promised{still}"


def dots_of(crowd):
    """(times of dots of those told yes, of those told no or an error, how many have no answer): a hundred, or all."""
    mine = crowd.counted
    good = sorted(each.response for each in mine if each.word == "yes")
    bad = sorted(each.response for each in mine if each.word in ("no", "error"))
    sizes = [len(good), len(bad), len(mine) - len(good) - len(bad)]
    dots = min(DOTS, len(mine))
    exact = [dots * size / max(1, len(mine)) for size in sizes]
    whole = [int(share) for share in exact]
    while sum(whole) < dots:  # the largest remainder is next
        rest = [share - many for share, many in zip(exact, whole, strict=True)]
        whole[rest.index(max(rest))] += 1
    middles = [[values[int((dot + 0.5) / many * len(values))] for dot in range(many)]
               for values, many in zip((good, bad), whole, strict=False)]  # fmt: skip
    return *middles, whole[2]


def dots_words(crowd):
    """What the picture says of one run."""
    mine, words = crowd.counted, [each.word for each in crowd.counted]
    answered = sorted(each.response for each in mine if each.word != "nothing")
    if not answered:
        return f"no answer for any of {count(len(mine), 'customer')}"
    low, high = answered[(len(answered) - 1) // 2], answered[len(answered) // 2]
    said = f"half within {seconds((low + high) / 2)}"
    place = 0.99 * (len(answered) - 1)
    if round(0.01 * len(answered), 6) >= 10:
        one, other = answered[int(place)], answered[min(int(place) + 1, len(answered) - 1)]
        said += f", 99 of 100 within {seconds(one + (other - one) * (place - int(place)))}"
    for word, text in (("no", "told no"), ("error", "told error"), ("nothing", "without answer")):
        said += f", {words.count(word):,} {text}" if word in words else ""
    return said
