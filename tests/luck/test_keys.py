"""Keys of draws: no two draws of different meaning share a number, and no part of a key could be left out."""

import re
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import evsim
from evsim.engine import random_streams as engine
from evsim.engine.item_paths import ItemPaths
from evsim.engine.random_streams import Label, RandomStreams
from evsim.run import Simulation
from tests.books.holding import holds
from tests.books.systems import systems
from tests.luck.noting import noted
from tests.luck.rich import RICH


def notes_of(scenario):
    with noted() as notes:
        Simulation(scenario).run()
    return notes


@pytest.fixture(scope="module")
def rich():
    return {name: notes_of(scenario) for name, scenario in RICH.items()}


def is_drawn_again_on_purpose(purpose):
    """What a `maybe` takes, what an event is worth to a window, and how many items there are, ignores the attempt."""
    return purpose[3:4] in (("maybe",), ("window",)) or purpose[0] == "items"


def shared(notes):
    """Streams of one key, and numbers of a stream that were read more than once."""
    streams = [each for each, count in Counter(map(written, notes.purposes)).items() if count > 1]
    numbers = [each for each, count in notes.reads.items() if count > 1 and each[0][0] != "back-off"]
    return (
        [each for each in streams if each.split("\x1f")[3:4] != ["maybe"] and not each.startswith("items\x1f")],
        [*(each for each in numbers if not is_drawn_again_on_purpose(each[0])), *shared_waits(notes)],
    )


def shared_waits(notes):
    """(purpose, number) of waits of which two share a draw.

    A decorrelated wait is worked out from all waits before it: of three in a row the first draw is read three times,
    the second twice, the last once. So as many draws are read twice as once, or fewer, and so on.
    """
    times = {}
    for (purpose, number, _), count in notes.reads.items():
        if purpose[0] == "back-off":
            times.setdefault((purpose, number), Counter())[count] += 1
    return [
        each for each, found in times.items() if any(found[count] > found[count - 1] for count in found if count > 1)
    ]


def written(purpose):
    return "\x1f".join(map(str, purpose))


@pytest.mark.slow
@pytest.mark.parametrize("name", RICH)
def test_no_two_draws_of_a_rich_system_share_a_number(rich, name):
    assert sum(rich[name].reads.values()) > 1000
    assert shared(rich[name]) == ([], [])


@holds(0.1, systems())
def test_no_two_draws_of_any_system_share_a_number(scenario):
    assert shared(notes_of(scenario)) == ([], [])


# Each part of a key is needed: without it, two streams of the rich systems would be one.

STEP = ("workload", "service", "visit", "kind", "ordinal")
LINK = ("link", "workload", "source", "target", "ordinal")
FAULT = ("which time", "ordinal", "kind", "subject")
FAMILIES = {
    "arrivals": ("arrivals", "workload"),
    "sizes of batches": ("batch", "workload"),
    "keys": ("key", "workload"),
    "thoughts": ("think", "workload"),
    "first thoughts": ("first think", "workload"),
    "steps": STEP,
    "error rates": ("error rate", "workload", "service", "visit"),
    "balancing": ("balance", "workload", "service", "visit"),
    "back-off of attempts": ("back-off", "workload", "source", "service", "visit"),
    "back-off of publishes": ("back-off", *STEP),
    "latencies": LINK,
    "losses": ("loss", *LINK),
    "copies": ("duplication", *LINK),
    "random faults": FAULT,
    "sticky partitioners": ("sticky", "log", "service", "instance"),
    "replication": ("replication", "log", "broker", *STEP),
    "catching up": ("replication", "log", "broker"),
    "inits of environments": ("init", "service"),
    "starts of instances": ("start", "service"),
    "times of events": ("event time", "workload"),
    "numbers of items": ("items", *STEP),
    "who is let in": ("door", "workload"),
}
NAMES = {parts[0] for parts in FAMILIES.values()} - {"workload", "which time"}
SAID_BY_OTHERS = {
    ("back-off of attempts", "source"),  # a visit of a service has one source
    ("back-off of publishes", "kind"),  # of publishes only
    ("replication", "kind"),
    ("numbers of items", "kind"),  # of publishes only
    ("catching up", "log"),  # two brokers of different logs that come back: no rich system has them
}


def family_of(purpose):
    if purpose[0] in ("mtbf", "mttr"):
        return "random faults"
    named = [name for name, parts in FAMILIES.items() if parts[0] == purpose[0] and len(parts) == len(purpose)]
    return named[0] if purpose[0] in NAMES and named else "steps"


def needed():
    found = []
    for family, parts in FAMILIES.items():
        for index, part in enumerate(parts):
            if part not in NAMES and (family, part) not in SAID_BY_OTHERS:
                found.append(pytest.param(family, index, id=f"{family}: {part}"))
    return found


@pytest.mark.parametrize(("family", "index"), needed())
def test_without_a_part_of_a_key_two_streams_would_be_one(rich, family, index):
    """This holds the rich systems to have a like of everything, so that the test above would see the part missing."""
    for notes in rich.values():
        mine = {purpose for purpose in notes.purposes if family_of(purpose) == family}
        assert all(len(purpose) == len(FAMILIES[family]) for purpose in mine)
        if len({(*purpose[:index], *purpose[index + 1 :]) for purpose in mine}) < len(mine):
            return
    pytest.fail(f"no rich system has two purposes of {family} that differ in this part only")


def test_every_family_of_purposes_is_met(rich):
    assert {family_of(purpose) for notes in rich.values() for purpose in notes.purposes} == set(FAMILIES)


def test_every_name_that_the_engine_gives_a_stream_is_one_of_a_family():
    """A new kind of draw needs its family, and so a like in a rich system."""
    drawn = re.compile(r"\b(?:draws|uniforms)\((?:[^()]|\([^()]*\))*\)")
    texts = [path.read_text(encoding="utf-8") for path in Path(evsim.__file__).parent.rglob("*.py")]
    names = {name for text in texts for call in drawn.findall(text) for name in re.findall(r'"([a-z ]+)"', call)}
    assert {"arrivals", "init", "mtbf"} < names - {"exponential"} <= NAMES | {"mtbf", "mttr"}


@pytest.mark.parametrize("family", ["losses", "copies"])
def test_a_link_draws_losses_and_copies_apart_from_latencies(rich, family):
    """The names at the beginning of these keys are needed as well."""
    for notes in rich.values():
        mine = {purpose[1:] for purpose in notes.purposes if family_of(purpose) == family}
        assert mine <= set(notes.purposes)


# Later attempts: a chain of labels.

LABELS = [
    *(Label.ATTEMPT(number, level) for number in range(1, 9) for level in range(5)),
    *(Label.SENDING(number) for number in range(2, 8)),
    Label.COPY(),
    *(Label.ROUND(number, way) for number in range(1, 12) for way in range(2)),
    *(Label.LETTER(number) for number in (0, 0x12345678, 0xFFFFFFFF)),
    *(Label.REPLAY(number) for number in range(4)),
    *(Label.ITEM(number, level) for number in range(2, 8) for level in range(3)),
    *(Label.RESULT(number) for number in range(2, 8)),
    *(Label.LEAVING(number) for number in range(1, 6)),
]


def test_no_two_labels_are_one():
    corners = [0, 1, 2, 2**32 - 1]
    every = [(kind, number, level) for kind in Label for number in corners for level in (0, 1, 2**16 - 1)]
    assert len({kind(number, level) for kind, number, level in every}) == len(every)


@pytest.mark.slow
def test_no_two_chains_of_labels_are_one():
    """All chains of one, two and three of the labels that are met."""
    chains = {0: ()}
    for length in (1, 2, 3):
        for path in product(LABELS, repeat=length):
            chain = 0
            for label in path:
                chain = engine.extend(chain, label)
            assert chain not in chains, (path, chains[chain])
            chains[chain] = path


def test_no_two_items_of_a_request_share_the_draws_of_a_branch():
    """The second item of the first one is not the first of the second one: each path has a chain of its own."""
    for depth in (1, 2, 3):
        paths = [(path, round_) for path in product((1, 2, 3, 4), repeat=depth) for round_ in (0, 1, 2)]
        assert len({ItemPaths.chain(*each) for each in paths}) == len(paths)


def test_no_two_requests_share_the_state_of_an_attempt():
    """number * a + chain * b + index * c = 0 (mod 2**64) has no small solution: then no two such sums are equal."""
    back = np.uint64(pow(engine._GOLDEN, -1, 2**64))
    steps = np.array([b - a for a in (0, *LABELS) for b in (0, *LABELS) if b != a], dtype=np.int64)
    chains = (steps * 8191).astype(np.uint64) * np.uint64(engine._SILVER)
    for index in range(-8, 9):
        number = (-(chains + np.uint64(index * engine._BRONZE % 2**64)) * back).astype(np.int64)
        assert np.abs(number).min() > engine.LATER


def test_a_second_attempt_under_a_first_one_is_not_the_first_under_a_second_one():
    luck = RandomStreams(1)
    below_the_first = luck.of(luck.later(7, Label.ATTEMPT(2, level=1)))
    below_the_second = luck.of(luck.later(7, Label.ATTEMPT(2, level=0)))
    assert below_the_first != below_the_second
