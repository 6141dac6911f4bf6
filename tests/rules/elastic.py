"""What work has at its disposal: environments, instances, loops and cores; and what that costs."""

from tests.rules.rule import JUST, Rule, nano, outcomes, rows_at, system, times


def function(comes, work=1, **settings):
    service = {"function": settings, "handle": [{"work": work}]}
    return system({"front": service}, [("front", at) for at in comes])


def scaled(comes, work=100, duration=30, **settings):
    service = {"autoscale": {"by": "concurrency", "every": 1, **settings}, "handle": [{"work": work}]}
    return system({"front": service}, [("front", at) for at in comes], duration=duration, drain_limit=0)


def scheduled(at):
    by = {"by": "schedule", "schedule": [{"at": at, "instances": 5}], "every": 1}
    return system({"front": {"autoscale": by, "handle": [{"work": 1}]}}, [("front", 0)], duration=5, drain_limit=0)


def triggered(count):
    """So many pollers, and one more a second, for three messages at once."""
    reading = {"channel": "orders", "pollers": {"least": count, "growth": 1}}
    services = {"asks": {"handle": [{"publish": "orders"}]},
                "front": {"function": {}, "subscribe": reading, "handle": [{"work": 10}]}}  # fmt: skip
    return system(services, [("asks", 0)] * 3, channels={"orders": "queue"})


def let_go(work):
    """One environment, and the time of a message that waits for it is over at 6 s."""
    reading = {"channel": "orders", "pollers": {"least": 2}}
    services = {"asks": {"handle": [{"publish": "orders"}]},
                "front": {"function": {"most": 1}, "subscribe": reading, "handle": [{"work": work}]}}  # fmt: skip
    queue = {"queue": {"visibility_timeout": 6, "max_receive_count": 1}}
    return system(services, [("asks", 0), ("asks", 0)], channels={"orders": queue})


def threads(comes, work, **settings):
    service = {"workers": 9, "handle": [{"work": work}], **settings}
    return system({"front": service}, [("front", at) for at in comes])


def priced(work):
    """A GB-second costs 1."""
    service = {"function": {"memory": "1GiB", "full_speed": "1GiB"}, "price": {"gb_second": 1, "step": 1}}
    return system({"front": {**service, "handle": [{"work": work}]}}, [("front", 0)])


def batched(count):
    """One step sends so many messages to a queue of which a million requests to send cost a million."""
    price = {"requests": 1e6, "counts": ["send"], "send_batch": 10}
    services = {"front": {"handle": [{"publish": {"channel": "jobs", "items": count}}]},
                "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", 0)], channels={"jobs": {"queue": {"price": price}}})


def undone(after):
    """A row of 1 GiB is kept until it is undone, for 10 s at most; what a GB keeps for a second costs 1."""
    price = {"gb_month": 730 * 3600, "size": "1GiB", "retention": 10}
    handle = [{"effect": "row"}, {"wait": after}, {"undo": "row"}]
    return system({"front": {"price": price, "handle": handle}}, [("front", 0)])


def cost(run):
    return nano(run.summary()["cost"])


def gathered(at):
    """Events at 1 s, at that moment and at 30 s, in windows of 10 s."""
    window = {"window": {"tumbling": 10, "by": "all", "to": "results"}}
    services = {"front": {"handle": [{"publish": "facts"}]}, "reader": {"subscribe": "facts", "handle": [window]}}
    channels = {"facts": "log", "results": "queue"}
    return system(services, [("front", each) for each in (1, at, 30)], channels=channels)


def kept(mode):
    """A checkpoint begins at 4 s and takes 0.1 s, with an event at a moment before it is safe; a crash at 5 s."""

    def system_of(at):
        checkpoint = {"every": 4, "takes": 0.1, "mode": mode}
        window = {"window": {"tumbling": 10, "by": "all", "to": "results", "checkpoint": checkpoint}}
        reading = {"subscribe": {"channel": "facts", "commit": "checkpoint"}, "handle": [{"work": 0.05}, window]}
        services = {"front": {"handle": [{"publish": "facts"}]}, "reader": reading}
        crash = {"crash": "reader", "at": 5, "for": 1}
        return system(services, [("front", at)], 20, channels={"facts": "log", "results": "queue"}, faults=[crash])

    return system_of


def sent_on_credit(places):
    """Three results at 1 s, and a reader that takes 10 s for each: the first is handed out at once."""
    window = {"window": {"tumbling": 100, "by": "all", "early": 1, "to": "results"}}
    services = {
        "front": {"handle": [{"publish": "facts"}]},
        "reader": {"subscribe": "facts", "handle": [window]},
        "slow": {"subscribe": "results", "handle": [{"work": 10}]},
    }
    channels = {"facts": "log", "results": {"queue": {"max_length": places, "overflow": "block"}}}
    return system(services, [("front", 1)] * 3, channels=channels)


def results_left(run):
    """When the results of a run left."""
    sent = run.tables.messages["published"]
    return [nano(sent[pane.message]) for pane in run.records.panes]


def counted(run):
    """When the events of a run came to their window."""
    return [nano(each.time) for each in run.records.events]


def environments(run):
    return run.tables.rows["worker"][rows_at(run, "front")].tolist()


def changes(run):
    """(when, how many instances there should be), where that is another number than before."""
    found, last = [], None
    for time, _, _, _, wanted in run.records.decisions:
        if wanted != last:
            found.append((nano(time), wanted))
        last = wanted
    return found


def gone(run):
    """Numbers of the instances that are there no more."""
    lives = run.tables.capacity["front"]
    return sorted(lives.number[lives.ended >= 0].tolist())


def measured(run):
    """What each decision was taken by, as whole numbers of thousandths."""
    return [round(1000 * each) for _, _, (each, _), _, _ in run.records.decisions]


def warnings(run):
    return [nano(time) for time, kind, *_ in run.records.incidents if kind == "blocked thread"]


AGE = "An environment that was idle for `keep_alive` is gone."
PANIC = (
    "`rule: panic` is Knative's: it panics when the average of the `panic_window` wants twice as many instances as "
    "there are; then the number only grows, until a whole `window` has passed without a new panic."
)
KNATIVE = {"rule": "panic", "target": 1, "window": 10, "panic_window": 2, "rate_down": 1000}

RULES = [
    Rule("There may be `most` environments", lambda most: function([0, 0], most=most), outcomes,
         on=(2, ["ok", "ok"]), beyond=(1, ["ok", "rejected"])),
    Rule("No more than `rate` requests a second are taken for each unit of `most`.",
         lambda at: function([0, at], rate=0.1, most=1), outcomes, on=(10, ["ok", "ok"]),
         beyond=(10 - 20 * JUST, ["ok", "rejected"])),
    Rule(AGE, lambda at: function([0, at], init=1, keep_alive=5), times("front", "started"),
         on=(7, [1, 7]), beyond=(7 + JUST, [1, 8 + JUST])),
    Rule("`provisioned` ones are there from the beginning, are used first, and stay",
         lambda provisioned: function([0, 0.5, 1.2, 3], provisioned=provisioned, reuse="oldest"), environments,
         on=(1, [0, 1, 0, 0]), beyond=(0, [0, 1, 0, 1])),
    Rule("within the `tolerance` nothing is done",
         lambda count: scaled([0.5] * count, target=4, tolerance=0.25, duration=5), changes,
         on=(5, [(1, 1)]), beyond=(6, [(1, 2)])),
    Rule("`schedule: [{at: 60s, instances: 5}]`", scheduled, changes, on=(2, [(0, 1), (2, 5)]),
         beyond=(2 + JUST, [(0, 1), (2 + JUST, 5)])),
    Rule("or with `polling_interval: 30s` at the next of these moments",
         lambda at: scaled([at], duration=5, least=0, target=1, polling_interval=2), changes,
         on=(2, [(1, 0), (2, 1)]), beyond=(2 + JUST, [(1, 0), (4, 1)])),
    Rule("newest instance is stopped first: it takes no more work", lambda count: scaled([0.5] * count, 3, target=1),
         gone, on=(2, [1]), beyond=(3, [1, 2])),
    Rule("The average over the `window` (or what is now)", lambda window: scaled([0.5], 2, 8, window=window, target=9),
         measured, on=(2, [1000, 1000, 500, 0, 0, 0, 0]),
         beyond=(3, [1000, 1000, 667, 333, 0, 0, 0])),
    Rule(PANIC, lambda count: scaled([20.5] * count, 6, 60, **KNATIVE), changes,
         on=(2, [(1, 1), (22, 2), (33, 1)]), beyond=(1, [(1, 1)])),
    Rule("Each `check` (1 s) finds the loops that one piece has held for `warn_after` (2 s)",
         lambda at: threads([at], 2.5, event_loop=True), warnings, on=(0, [2]), beyond=(JUST, [])),
    Rule("As long as no more pieces of work are in hand than that, each takes its time",
         lambda count: threads([0] * count, 1, cores=2), times("front", "ended"), on=(2, [1, 1]),
         beyond=(3, [1.5, 1.5, 1.5])),
    Rule("They reach from their start to *before* their end.", gathered,
         lambda run: [(nano(each.start), each.value) for each in run.records.panes],
         on=(10, [(0, 1), (10, 1)]), beyond=(10 - JUST, [(0, 2)])),
    Rule("A result leaves only for a free place.", sent_on_credit, results_left,
         on=(2, [1, 1, 1]), beyond=(1, [1, 1, 11])),
    *(Rule("A barrier stands behind what is in hand of each partition", kept(mode), counted, on=(4, [4.05]),
           beyond=(4 + JUST, [4.1, 6.05])) for mode in ("exactly_once", "at_least_once")),
    Rule("one more comes at each step of the `growth`", triggered, times("front", "leased"), on=(3, [0, 0, 0]),
         beyond=(2, [0, 0, 1])),
    Rule("goes on asking, first come first served, for as long as the message is invisible", let_go,
         times("front", "started"), on=(6, [0, 6]), beyond=(6 + JUST, [0])),
    Rule("up to `send_batch` messages that leave together are one request", batched, cost, on=(10, 1), beyond=(11, 2)),
    Rule("until it is undone, or for the `retention`", undone, cost, on=(10, 10), beyond=(10 - JUST, 10 - JUST)),
    Rule("whose times are rounded up to the `step` (1 ms)", priced, lambda run: round(run.summary()["cost"]),
         on=(1, 1), beyond=(1 + JUST, 2)),
]  # fmt: skip
