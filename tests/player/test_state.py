"""At any moment the player shows what the records say, and every time in a film is the record that it means."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evsim
from evsim.results.outcomes import TOLD, CustomerOutcomes
from evsim.scenario import Scenario
from evsim.view.player.film import film
from tests.books.holding import examples
from tests.books.systems import systems
from tests.exports.plain import Plain, micro
from tests.exports.runs import a_run
from tests.parts.correlation.mutants import quoting
from tests.parts.items.mutants import ordering
from tests.player.node import ask
from tests.player.reference_state import Reference
from tests.player.reference_words import told, verdict
from tests.player.test_film import NO_SHRINKING

pytestmark = pytest.mark.slow


class Drawn:
    """Several systems under a short name: Hypothesis warns of long ones."""

    def __init__(self, systems):
        self.systems = systems


SEVERAL = st.builds(Drawn, st.lists(systems(), min_size=6, max_size=6))
QUESTION = """(film, lanes) => lanes.map((index, place) => {
    const plain = (table) => Object.fromEntries(Object.entries(table).map(
        ([name, column]) => [name, ArrayBuffer.isView(column) ? [...column] : column]));
    const faults = (its) => its.map(({kind, start}) => [kind, start]);
    const {attempts, messages, effects, sendings, requests, remarks} = index.lane;
    const progressAt = (channel, t) => Object.fromEntries(index.groups
        .filter((group) => group.channel === channel && group.service !== null)
        .map((group) => [group.service,
            [...Array(messages.count).keys()].map((message) => progress(index, group, message, t))]));
    const ENDS = {[FINE]: "fine", [BAD]: "bad", [LOST]: "lost", [LATE]: "late", [REFUSED]: "refused"};
    const shown = (t) => {
        const {services, channels, dots} = stateOf(index, t);
        return {
            services: Object.fromEntries(Object.entries(services).map(([name, {busy, line, outbox, faults: its}]) =>
                [name, {busy: busy.map(({worker, row, request, waits}) => [worker, row, request, [...waits].sort()]),
                    line, outbox, faults: faults(its)}])),
            channels: Object.fromEntries(Object.entries(channels).map(([name, {kept, groups, faults: its}]) =>
                [name, {kept, faults: faults(its),
                    groups: Object.fromEntries(groups.map(({service, open, behind, oldest}) =>
                        [String(service), {open, behind, oldest}])),
                    progress: progressAt(name, t)}])),
            dots: dots.map(({hop, share}) =>
                [hop.kind, hop.ref, hop.from, hop.to, ENDS[hop.end], Math.round(share * 1e6) / 1e6]),
        };
    };
    return {
        hops: index.hops.map(({kind, ref, from, to, leave, arrive, end}) =>
            [kind, ref, from, to, leave, arrive, ENDS[end]]),
        words: eventsOf([index]).list.map((event) => [event.time, sentence(index, event, `#${event.request}`)]),
        tables: Object.fromEntries(Object.entries({requests, attempts, messages, effects, sendings, remarks})
            .map(([name, table]) => [name, plain(table)])),
        states: film.moments.map(shown),
        customers: film.moments.map((t) => film.whose[place].map((request) => {
            const found = customerAt(index, request, t);
            return found && {asked: found.asked, told: found.told, state: found.state,
                times: found.effects.map(({times}) => times), due: found.effects.map(({due}) => due),
                verdict: verdictOf(index, request, t)};
        })),
    };
})"""

NAMES = {
    "hops": ["FINE", "BAD", "LOST", "LATE", "REFUSED"],
    "state": ["stateOf", "customerAt", "progress"],
    "events": ["eventsOf"],
    "words": ["sentence", "verdictOf"],
}


def moments(plain, count, luck):
    """Random moments, moments at which something happens, and those just before; and that of the last effect."""
    times = sorted({micro(getattr(row, name)) for row in plain.rows
                    for name in ("born", "leased", "inbox", "started", "ended", "settled", "replied", "late")}
                   | {micro(getattr(message, name)) for message in plain.messages
                      for name in ("published", "sent", "appended", "acknowledged")} - {-1})  # fmt: skip
    chosen = luck.sample(times, min(count, len(times)))
    chosen += [max(micro(each.time) for each in plain.effects)] if plain.effects else []
    last = micro(plain.end)
    anywhere = [luck.randint(0, last) for _ in range(count // 2)]
    return sorted({max(0, time) for time in [0, last, *anywhere, *chosen, *(time - 1 for time in chosen)]})


def assert_the_player_shows_the_records(runs, count=8, designs=1):
    """Of films of so many designs each; they end at different moments."""
    luck, films, references = random.Random(7), [], []
    for runs_of_one in zip(*[iter(runs)] * designs, strict=True):
        its = [Reference(Plain(run)) for run in runs_of_one]
        references.append(its)
        labels = [f"design {number}" for number in range(designs)] if designs > 1 else None
        times = sorted({time for each in its for time in moments(each.plain, count, luck)})
        films.append(film(*runs_of_one, labels=labels) | {
            "moments": times, "whose": [some(each.plain.requests, luck) for each in its],
        })  # fmt: skip
    for made, its, found in zip(films, references, ask(films, QUESTION, NAMES), strict=True):
        for lane, reference, said, whose in zip(made["futures"][0]["lanes"], its, found, made["whose"], strict=True):
            assert_a_lane_shows_the_records(made, lane, reference, said, whose)


def some(requests, luck):
    """Of each workload and end the last, and some more."""
    sorts = {(each.workload, each.outcome): each.place for each in requests}
    return [*sorts.values(), *luck.sample(range(len(requests)), min(5, len(requests)))]


def assert_a_lane_shows_the_records(made, lane, reference, said, whose):
    run = reference.run
    assert_columns(reference, said["tables"], made, lane)
    assert sorted(said["hops"]) == sorted(list(hop[:7]) for hop in reference.hops), run
    assert list(map(tuple, said["words"])) == told(reference, lane), run
    for t, state, customers in zip(made["moments"], said["states"], said["customers"], strict=True):
        assert_state(state, reference.state(t), f"{run} at {t}")
        outcomes = CustomerOutcomes.of(run, at=(1000 * t + 499.9) / 1e9)  # as a moment is rounded
        for request, customer in zip(whose, customers, strict=True):
            assert customer == customer_at(reference, made, request, t, outcomes), f"{run} at {t}"


@pytest.mark.slow
def test_items_and_replies_are_shown_as_the_records_have_them():
    several = ordering({"uniform": [0, 3]}, fails=0.2).replace({"run.duration": 10})
    assert_the_player_shows_the_records([several.run(), quoting().replace({"run.duration": 5}).run()], count=4)


def assert_state(shown, meant, where):
    for service in shown["services"].values():
        service["faults"].sort()
    for channel in shown["channels"].values():
        channel["faults"].sort()
    shown["dots"].sort()
    for part in ("services", "channels"):
        for name, each in meant[part].items():
            assert shown[part][name] == each, f"{name} of {where}"
    near = [[*dot[:5], pytest.approx(dot[5], abs=2e-6)] for dot in meant["dots"]]
    assert shown["dots"] == near, where


def customer_at(reference, made, request, t, outcomes):
    plain = reference.plain
    who = plain.requests[request]
    if micro(who.arrived) > t:
        return None
    heard = None
    if 0 <= micro(who.answered) <= t:
        word = {"ok": "yes", "declined": "no"}.get(who.outcome, "error")
        heard = {"time": micro(who.answered), "word": word, "outcome": who.outcome}
    replays = set(plain.run.records.replays)
    times = []
    for effect in made["effects"]:
        its = []
        for each in sorted(plain.effects, key=lambda each: micro(each.time)):
            mine = each.name == effect["name"] and each.row.request is who and each.undone is None
            first = each.row.number if each.row.first < 0 else each.row.first
            if mine and not (first in replays and its):
                its.append(micro(each.time))
        times.append([time for time in its if time <= t])
    state = {
        "told": TOLD[outcomes.told[request]], "odd": bool(outcomes.odd[request]),
        "true": bool((outcomes.yes & outcomes.everything)[request]), "truth": outcomes.truth(request),
        "last": replace(outcomes, final=True).truth(request), "also": outcomes.also(request),
    }  # fmt: skip
    due = is_due(plain.run, made, request)
    found = {"asked": micro(who.arrived), "told": heard, "state": state, "times": times, "due": due}
    true = micro(true_at(plain.run, who, standing(plain)))
    return found | {"verdict": verdict(found, t, [effect["name"] for effect in made["effects"]], true, plain)}


def is_due(run, made, request):
    """Of each effect of the film, whether it is due to a customer."""
    due = dict(zip(run.tables.effect_names, run.tables.requests.is_due[:, request].tolist(), strict=True))
    return [due.get(effect["name"], False) for effect in made["effects"]]


def assert_columns(reference, tables, made, lane):
    """Every column in the film is what its name means; a fault is none of the notes, nor is its end."""
    faults = {next(iter(fault)) for fault in reference.scenario.get("faults") or ()}
    noted = {note["kind"].removeprefix("end of ") for note in lane["notes"]}
    assert not faults & noted
    plain, codes, effects = reference.plain, made["codes"], [effect["name"] for effect in made["effects"]]
    assert_requests(plain, tables["requests"], made)
    for name in ("outcome", "verdict", "reason"):
        words = [codes[name][code] for code in tables["attempts"][name]]
        assert words == [getattr(row, name) for row in plain.rows], name
    assert [codes["fate"][code] for code in tables["messages"]["fate"]] == [each.fate for each in plain.messages]
    channels = list(plain.run.scenario.channels)
    assert [channels[code] for code in tables["messages"]["channel"]] == [each.channel for each in plain.messages]
    assert tables["messages"]["request"] == [each.request.place for each in plain.messages]
    attempts = {
        "asked": lambda row: row.born, "arrived": lambda row: row.inbox, "granted": lambda row: row.leased,
        "started": lambda row: row.started, "ended": lambda row: row.ended, "replied": lambda row: row.gone,
        "settled": lambda row: row.settled, "late": lambda row: row.late,
    }  # fmt: skip
    for name, time in attempts.items():
        assert tables["attempts"][name] == [micro(time(row)) for row in plain.rows], name
    for name in ("place", "parent", "first", "attempt", "worker", "astray"):
        assert tables["attempts"][name] == [getattr(row, name) for row in plain.rows], name
    assert tables["attempts"]["request"] == [row.request.place for row in plain.rows]
    removed = {number: time for time, number in plain.run.records.removals}
    messages = {
        "published": lambda each: each.published, "sent": lambda each: each.left,
        "appended": lambda each: each.appended, "acknowledged": lambda each: each.acknowledged,
        "confirmed": reference.confirmed, "removed": lambda each: removed.get(each.number),
    }  # fmt: skip
    for name, time in messages.items():
        assert tables["messages"][name] == [micro(time(each)) for each in plain.messages], name
    parts = [*plain.run.scenario.services, *plain.run.scenario.channels]
    assert [parts[number] for number in tables["messages"]["sender"]] == [each.sender for each in plain.messages]
    for name in ("partition", "offset", "cause"):
        assert tables["messages"][name] == [getattr(each, name) for each in plain.messages], name
    standing = [(each.row.number, each.name, micro(each.time)) for each in plain.effects if each.undone is None]
    table = tables["effects"]
    names = [effects[number] for number in table["name"]]
    assert list(zip(table["row"], names, table["time"], strict=True)) == standing
    table = tables["sendings"]
    fates = [table["fates"][fate] for fate in table["fate"]]
    sent = [
        (number, each.fate, micro(each.sent), micro(None if each.arrived != each.arrived else each.arrived))
        for number in sorted(reference.troubled) for each in plain.messages[number].sendings
    ]  # fmt: skip
    assert list(zip(table["message"], fates, table["sent"], table["arrived"], strict=True)) == sent
    table = tables["remarks"]
    said = [(row, table["words"][says], time) for row, says, time in
            zip(table["row"], table["says"], table["time"], strict=True)]  # fmt: skip
    assert sorted(said) == sorted((row.number, each.words, micro(each.time))
                                  for row in plain.rows for each in row.remarks)  # fmt: skip


def assert_requests(plain, table, made):
    workloads = list(plain.run.scenario.workloads)
    assert [workloads[code] for code in table["workload"]] == [each.workload for each in plain.requests]
    for name, value in {"row": lambda each: each.row.number, "number": lambda each: each.number}.items():
        assert table[name] == [value(each) for each in plain.requests], name
    assert table["key"] == [each.key for each in plain.requests]
    assert [table["outcomes"][code] for code in table["outcome"]] == [each.outcome for each in plain.requests]
    word = {"ok": "yes", "declined": "no", "pending": "nothing"}
    said = [word.get(each.outcome, "error") for each in plain.requests]
    assert [made["told"][code] for code in table["told"]] == said
    there = standing(plain)
    assert table["true"] == [micro(true_at(plain.run, each, there)) for each in plain.requests]


def standing(plain):
    """(customer, effect) -> its times, without what was undone."""
    found = {}
    for each in plain.effects:
        if each.undone is None:
            found.setdefault((each.row.request.place, each.name), []).append(each.time)
    return found


def true_at(run, who, standing):
    """When all that is due to a customer was there, if it is as it was meant to end; at once where nothing is due."""
    due, back = (
        [name for name, its in zip(run.tables.effect_names, which[:, who.place]) if its]
        for which in (run.tables.requests.is_due, run.tables.requests.is_taken_back)
    )
    there = {name: min(standing[who.place, name]) for name in (*due, *back) if (who.place, name) in standing}
    if not due and not back:
        return who.arrived
    if not due or len(there) != len(due) or any(name in there for name in back):
        return None
    return max(who.arrived, *there.values())


def test_the_player_shows_the_records_at_any_moment():
    names = ["doubled", "lossy", "crashed events", "crashed calls", "letters", "early replies", "cut", "troubled",
             "committing", "read again", "two workloads", "refused"]  # fmt: skip
    assert_the_player_shows_the_records([a_run(name) for name in names])


@settings(examples(0.1), phases=NO_SHRINKING)
@given(SEVERAL)
def test_the_player_shows_the_records_of_any_two_designs_though_one_ends_before_the_other(drawn):
    assert_the_player_shows_the_records([scenario.run() for scenario in drawn.systems], designs=2)


def copies():
    """The links make a second one of every call and of every delivery, and readers die at their work."""
    return Scenario.from_dict({
        "name": "copies",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 4}}},
        "services": {
            "front": {"workers": 4, "handle": [
                {"call": "back"}, {"work": 0.5}, {"publish": "jobs"}, {"publish": "news"}, {"reply": "yes"},
            ]},
            "back": {"workers": 4, "handle": [{"work": 0.1}]},
            "clerk": {"workers": 2, "subscribe": "jobs", "handle": [{"work": 0.2}, {"effect": "row"}]},
            "reader": {"subscribe": "news", "handle": [{"work": 0.2}, {"effect": "mail"}]},
        },
        "channels": {"jobs": {"queue": {}}, "news": {"log": {"partitions": 2}}},
        "network": {"latency": 0.02},
        "faults": [
            *({"duplication": pair, "probability": 1, "at": 0} for pair in
              (["front", "back"], ["jobs", "clerk"], ["news", "reader"], ["front", "jobs"])),
            {"crash": "clerk", "at": 3.1, "for": 1}, {"crash": "reader", "at": 5.1, "for": 1},
        ],
        "run": {"duration": 10, "warmup": 0},
    })  # fmt: skip


def test_what_a_link_made_a_second_one_of_is_nobodys_wait_and_no_backlog():
    run = copies().run()
    plain = Plain(run)
    made = {row.kind for row in plain.rows if row.verdict == "copy"}
    assert made >= {"call", "delivery"}
    assert any(row.kind == "delivery" and row.outcome == "crashed" for row in plain.rows)
    assert_the_player_shows_the_records([run], count=40)


def caught_up():
    """A message is slow, and is sent again: as nothing overtakes it, all that was sent comes at one moment."""
    slow = {"latency": ["front", "jobs"], "add": 5, "at": 0.9, "for": 0.2}
    publish = {"channel": "jobs", "timeout": 1, "retry": {"attempts": 3}}
    return Scenario.from_dict({
        "name": "caught-up",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 1}}},
        "services": {
            "front": {"workers": 4, "handle": [{"publish": publish}]},
            "clerk": {"subscribe": "jobs", "handle": [{"work": 0.2}, {"effect": "row"}]},
        },
        "channels": {"jobs": {"queue": {}}},
        "network": {"latency": 0.02},
        "faults": [slow],
        "run": {"duration": 8, "warmup": 0},
    })  # fmt: skip


def test_what_comes_again_is_told_after_what_is_kept_at_the_same_moment():
    run = caught_up().run()
    first = run.tables.sendings[0]
    assert [each.fate for each in first] == ["kept", "came again", "came again"]
    assert len({each.arrived for each in first}) == 1
    assert_the_player_shows_the_records([run])


def test_of_a_pool_that_grows_as_many_workers_are_shown_as_there_are():
    run = evsim.load("cold-start-burst").run()
    made, capacity = film(run), run.tables.capacity["shop"]
    born = np.unique(capacity.ready[~np.isnan(capacity.ready)])
    times = [0, *(np.round(born * 1e6).astype(int) + 1).tolist(), round(run.ended_at * 1e6) - 1]
    question = """(film) => film.moments.map((t) => {
        const shop = film.futures[0].lanes[0].services.find(({name}) => name === "shop");
        const {has, many} = thereAt(shop, t);
        return [many, [...Array(shop.workers).keys()].filter(has).length];
    })"""
    (found,) = ask([made | {"moments": times}], question, {"state": ["thereAt"]})
    wanted = [capacity.at(time / 1e6) for time in times]
    assert found == [[many, many] for many in wanted] and len(set(wanted)) > 3


def test_an_answer_for_whom_nobody_waits_is_unwanted():
    """`front` crashes while `back` works for it."""
    run = Scenario.from_dict({
        "name": "orphans",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 1}}},
        "services": {"front": {"handle": [{"call": "back"}]}, "back": {"handle": [{"work": 0.5}, {"effect": "row"}]}},
        "network": {"latency": 0.02},
        "faults": [{"crash": "front", "at": 1.2, "for": 0.5}],
        "run": {"duration": 4, "warmup": 0},
    }).run()  # fmt: skip
    assert any(row.verdict == "orphaned" for row in Plain(run).rows)
    assert_the_player_shows_the_records([run])


def test_the_error_of_a_caller_that_gave_up_is_unwanted_though_the_run_ends_before_it_comes():
    run = Scenario.from_dict({
        "name": "late-error",
        "workloads": {"page": {"target": "front", "arrivals": {"burst": {"count": 1, "at": 0}}}},
        "services": {
            "front": {"handle": [{"call": {"service": "back", "timeout": 2}}]},
            "back": {"handle": [{"work": 0.5}, {"fail": 1}]},
        },
        "network": {"links": {"wire": {"between": ["front", "back"], "latency": 1}}},
        "run": {"duration": 10, "warmup": 0},
    }).run(until=2.2)  # fmt: skip
    (call,) = (row for row in Plain(run).rows if row.kind == "call")
    assert (call.ended, call.settled, call.late) == (1.5, 2, None)
    assert_the_player_shows_the_records([run])
