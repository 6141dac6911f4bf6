"""Ways to break transactions."""

from evsim.parts.log.engine.partitions import Log
from evsim.parts.log.engine.reader import Reader
from evsim.parts.log.engine.transactions import Isolation, Transactions
from evsim.results.endings import Verdict
from evsim.scenario import Scenario
from tests.books.breaking import END, LATE, Once, mutant


def ledgers(promise="exactly_once"):
    """`biller` reads `orders` and publishes `bills`, which `ledger` reads; it dies once, with work in hand."""
    biller = {"workers": 2, "instances": 2, "handle": [{"work": 0.2}, {"publish": "bills"}, {"work": 0.1}]}
    return Scenario.from_dict({
        "name": "ledgers",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": 8}}},
        "services": {
            "front": {"workers": 6, "handle": [{"publish": "orders"}]},
            "biller": {**biller, "subscribe": {"channel": "orders", "guarantee": promise}},
            "ledger": {"workers": 4, "subscribe": "bills", "handle": [{"effect": "booked"}]},
        },
        "channels": {"orders": {"log": {"partitions": 4}}, "bills": {"log": {"partitions": 2}}},
        "network": {"latency": 0.01},
        "faults": [{"crash": "biller/1", "at": 10.13, "for": 1}],
        "run": {"duration": END},
    })  # fmt: skip


@mutant("readers saw what was not committed", of=ledgers)
def readers_see_what_is_not_committed(patch):
    patch.setattr(Transactions, "verdict", lambda self, message: Verdict.DONE)


@mutant("a message is hidden, and no transaction is open", of=ledgers)
def a_commit_shows_nothing(patch):
    patch.setattr(Transactions, "end", lambda self, row: None)


@mutant("a message was thrown away whose transaction did not fail|copied wrongly", of=ledgers)
def what_is_committed_is_thrown_away(patch):
    original, once = Transactions.verdict, Once()

    def wrong(self, message):
        found = original(self, message)
        return Verdict.GIVEN_BACK if found == Verdict.DONE and self.waiting == {} and once(message > LATE) else found

    patch.setattr(Transactions, "verdict", wrong)


def hasty():
    """`ledger` comes when some handlings have failed, and reads what is not committed."""
    data = ledgers().to_dict()
    data["services"]["biller"]["handle"].append({"fail": 0.2})
    data["services"]["ledger"]["subscribe"] = {"channel": "bills", "isolation": "read_uncommitted", "from": 11}
    return Scenario.from_dict(data)


@mutant("a message was copied wrongly", of=hasty)
def who_reads_uncommitted_waits_for_the_commit(patch):
    patch.setattr(Log, "show", lambda self, message, partition: self.isolation.take(message, partition))


@mutant("a message was copied wrongly", of=hasty)
def a_latecomer_who_reads_uncommitted_misses_what_is_held(patch):
    patch.setattr(Isolation, "kept_back", lambda self, partition: [])


@mutant("a group had a message before it could see it", of=ledgers)
def all_groups_read_uncommitted(patch):
    original = Reader.__init__

    def init(self, *arguments):
        original(self, *arguments)
        self.reads_uncommitted = True

    patch.setattr(Reader, "__init__", init)
