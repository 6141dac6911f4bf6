"""Rounds: a delivery on a way that leads back into itself knows how often its message came round."""

from evsim.engine.environment import SimulationError
from evsim.engine.random_streams import Label

__all__ = ["entering_round"]

MOST_ROUNDS = 1000  # through a cycle of channels


def entering_round(kernel):
    """A function of the row of a delivery, which counts its rounds; None where no way leads back into itself."""
    if not kernel.graph.cyclic:
        return None
    rows, causes, places = kernel.records.rows, kernel.records.messages.cause, kernel.graph.places

    def enter_round(row):
        """Count the rounds of a delivery in a cycle, and give each round luck of its own, on each way back."""
        before = rows.round[causes[rows.parent[row]]]
        place = places[rows.place[row]]
        count = max(before, 0) + place.back
        if rows.round[row] == count:
            return  # another attempt of the same round
        rows.round[row] = count
        if count > MOST_ROUNDS:
            raise SimulationError(
                f"{place.service}: a message went through it more than {MOST_ROUNDS} times; "
                "let a `maybe` end the cycle sooner"
            )
        if place.back:
            way = kernel.destination(rows.parent[row]).ways_back.get(place.number, 0)
            rows.luck[row] = kernel.streams.later(rows.luck[row], Label.ROUND(count, way))

    return enter_round
