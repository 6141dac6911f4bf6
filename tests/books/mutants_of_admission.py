"""Ways to break whom a service drops because nobody waits any more, all of which the audit must see."""

from evsim.engine import admission
from evsim.results.endings import Verdict
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, crowd, mutant


@mutant("its caller still waited", of=crowd, drop_stale=True)
def who_still_waits_is_dropped(patch):
    once, original = Once(), admission._if_stale

    def if_stale(service):
        rows, env, ask = service.kernel.records.rows, service.kernel.env, original(service)

        def drop(row):
            patient = env._now < rows.born[row] + ticks(0.9)  # later it may give up at this very moment
            if not once(row > LATE // 2 and patient and rows.verdict[row] == Verdict.OPEN):
                return ask(row)
            rows.verdict[row] = Verdict.TIMEOUT
            dropped = ask(row)
            rows.verdict[row] = Verdict.OPEN
            return dropped

        return drop

    patch.setattr(admission, "_if_stale", if_stale)
