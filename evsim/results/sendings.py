"""Sendings: each time a message was sent to its channel, put together from its row and the incidents of its retries."""

from dataclasses import dataclass
from math import nan

__all__ = ["Sending", "Sendings"]

SENT_AGAIN = "message sent again"
LOST = "message lost on the link"
NEVER_LEFT = "message lost with its producer"
CAME = {"message refused": "refused", "message came again": "came again",
        "message deduplicated": "deduplicated"}  # fmt: skip
TAKEN = ("kept", "came again", "deduplicated")
AT_ONCE = ("refused", *TAKEN)  # what comes at one moment: nothing comes again before it is kept
CONFIRMATION_LOST = "confirmation lost on the link"
KINDS = (SENT_AGAIN, LOST, NEVER_LEFT, CONFIRMATION_LOST, *CAME)


@dataclass(frozen=True)
class Sending:
    """One sending of a message: it left when ``sent`` and came when ``arrived`` (seconds; NaN: it did not).

    ``fate``: kept; refused; came again (a retry of what is kept); lost; under way. ``told``: whether the channel's
    confirmation of it was not lost.
    """

    sent: float
    arrived: float
    fate: str
    told: bool = True


class Sendings:
    """The sendings of each message of a run: ``sendings[number]`` is a list of :class:`Sending`, in order."""

    def __init__(self, tables):
        self._messages = tables.messages
        self._incidents = {}
        for time, kind, _, message in tables.records.incidents:
            if kind in KINDS:
                self._incidents.setdefault(message, []).append((time, kind))

    def __getitem__(self, number):
        times = (self._messages[name][number] for name in ("published", "sent", "appended"))
        published, relayed, appended = map(float, times)
        met = self._incidents.get(number, ())
        sent = [relayed if relayed == relayed else published, *(time for time, kind in met if kind == SENT_AGAIN)]
        lost = [time for time, kind in met if kind == LOST]
        came = [(time, CAME[kind]) for time, kind in met if kind in CAME]
        untold = [time for time, kind in met if kind == CONFIRMATION_LOST]
        if appended == appended:
            came = sorted([*came, (appended, "kept")], key=lambda arrival: (arrival[0], AT_ONCE.index(arrival[1])))
        arrivals = iter(came)  # in the order of sending: the link keeps it
        found = []
        for time in sent:
            if time in lost:
                lost.remove(time)
                found.append(Sending(time, nan, "lost", False))
            else:
                arrived, fate = next(arrivals, (nan, "under way"))
                found.append(Sending(time, arrived, fate, arrived not in untold))
        for time, kind in met:
            if kind == NEVER_LEFT:  # it waited for its batch, and its producer died
                left = time if relayed == relayed else found.pop().sent
                found.append(Sending(left, nan, "lost", False))
        return found

    def confirmed_from(self, number):
        """When the channel sent the confirmation that the publisher saw (NaN: it saw none)."""
        if not self._messages["acknowledged"][number] >= 0:
            return nan
        kept = (each for each in self[number] if each.fate in TAKEN and each.told)
        return next((each.arrived for each in kept), nan)
