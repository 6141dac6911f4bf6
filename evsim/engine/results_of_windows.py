"""Results of windows: which of them a row follows from. Its request says nothing of that: a result has many causes."""

__all__ = ["ResultsOfWindows"]


class ResultsOfWindows:
    """What messages are the same, and which message with the result of a window comes before another one, or a row."""

    def __init__(self, kernel):
        self.kernel, self.copies = kernel, {}

    def original(self, message):
        """The message that this is a copy or a dead letter of; itself, if of none."""
        records = self.kernel.records
        self.copies.update(records.copies[len(self.copies) :])
        while (before := self.copies.get(message, records.messages.origin[message])) >= 0:
            message = before
        return message

    def before(self, message):
        """The result that a message is, or follows from; None where no window is on its way."""
        while message is not None:
            message = self.original(message)
            if self.kernel.destination(message).site.step.gathers:
                break
            message = self._delivered(self.kernel.records.messages.cause[message])
        return message

    def before_row(self, row):
        """The result that a row follows from; None where no window is on its way."""
        message = self._delivered(row)
        return None if message is None else self.before(message)

    def _delivered(self, row):
        """The message that a row follows from; None where no window is on its way."""
        rows, places = self.kernel.records.rows, self.kernel.graph.places
        while (place := places[rows.place[row]]).gathered:
            if place.is_delivery:
                return rows.parent[row]
            row = rows.parent[row]
        return None
