"""Ways to break bills on purpose."""

import numpy as np

from evsim.parts.price import audit, bill
from tests.books.breaking import mutant
from tests.parts.function.mutants import demand as functions


def demand():
    data = functions(work=0.0404).to_dict()
    data["services"]["server"]["price"] = {"like": "aws-lambda-us-east-1"}
    return functions().from_dict(data)


@mutant("GB-seconds", of=demand)
def times_are_rounded_to_the_nearest(patch):
    patch.setattr(bill, "billed", lambda seconds, step: np.rint(np.asarray(seconds) / step) * step)


@mutant("GB-seconds", of=demand)
def the_init_is_not_paid_for(patch):
    patch.setattr(bill, "COLD", "nothing")


@mutant("requests, and worked on", of=demand)
def a_request_is_paid_for_twice(patch):
    original = bill.use
    patch.setattr(audit, "use", lambda *given: original(*given).times(2))
