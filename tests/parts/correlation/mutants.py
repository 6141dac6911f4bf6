"""Ways to break the correlation of replies on purpose."""

from evsim.parts.correlation import engine
from evsim.parts.correlation.engine import Correlations
from evsim.scenario import Scenario
from tests.books.breaking import END, mutant


def quoting(work=0.1, timeout=5):
    """`page` asks `quoter` over a queue, whose reply comes twice, and works on."""
    reply = {"publish": "answers"}
    return Scenario.from_dict(
        {
            "name": "quoting",
            "workloads": {"customers": {"target": "page", "arrivals": {"constant": 4}}},
            "services": {
                "page": {"workers": 5, "handle": [{"publish": "questions"}, {"await_reply": timeout}, {"work": 0.2}]},
                "quoter": {"workers": 2, "subscribe": "questions", "handle": [{"work": work}, reply, reply]},
                "listener": {"subscribe": "answers", "handle": [{"correlate": "page"}]},
            },
            "channels": {"questions": "queue", "answers": "queue"},
            "run": {"duration": END},
        }
    )


@mutant("two replies to one question count", of=quoting)
def the_second_reply_counts_too(patch):
    patch.setattr(Correlations, "done", lambda self, asker: None)


@mutant("without the reply that it awaits", of=quoting)
def nobody_waits_for_the_reply(patch):
    patch.setitem(engine.build, "await_reply", lambda compiler, step, position, then, fail: then)


@mutant("gave up on a reply that had come", of=quoting)
def a_reply_goes_to_the_first_who_asked(patch):
    original = Correlations.asker

    def asker(self, row):
        found = original(self, row)
        return min(self.places, default=0) if found is not None and row > 100 else found

    patch.setattr(Correlations, "asker", asker)


@mutant("gave up on a reply before its time", of=quoting, work=3, timeout=1)
def it_waits_half_as_long(patch):
    original = engine.ticks
    patch.setattr(engine, "ticks", lambda seconds: original(seconds) // 2)
