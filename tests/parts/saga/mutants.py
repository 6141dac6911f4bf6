"""Ways to break undoing and compensation on purpose."""

from evsim.parts.saga import engine
from evsim.results.table import Table
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, instead, mutant

SORRY = {"on_error": {"compensate": [{"undo": "row"}]}}


@mutant("without all its steps that undo", worker={"handle": [{"effect": "job"}, {"undo": "job"}]})
def an_undo_is_left_out(patch):
    once = Once()
    instead(patch, "undo", lambda step, then, again: lambda row: then(row) if once(row > LATE) else step(row))


@mutant("took back what came after it", timeout=0.4, **SORRY)
def an_undo_takes_back_what_is_yet_to_come(patch):
    patch.setattr(Table, "written", lambda self, name: len(getattr(self, name)))


@mutant("an effect lies outside|a call was made outside|outside the work that undid it", timeout=0.4, **SORRY)
def a_handler_ends_before_its_compensation(patch):
    original = engine.compensate

    def compensate(compiler, instead, position, then, fail):
        first = original(compiler, instead, position, then, lambda row, reason: None)

        def change(row, reason):
            fail(row, reason)
            compiler.env.call_in(ticks(0.01), lambda row: first(row, reason), row)

        return change

    patch.setitem(engine.build, "compensate", compensate)
