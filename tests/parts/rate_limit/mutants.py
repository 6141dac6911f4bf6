"""Ways to break the rate limit on purpose."""

from evsim.parts.rate_limit.engine import RateLimit
from tests.books.breaking import LATE, Once, crowd, mutant

LIMIT = {"rate_limit": {"rate": 8, "burst": 2}}


@mutant("let in who had no token", of=crowd, **LIMIT)
def who_has_no_token_is_let_in(patch):
    once, original = Once(), RateLimit.arriving

    def arriving(self, offer):
        ask = original(self, offer)
        return lambda row: offer(row) if once(row > LATE) else ask(row)

    patch.setattr(RateLimit, "arriving", arriving)


@mutant("let in who had no token", of=crowd, **LIMIT)
def the_bucket_holds_one_more(patch):
    original = RateLimit.__init__

    def begin(self, service, settings):
        original(self, service, settings)
        self.burst += 1

    patch.setattr(RateLimit, "__init__", begin)
