"""What lesson 12 says, and what has to be true for it."""

from evsim.lesson.end_states import end_states
from evsim.lesson.newcomer_task import bad_day, classic, events, lines_touched
from evsim.view.matrix import scene as who_knows_whom
from evsim.view.wiring import Wiring
from tests.notebooks.reading import ran

NAME = "12-plug-in-a-newcomer"
PROGRAMS = range(1, 5)


def ends(design):
    """The different sets of effects of customers of a bad day, counted one by one, and each with what it was told."""
    run = bad_day(design).run()
    effects = run.effects.groupby("request").effect.agg(frozenset)
    told = [str(words).split(",")[0] for words in run.requests.told]
    found = {(effects.get(number, frozenset()), word) for number, word in zip(run.requests.request, told)}
    return {mix for mix, _ in found}, found


def counts(make):
    return [len(ends(make(programs))[0]) for programs in PROGRAMS]


def one_against_none():
    table = lines_touched(classic=(classic(), classic(3)), events=(events(), events(3)))
    return table.loc["register"].tolist() == [1, 0] and not table.loc[["database", "mailing-list"]].to_numpy().any()


def each_waits_for_the_newcomer():
    before, after = (classic(number).run().tables.requests.response.mean() for number in (2, 3))
    with_events = [events(number).run().tables.requests.response.mean() for number in (2, 3)]
    return after > before + 0.03 and abs(with_events[1] - with_events[0]) < 1e-3


def the_last_row_and_column_are_the_newcomers():
    for make in (classic, events):
        before, after = (Wiring(make(number)) for number in (2, 3))
        assert list(after.services) == [*before.services, "profile"]
        assert who_knows_whom(make(3)).y.ticks[-1][1] == "profile"
        for pairs in ("calls", "through"):
            assert {pair for pair in getattr(after, pairs) if "profile" not in pair} == getattr(before, pairs)
    return True


def one_in_four():
    run = bad_day(events(3)).run()
    share = [len(set(run.effects.request[run.effects.effect == name])) / len(run.requests) for name in
             ("customer row", "subscription", "profile")]  # fmt: skip
    error = 4 * (0.25 * 0.75 / len(run.requests)) ** 0.5
    return all(abs(each - 0.75) < error for each in share)


def few_in_classic_and_all_by_events():
    classic_ends, of_classic = ends(classic(3))
    event_ends, of_events = ends(events(3))
    everything = max(classic_ends, key=len)
    yes = {mix for mix, word in of_classic if word == "yes"}
    return (
        yes == {everything} and len(event_ends) == 8 > len(classic_ends) and {word for _, word in of_events} == {"yes"}
    )


def one_more_and_twice_as_many():
    return counts(classic) == [2, 3, 4, 5] and counts(events) == [2, 4, 8, 16]


def the_picture_says_so():
    title = end_states(classic=bad_day(classic(4)).run(), events=bad_day(events(4)).run()).title
    return title == "Different ends for a customer: classic 5, events 16"


def both_have_done_each():
    done = ran(NAME).gave["beside"]
    return done["profile"] == done["profile-new"] == done["customer row"] > 250


def an_order_is_a_line_in_register():
    steps = events(3).to_dict()["services"]["register"]["handle"]
    told = events(3).replace({
        "services.register.handle": [*steps[:-1], {"publish": "create-profile"}, steps[-1]],
        "services.profile.subscribe": "create-profile", "channels.create-profile": "queue",
    })  # fmt: skip
    return lines_touched(order=(events(), told))["order"]["register"] == 1


CLAIMS = [
    ("12", "One line of *register* against none.", one_against_none),
    ("12", "from then on each customer waits for the newcomer", each_waits_for_the_newcomer),
    ("12", "Cover the last row and the last column with your hands: that is the picture before.",
     the_last_row_and_column_are_the_newcomers),
    ("12", "each of the three programs can't read that of one customer in four", one_in_four),
    ("12", "one of them fails for one customer in four", one_in_four),
    ("12", "there are few ends, and whoever was told yes has everything", few_in_classic_and_all_by_events),
    ("12", "There are all mixes, and everybody was told *registered*.", few_in_classic_and_all_by_events),
    ("12", "Calls: one more end with each program. Events: twice as many.", one_more_and_twice_as_many),
    ("12", "somebody has to say of each mix", the_picture_says_so),
    ("12", "is back to one line for each newcomer", an_order_is_a_line_in_register),
    ("12", "Each customer has been done by both.", both_have_done_each),
]  # fmt: skip
