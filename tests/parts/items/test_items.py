"""Several messages of one step: how many, whose, with what luck; and when an order of several lines is complete."""

import numpy as np
import pytest

from evsim.scenario import Scenario, ScenarioError
from tests.support.statistics import Z, agrees
from tests.truth.measuring import balanced, measure

SECOND = 1e-9


def orders(items, arrivals=None, work=0.1, workers=1, shop=(), network=None, faults=(), pack=(), more=(), **run):
    """`shop` publishes a line for each item; `pack` works on each. more: what is done with other channels."""
    line = {"channel": "lines", "items": items, **dict(shop)}
    handle = [{"work": work}, *pack, {"effect": "packed"}]
    return Scenario.from_dict(
        {
            "name": "orders",
            "workloads": {"customers": {"target": "shop", "arrivals": arrivals or {"poisson": 1}}},
            "services": {
                "shop": {"workers": 1000, "handle": [{"effect": "order"}, {"publish": line}, {"reply": "thanks"}]},
                "pack": {"workers": workers, "subscribe": "lines", "handle": handle},
                **{
                    f"do-{name}": {"workers": 100, "subscribe": name, "handle": steps}
                    for name, steps in dict(more).items()
                },
            },
            "channels": {"lines": "queue", **dict.fromkeys(dict(more), "queue")},
            "network": network or {},
            "faults": list(faults),
            "run": {"duration": 100, **run},
        }
    )


@pytest.mark.parametrize("items", [3, {"uniform": [1, 4]}, {"shares": {1: 0.7, 2: 0.1, 9: 0.2}}], ids=str)
def test_the_mean_the_fewest_and_the_most_are_those_of_the_numbers(items):
    """Of each of a thousand equal shares of luck, its middle."""
    times = orders(items).services["shop"].handle[1].times
    numbers = times.numbers((np.arange(1000) + 0.5) / 1000)
    assert (times.mean, times.fewest, times.most) == pytest.approx((numbers.mean(), numbers.min(), numbers.max()))


# Theory: batches of independent work at one server.


def batch_wait(rate, sizes, work):
    """Mean wait of a message at one exponential server, where batches come at random (M[X]/M/1).

    sizes: {size: share}. The batch waits as in M/G/1, with the work of all of it as one piece; then those of its own
    batch who come first: E[X (X - 1)] / (2 E[X]) of them.
    """
    mean, square = (sum(share * size**power for size, share in sizes.items()) for power in (1, 2))
    load = rate * mean * work
    batch_work_square = mean * work**2 + square * work**2  # variance of the sum, and the square of its mean
    ahead = rate * batch_work_square / (2 * (1 - load))
    return ahead + (square - mean) / (2 * mean) * work


@pytest.mark.slow
@pytest.mark.parametrize(
    ("items", "sizes"),
    [(3, {3: 1}), ({"uniform": [1, 5]}, dict.fromkeys(range(1, 6), 0.2)),
     ({"shares": {1: 0.9, 11: 0.1}}, {1: 0.9, 11: 0.1})],
    ids=["fixed", "uniform", "shares"],
)  # fmt: skip
def test_lines_of_an_order_wait_for_each_other_as_batches_do(items, sizes):
    rate, work = 1.0, 0.7 / sum(size * share for size, share in sizes.items())
    scenario = orders(items, {"poisson": rate}, {"exponential": work}, duration=12_000, warmup=1_000)

    def figures(run):
        rows = run.tables.rows
        mine = np.array([place.is_delivery for place in run.tables.places] + [False])[rows["place"]]
        mine &= run.tables.row_cohort
        return {"wait": float((rows["started"] - rows["born"])[mine].mean())}

    found = measure("orders", scenario, figures, 8)
    assert agrees(found["wait"], batch_wait(rate, sizes, work), notices=0.2)


@pytest.mark.slow
def test_an_order_is_complete_with_the_last_of_its_lines():
    """Plenty of packers: the last of n exponential times, on average the n-th harmonic number of them."""
    scenario = orders(5, {"poisson": 5}, {"exponential": 1}, 1000, duration=1_000)
    found = measure("complete", scenario, lambda run: {"completion": run.summary()["completion_mean"]}, 8)
    assert agrees(found["completion"], sum(1 / n for n in range(1, 6)), notices=0.1)


# Whose, and how many.


def test_there_are_as_many_as_the_request_has_whatever_the_attempt():
    """The shop crashes while it waits for the queue, and is called again: each attempt has as many lines."""
    data = orders({"uniform": [0, 4]}, {"poisson": 10}, workers=100, network={"latency": 0.05},
                  faults=[{"crash": "shop", "at": 10 + n, "for": 0.01} for n in range(60)]).to_dict()  # fmt: skip
    data["services"]["page"] = {"workers": 100, "handle": [{"call": {"service": "shop", "retry": {"attempts": 4}}}]}
    data["workloads"]["customers"]["target"] = "page"
    run = balanced(Scenario.from_dict(data))
    messages, attempt = run.tables.messages, np.maximum(run.tables.rows["attempt"], 1)
    counts = {}
    for cause in np.unique(messages["cause"]).tolist():
        lines = int((messages["cause"] == cause).sum())
        counts.setdefault(int(messages["request"][messages["cause"] == cause][0]), {})[int(attempt[cause])] = lines
    several = [found for found in counts.values() if len(found) > 1]
    assert len(several) > 5 and all(len(set(found.values())) == 1 for found in several)
    assert {0, 1, 2, 3, 4} == set(run.effects.query("effect != 'order'").groupby("request").effect.nunique()) | {0}


def test_each_line_has_luck_of_its_own_and_the_first_has_that_of_a_message_alone():
    alone, several = (
        balanced(orders(items, work={"exponential": 0.1}, workers=100, pack=[{"maybe": {
            "probability": 0.5, "then": [{"effect": "gift"}]}}]))
        for items in (1, 3)
    )  # fmt: skip

    def times(run, item):
        rows = run.tables.rows
        mine = run.tables.item_texts(run.tables.row_items) == item
        return (rows["ended"] - rows["started"])[mine]

    assert np.abs(times(alone, "1") - times(several, "1")).max() < SECOND
    lines = np.array([times(several, item) for item in ("1", "2", "3")])
    assert np.abs(np.corrcoef(lines)[np.triu_indices(3, 1)]).max() < 3.5 / np.sqrt(lines.shape[1])
    gifts = several.effects[several.effects.effect.str.startswith("gift")].groupby("request").size()
    shares = gifts.reindex(range(lines.shape[1]), fill_value=0).value_counts(normalize=True)
    for number, share in enumerate((1 / 8, 3 / 8, 3 / 8, 1 / 8)):  # three coins, each of its own
        assert abs(shares[number] - share) < 3.5 * np.sqrt(share * (1 - share) / lines.shape[1])


def test_each_line_has_a_key_of_its_own_if_it_is_asked_for():
    own, shared = (balanced(orders(3, shop=shop)) for shop in ({"key": "item"}, {}))
    assert set(own.ledger.query("request == 7").key) == {"7-1", "7-2", "7-3"}
    assert set(shared.ledger.query("request == 7").key) == {"7"}
    assert own.ledger.query("request == 7").item.tolist() == ["1", "2", "3"]


def test_partitions_of_a_log_go_by_the_key_of_the_line():
    by_item, by_order = (
        balanced(orders(8, shop={"key": key}).replace({"channels.lines": {"log": {"partitions": 8}}}))
        for key in ("item", "request")
    )
    per_order = [run.ledger.groupby("request").partition.nunique() for run in (by_item, by_order)]
    assert per_order[0].mean() > 4 and (per_order[1] == 1).all()


# What the customer has of it.


@pytest.mark.parametrize("by", ["message", "content", "key"])
def test_who_remembers_orders_and_not_lines_packs_one_of_three(by):
    """A packer that knows a line again by the key of its order takes the second for the first come again."""
    run = balanced(orders(3).replace({"services.pack.idempotent": {"by": by}}))
    summary = run.summary()
    assert summary["effects_missing"] == (2 * summary["requests"] if by == "key" else 0)
    assert summary["told_yes_never_true"] == (summary["requests"] if by == "key" else 0)


@pytest.mark.parametrize("by", ["content", "key"])
def test_a_queue_that_throws_away_what_comes_twice_keeps_each_line_unless_it_goes_by_the_key_of_the_order(by):
    run = balanced(orders(3).replace({"channels.lines": {"queue": {"deduplication": {"window": "5 min", "by": by}}}}))
    assert run.summary()["effects_missing"] == (2 * run.summary()["requests"] if by == "key" else 0)


def test_a_line_that_dies_is_missed_and_the_others_are_there():
    run = balanced(
        orders(3, pack=[{"fail": 0.3}]).replace(
            {"services.pack.subscribe": {"channel": "lines", "retry": {"attempts": 1}}}
        )
    )
    dead = run.ledger.query("state == 'dead'")
    assert len(dead) > 20 and run.summary()["effects_missing"] == len(dead)
    packed = set(zip(run.effects.request, run.effects.effect, strict=True))
    for request, item in dead[["request", "item"]].itertuples(index=False):
        assert (request, f"packed (item {item})") not in packed
    whole = run.requests.effects.value_counts()
    assert whole["some"] == dead.request.nunique() and set(whole.index) == {"some", "all"}


def test_items_of_items_have_paths():
    parts = {"publish": {"channel": "parts", "items": 3, "key": "item"}}
    run = balanced(orders(2, pack=[parts], more={"parts": [{"call": "do-spare"}], "spare": [{"effect": "part"}]}))
    first = run.effects.query("request == 0 and service == 'do-spare'")
    assert sorted(first.effect) == [f"part (item {line}.{part})" for line in (1, 2) for part in (1, 2, 3)]
    assert set(run.ledger.query("request == 0 and channel == 'parts'").key) == {
        f"0-{line}-{part}" for line in (1, 2) for part in (1, 2, 3)
    }
    assert run.summary()["effects_missing"] == 0
    due = {
        name.path
        for name, each in run.tables.due["customers"].items()
        if name.written == "part" and np.all(each.stands)
    }
    assert due == {(line, part) for line in (1, 2) for part in (1, 2, 3)}


def test_what_a_window_gathers_is_about_no_item():
    counted = {"window": {"tumbling": 10, "aggregate": "count", "by": "all", "to": "counts"}}
    data = orders(3, more={"counts": [{"effect": "count"}]}).to_dict()
    data["services"]["pack"]["handle"] = [{"work": 0.01}, counted]
    run = balanced(Scenario.from_dict(data))
    results = run.ledger[run.ledger.channel == "counts"]
    assert len(results) > 5 and set(results.item) == {""} and "count" in set(run.effects.effect)
    assert len(run.records.events) == 3 * len(run.requests)


def test_an_undo_takes_back_what_all_lines_left():
    """A shop that changes its mind a second later: of each line the effect is gone, and nothing is owed."""
    data = orders(3, workers=100).to_dict()
    data["services"]["shop"]["handle"] += [{"wait": 1}, {"undo": "packed"}]
    run = balanced(Scenario.from_dict(data))
    packed = run.effects[run.effects.effect != "order"]
    assert len(packed) == 3 * len(run.requests) and packed.undone.notna().all()
    assert run.summary()["effects_missing"] == 0 and run.summary()["inconsistent"] == 0


# How they are sent.


def test_the_worker_goes_on_when_the_last_line_is_kept_and_an_order_without_lines_at_once():
    run = balanced(orders({"shares": {0: 0.5, 4: 0.5}}, network={"latency": 0.1}))
    rows, messages = run.tables.rows, run.tables.messages
    lines = np.bincount(messages["cause"], minlength=len(rows["born"]))
    asked = np.array([place.is_request for place in run.tables.places] + [False])[rows["place"]]
    held = (rows["ended"] - rows["started"])[asked]
    assert set(lines[asked]) == {0, 4}
    np.testing.assert_allclose(held, np.where(lines[asked] > 0, 0.2, 0.0), atol=SECOND)
    sent = {cause: messages["published"][messages["cause"] == cause] for cause in np.unique(messages["cause"])}
    assert all(len(set(times)) == 1 for times in sent.values())


def test_one_line_that_is_not_taken_fails_the_step_and_the_others_are_there():
    """A queue with room for two refuses the third."""
    run = balanced(orders(3, {"burst": 1}, work=1).replace(
        {"channels.lines": {"queue": {"max_length": 1, "overflow": "reject_publish"}}}))  # fmt: skip
    assert run.requests.outcome.tolist() == ["error"]
    assert sorted(run.effects.effect) == ["order", "packed (item 1)", "packed (item 2)"]


def test_an_outbox_sends_each_line():
    run = balanced(orders(3, shop={"outbox": {"poll": 0.5}}))
    assert run.summary()["effects_missing"] == 0 and len(run.ledger) == 3 * len(run.requests)


@pytest.mark.parametrize("channel", [{"bus": {}}, {"pipe": {"capacity": 2}}, {"log": {"partitions": 3}}])
def test_other_channels_carry_lines_too(channel):
    data = orders(3).replace({"channels.lines": channel, "services.pack.workers": 4}).to_dict()
    if "pipe" in channel:
        data["services"]["shop"]["workers"] = 1
    run = balanced(Scenario.from_dict(data))
    assert run.summary()["effects_missing"] == 0 and len(run.ledger) == 3 * len(run.requests)


def test_what_is_told_of_a_line_says_which():
    run = balanced(orders(2))
    words = str(run.sequence(1))
    assert "publish item 2" in words and "deliver item 1" in words and "packed (item 2)" in words
    assert [moment.detail for moment in run.trace(1) if moment.what == "publish"] == [
        "message 2, item 1",
        "message 3, item 2",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"items": 0}, "items: must be at least 1"),
        ({"items": 101}, "items: must be at most 100"),
        ({"items": {"uniform": [3, 1]}}, "low not above high"),
        ({"items": {"shares": {1: 0.5}}}, "add up to 1"),
        ({"items": {"poisson": 3}}, "is not a number of items"),
        ({"items": None, "key": "item"}, "item is the key of one of several messages"),
    ],
)
def test_what_cannot_be_is_told(changes, says):
    with pytest.raises(ScenarioError, match=says):
        orders(3).replace({f"services.shop.handle.1.publish.{name}": value for name, value in changes.items()})


def test_a_line_that_comes_round_again_draws_anew_and_what_is_due_of_it_is_known():
    """A line goes round with half a chance, each time anew; each time a note may be due, one in four."""
    again = {"maybe": {"probability": 0.5, "then": [{"publish": "lines"}]}}
    noted = {"maybe": {"probability": 0.25, "then": [{"effect": "note"}]}}
    run = balanced(orders(2, work=0.001, pack=[again, noted], workers=100, duration=400))
    lines, came = len(run.tables.requests.row) * 2, run.services["pack"]["completed"]
    assert abs(came / lines - 2) < Z * np.sqrt(2 / lines)
    assert run.summary()["effects_missing"] == 0
    notes = run.effects.effect.str.startswith("note").sum()
    assert abs(notes / came - 0.25) < Z * np.sqrt(0.25 * 0.75 / came)


def test_items_that_go_round_and_items_without_number_are_refused():
    data = orders(3).to_dict()
    data["services"]["pack"]["handle"].append(
        {"maybe": {"probability": 0.1, "then": [{"publish": {"channel": "lines", "items": 2}}]}}
    )
    with pytest.raises(ScenarioError, match="go round"):
        Scenario.from_dict(data).run()
    with pytest.raises(ScenarioError, match="10,000 items of one request"):
        orders(100, pack=[{"publish": {"channel": "parts", "items": 100}}], more={"parts": [{"work": 1}]}).run()
