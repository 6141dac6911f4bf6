"""InstanceAffinity: rows in an inbox that only one instance may work on, as it owns their partition of a log."""

__all__ = ["InstanceAffinity"]


class InstanceAffinity(dict):
    """row -> the instance that alone may take it. What is not in here, anybody may take."""

    def match(self, inbox, free, workers, last):
        """Take the first row of `inbox` (or the `last`) that a free worker may have: ``(row, worker)``, or None.

        free: the numbers of free workers, in their order. workers: how many an instance has.
        """
        at_home = {}
        for worker in free:
            at_home.setdefault(worker // workers, worker)
        places = range(len(inbox))
        for place in reversed(places) if last else places:
            row = inbox[place]
            worker = at_home.get(self[row]) if row in self else next(iter(free))
            if worker is not None:
                del inbox[place]
                free.remove(worker)
                self.pop(row, None)
                return row, worker
        return None

    def of(self, instance):
        """Rows that wait for an instance or travel to it."""
        return {row for row, pinned in self.items() if pinned == instance}
