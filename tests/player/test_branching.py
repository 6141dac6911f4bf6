"""Other futures in the player: made by repeating the runs, in every design that has the part."""

import json

import pytest

import evsim
from evsim.lesson import lesson_size
from evsim.scenario import ScenarioError
from evsim.view.player.branching import Branches, breaks, entry
from evsim.view.player.film import film
from evsim.view.what_changed import what_changed
from tests.player.node import ask
from tests.support.nightly import NIGHTLY, mostly_at_night
from tests.view import runs

pytestmark = pytest.mark.slow

DOWN = {"outage": "mailing-list", "for": 5}
DESIGNS = ("classic", "events")


@pytest.fixture(scope="module")
def its():
    return {name: lesson_size(name).run() for name in DESIGNS}


@pytest.fixture
def branches(its):
    return Branches(its, ["customer row", "subscription"])


def test_a_future_shows_the_branches_of_all_designs(its, branches):
    future = branches(DOWN, 8)
    assert future["label"] == "mailing-list down for 5 s" and future["at"] == 8_000_000 and future["note"] == ""
    branched = {name: run.branch(DOWN, 8) for name, run in its.items()}
    assert future["changed"] == [what_changed(run, branched[name]) for name, run in its.items()]
    assert future["lanes"] == film(*branched.values(), labels=DESIGNS)["futures"][0]["lanes"]


def test_what_is_on_the_screen_before_is_the_same_to_the_last_mark(its, branches):
    made = film(*its.values(), labels=DESIGNS)
    other = made | {"futures": [branches(DOWN, 8)]}
    screens = "(film, lanes) => [0.5, 3, 7.99, 8].map((t) => lanes.map((lane) => stateOf(lane, t * 1e6 - 1)))"
    one, two = ask([made, other], screens, {"state": ["stateOf"]})
    for before, after in zip(one, two, strict=True):
        for here, there in zip(before, after, strict=True):
            # a mark's number counts all that will ever travel: it is no picture of it
            for state in (here, there):
                for dot in state["dots"]:
                    dot.pop("number")
            assert json.dumps(here) == json.dumps(there)
    later = "(film, lanes) => lanes.map((lane) => stateOf(lane, 12e6))"
    one, two = ask([made, other], later, {"state": ["stateOf"]})
    assert one != two


def test_a_design_without_the_part_goes_on_as_before_and_the_note_says_so(its, branches):
    future = branches({"outage": "customer-registered", "for": 5}, 8)
    assert future["note"] == "classic has no customer-registered: nothing changes there"
    classic, events = future["lanes"]
    assert future["changed"][0] == "Nothing changed that a customer would notice."
    assert classic == film(*its.values(), labels=DESIGNS)["futures"][0]["lanes"][0]
    assert [fault["words"] for fault in events["faults"]] == ["customer-registered (the broker) down"]


def test_a_future_of_a_future_has_both_faults(its, branches):
    first = branches(DOWN, 8)
    second = branches({"crash": "database", "for": 1}, 20, first["id"])
    assert second["origin"] == first["id"] != second["id"]
    assert second["label"] == "mailing-list down for 5 s at 8 s, and database crashed for 1 s"
    assert [len(lane["faults"]) for lane in second["lanes"]] == [2, 2]
    again = branches({"crash": "database", "for": 1}, 20)
    assert [len(lane["faults"]) for lane in again["lanes"]] == [1, 1] and again["id"] != second["id"]


def test_what_cannot_be_is_refused_in_words(branches):
    with pytest.raises(ValueError, match="there is no broker in classic and events"):
        branches({"outage": "broker"}, 8)
    with pytest.raises(ScenarioError, match="at: must be a moment of the run, which takes 30 s"):
        branches(DOWN, 30.5)
    with pytest.raises(ValueError, match="run the cell again"):
        branches(DOWN, 8, "another")


DAY = ("two-producers-four-consumers", "registration-hybrid", "unix-pipe", "registration-serverless", "leader-failover")


@pytest.mark.parametrize("name", mostly_at_night(evsim.names(), *DAY))
def test_every_fault_that_can_be_chosen_happens(name):
    run = evsim.load(name).run(until=6)
    made = Branches({name: run}, list(run.tables.effect_names))
    offered = breaks([run])
    able = [name for name, channel in run.scenario.channels.items() if channel.kind != "pipe"]
    assert {each["fault"].get("outage") for each in offered} >= {*run.scenario.services, *able}
    assert len({each["id"] for each in offered}) == len({each["label"] for each in offered}) == len(offered)
    last_of_its_kind = {next(iter(each["fault"])): each for each in offered}
    for each in offered if NIGHTLY else (offered[0], *last_of_its_kind.values()):
        (lane,) = made(each["fault"], 3)["lanes"]
        target = next(value for name, value in each["fault"].items() if name != "for")
        target = target if isinstance(target, str) else " and ".join(target)
        assert (lane["faults"][-1]["target"], lane["faults"][-1]["start"]) == (target, 3_000_000)


def test_the_network_can_be_broken_between_any_two_that_talk(its, branches):
    offered = [each["fault"] for each in breaks(list(its.values()))]
    pairs = [
        ["register-page", "register"], ["register", "database"], ["register", "mailing-list"],
        ["customer-registered", "database"], ["customer-registered", "mailing-list"],
        ["register", "customer-registered"],
    ]  # fmt: skip
    for kind in ("partition", "latency", "loss", "duplication"):
        assert [fault[kind] for fault in offered if kind in fault] == pairs
    future = branches({"partition": ["register", "customer-registered"], "for": 2}, 5)
    assert future["label"] == "the link register - customer-registered cut for 2 s"
    assert future["note"] == "classic has no link register - customer-registered: nothing changes there"
    assert breaks([evsim.load("unix-pipe").run(until=6)])  # pipes have no network


def test_a_log_that_others_copy_can_lose_its_leader():
    assert {"leader_failure": "payment", "for": 1} in [
        {**each["fault"], "for": 1} for each in breaks([evsim.load("leader-failover").run(until=6)])
    ]


def test_a_page_keeps_the_futures_of_some_moments(its):
    player = evsim.play(*its.values())
    moments = (2, 12)
    kept = player.stored(moments)
    assert [each["fault"]["outage"] for each in kept["breaks"]] == [
        "mailing-list", "database", "register", "customer-registered"
    ]  # fmt: skip
    assert all(each["moments"] == [2_000_000, 12_000_000] for each in kept["breaks"])
    assert [(each["fault"], each["at"]) for each in kept["stored"]] == [
        (each["fault"], 1e6 * at) for each in kept["breaks"] for at in moments
    ]
    assert player.stored(())["breaks"] == player.stored(())["stored"] == []
    json.dumps(kept)  # nothing but plain data


def test_an_entry_says_the_fault_in_words():
    assert entry({"slowdown": "database", "factor": 5, "for": 2}, [1])["label"] == "database 5 times slower"
    assert entry(DOWN)["moments"] is None
    assert evsim.play(runs.few()).film["breaks"][0]["label"] == "mailing-list down"  # the one that lessons break
