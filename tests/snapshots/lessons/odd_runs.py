"""Tables and pictures of lessons, of runs that no lesson has.

Customers come in quarters of a second, so that they come at the very ends of a stretch of time; there is a warm-up, so
that not all of them count; and there are other programs, other calls and other effects beside those of the lesson.
"""

import json
from types import SimpleNamespace

import numpy as np

from evsim import Scenario, lesson
from evsim.lesson import lesson_size, luck, properties, tasks
from evsim.lesson.catching_up import catching_up
from evsim.lesson.cold_or_warm import cold_or_warm
from evsim.lesson.end_states import end_states
from evsim.lesson.loop_picture import whose_loop
from evsim.lesson.order_task import addresses, out_of_order
from evsim.lesson.rivals import measured
from evsim.lesson.taken import email_taken
from evsim.lesson.tasks import ENTRY, ROW
from evsim.lesson.workers_task import mailing, paid
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = ["ODD_RUNS"]

ARRIVALS, LIST = "workloads.register-page.arrivals", "mailing-list"
QUARTERS = {ARRIVALS: {"constant": "4/s"}, "network.latency": "0s"}


def _slow(design="classic", **more):
    """Registrations in quarters of a second, of which the first ones do not count; the list is away for a second."""
    its = {
        "services.database.handle.0.work": "250ms", "services.mailing-list.handle.0.work": "250ms",
        "services.register.handle.0.work": "0s", "run.duration": "4s", "run.warmup": "1s",
        "faults": [{"outage": LIST, "at": "2s", "for": "1s"}],
    }  # fmt: skip
    return lesson_size(design).replace(QUARTERS | its | more)


def _lines(*texts):
    return "\n".join(map(str, texts))


def _seen(scene):
    if isinstance(scene, str):
        return scene
    return _lines(rounded(json.dumps(scene.to_dict())), scene.alt, drawn(scene.draw))


# Tables.


def _of_registrations():
    """What is told, true and done, where a first second does not count."""
    runs = {name: _slow(name).run() for name in ("classic", "events", "hybrid")}
    yield "promises", table(lesson.promises(**runs))
    taken = {name: email_taken(_slow(name), 3).run() for name in ("classic", "events")}
    yield "who heard no", table(lesson.who_heard_no(**taken))
    for name, run in runs.items():
        yield f"heard of {name}", table(lesson.did_it_happen(run, "database", ROW))
        yield f"of {name}", _lines(lesson.told_and_true(run), lesson.caught_up(run))
    yield "told then done", _seen(lesson.told_then_done(**runs))
    yield "end states", _seen(end_states(**runs, taken=taken["events"]))
    late = {"services.register.handle": [{"call": LIST}, {"reply": "registered"}, {"publish": "rows"}],
            "channels": {"rows": "queue"}, "services.database.subscribe": "rows"}  # fmt: skip
    never = {"services.register.handle": [{"wait": "1s"}, {"fail": 1}, {"call": "database"}, {"call": LIST}]}
    error = {"services.register.handle": [{"call": "database"}, {"wait": "2s"}, {"fail": 1}], "faults": []}
    drawn_runs = {name: _slow(**its).run() for name, its in {"late": late, "never": never, "error": error}.items()}
    for names in (("late",), ("never",), ("error",), ("never", "error", "late")):
        yield f"told {names}", _seen(lesson.told_then_done(**{name: drawn_runs[name] for name in names}))
    yield "where they wait", _seen(lesson.where_they_wait(drawn_runs["late"]))
    calm = _slow(**{ARRIVALS: {"constant": "1/s"}, "faults": [], "services.register.handle": [{"reply": "x"}]})
    yield "where nobody waits", _seen(lesson.where_they_wait(calm.run()))


def _of_spans():
    """Stretches of time, of which somebody comes at each end."""
    storm = lesson.tasks.storm_task
    steps = [{"call": {"service": storm.LIST, "timeout": "1s"}}, {"call": "other"}, {"reply": "registered"}]
    calls = storm.storm().replace({ARRIVALS: {"constant": "1/s"}, storm.HANDLE: steps, "services.other": {
        "handle": [{"work": "1ms"}]}})  # fmt: skip
    run = calls.run()
    yield "storm", table(storm.before_and_after(calls=run))
    yield "well again", _lines(*storm.well_again(run), *storm.hardly_an_error(run))
    net = lesson.tasks.network_task
    moving = net.moving().replace({ARRIVALS: {"constant": "1/s"}, "run.duration": "20s"})
    photos = net.photos(33).replace({"services.line.handle": [{"work": "26.4ms"}, {"wait": "1ms"}, {"work": "2ms"}]})
    yield "moving", table(net.errors_since(moving=moving.run()))
    yield "line", table(net.on_the_line(photos=photos.replace({"run.duration": "9s"}).run()))
    past = lesson.tasks.history_task
    visitors = {"workloads.visitors.arrivals": {"constant": "2/s"}, "run.duration": "40s", "network.latency": "0s"}
    runs = {"log": past.history(), "calls": past.by_calls(), "slow": past.history().replace({
        "services.search-index.handle.0.work": "500ms"})}  # fmt: skip
    runs = {name: each.replace(visitors).run() for name, each in runs.items()}
    yield "past", table(past.told_after(**runs))
    yield "moved", table(past.moved(runs["log"], runs["calls"]))
    yield "back", str(past.went_back(**{"run.duration": "46s"}).effects.groupby("effect").size())
    for name, run in runs.items():
        yield f"past of {name}", _lines(*tried(lambda run=run: [*past.indexed_in_time(run)][:3]))
        yield f"catching up of {name}", _seen(catching_up(run, "search-index", "index entry"))


def _of_readers():
    """Addresses whose reader is asked in another way, too, beside another reader; nothing is waited for in the end."""
    more = {
        "workloads.page.arrivals": {"constant": "4/s"}, "workloads.asked": {
            "target": "profile", "arrivals": {"constant": "4/s"}},
        "services.profile.handle.0.work": "250ms", "network.latency": "0s", "run.duration": "5s",
        "services.account.handle": [{"effect": "change"}, {"publish": "changes"}, {"reply": "changed"}],
        "services.audit": {"subscribe": "changes", "handle": [{"work": "1ms"}, {"effect": "line"}]},
    }  # fmt: skip
    runs = {f"{drain}": addresses(2).replace(more | {"run.drain_limit": drain}).run() for drain in ("0s", "60s")}
    its = {"services.profile.subscribe": {"channel": "changes", "prefetch": "unlimited"}, "run.drain_limit": "1s",
           "services.profile.handle.0.work": "1s"}  # fmt: skip
    runs["handed out"] = addresses(2, {"queue": {}}).replace({**its, "run.duration": "2s"}).run()
    yield "out of order", table(out_of_order(**runs))
    board = lesson.tasks.window_task
    nobody = {"workloads.telephone.arrivals": {"constant": "0.25/s"}, "workloads.telephone.delay": "9s",
              "workloads.page.arrivals": {"burst": {"count": 3, "at": "30s"}}}  # fmt: skip
    for waits in (0, 9):
        run = board.board(waits).replace(nobody).run()
        yield (
            f"board, {waits} s",
            _lines(table(board.shown(its=run)), *board.numbers_come_soon(run), *board.hardly_any_left_out(run)),
        )
    mails = mailing(4, 2, 9)
    grows = {"services.mailer.autoscale": {"by": "lag", "target": 1, "most": 6, "start": "1s", "every": "250ms"}}
    mails, more = mails.replace({"services.mailer.instances": 1}).run(), mailing(30, 1, 3).replace(grows)
    yield "mails", _lines(mailing(4, 2, 9).to_yaml(), table(lesson.little(its=mails)), paid(mails), paid(more.run()))
    new = lesson.tasks.newcomer_task
    twice = new.bad_day(new.bad_day(new.events(1)), "database", "gift")
    yield "designs of newcomers", _lines(*(its.to_yaml() for its in (new.classic(), new.classic(1), twice)))
    yield "profiles", _lines(*[*new.profile_after_row(new.events(3).replace({"run.duration": "2s"}).run())][:2])


# Pictures.


def _of_copies():
    """Nine groups and one event; two, of which one gets nothing; and readers who were handed nothing yet."""

    def fans(readers, count, **more):
        steps = [{"work": "250ms"}, {"effect": "seen"}]
        return Scenario.from_dict({
            "name": "fans",
            "workloads": {"page": {"target": "shop", "arrivals": {"burst": count}, "key": {"uniform": 9}}},
            "services": {"shop": {"workers": 9, "handle": [{"publish": "news"}, {"reply": "ok"}]},
                         **{f"fan-{number}": {"subscribe": "news", "handle": steps} for number in range(readers)}},
            "channels": {"news": {"log": {"partitions": 2}}}, "run": {"duration": "1s"},
        }).replace(more)  # fmt: skip

    queue = {"channels.news": "queue", "services.fan-0.instances": 3, "services.fan-0.handle.0.work": "1s"}
    late = queue | {"run.drain_limit": "0s", "network.latency": "700ms"}
    for name, its in {"one": fans(9, 1), "some": fans(2, 5, **queue), "late": fans(2, 5, **late)}.items():
        yield f"copies of {name}", _seen(lesson.who_gets_which(its.run()))


def _of_functions():
    """A function whose customers are not all told anything, beside one that is called; a bill that nobody caused."""
    paid_ = lesson.tasks.function_task
    base = paid_.newsletter("512MiB").replace({"run.duration": "21s", "run.drain_limit": "500ms"})
    one = base.replace({"workloads": {"newsletter": {"target": "shop", "arrivals": {"burst": {"count": 1}}}}})
    yield "cold or warm", _seen(cold_or_warm(base.run()))
    yield "one", _seen(cold_or_warm(one.replace({"run.drain_limit": "60s"}).run()))
    yield "both ways", paid_.both_ways(2).to_yaml()
    yield "minutes", _lines(*(its.to_yaml() for its in (tasks.sign_task.bad_minutes(2, 0.5), tasks.sign_task.rush(2))))


def _of_loops():
    """Pieces that begin and end with the picture; a pool of few threads; a bus that loses; steps by their default."""
    its = lesson.loop_task
    steps = [{"blocking": "250ms"}, {"effect": its.REPORT}]
    pool = its.pages_and_reports(steps).replace({
        "workloads.browsers.arrivals": {"constant": "8/s"}, "run.duration": "3s", "run.drain_limit": "250ms",
        "services.web.event_loop": {"loops": 1, "pool": 1}, "services.web.handle.0.work": "250ms",
        "services.web.handle.1.wait": "250ms", "services.web.handle.2.maybe.probability": 0.5}).run()  # fmt: skip
    for start, length in ((1.0, 0.5), (1.25, 1.75), (0.0, 0.125), (2.75, 0.5)):
        yield f"loop from {start} s", _seen(whose_loop(pool, start, length))
    yield "calm loop", _seen(whose_loop(its.pages_and_reports(rate=2).run(), 1.0))
    lost = its.on_the_bus("publish", 9).replace({"faults": [{"outage": LIST, "at": "2s", "for": "2s"}]})
    yield "heard", table(its.heard(lost=lost.run()))
    said = [its.loop(), its.threads(3), its.in_a_log(), its.pages_and_reports(None, 20, workers=3)]
    yield "designs of loops", _lines(*(each.to_yaml() for each in said))
    late = [*properties.told_within(pool, 0.375)], its._slowest(np.array([0.1, 0.3, 0.2, 0.2]), 0.2)
    yield "late", _lines(*late[0][:2], late[1])


def _of_luck():
    """Mailers of which one is much quicker, or as quick; designs that no lesson draws."""
    yield "beyond", _seen(luck.differences({"far": ([0.0, 0.0, 0.25], [2.0, 3.0, 1.25])}))
    yield "below", _seen(luck.differences({"far": ([2.0, 3.0, 1.25], [0.0, 0.0, 0.25])}))
    yield "one run", _seen(luck.differences({"one": ([1.0], [1.5])}))
    yield "offer", luck.offer("blue", 95, 3).to_yaml()
    hop = lesson.rivals(3, "1ms", "10ms")
    yield "rivals", _lines(hop.to_yaml(), measured(hop.run()))
    yield "chain", lesson.chain(2, 0.5, "10ms").to_yaml()
    queue = lesson_size("events").replace({"channels": {"customer-registered": "queue"}})
    yield "a queue", lesson_size(queue).to_yaml()
    yield "emails", email_taken(lesson_size("classic")).to_yaml()
    real = lesson.reality_task
    yield "measured", table(real.measured(2))
    flow = real.flow().replace({ARRIVALS: {"constant": "4/s"}, "run.duration": "8s"})
    here = flow.replace({"faults": [{"outage": LIST, "at": "3s", "for": "3s"}]}).run()
    there = flow.replace({"faults": [{"outage": LIST, "at": "2s", "for": "2s"}]})
    other = SimpleNamespace(scenario=there, seed=1, outcomes=here.outcomes)
    yield "both", _lines(table(real.both(other)), real.same_customers(other))


def _of_properties():
    """Limits that are met to the nanosecond, and those who are told, or come, at the very end of a fault."""
    run = _slow(**{"services.register.workers": 64}).run()
    response = np.unique(run.tables.requests.response.round(9)).tolist()
    yield "told", _lines(response, *([*properties.told_within(run, limit)][:2] for limit in response))
    late = _slow("events", faults=[]).run()
    after = late.tables.requests.first_time[1] - late.tables.requests.answered
    limits = [float(np.nanmin(after)), float(np.nanmax(after))]
    yield "done", _lines(*([*properties.done_within(late, limit, ENTRY)][:2] for limit in limits))
    calm = _slow(**{"services.mailing-list.workers": 64, "services.database.workers": 64, "faults": [
        {"slowdown": "database", "factor": 1, "at": "1s", "for": "1s"}]}).run()  # fmt: skip
    yield "error", _lines(*properties.somebody_told_error(calm))
    again = _slow("events", **{"services.mailing-list.handle": [{"effect": ENTRY}] * 3})
    yield "again", _lines(*[*properties.nothing_done_twice(again.run(), ENTRY)][:2])
    steps = [{"call": "database"}, {"parallel": [{"call": LIST}, {"call": "database"}]}, {"reply": "registered"}]
    turned = _slow(**{"services.register.handle": steps[1:], "faults": []}).run()
    yield "at once", _lines(*[*properties.asked_at_once(turned, "database", LIST)][:2])
    yield "beyond", _lines(*(properties.beyond(value, limit) for value, limit in (
        (5.000001, 5), (5.01, 5), (5.0009, 5.0), (5.00009, 5), (0.5, 0.5), (1234.5678, 1))))  # fmt: skip
    pipe = lesson.tasks.pipe_task
    full = pipe.advertised(2, "reject_publish").replace({"run.duration": "4s", "faults": [
        {"outage": "mails", "at": "0s", "for": "500ms"}]}).run()  # fmt: skip
    yield "refused", _lines(*[*pipe.refused_in_need(full)][:5])
    contract = lesson.tasks.contract_task
    plan = {"register": {9: "writes mail", 3: "writes both"}, "welcome": {7.5: "reads mail", 2: "reads both"}}
    said = contract.contract(plan, "welcome").replace({"workloads.page.arrivals": {"constant": "4/s"}, "run.duration":
        "15s", "faults": [{"outage": "letters", "at": "0s"}]}).run()  # fmt: skip
    yield "left out", _lines(*[*contract.nobody_left_out(said)][:3], *np.bincount(said.tables.requests.times_done[0]))


ODD_RUNS = {f"odd {name}": function for name, function in {
    "registrations": _of_registrations, "spans": _of_spans, "readers": _of_readers, "copies": _of_copies,
    "functions": _of_functions, "loops": _of_loops, "luck": _of_luck, "properties": _of_properties,
}.items()}  # fmt: skip
