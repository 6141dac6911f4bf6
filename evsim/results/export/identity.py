"""What all exports call a thing and a moment: the same ids and times in every format, made from the records alone."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

__all__ = ["EPOCH", "Identity", "nanoseconds", "rfc3339", "unix_nanoseconds"]

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)  # when every run begins
_EPOCH_NANOSECONDS = int(EPOCH.timestamp()) * 10**9


class Identity:
    """The ids of one run. The same scenario name and seed give the same ids."""

    def __init__(self, run):
        self._run = f"{run.scenario.name}\x1f{run.seed}"

    def trace(self, *what):
        """The id of a trace, 32 hexadecimal digits: of (workload, number of a request), or of ("fault", number)."""
        return self._digest(16, what)

    def span(self, what, number):
        """The id of a span, 16 hexadecimal digits.

        what: "ask" or "work" of a row, "settle" of a delivery's row, "send" of a message, "fault".
        """
        return self._digest(8, (what, number))

    def _digest(self, size, what):
        text = "\x1f".join((self._run, *map(str, what)))
        return blake2b(text.encode(), digest_size=size).hexdigest()


def nanoseconds(time):
    """Seconds since the start of the run as whole nanoseconds; None for what never came."""
    return round(time * 1e9) if time == time else None


def unix_nanoseconds(time):
    """Nanoseconds since 1970, of nanoseconds since the start of the run."""
    return _EPOCH_NANOSECONDS + time


def rfc3339(time):
    """Nanoseconds since the start of the run as a date and a time of day, to the microsecond."""
    return (EPOCH + timedelta(microseconds=round(time / 1000))).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
