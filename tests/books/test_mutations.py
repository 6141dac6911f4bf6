"""The audit can fail: the engine is broken on purpose, and the audit must say so.

| the engine ...                                             | the audit says ...                                    |
|------------------------------------------------------------|-------------------------------------------------------|
| keeps a worker                                             | workers do not make up all                            |
| gives a worker back twice                                  | a worker held two at once                             |
| forgets a message of a queue, of a log, a caller           | open in the records and nowhere to be found           |
| puts a caller in the inbox twice                           | found in two places at once                           |
| copies a message to a group twice                          | a message was copied wrongly                          |
| skips an offset                                            | offsets are not 0, 1, 2 ...                           |
| writes an effect twice                                     | the work made more effects than its steps can         |
| writes no effect                                           | the work ended well without all its effects           |
| makes no call                                              | the work ended well without all its calls             |
| calls after the end                                        | a call was made outside the work of its caller        |
| publishes after the end                                    | published outside the work                            |
| answers well what failed                                   | settled as done and the work was not done             |
| commits a message that still waits                         | settled as done and the work was not done             |
| tries again what was not given up                          | was not given up when another attempt was made        |
| lets a late answer settle a lease that was given up        | was not given up when another attempt was made        |
| counts attempts wrongly                                    | attempts do not count 1, 2, 3 ...                     |
| grants a partition while its message is in process         | a partition was in two hands                          |
| puts a failed message behind the others of its partition   | a partition was read out of order                     |
| loses a credit of a queue                                  | has ... credits                                       |
| skips the number of a request, or gives one twice          | are not 0, 1, 2 ...                                   |
| starts before ready                                        | started lies before ready                             |
| ends without an outcome                                    | has ended and has no outcome                          |
| settles without a verdict                                  | a lease has ended and has no verdict                  |
"""

import numpy as np
import pytest

from evsim.engine import asking, simulate, system
from evsim.engine.asking import Asking
from evsim.engine.delivery import Delivery
from evsim.engine.handler import _Compiler
from evsim.engine.log import Group, Log
from evsim.engine.publishing import Publishing
from evsim.engine.queue import Consumer, Queue
from evsim.engine.service import Service
from evsim.results.audit import AuditError
from evsim.results.records import Outcome, Verdict
from evsim.scenario import Scenario

LATE = 25  # the message or row from which on something is wrong, when all is well under way


def shop(faults=(), drain_limit=0, **call):
    """`front` calls `back` and publishes to `jobs`, a queue, and `facts`, a log; all are a little too slow."""
    return Scenario.from_dict(
        {
            "name": "shop",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 5}, "key": {"uniform": 20}}},
            "services": {
                "front": {
                    "workers": 6,
                    "handle": [{"call": {"service": "back", **call}}, {"publish": "jobs"}, {"publish": "facts"}],
                },
                "back": {"handle": [{"work": {"exponential": 0.25}}, {"fail": 0.1}, {"effect": "row"}]},
                "worker": {"subscribe": "jobs", "handle": [{"work": 0.3}, {"effect": "job"}]},
                "reader": {"workers": 2, "subscribe": "facts", "handle": [{"work": 0.5}, {"fail": 0.3}, {"effect": "fact"}]},
            },
            "channels": {"jobs": "queue", "facts": {"log": {"partitions": 2}}},
            "network": {"latency": 0.01},
            "faults": list(faults),
            "run": {"duration": 30, "drain_limit": drain_limit},
        }
    )


IMPATIENT = {"timeout": 0.4, "retry": {"attempts": 2, "backoff": 0.1}}


def test_the_engine_as_it_is_passes():
    for scenario in (shop(), shop(**IMPATIENT), shop(drain_limit=1000)):
        assert simulate(scenario).audit()


def wrapped(patch, owner, name, wrap):
    """Replace a method by ``wrap(original, self, *arguments)``."""
    original = getattr(owner, name)

    def method(self, *arguments, **settings):
        return wrap(original, self, *arguments, **settings)

    patch.setattr(owner, name, method)


def late(number, once=[0]):  # noqa: B006
    raise NotImplementedError
