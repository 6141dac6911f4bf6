"""Whom a service lets in, who is next, and which instance gets it."""

from tests.rules.rule import JUST, Rule, begun, causes, outcomes, rows_at, system, times

BUCKET = "who finds no token in a bucket of `burst` tokens (1 unless written), which begins full and fills at `rate`"
NEXT = (
    "Of those who wait the first is next (`discipline: fifo`), or the newest (`lifo`), or the newest while more "
    "wait than "
    "there are workers (`adaptive_lifo`)."
)
IN_TURN = "the next in turn (`round_robin`)"


def served(work, comes, **settings):
    return system({"front": {"handle": [{"work": work}], **settings}}, [("front", *each) for each in comes])


def limited(at, rate=1, burst=2):
    return served(0, [(0,), (0,), (0,), (at,)], rate_limit={"rate": rate, "burst": burst}, workers=9)


def after_a_calm(customers):
    """The bucket has been full for a long time when they come."""
    return served(0, [(0,), (0,), *[(50,)] * customers], rate_limit={"rate": 1, "burst": 2}, workers=9)


def both_refuse(burst):
    """The second customer finds no room; the third one comes when there is room again."""
    return served(5, [(0,), (1,), (6,)], rate_limit={"rate": 1e-6, "burst": burst}, limit=0)


def balanced(balance, comes, faults=(), **settings):
    """Two instances, with a worker each."""
    service = {"instances": 2, "workers": 1, "balance": balance, "handle": [{"work": 3}], **settings}
    return system({"front": service}, [("front", at) for at in comes], faults=list(faults))


def instances(run):
    return run.tables.rows["worker"][rows_at(run, "front")].tolist()


RULES = [
    Rule(BUCKET, limited, outcomes, on=(1, ["ok", "ok", "rejected", "ok"]),
         beyond=(1 - 10 * JUST, ["ok", "ok", "rejected", "rejected"])),
    Rule(BUCKET, after_a_calm, outcomes, on=(2, ["ok"] * 4), beyond=(3, ["ok"] * 4 + ["rejected"])),
    Rule(BUCKET, lambda burst: limited(50, burst=burst), outcomes, on=(2, ["ok", "ok", "rejected", "ok"]),
         beyond=(1, ["ok", "rejected", "rejected", "ok"])),
    Rule("who arrives while the first in line has waited longer than that",
         lambda at: served(10, [(0,), (0.5,), (at,)], shed={"expected_wait": 1}), outcomes,
         on=(1.5, ["ok"] * 3), beyond=(1.5 + JUST, ["ok", "ok", "rejected"])),
    Rule("who arrives when all workers are taken and so many wait",
         lambda limit: served(1, [(0,), (0,), (0,)], limit=limit), outcomes, on=(2, ["ok"] * 3),
         beyond=(1, ["ok", "ok", "rejected"])),
    Rule("whose turn comes after a longer wait: no work is done", lambda work: served(work, [(0,), (0,)],
         shed={"age": 2}),
         outcomes, on=(2, ["ok", "ok"]), beyond=(2 + JUST, ["ok", "rejected"])),
    Rule("whose caller has given up before its turn: it is withdrawn, and nobody is told",
         lambda work: served(work, [(0,), (0, {"patience": 2})], drop_stale=True), begun("front"),
         on=(2, [1, 2]), beyond=(2 + JUST, [1])),
    Rule("These settings of a service refuse, in this order:", both_refuse, causes("front"), on=(1, ["rate limit"] * 2),
         beyond=(2, ["limit", "rate limit"])),
    # Who is next.
    Rule(NEXT, lambda discipline: served(1, [(0,), (0.25,), (0.5,)], discipline=discipline), begun("front"),
         on=("fifo", [1, 2, 3]), beyond=("lifo", [1, 3, 2])),
    Rule(NEXT, lambda workers: served(1, [(0,), (0.5,), (0.6,), (0.7,)], workers=workers, discipline="adaptive_lifo"),
         begun("front"), on=(2, [1, 2, 3, 4]), beyond=(1, [1, 4, 3, 2])),
    Rule(NEXT, lambda workers: balanced("round_robin", [0, 0, 0.1, 0.1, 0.5, 0.5, 0.6, 0.6], workers=workers,
                                        discipline="adaptive_lifo"),
         begun("front"), on=(2, [1, 2, 3, 4, 5, 6, 7, 8]), beyond=(1, [1, 2, 7, 8, 5, 6, 3, 4])),
    Rule("where n counts the work steps that its instance has in hand as this one starts, itself included",
         lambda comes: served(1, [(0,), (comes,)], workers=2, contention={"sigma": 1}), times("front", "ended"),
         on=(1, [1, 2]), beyond=(1 - JUST, [1, 3 - JUST])),
    # Balancing.
    Rule(IN_TURN, lambda comes: balanced("round_robin", comes), instances, on=((0, 1, 5), [0, 1, 0]),
         beyond=((0, 1, 5, 6), [0, 1, 0, 1])),
    Rule("With `health_check: 5s` the balancer looks at every such moment who is up and not frozen",
         lambda at: balanced({"by": "round_robin", "health_check": 5}, (5.5, 5.5), [{"outage": "front/2", "at": at,
         "for": 9}]),
         outcomes, on=(5, ["ok", "ok"]), beyond=(5 + JUST, ["ok", "error"])),
    Rule("if nobody is, it sends to all",
         lambda at: balanced({"by": "round_robin", "health_check": 5}, (5.5, 8.5), [{"outage": "front", "at": 4,
         "for": at}]),
         outcomes, on=(4, ["error", "ok"]), beyond=(5, ["error", "error"])),
]  # fmt: skip
