"""Ways to break contention on purpose."""

from evsim.parts.contention.engine import Contention
from tests.books.breaking import Once, crowd, mutant

LAW = {"workers": 3, "contention": {"sigma": 0.5, "kappa": 0.1}}
SAYS = "longer or shorter than those beside it"


@mutant(SAYS, of=crowd, **LAW)
def work_takes_what_it_takes_alone(patch):
    original, once = Contention.start, Once()

    def start(self, row):
        factor = original(self, row)
        return 1 if once(factor > 1) else factor

    patch.setattr(Contention, "start", start)


@mutant(SAYS, of=crowd, **LAW)
def who_is_done_slows_the_others_down_still(patch):
    original, once = Contention._remove, Once()

    def remove(self, row, count):
        if not once(self.service.kernel.env._now > 0):
            original(self, row, count)

    patch.setattr(Contention, "_remove", remove)


@mutant(SAYS, of=crowd, faults=[{"crash": "server/1", "at": 15.05, "for": 1}], **LAW)
def a_crash_does_not_forget_the_work_that_it_kills(patch):
    patch.setattr(Contention, "lost", lambda self, row: None)
