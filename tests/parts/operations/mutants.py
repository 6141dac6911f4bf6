"""Ways to break operations on purpose."""

from evsim.engine.handler import Compiler
from tests.books.breaking import mutant

JOBS = {"jobs": [{"work": 0.1}, {"effect": "job"}], "other": [{"work": 0.1}, {"effect": "note"}]}


@mutant("left an effect of another operation than jobs", worker={"handle": [{"operations": JOBS}]})
def another_operation_is_done(patch):
    original = Compiler.link

    def link(self, steps, position, then, fail):
        if self.place.service == "worker" and position:
            steps = self.service.settings.handle[0].lists["other"]
        return original(self, steps, position, then, fail)

    patch.setattr(Compiler, "link", link)
