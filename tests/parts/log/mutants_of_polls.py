"""Ways to break polls: too many, two at once, out of order, for too long, and what is forgotten of them."""

from evsim.parts.log.engine.owned import OwnedGroup
from evsim.parts.log.engine.polling import PollingGroup
from tests.books.breaking import Once, everything_ends, mutant, unseen

POLLED = {"instances": 2, "workers": 2, "subscribe": {"channel": "facts", "max_poll_records": 3, "commit": "poll",
                                                      "max_poll_interval": 4}}  # fmt: skip
SLEEPS = [{"pause": "reader/1", "at": 8, "for": 3}]
LONG = [{"pause": "reader/1", "at": 8, "for": 6}]
CRASH = [{"crash": "reader/1", "at": 24.5, "for": 3}]


@mutant("a poll fetched more than it may", reader=POLLED, faults=SLEEPS)
def a_poll_has_one_too_many(patch):
    original = PollingGroup._fetched

    def fetched(self, member):
        self.most += 1
        rows = original(self, member)
        self.most -= 1
        return rows

    patch.setattr(PollingGroup, "_fetched", fetched)


@mutant("two messages of a poll were worked on at once|never arrived", reader=POLLED, faults=SLEEPS)
def two_messages_of_a_poll_are_handled_at_once(patch):
    original, once = PollingGroup._hand, Once()

    def hand(self, poll, row):
        original(self, poll, row)
        if once(poll.rest and self.kernel.env.now > 10):
            poll.row = None

    patch.setattr(PollingGroup, "_hand", hand)


@mutant("a poll was worked on out of order|a partition was read out of order", reader=POLLED, faults=SLEEPS)
def a_poll_is_handled_from_its_end(patch):
    original = PollingGroup._begin

    def begin(self, poll, rows):
        original(self, poll, rows)
        poll.rest.reverse()

    patch.setattr(PollingGroup, "_begin", begin)


@mutant("committed by a member whose poll was overdue", reader=POLLED, faults=LONG)
def nobody_is_expelled(patch):
    patch.setattr(PollingGroup, "_too_long", lambda self, poll: None)


@mutant("nowhere to be found|nobody will ever hear of it", reader=POLLED, faults=CRASH)
def what_a_dead_member_had_fetched_dies_with_it(patch):
    def member_died(self, member):
        self.polls.pop(member, None)

    patch.setattr(PollingGroup, "member_died", member_died)


@mutant("a partition was in two hands", reader=POLLED, faults=LONG)
def what_an_expelled_member_had_fetched_is_not_handed_out_again(patch):
    patch.setattr(PollingGroup, "take_back", OwnedGroup.take_back)


@unseen(everything_ends, drain_limit=1000, reader=POLLED, faults=SLEEPS)
def a_member_never_polls_again(patch):
    patch.setattr(PollingGroup, "_over", lambda self, poll: None)
