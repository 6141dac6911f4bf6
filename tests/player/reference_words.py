"""What the player says of a run: the sentence of everything that happens, in order, worked out from the records.

A customer is called #0, #1 ... there, by the place of their request.
"""

from evsim.view.words import seconds
from tests.exports.plain import micro

__all__ = ["ORDER", "told", "verdict"]

ORDER = (
    "fault ends", "fault", "note", "settled", "late news", "confirmed", "kept", "came", "arrive", "started", "effect",
    "remark", "published", "relayed", "sent", "asked", "answer early", "ended", "granted", "resumed",
)  # fmt: skip
WHY = {
    "none": "it failed", "fail step": "it failed", "error rate": "a fault made it fail",
    "timeout": "no answer in time", "limit": "it is full", "unreachable": "it is unreachable",
    "link": "the network lost it", "crash": "it crashed", "dependency": "what it needs failed",
    "stale": "nobody waits any more", "nobody": "nobody is there", "overflow": "there is no room to wait",
    "breaker": "the circuit breaker is open", "bulkhead": "as many calls as may be are under way",
    "throttled": "its function takes no more now",
}  # fmt: skip


def told(reference, lane):
    """[(microseconds, sentence)] in order; `lane` is that of the film, for the words of faults and notes."""
    found = []

    def say(what, time, number, words):
        time = time if isinstance(time, int) else micro(time)
        if time >= 0:
            found.append((time, ORDER.index(what), number, words))

    for row in reference.plain.rows:
        for what, time, words in of_row(reference, row):
            say(what, time, row.number, words)
    for message in reference.plain.messages:
        for what, time, words in of_message(reference, message):
            say(what, time, message.number, words)
    sendings = [(each, place, message) for message in reference.plain.messages if message.number in reference.troubled
                for place, each in enumerate(message.sendings)]  # fmt: skip
    for number, (each, place, message) in enumerate(sendings):
        for what, time, words in of_sending(each, place, message):
            say(what, time if time == time else None, number, words)
    standing = [each for each in reference.plain.effects if each.undone is None]
    for number, each in enumerate(standing):
        say("effect", each.time, number, f"{each.row.service}: {each.name} of #{each.row.request.place} is written")
    for number, (row, each) in enumerate(remarks(reference.plain)):
        say("remark", each.time, number, f"{row.service}, {who(row)}: {each.words}")
    for number, note in enumerate(lane["notes"]):
        say("note", note["time"], number, f"{note['kind']}: {note['what']}")
    for number, fault in enumerate(lane["faults"]):
        say("fault", fault["start"], number, f"fault: {fault['words']}")
        if fault["end"] < micro(reference.plain.end):
            say("fault ends", fault["end"], number, f"the fault of {fault['target']} ends")
    return [(time, words) for time, _, _, words in sorted(found)]


def who(of):
    return f"item {of.item} of #{of.request.place}" if of.item else f"#{of.request.place}"


def remarks(plain):
    its = [(row, each) for row in plain.rows for each in row.remarks]
    return sorted(its, key=lambda pair: pair[1].order)


def verdict(found, t, names, true, plain):
    """What has become of a customer at a moment; `found`: what the player shows of them, `true`: when it all was."""
    if found["told"] is None:
        done = [name for name, times in zip(names, found["times"], strict=True) if times]
        there = f", and {listed(done)} {'is' if len(done) == 1 else 'are'} there already" if done else ""
        return f"waiting for {seconds((t - found['asked']) / 1e6)}{there}"
    word, time, state = found["told"]["word"], found["told"]["time"], found["state"]
    said = f"told {'an error' if word == 'error' else word} after {seconds((time - found['asked']) / 1e6)}"
    if not state["true"] or not any(found["due"]):
        final = t >= micro(plain.end) and plain.run.tables.complete
        return said + state["last" if final else "truth"]
    later = f"; it was true {seconds((true - time) / 1e6)} later" if true > time else ", and it was true"
    return said + later + state["also"]


def listed(words):
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])


# Messages.


def of_message(reference, message):
    sender, channel, whose = message.sender, message.channel, who(message)
    channels = reference.run.scenario.channels
    place = "batch" if getattr(channels[channel], "linger", None) is not None else "outbox"
    yield "published", message.published, is_published(reference, message, place)
    if micro(message.left) != micro(message.published):
        yield "relayed", message.left, f"the message about {whose} leaves the {place} of {sender}"
    where = ""
    if channels[channel].kind == "log":
        where = f" (partition {message.partition}, offset {message.offset})"
    yield "kept", message.appended, f"{channel} keeps the message about {whose}{where}"
    yield "confirmed", message.acknowledged, f"{sender} knows that the message about {whose} is kept"


def is_published(reference, message, place):
    sender, channel, whose = message.sender, message.channel, who(message)
    if sender in reference.run.scenario.channels:
        if reference.run.scenario.channels[sender].kind == "exchange":
            return f"{sender} hands a copy about {whose} on to {channel}"
        if reference.plain.rows[message.cause].reason == "redriven":
            return f"{sender} gives {whose} back to {channel}"
        return f"{sender} moves {whose} to {channel}: a dead letter"
    if micro(message.left) == micro(message.published):
        return f"{sender} publishes a message about {whose}"
    return f"{sender} writes a message about {whose} into its {place}"


def of_sending(each, place, message):
    whose, lost = who(message), each.fate == "lost"
    if place:
        then = "; the network loses it" if lost else ""
        yield "sent", each.sent, f"{message.sender} sends the message about {whose} again{then}"
    elif lost:
        yield "sent", each.sent, f"the network loses the message about {whose}"
    if each.fate == "refused":
        yield "came", each.arrived, f"{message.channel} refuses the message about {whose}"
    elif each.fate != "kept":
        yield "came", each.arrived, f"{message.channel} has the message about {whose} already"


# Attempts.


def of_row(reference, row):
    if row.place < 0:
        yield from of_nobody(row, reference.plain.messages[row.parent])
        return
    service, source, whose = row.service, row.source, who(row)
    again = f" (attempt {row.attempt})" if row.attempt > 1 else ""
    if not is_told_by_kept(row, reference.plain):
        yield "asked", row.born, is_asked(row, again)
    yield "granted", row.leased, f"{source} hands {whose} to {service}{again}"
    arrived, started = micro(row.inbox), micro(row.started)
    if arrived == started:
        words = f"{whose} arrives at {service}"
    elif row.outcome == "refused":
        words = f"{whose} reaches {service}"
    else:
        words = f"{whose} waits at {service} for a free worker"
    yield "arrive", arrived, words
    if started > arrived:
        waited = seconds((started - arrived) / 1e6)
        yield "resumed", started, f"a worker of {service} begins with {whose}, who waited {waited}"
    else:
        yield "started", started, f"a worker of {service} begins with {whose}"
    yield "ended", row.ended, is_ended(row)
    if micro(row.gone) != micro(row.ended):
        yield "answer early", row.gone, answers_early(row)
    if row.kind != "delivery" or micro(row.settled) != micro(row.ended):
        yield "settled", row.settled, is_settled(row)
    yield "late news", row.late, f"an answer of {service} for {whose} reaches {source} too late: nobody waits for it"


def is_told_by_kept(row, plain):
    """A delivery is born when its message is kept."""
    return row.kind == "delivery" and row.first < 0 and micro(row.born) == micro(plain.messages[row.parent].appended)


def is_never_sent(row):
    return row.outcome == "refused" and row.reason in ("breaker", "bulkhead")


def of_nobody(row, message):
    """A message that nobody has been granted."""
    channel, whose = message.channel, who(row)
    if row.first >= 0 or micro(row.born) != micro(message.appended):
        yield "asked", row.born, f"the message about {whose} waits in {channel} again"
    why = "" if row.reason == "none" else f": {WHY.get(row.reason, row.reason)}"
    words = f"{channel} drops the message about {whose}{why}"
    if row.reason == "redriven":
        words = f"{channel} gives the message about {whose} back to where it died"
    yield "ended", row.ended, words
    if micro(row.settled) != micro(row.ended):
        yield "settled", row.settled, words


def is_asked(row, again):
    service, source, whose = row.service, row.source, who(row)
    if row.verdict == "copy":
        return f"the network makes a second one of what {source} sends to {service} for {whose}"
    if row.kind == "delivery":
        if row.first < 0:
            return f"{service} may have the message about {whose} from {source}"
        return f"the message about {whose} waits in {source} again"
    if is_never_sent(row):
        return f"{source} is about to call {service} for {whose}{again}"
    return f"{whose} asks {service}" if row.kind == "request" else f"{source} calls {service} for {whose}{again}"


def answers_early(row):
    if row.kind != "delivery":
        return f"{row.service} answers {who(row)} and works on"
    before = ", before it works" if micro(row.gone) < micro(row.ended) else ""
    return f"{row.service} tells {row.source} that it is done with {who(row)}{before}"


def is_ended(row):
    service, source, whose, why = row.service, row.source, who(row), WHY.get(row.reason, row.reason)
    if is_never_sent(row):
        return f"{source} does not call {service} for {whose}: {why}"
    answers = {"request": f" and answers {whose}", "call": f" and answers {source}", "delivery": ""}[row.kind]
    return {
        "ok": f"{service} is done with {whose}{answers if micro(row.gone) == micro(row.ended) else ''}",
        "failed": f"{service} fails for {whose}: {why}",
        "crashed": f"{service} crashes: its work for {whose} is lost",
        "refused": f"{service} refuses {whose}: {why}",
        "lost": f"the network loses what {source} sent to {service} for {whose}",
    }.get(row.outcome, f"{service} drops the work for {whose}: {why}")


def is_settled(row):
    service, source, whose, verdict = row.service, row.source, who(row), row.verdict
    if row.kind == "delivery":
        return {
            "done": f"{source} knows that {service} is done with {whose}",
            "dead": f"{source} gives up on {whose}: a dead letter",
            "revoked": f"{source} takes {whose} away from {service}",
            "expired": f"{source} drops the message about {whose}: it is too old",
            "dropped": f"{source} drops the message about {whose}",
        }.get(verdict, f"{source} takes {whose} back from {service}")
    took = seconds((micro(row.settled) - micro(row.born)) / 1e6)
    heard = 0 <= micro(row.gone) <= micro(row.settled) and not row.astray
    if row.kind == "request":
        if verdict in ("done", "declined"):
            return f"{whose} is told {'yes' if verdict == 'done' else 'no'}, after {took}"
        return f"{whose} is told an error, after {took}" if heard else f"{whose} gives up after {took}"
    said = {
        "done": f"{source} has the answer of {service} for {whose}",
        "beaten": f"{source} needs this answer of {service} for {whose} no more: another attempt was faster",
        "orphaned": f"an answer of {service} for {whose} reaches {source}, where nobody waits for it",
    }
    if heard:
        return said.get(verdict, f"{source} hears of an error of {service} for {whose}")
    return said.get(verdict, f"{source} gives up on {service} for {whose} after {took}")
