"""When faults begin and end, and what they find."""

from tests.rules.rule import JUST, Rule, answers, nano, outcomes, system, times

MEANWHILE = "times of work that starts meanwhile x `factor`"
AT_STEP = (
    "strikes when request 17 (counted from 0 in its workload) first comes to that step, before or (`when: "
    "after`) after it"
)


def served(at, faults, handle=({"work": 2},), latency=0, **settings):
    """A customer at some time; `front` has two workers."""
    service = {"workers": 2, "handle": list(handle), **settings}
    return system({"front": service}, [("front", at)], faults=list(faults), network={"latency": latency})


def with_fault(kind, **more):
    """A fault from 2 s to 5 s, and a customer at some time."""
    return lambda at: served(at, [{kind: "front", "at": 2, "for": 3, **more}])


def random_outage(mtbf):
    """The run is 10 s long; its one customer is at work for longer."""
    faults = [{"outage": "front", "mtbf": mtbf, "mttr": 5}]
    return system({"front": {"handle": [{"work": 20}]}}, [("front", 0)], duration=10, faults=faults)


def outages(run):
    return [nano(time) for time, kind, _, _ in run.records.incidents if kind == "outage"]


def at_step(when):
    """The crash comes before or after the effect."""
    moment = {"request": 0, "step": "effect row", "when": when}
    handle = [{"work": 1}, {"effect": "row"}, {"work": 1}]
    services = {"front": {"handle": handle}}
    return system(services, [("front", 0)], faults=[{"crash": "front", "at_step": moment, "for": 1}])


def effects(run):
    return len(run.tables.effects["time"])


def queued(at, kind="outage"):
    """A channel that is away from 2 s to 5 s; a message at some time."""
    services = {"front": {"handle": [{"publish": "jobs"}]}, "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}
    return system(services, [("front", at)], channels={"jobs": "queue"}, faults=[{kind: "jobs", "at": 2, "for": 3}])


def handed_out(at):
    """The message waits for its consumer, who is busy until 2 s."""
    services = {"front": {"handle": [{"publish": "jobs"}]}, "back": {"subscribe": "jobs", "handle": [{"work": 2}]}}
    return system(services, [("front", 0), ("front", 0)], channels={"jobs": "queue"},
                  faults=[{"outage": "jobs", "at": at, "for": 3}])  # fmt: skip


def travelling(instances):
    """A message that travels to its consumer until 2 s; an instance is down from 1 s to 2 s."""
    services = {"front": {"handle": [{"publish": "jobs"}]},
                "back": {"instances": instances, "subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    wire = {"between": ["jobs", "back"], "latency": 2}
    return system(services, [("front", 0)], channels={"jobs": "queue"}, network={"links": {"wire": wire}},
                  faults=[{"crash": "back/1", "at": 1, "for": 1}])  # fmt: skip


def one_after_another(at):
    """An outage from 2 s to 5 s, and another one that begins at some time."""
    return served(0, [{"outage": "front", "at": 2, "for": 3}, {"outage": "front", "at": at, "for": 3}])


def twice(kind, at, of=served):
    """A function of how long a second fault lasts: the first one lasts from 2 s to 5 s, the second begins at 3 s."""
    place = "front" if of is served else "jobs"

    def system(lasts):
        faults = [{kind: place, "at": 2, "for": 3}, {kind: place, "at": 3, "for": lasts}]
        scenario = of(at, []) if of is served else of(at)
        return scenario.replace({"faults": faults})

    return system


def during(run):
    """How long each time of faults is."""
    return [figures["seconds"] for phase, figures in run.phases.items() if phase.startswith("during")]


def slowed_twice(at):
    """Work of 2 s that starts at 3 s, while one fault doubles its time, and as another one begins that takes thrice."""
    return served(3, [{"slowdown": "front", "factor": 2, "at": 2, "for": 3},
                      {"slowdown": "front", "factor": 3, "at": at, "for": 3}])  # fmt: skip


RULES = [
    Rule("A change comes before everything else at its moment.",
         lambda at: served(3, [{"change": "services.front.handle.0.work", "to": 5, "at": at}]), answers,
         on=(3, [("ok", 8)]), beyond=(3 + JUST, [("ok", 5)])),
    Rule("nothing new starts, callers are refused, work in hand ends", with_fault("outage"), outcomes,
         on=(2, ["error"]), beyond=(2 - JUST, ["ok"])),
    Rule("nothing new starts, callers are refused, work in hand ends", with_fault("outage"), outcomes,
         on=(5, ["ok"]), beyond=(5 - JUST, ["error"])),
    Rule("work in hand is lost, its messages go back, callers are told a hop later.",
         lambda at: served(0, [{"crash": "front", "at": at, "for": 1}], latency=1), answers,
         on=(3, [("error", 4)]), beyond=(3 + JUST, [("ok", 4)])),
    Rule("With the last instance also what waits in the inbox, and deliveries that travel towards it", travelling,
         times("back", "leased"), on=(1, [0, 2]), beyond=(2, [0])),
    Rule("With the last instance also what waits in the inbox, and deliveries that travel towards it",
         lambda at: served(0.5, [{"crash": "front", "at": at, "for": 3}], [{"work": 1}], latency=1), answers,
         on=(1.5, [("error", 2.5)]), beyond=(2.5 + JUST, [("ok", 3.5)])),
    Rule("everything freezes, and goes on where it was", with_fault("pause"), answers,
         on=(0, [("ok", 5)]), beyond=(JUST, [("ok", 5 + JUST)])),
    Rule("everything freezes, and goes on where it was", with_fault("pause"), answers,
         on=(1, [("ok", 6)]), beyond=(5, [("ok", 7)])),
    Rule(MEANWHILE, with_fault("slowdown", factor=3), answers, on=(2, [("ok", 8)]), beyond=(2 - JUST, [("ok",
         4 - JUST)])),
    Rule(MEANWHILE, with_fault("slowdown", factor=3), answers, on=(5, [("ok", 7)]), beyond=(5 - JUST, [("ok",
         11 - JUST)])),
    Rule("two slowdowns multiply", slowed_twice, answers, on=(3, [("ok", 15)]), beyond=(3 + JUST, [("ok", 7)])),
    Rule("Faults of one kind at one time add up", twice("outage", 5), outcomes, on=(2, ["ok"]),
         beyond=(2 + JUST, ["error"])),
    Rule("Faults of one kind at one time add up", twice("pause", 4), answers, on=(1, [("ok", 7)]),
         beyond=(2 + JUST, [("ok", 7 + JUST)])),
    Rule("Faults of one kind at one time add up", twice("pause", 1), answers, on=(1, [("ok", 6)]),
         beyond=(2 + JUST, [("ok", 6 + JUST)])),
    Rule("Faults of one kind at one time add up", twice("crash", 5), outcomes, on=(2, ["ok"]),
         beyond=(2 + JUST, ["error"])),
    Rule("Faults of one kind at one time add up", twice("outage", 5, queued), outcomes, on=(1, ["ok"]),
         beyond=(2 + JUST, ["error"])),
    Rule("Faults of one kind at one time add up", twice("pause", 4, queued), times("back", "born"), on=(1, [5]),
         beyond=(2 + JUST, [5 + JUST])),
    Rule("Faults that overlap are one.", one_after_another, during, on=(5, [3, 3]), beyond=(5 - JUST, [6 - JUST])),
    Rule("handling fails with a `probability`, after the first work and before any effect",
         with_fault("error_rate", probability=1), outcomes, on=(0, ["error"]), beyond=(3, ["ok"])),
    Rule("at random (`mtbf`, `mttr`), only while requests arrive", random_outage, outages, on=(10, []),
         beyond=(10 - JUST, [10 - JUST])),
    Rule(AT_STEP, at_step, effects, on=("before", 0), beyond=("after", 1)),
    Rule("publishers are refused, nothing is handed out", queued, outcomes, on=(2, ["error"]), beyond=(2 - JUST,
         ["ok"])),
    Rule("publishers are refused, nothing is handed out", queued, outcomes, on=(5, ["ok"]), beyond=(5 - JUST,
         ["error"])),
    Rule("publishers are refused, nothing is handed out", handed_out, times("back", "leased"),
         on=(2, [0, 5]), beyond=(2 + JUST, [0, 2])),
    Rule("what arrives waits at the door", lambda at: queued(at, "pause"), times("back", "born"), on=(2, [5]),
         beyond=(2 - JUST, [2 - JUST])),
]  # fmt: skip
