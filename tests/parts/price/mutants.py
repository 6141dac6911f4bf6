"""Ways to break bills on purpose."""

import numpy as np

from evsim.parts.price import audit, bill, channel_use
from evsim.parts.price.bill import MONTH
from tests.books.breaking import mutant, shop
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


def queue():
    """A queue that is billed by the request, whose reader fails now and then."""
    return shop(jobs={"queue": {"price": {"like": "aws-sqs-us-east-1", "size": "100KiB"}}},
                worker={"handle": [{"work": 0.3}, {"fail": 0.2}, {"effect": "job"}]})  # fmt: skip


@mutant("jobs is billed for", of=queue)
def a_large_message_is_one_request(patch):
    patch.setattr(channel_use._Its, "chunks", lambda self, count: 1)


@mutant("jobs is billed for", of=queue)
def what_failed_was_received_for_nothing(patch):
    original = channel_use._Its.batches
    patch.setattr(channel_use._Its, "batches", lambda self: original(self)[1:])


@mutant("jobs is billed for", of=queue)
def what_failed_is_deleted(patch):
    patch.setattr(channel_use._Its, "deletes", lambda self, leader, size: self.calls(size))


def batches():
    """Orders of three lines, which go to a queue that bills a batch as one request."""
    data = queue().to_dict()
    data["channels"]["jobs"]["queue"]["price"] = {"like": "aws-sqs-us-east-1"}
    data["services"]["front"]["handle"] = [{"publish": {"channel": "jobs", "items": 3}}]
    return queue().from_dict(data)


@mutant("jobs is billed for", of=batches)
def each_message_of_a_batch_is_a_request(patch):
    patch.setattr(channel_use._Its, "_leaves_with", lambda self, message: message)


@mutant("jobs is billed for", of=batches)
def what_many_send_is_one_batch(patch):
    patch.setattr(channel_use._Its, "_leaves_with", lambda self, message: 0)


def stored():
    """A store that is billed for what it keeps; half of its rows are undone after a second."""
    data = queue().to_dict()
    data["services"]["back"]["price"] = {"gb_month": 1}
    data["services"]["back"]["handle"] += [{"maybe": {"probability": 0.5, "then": [{"wait": 1}, {"undo": "row"}]}}]
    return queue().from_dict(data)


@mutant("GB-months", of=stored)
def what_is_undone_is_paid_for_all_the_same(patch):
    patch.setattr(
        bill, "_kept_for", lambda run, rows, retention: float(rows[run.tables.effects["row"]].sum() * MONTH / 2)
    )
