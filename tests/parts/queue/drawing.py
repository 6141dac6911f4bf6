"""Random queues and those who read them, for :mod:`tests.books.systems`."""

from hypothesis import strategies as st

from tests.parts.exchange import drawing as exchanges

__all__ = ["all_hold_back", "dead_letter", "polling", "queue", "reading", "redrive"]

LIMITS = {None: ["delivery_limit", "max_receive_count"], "rabbitmq": ["delivery_limit"]}
REJECTIONS = ("fail", "retry", "taken", "rivals")
DEDUPLICATION = st.sampled_from([None, None, 2, {"window": 5, "by": "key"}])


def queue(draw, risky, may_block):
    settings = {
        "priorities": draw(st.sampled_from([None, None, None, 1, 3])),
        "single_active_consumer": draw(st.sampled_from([None, None, None, True])),
        "ack_timeout": draw(st.sampled_from([None, None, "unlimited"])),
    }
    if not settings["priorities"]:
        settings["fifo_groups"] = draw(st.sampled_from([None, None, True]))
    if risky:
        settings["like"] = draw(st.sampled_from([None, None, None, "rabbitmq", "sqs", "sqs-fifo"]))
        if settings["like"] == "sqs-fifo":
            settings["priorities"] = None
        settings["max_length"] = draw(st.sampled_from([None, 1, 3, 10]))
        if settings["max_length"]:
            overflow = ["drop_head", "reject_publish", *(["block"] * 3 if may_block else [])]
            settings["overflow"] = draw(st.sampled_from([None, *overflow]))
        settings["ttl"] = draw(st.sampled_from([None, None, 0, 0.5, 2]))
        settings["visibility_timeout"] = draw(st.sampled_from([None, None, 0.5, 2, 30]))
        if settings["like"] in ("sqs", "sqs-fifo"):
            settings["max_receive_count"] = draw(st.sampled_from([1, 2, 4]))
        else:
            settings[draw(st.sampled_from(LIMITS[settings["like"]]))] = draw(st.sampled_from([None, 1, 3]))
        of_letters = draw(st.sampled_from([None, True, False]))
        settings["refuses_dead_letters"] = settings["expired_to_dead_letter"] = of_letters
        settings["ack_timeout"] = draw(st.sampled_from([None, None, "unlimited", 1]))
        settings["deduplication"] = draw(DEDUPLICATION)
        settings["idempotent"] = draw(st.sampled_from([None, False]))
    return _written(settings)


def all_hold_back(made, names):
    """Whether all channels of these names are queues that look at the times of one message."""
    return all(name in made and not _has_groups(made[name]) for name in names)


def _has_groups(settings):
    return settings.get("fifo_groups") or settings.get("like") == "sqs-fifo"


def reading(draw, risky, stable):
    """Settings of a subscription. What is never acknowledged is no part of a `stable` system."""
    ack = draw(st.sampled_from([None, None, "after", "before", *([] if stable else ["never"])])) if risky else None
    prefetch = draw(st.sampled_from([None, 1, 2, 5, "unlimited"])) if ack != "before" else None
    poll = draw(st.sampled_from([None, None, 0.5])) if risky else None
    return _written({"ack": ack, "prefetch": prefetch, "poll": poll})


def polling(draw, data):
    """Some who poll a queue say when what failed is to be visible again."""
    polled = {
        name
        for name, each in data["channels"].items()
        if isinstance(each.get("queue"), dict)
        and (each["queue"].get("visibility_timeout") or each["queue"].get("like") in ("sqs", "sqs-fifo"))
    }
    for service in data["services"].values():
        for each in service.get("subscribe", ()):
            if each["channel"] in polled and not each.get("retry", {}).get("backoff"):
                each |= _written({"change_visibility": draw(st.sampled_from([None, 0, 0.5, 5]))})


def dead_letter(draw, cast, channel):
    """Where dead letters of a channel may go, or None: to where nobody reads who may publish to it again.

    Back to itself, or round by others, only where no consumer rejects anything.
    """
    place = cast.channels.index(channel)
    behind = {name: exchanges.leads_to(cast.exchanges, name) for name in cast.exchanges}
    behind |= {other: [other] for other in cast.channels if cast.kinds[other] in ("queue", "log")}
    able = [
        name
        for name, kept in behind.items()
        if all(cast.channels.index(each) > place for each in kept)
        and cast.lowest_reader[name] >= cast.lowest_reader[channel]
        and cast.exchanges.get(name, {}).get("unroutable") != "return"
    ]
    if not cast.ways_back and cast.hazards.isdisjoint(REJECTIONS):  # a cycle of letters that ends by itself
        able += [other for other in cast.queues if cast.lowest_reader[other] == cast.lowest_reader[channel]]
    return draw(st.sampled_from([None, *dict.fromkeys(able)])) if "letters" in cast.hazards else None


def redrive(draw, data, cast):
    """Some of the queues to which dead letters come move them back."""
    senders = [*data["channels"].values(), *(each for service in data["services"].values()
                                             for each in service.get("subscribe", ()))]  # fmt: skip
    letters = set()
    for sender in senders:
        settings = sender.get("queue", sender)
        name = settings.get("dead_letter") if isinstance(settings, dict) else None
        letters |= set(exchanges.leads_to(cast.exchanges, name) if name in cast.exchanges else [name])
    for name, channel in data["channels"].items():
        if name in letters and "queue" in channel:
            channel["queue"] |= _written({"redrive": draw(st.sampled_from([{"at": 5, "rate": 2}, None, 3]))})


def _written(settings):
    return {name: value for name, value in settings.items() if value is not None}
