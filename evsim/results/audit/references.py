"""References: what a record names is there, was there before it, and is about the same request."""

import numpy as np

__all__ = ["CHECKS"]

OF_ATTEMPTS = ("effects", "undos", "replies", "late", "skips")


def there(books):
    """Else nothing could be looked up."""
    run, rows, messages = books.run, books.rows, books.messages
    count, sent, ways = len(rows["born"]), len(messages["published"]), len(run.tables.places)
    _within(books, "attempt", "way", rows["place"], (-1, ways))
    ends = {"request": 0, "call": count, "delivery": sent}
    end = np.array([*(ends[place.kind] for place in run.tables.places), sent])[rows["place"]]
    named = (rows["parent"] >= np.where(books.kinds == "request", -1, 0)) & (rows["parent"] < end)
    books.demand(named, "names a caller or a message that is not there")
    spans = {"cause": (0, count), "origin": (-1, sent), "channel": (0, len(run.scenario.channels)),
             "route": (0, len(run.tables.routes))}  # fmt: skip
    for name, span in spans.items():
        _within(books, "message", name, messages[name], span)
    for name in OF_ATTEMPTS:
        _within(books, f"{name}, entry", "attempt", getattr(run.records, name).column("row"), (0, count))


def _within(books, what, named, numbers, span):
    least, end = span
    wrong = np.flatnonzero((numbers < least) | (numbers >= end))
    if len(wrong):
        books.refuse(f"{what} {wrong[0]} names the {named} {numbers[wrong[0]]}, which is not there")


def before(books):
    """Else who follows causes back would come to no end."""
    rows, messages = books.rows, books.messages
    here, brought = np.arange(len(rows["born"])), np.flatnonzero(books.kinds == "delivery")
    books.demand(rows["first"] < here, "an attempt points back to a later one")
    books.demand((books.kinds != "call") | (rows["parent"] < here), "was called by a later one")
    books.demand(messages["cause"][rows["parent"][brought]] < brought, "brings a message of a later one", brought)
    made = messages["origin"] < np.arange(len(messages["origin"]))
    books.demand(made, "a message was made of a later one; its publisher", messages["cause"])


def alike(books):
    """What follows from something is about the same request, and comes on a way that leads on from there."""
    rows, messages, places = books.rows, books.messages, books.run.tables.places
    later = np.flatnonzero(rows["first"] >= 0)
    for name in ("request", "parent", "round"):
        same = rows[name][later] == rows[name][rows["first"][later]]
        books.demand(same, f"another attempt has another {name}", later)
    called = np.flatnonzero(books.kinds == "call")
    caller = rows["parent"][called]
    for name in ("request", "round"):
        books.demand(rows[name][called] == rows[name][caller], f"a call has another {name} than its caller", called)
    above = np.array([-1 if place.parent is None else place.parent.number for place in places] + [-1])
    books.demand(above[rows["place"][called]] == rows["place"][caller], "a call came from another handler", called)
    brought = np.flatnonzero((books.kinds == "delivery") & (rows["place"] >= 0))
    channels = list(books.run.scenario.channels)
    source = np.array([channels.index(place.source) if place.is_delivery else -1 for place in places] + [-1])
    right = source[rows["place"][brought]] == messages["channel"][rows["parent"][brought]]
    books.demand(right, "a message came out of another channel", brought)
    brought = np.flatnonzero(books.kinds == "delivery")
    right = rows["request"][brought] == messages["request"][rows["parent"][brought]]
    books.demand(right, "a delivery has another request than its message", brought)
    right = messages["request"] == rows["request"][messages["cause"]]
    books.demand(right, "a message has another request than its publisher", messages["cause"])
    made = np.flatnonzero(messages["origin"] >= 0)
    right = messages["key"][made] == messages["key"][messages["origin"][made]]
    books.demand(right, "a message has another key than what it was made of", messages["cause"][made])


CHECKS = (there, before, alike)
