"""Changes: before its moment nothing differs, and from then on the system is the one that it became."""

import numpy as np
import pytest
from hypothesis import strategies as st

from evsim import theory
from evsim.results.deliveries import DELIVERY_STATES
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.changes import become, changeable, changes
from tests.books.changes import some_changes
from tests.books.checks import assert_figures_add_up, assert_ledger_adds_up, assert_same_records
from tests.books.holding import holds, remember
from tests.books.systems import systems
from tests.support.statistics import count_agrees

SHOP = Scenario.from_yaml("""
name: shop
workloads: {page: {target: front, arrivals: {poisson: 6/s}, patience: 3s}}
services:
  front:
    instances: 2
    workers: 4
    handle:
    - wait: 20ms
    - call: {service: stock, timeout: 2s, on_error: ignore}
    - publish: mails
    - maybe: {probability: 50%, then: [{work: 1ms}]}
    - {reply: done}
  stock: {workers: 2, handle: [{work: {exponential: 100ms}}, {effect: row}]}
  mailer:
    workers: 2
    subscribe: {channel: mails}
    handle: [{work: {exponential: 250ms}}, {fail: 5%}, {effect: mail}]
channels: {mails: queue}
network: {latency: 10ms}
run: {duration: 40s, seed: 3}
""")
# Each setting of the shop that may change, and what is visibly another.
OTHERS = {
    "workloads.page": {"arrivals": {"poisson": 12}, "admitted": "50%"},
    "services.front": {
        "instances": 1, "workers": 1, "limit": 0, "discipline": "lifo", "drop_stale": True,
        "rate_limit": {"rate": 1}, "shed": {"age": "1ms"}, "handle.0.wait": "1s", "handle.1.call.timeout": "20ms",
        "handle.1.call.retry": {"attempts": 5}, "handle.1.call.bulkhead": 1,
        "handle.1.call.breaker": {"failures": 1, "open_for": "5s"}, "handle.3.maybe.probability": 1,
        "handle.2.publish.acks": 0, "handle.2.publish.timeout": "15ms",
    },
    "services.mailer": {
        "instances": 3, "workers": 1, "handle.0.work": "50ms", "handle.1.fail.probability": "60%",
        "subscribe.0.prefetch": 8, "subscribe.0.retry": {"attempts": 1},
    },
    "channels.mails": {"queue.max_length": 1, "queue.ttl": "100ms", "queue.delivery_limit": 0},
}  # fmt: skip
UNSEEN = {"limit", "discipline", "drop_stale", "rate_limit", "shed"}  # a delivery is not refused, and is first in line
NOTHING_TO_SEE = {
    "handle.3.maybe.then.0.work", "handle.2.publish.retry", "queue.max_receive_count", "queue.visibility_timeout",
    "subscribe.0.rebalance", "subscribe.0.session_timeout", "subscribe.0.max_poll_interval",
}  # fmt: skip
CASES = [(thing, setting, to) for thing, settings in OTHERS.items() for setting, to in settings.items()]


@pytest.fixture(scope="module")
def shop():
    """The shop where stock is slow for a while, so that everything that helps or hurts is seen."""
    return SHOP.replace({"faults": [{"slowdown": "stock", "factor": 5, "at": "5s"}]}).run()


@st.composite
def changing(draw):
    """A system, changes of it, and the moment when they begin."""
    whole = draw(systems())
    moments = st.integers(1, 4 * int(whole.run_settings.duration) - 1)
    return whole, draw(some_changes(whole.to_dict())), draw(moments) / 4


@pytest.mark.slow
@holds(1, changing())
def test_any_change_leaves_the_past_of_any_system_as_it_was(case):
    scenario, changes, at = case
    remember(f"{scenario.to_yaml()}# {changes} at {at}")
    try:
        branch = scenario.run().branch(changes, at=at)
    except ScenarioError:
        return  # what cannot be
    assert branch.audit() and branch.parent.audit()
    assert_figures_add_up(branch)
    assert_ledger_adds_up(branch)
    before, after = (each.scenario.run(until=at) for each in (branch.parent, branch))
    assert_same_records(before, after)


@pytest.mark.parametrize(("thing", "setting", "to"), CASES, ids=lambda each: str(each)[:24])
def test_each_setting_that_can_change_does(shop, thing, setting, to):
    branch = shop.branch({"change": f"{thing}.{setting}", "to": to}, at="12s")
    assert branch.audit() and branch.parent is shop and branch.shared.rows > 200
    ours, theirs = (each.tables.rows for each in (shop, branch))
    assert any(not np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ("ended", "verdict", "leased"))


def test_the_list_of_what_can_change_is_the_whole_list():
    for thing, settings in OTHERS.items():
        can = set(changeable(SHOP, thing)) - NOTHING_TO_SEE
        assert can - set(settings) <= (UNSEEN if thing == "services.mailer" else set()), thing
        assert set(settings) <= can


def test_what_cannot_change_is_refused_and_told_what_can(shop):
    with pytest.raises(
        ScenarioError, match=r"cannot change while the system runs.*of stock there can change instances"
    ):
        shop.branch({"change": "services.stock.handle", "to": [{"work": "1s"}]}, at=1)
    with pytest.raises(ScenarioError, match=r"then services.stock.workers: must be at least 1, got 0"):
        shop.branch({"change": "services.stock.workers", "to": 0}, at=1)
    with pytest.raises(ScenarioError, match="poisson arrivals cannot become constant ones"):
        shop.branch({"change": "workloads.page.arrivals", "to": {"constant": 3}}, at=1)
    with pytest.raises(ScenarioError, match="of page there can change admitted$"):
        shop.branch({"change": "workloads.page.arrivals", "to": {"constant": 3}}, at=1)
    with pytest.raises(ScenarioError, match="must be a path such as"):
        shop.branch({"change": "stock", "to": 2}, at=1)


def test_batches_may_come_at_another_rate_and_not_in_another_size(shop):
    """Whose sizes are drawn beforehand."""
    twos = {"batch": {"rate": "1/s", "size": 2}}
    coaches = shop.scenario.replace({"workloads.page": {"target": "stock", "arrivals": twos}})
    change = {"change": "workloads.page.arrivals", "at": "5s"}
    assert coaches.replace({"faults": [change | {"to": {"batch": {"rate": "9/s", "size": 2}}}]}).run().audit()
    with pytest.raises(ScenarioError, match="batch arrivals cannot become batch ones"):
        coaches.replace({"faults": [change | {"to": {"batch": {"rate": "1/s", "size": 10}}}]})


def test_a_change_without_a_value_makes_a_setting_what_it_is_by_default(shop):
    known = shop.branch({"change": "services.stock.workers", "to": 1}, at="12s")
    branch = shop.branch({"change": "services.stock.workers"}, at="12s")
    assert_same_records(branch, known)
    with pytest.raises(ScenarioError, match=r"then services.stock.wrkers: no such setting; did you mean workers"):
        shop.branch({"change": "services.stock.wrkers"}, at=1)
    with pytest.raises(ScenarioError, match=r"then services.stock.handle: is required"):
        shop.branch({"change": "services.stock.handle"}, at=1)


def test_what_a_scenario_becomes_is_made_once_and_is_not_what_its_complete_form_becomes(shop):
    scenario = shop.scenario.replace({"faults": [{"change": "services.stock.workers", "to": 1, "at": "3s"}]})
    its = changes(scenario)
    assert become(scenario, its) is become(scenario, list(its)) is not become(scenario, ())
    assert become(scenario, its).services["stock"].workers == 1 != become(scenario, ()).services["stock"].workers
    with pytest.raises(ScenarioError, match="channels.mails.queue.overflow: means nothing without max_length"):
        become(scenario.complete, its)


@pytest.mark.parametrize("first, second", [
    ({"at": "8s", "for": "4s"}, {"at": "12s", "for": "4s"}),
    ({"mtbf": "5s", "mttr": "5s"}, {"mtbf": "5s", "mttr": "5s"}),
    ({"at": "8s", "for": "20s"}, {"mtbf": "5s", "mttr": "5s"}),
], ids=["one ends as the other begins", "both at random", "one at random"])  # fmt: skip
def test_two_settings_of_one_step_may_change_at_any_times(first, second):
    changes = {"change": "services.front.handle.2.publish", "to": None}
    acks, timeout = (changes | {"change": f"{changes['change']}.{name}", "to": to} | when
                     for name, to, when in (("acks", 0, first), ("timeout", "1s", second)))  # fmt: skip
    run = SHOP.replace({"faults": [acks, timeout]}).run()
    assert run.audit() and (run.incidents["kind"] == "change").sum() >= 2


def test_what_is_never_in_force_for_a_time_is_not_refused():
    """Three failures do not fit into a window of two calls, which is over when they begin."""
    step = {"call": {"service": "stock", "on_error": "ignore", "breaker": {"failures": 2, "open_for": "1s"}}}
    calls = SHOP.replace({"services.front.handle.1": step})
    path = "services.front.handle.1.call.breaker"
    short = {"change": f"{path}.window", "to": 2, "at": "8s", "for": "4s"}
    more = {"change": f"{path}.failures", "to": 3, "at": "12s", "for": "4s"}
    assert calls.replace({"faults": [short, more]}).run().audit()
    with pytest.raises(ScenarioError, match="3 failures do not fit into 2 calls"):
        calls.replace({"faults": [short, more | {"at": "11s"}]})


def test_changes_at_random_are_few():
    faults = [
        {"change": f"services.{name}.workers", "to": 3, "mtbf": "9s", "mttr": "1s"} for name in ("front", "stock")
    ]
    faults += [{**each, "to": to} for each in faults for to in (5, 6)]
    with pytest.raises(ScenarioError, match=r"may be in force together, so there are 4 at most, got 6; write at"):
        SHOP.replace({"faults": faults})


def test_what_is_changed_and_changed_back_is_as_it_was():
    """Where nobody waits for long, the customers who come some time later are served at the same moments."""
    calm = SHOP.replace({"workloads.page.arrivals.poisson": 2, "services.mailer.workers": 8})
    calm = calm.replace({"services.stock.workers": 8, "services.front.workers": 10})
    run = calm.run()
    kept = {"limit", "discipline", "drop_stale", "arrivals"}  # other customers, or nothing to see
    cases = [case for case in CASES if case[1] not in kept]
    changes = [{"change": f"{thing}.{name}", "to": to, "for": "5s"} for thing, name, to in cases]
    branch = run.branch(changes, at="8s")
    assert branch.audit() and branch.shared.incidents == 0
    mine, told = (np.asarray(each.tables.requests.arrived) for each in (run, branch))
    theirs, other = (np.asarray(each.tables.requests.answered) for each in (run, branch))
    late = mine > 20
    assert late.sum() > 30 and np.array_equal(mine, told)
    assert np.array_equal(theirs[late], other[late]) and not np.array_equal(theirs, other)


def test_luck_stays_with_the_customers():
    run = SHOP.run()
    slow = run.branch({"change": "services.stock.handle.0.work", "to": {"exponential": "300ms"}}, at="10s")
    place = [place.number for place in run.tables.places if place.service == "stock"]
    took = []
    for each in (run, slow):
        rows = each.tables.rows
        mine = np.isin(rows["place"], place) & (rows["outcome"] == 1)
        took.append(
            dict(zip(rows["request"][mine].tolist(), (rows["ended"] - rows["started"])[mine].tolist(), strict=True))
        )
    later = [request for request in took[1] if took[1][request] > took[0].get(request, np.inf) + 1e-6]
    assert len(later) > 60
    assert all(abs(took[1][each] / 3 - took[0][each]) < 2e-9 for each in later)
    fast = run.branch({"change": "workloads.page.arrivals.poisson", "to": 12}, at="10s")
    came, sooner = (np.asarray(each.tables.requests.arrived) for each in (run, fast))
    here = came >= 10
    assert np.allclose((came[here] - 10) / 2 + 10, sooner[: len(came)][here], atol=2e-9)
    assert np.array_equal(came[~here], sooner[: len(came)][~here])


def test_a_station_that_changes_is_then_the_station_of_theory():
    """One worker at 80 % until 4,000 s, then three."""
    station = Scenario.from_dict({
        "name": "station",
        "workloads": {"page": {"target": "server", "arrivals": {"poisson": 8}}},
        "services": {"server": {"handle": [{"work": {"exponential": 0.1}}]}},
        "faults": [{"change": "services.server.workers", "to": 3, "at": 4000}],
        "run": {"duration": 8000, "seed": 5},
    })  # fmt: skip
    run = station.run()
    assert run.audit()
    rows = run.tables.rows
    wait = rows["started"] - rows["ready"]
    for start, workers in ((0, 1), (4000, 3)):
        ends = np.linspace(start + 200, start + 4000, 21)
        means = [wait[(rows["ready"] >= one) & (rows["ready"] < other)].mean() for one, other in zip(ends, ends[1:])]
        error = np.std(means, ddof=1) / np.sqrt(len(means))
        assert abs(np.mean(means) - theory.mmc(8, 10, workers).wait_mean) < 3.5 * error
    span = run.tables.capacity["server"]
    assert (span.at(3999), span.at(4000), span.worker_time((0, 8000))) == (1, 3, 16_000)


@pytest.mark.parametrize("record", ["full", "summary"])
def test_a_worker_that_has_to_go_is_there_until_its_work_ends(record):
    """Of three workers one is left from second 1 on; all are at work until second 10, the two others until 1.5 s."""
    run = Scenario.from_dict({
        "name": "fewer",
        "workloads": {"page": {"target": "server", "arrivals": {"burst": {"count": 9, "at": 0}}}},
        "services": {"server": {"workers": 3, "handle": [{"work": "1500ms"}]}},
        "faults": [{"change": "services.server.workers", "to": 1, "at": "1s"}],
        "run": {"duration": "10s", "seed": 1},
    }).run(record=record)  # fmt: skip
    assert run.audit()
    assert run.services["server"]["utilisation"] == pytest.approx(1, abs=1e-9)
    if record == "full":
        assert "server, 100 % of its time" in run.plot.diagram().alt_text


@pytest.mark.parametrize("at", [5, 10, 12])
def test_arrivals_that_change_where_their_rate_jumps_are_those_before_and_those_after(at):
    """100 a second, from 10 s on 200. A change to the same rates changes nothing; to 50 a second, so many come."""
    jump = {"profile": [[0, 100], [10, 100], [10, 200], [20, 200]]}
    run = Scenario.from_dict({
        "name": "jump",
        "workloads": {"page": {"target": "front", "arrivals": jump}},
        "services": {"front": {"workers": 50, "handle": [{"work": "1ms"}]}},
        "run": {"duration": 20, "seed": 1},
    }).run()  # fmt: skip
    arrived = run.requests["arrived"].to_numpy()
    same, fewer = (
        run.branch({"change": "workloads.page.arrivals", "to": to}, at=at)
        for to in (jump, {"profile": [[0, 9], [at, 9], [at, 50], [20, 50]]})
    )
    assert same.audit() and fewer.audit()
    assert same.requests["arrived"].tolist() == arrived.tolist()
    others = fewer.requests["arrived"].to_numpy()
    assert others[others < at].tolist() == arrived[arrived < at].tolist()
    assert count_agrees((others >= at).sum(), 50 * (20 - at))


def test_who_has_to_go_ends_what_is_in_hand(shop):
    fewer = shop.branch({"change": "services.front.instances", "to": 1}, at="12s")
    rows, capacity = fewer.tables.rows, fewer.tables.capacity["front"]
    mine = np.isin(rows["place"], [place.number for place in fewer.tables.places if place.service == "front"])
    second = mine & (rows["worker"] >= capacity.width)
    assert (rows["started"][second] < 12).all() and (rows["ended"][second] > 12).any()
    assert (rows["outcome"][second] == 1).all()
    gone = capacity.ended[capacity.number == 1]
    assert gone == rows["ended"][second].max() > 12


def test_a_restart_ends_what_lay_on_an_instance_and_a_crash_does_not():
    lasting = {"slowdown": {"factor": 20}, "error_rate": {"probability": 1}}
    sick = SHOP.replace({"faults": [{kind: "stock", "at": "5s", **more} for kind, more in lasting.items()]})
    run = sick.run()
    crashed, restarted = (run.branch({kind: "stock", "for": "1s"}, at="10s") for kind in ("crash", "restart"))
    well = [each.effects[each.effects.effect == "row"].time.gt(12).sum() for each in (run, crashed, restarted)]
    assert well[:2] == [0, 0] and well[2] > 100
    assert crashed.audit() and restarted.audit()


def test_a_purge_throws_away_what_is_ready():
    queue = SHOP.replace({"services.mailer.handle.0.work": "2s", "workloads.page.key": {"uniform": 3}})
    run = queue.run()
    waiting = run.tables.deliveries
    purged, of_key = (run.branch(each, at="20s") for each in ({"purge": "mails"}, {"purge": "mails", "key": 1}))
    assert purged.audit() and of_key.audit()
    gone = [int((each.tables.deliveries.state == DELIVERY_STATES.index("dropped")).sum()) for each in (purged, of_key)]
    assert len(waiting.message) > gone[0] > 2 * gone[1] > 20
