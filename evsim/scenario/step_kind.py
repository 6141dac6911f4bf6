"""What every kind of step says of itself. Whoever reads a handler asks for what a step can, not for its word."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, ForwardRef

from pydantic import BeforeValidator

from .part import OneOrMany, Tagged

__all__ = ["ONCE", "AnyOnError", "AnyStep", "Single", "Steps"]


class Single:
    """How often a step makes what it makes, each time it is taken: once."""

    multiplies = False
    fewest = most = mean = some = 1

    def rounds(self, at_once):
        """How many one after another, where so many are made at a time."""
        return 1


ONCE = Single()


class AnyStep(Tagged):
    """A step of a handler. A part's is one too."""

    asks: ClassVar[bool] = False  # whether it waits for the answer of a service
    hands_over: ClassVar[bool] = False  # whether a channel gets something of it
    gathers: ClassVar[bool] = False  # whether a message of it has many causes, so that its effects are no one's due
    holds: ClassVar[bool] = False  # whether it holds its worker until a channel that confirms has the message
    relayed_by: ClassVar[str | None] = None  # the part that keeps its message with the effects, and sends it later
    lasts: ClassVar[bool] = False  # whether it holds its worker for its `time`
    in_no_time: ClassVar[bool] = False  # whether it never holds it
    watches: ClassVar[str | None] = None  # the part that follows each effect of its `name`: it looks there
    replies: ClassVar[bool] = False  # whether it answers the caller
    effects: ClassVar[bool] = False  # whether it leaves an effect of its `name`
    conditional: ClassVar[bool] = False  # whether it fails where its effect may not be made
    takes_back: ClassVar[bool] = False  # whether it undoes what the request has left as effect of its `name`
    together: ClassVar[bool] = False  # whether all the lists inside it begin at once
    by_chance: ClassVar[bool] = False  # whether chance takes one of the lists inside it
    by_way: ClassVar[bool] = False  # whether what is asked for takes one of the lists inside it: its `operations`
    operations: ClassVar[tuple[str, ...]] = ()  # of each list inside it
    in_place: ClassVar[bool] = False  # whether what is taken of the lists inside it is as if it stood in its place
    by_message: ClassVar[bool] = False  # whether what is inside it is done for each message of a batch
    to_one: ClassVar[bool] = False  # whether one of those who are there gets what it hands over, not all of them
    races: ClassVar[bool] = False  # whether it goes on before all that is inside it has ended
    times: ClassVar[Any] = ONCE  # how many messages it sends, or calls or effects it makes, each time it is taken
    stands_still: ClassVar[bool] = False  # whether now and then it holds workers whose work is done
    awaits: ClassVar[bool] = False  # whether it holds its worker until a message comes, which may not come
    keyed_by_item: ClassVar[bool] = False  # whether each of several messages has a key of its own
    fails: ClassVar[float] = 0.0  # the probability with which it fails of itself, whatever comes before it

    @property
    def policies(self):
        """word -> settings of the parts that are written at it."""
        return {}

    @property
    def fixed_key(self):
        """The key that all its messages have; None where each has that of its request, or one of its own."""
        return getattr(self, "key", None)

    @property
    def publishes(self):
        """Whether it gives a channel a message, of which nobody answers."""
        return self.hands_over and not self.asks

    @property
    def leads_on(self):
        """Whether other services may get work of it."""
        return self.hands_over or self.asks

    @property
    def inside(self):
        """The lists of steps inside it, in the order in which their numbers count in a position.

        (where it is written, its steps, whether chance decides that they are taken) of each.
        """
        return ()

    def opens(self, number, operation):
        """Whether a list inside it, by its number, may be taken where an operation is asked for."""
        return not self.by_way or self.operations[number] == operation


class AnyOnError(Tagged):
    """What follows a call that has no answer. `steps`: what is done then, if anything is."""

    fails: ClassVar[bool] = False  # whether the handler has failed in the end


def _as_list(steps):
    return [steps] if isinstance(steps, dict | Tagged) else steps


if TYPE_CHECKING:
    Steps = tuple[Any, ...]
else:
    _Step = ForwardRef("Step", module="evsim.scenario.steps")  # a list of steps, inside one of them
    Steps = Annotated[tuple[_Step, ...], BeforeValidator(_as_list), OneOrMany()]
