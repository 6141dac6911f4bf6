"""How often a message was handed out before: journals know what a broker does not say, or says in a way of its own."""

from collections import Counter
from json import loads
from pathlib import Path

__all__ = ["GrantCounter"]


class GrantCounter:
    """Counts the grants of messages to a service, and to those who read its channels with it, from their journals."""

    def __init__(self, folder, services):
        self.folder, self.services = Path(folder), services
        self._read, self._counts = Counter(), Counter()

    def next(self, message, group):
        """The number of the attempt (1, 2 ...) at which a message is handed to a group now."""
        for service in self.services:
            for name in (f"{service}.*.jsonl", f"{service}~*.jsonl"):
                for path in self.folder.glob(name):
                    self._count(path)
        return self._counts[message, group] + 1

    def _count(self, path):
        """Count what was written since the last time, but for a line that is not whole."""
        with path.open("rb") as file:
            file.seek(self._read[path])
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read[path] += len(whole)
        for line in whole.splitlines():
            if b'"granted"' in line:
                _, kind, *what = loads(line)
                if kind == "granted":
                    self._counts[what[0], what[1]] += 1
