"""Each customer: how it ended for them, what was due to them, what came of it, and what they were told."""

from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["follow"]

NANOSECOND = 1e-9
LATER = 1.0  # seconds after the answer in which a promise has to come true


def follow(plain):
    """Fill in what the manual says of each customer, and return them by workload and number."""
    for customer in plain.customers.values():
        customer.ending = _ending(customer)
        customer.stands = {}  # effect -> its times, without what was undone
        customer.repeats = {}  # effect -> its times, not counting replays, nor what came of many
    for effect in plain.effects:
        if effect.undone is None:
            customer = effect.row.customer
            customer.stands.setdefault(effect.name, []).append(effect.time)
            if not effect.row.replay and not _is_of_many(plain, effect.row):
                customer.repeats.setdefault(effect.name, []).append(effect.time)
    for (workload, number), customer in plain.customers.items():
        _judge(customer, *_due(plain, workload, number, customer))
    return [plain.customers[each] for each in sorted(plain.customers, key=_in_order(plain))]


def _is_of_many(plain, row):
    """Whether it came of a result of a window."""
    results = {pane.message for pane in plain.run.records.panes}
    while results and row.kind != "request":
        if row.kind == "delivery" and row.parent in results:
            return True
        row = plain.rows[plain.messages[row.parent].cause if row.kind == "delivery" else row.parent]
    return False


def _in_order(plain):
    names = list(plain.scenario.workloads)
    return lambda key: (names.index(key[0]), key[1])


def _ending(row):
    if row.verdict == Verdict.OPEN:
        return "pending"
    if row.verdict == Verdict.DONE:
        return "ok"
    if row.verdict == Verdict.DECLINED:
        return "declined"
    if row.verdict == Verdict.TIMEOUT or (row.verdict == Verdict.ERROR and row.reason == Reason.TIMEOUT):
        return "timeout"
    if row.verdict == Verdict.REJECTED and row.outcome == Outcome.REFUSED:
        return "rejected"
    return "error"


def _due(plain, workload, number, customer):
    """Names of the effects due to a customer, and of those that their way makes and takes back.

    What only a Python handler makes is due where it happened.
    """
    due, back = set(), set()
    for name in plain.run.tables.effect_names:
        asked = plain.run.tables.due[workload].get(name)
        if asked is None:
            due |= {name} & customer.stands.keys()
            continue
        made, stands, _ = (each[number] if each.ndim else each for each in asked)  # of each customer, or of all
        if stands:
            due.add(name)
        elif made:
            back.add(name)
    return due, back


def _judge(customer, due, back):
    customer.due, customer.back = due, back
    came = {name: min(customer.stands[name]) for name in due if name in customer.stands}
    left = back & customer.stands.keys()
    repeated = {name for name, times in customer.repeats.items() if len(times) > 1}
    answered = customer.ending != "pending"
    customer.response = elapsed(customer.settled, customer.born) if answered else None
    customer.lacks, customer.repeated = len(due) - len(came), len(repeated)
    customer.others = bool(customer.stands.keys() - due - back)
    something, complete = bool(came or left), len(came) == len(due) and not left
    everything = complete and bool(due or not back)
    customer.good = customer.ending == "ok" and everything and not repeated
    customer.inconsistent = something and not complete
    all_true_at = max(came.values()) if due and complete else None
    customer.completion = elapsed(all_true_at, customer.born) if all_true_at is not None else None
    customer.consistency_lag = (
        max(0.0, elapsed(all_true_at, customer.settled)) if all_true_at is not None and answered else None
    )
    customer.effects_are = "repeated" if repeated else "all" if everything else "some" if something else "none"
    late = all_true_at is None or elapsed(all_true_at, customer.settled) > LATER if answered else False
    customer.told = _told(customer.ending, everything, something, late and bool(due or back))


def _told(ending, everything, something, late):
    """The verdict: what they were told, and how true it was."""
    if ending == "ok":
        return "yes, never true" if not everything else "yes, true later" if late else "yes"
    if ending == "pending":
        return "nothing"
    if ending == "declined":
        return "no, something true" if something else "no"
    return "error, all true" if something and everything else "error, some true" if something else "error"


def elapsed(later, earlier):
    """Seconds between two moments, each of them a whole number of nanoseconds."""
    return (round(later / NANOSECOND) - round(earlier / NANOSECOND)) * NANOSECOND
