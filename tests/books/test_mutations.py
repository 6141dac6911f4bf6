"""The audit can fail: the engine is broken on purpose in many ways, and the audit must say so.

| the engine ...                                           | the audit says ...                            |
|----------------------------------------------------------|-----------------------------------------------|
| keeps a worker; sends one home twice; wakes none after an | do not make up all                            |
| outage                                                   |                                               |
| forgets a message of a queue, or of a log; forgets a caller | open in the records and nowhere to be found   |
| puts a caller in the inbox twice                         | found in two places at once                   |
| copies a message to a group twice                        | a message was copied wrongly                  |
| skips an offset                                          | offsets of facts are not 0, 1, 2 ...          |
| writes an effect twice; writes none                      | more effects than its steps can; without all its |
| makes no call; publishes nothing                         | without all its calls; without all its messages |
| ends an execution too early                              | outside the work that made it; of its caller  |
| answers well what failed                                 | settled as done and the work was not done     |
| commits a message that still waits                       | settled as done and the work was not done     |
| tries again what was not given up                        | was not given up when another attempt was made |
| lets a late answer settle a lease that is void           | was not given up when another attempt was made |
| counts attempts wrongly                                  | attempts of row ... do not count 1, 2, 3 ...  |
| grants a partition whose message is still in process     | a partition was in two hands                  |
| puts a failed message behind the others of its partition | a partition was read out of order             |
| loses a credit of a queue                                | credits of jobs                               |
| skips the number of a request; gives one twice           | are not 0, 1, 2 ...                           |
| starts before ready                                      | started lies before ready                     |
| forgets that a message is done, or has to be given back  | nobody will ever hear of it                   |
| forgets a message on its way                             | neither kept nor lost nor refused nor under way |
| ends without an outcome; settles without a verdict       | has no outcome; has no verdict                |

What the audit cannot see, the properties of :mod:`tests.books.test_audit_properties` do:

| the engine ...                                           | the property                                  |
|----------------------------------------------------------|-----------------------------------------------|
| never grants a partition again; passes over what waited  | everything comes to its end                   |
| through an outage                                        |                                               |
| starts work in an outage, or grants; ends work in a pause | faults bite                                   |
| lets an answer count after the deadline                  | deadlines hold                                |
"""

import pytest

from evsim.engine import simulate
from evsim.results.audit import AuditError
from tests.books.mutants import IMPATIENT, MUTANTS, UNSEEN, shop


@pytest.mark.parametrize("settings", [{}, IMPATIENT, {"patience": 5}, {"drain_limit": 1000}])
def test_the_engine_as_it_is_passes(settings):
    assert simulate(shop(**settings)).audit()


@pytest.mark.parametrize("name", MUTANTS)
def test_the_audit_sees_that(name, monkeypatch):
    change, says, settings = MUTANTS[name]
    change(monkeypatch)
    with pytest.raises(AuditError, match=says):
        simulate(shop(**settings)).audit()


@pytest.mark.parametrize("name", UNSEEN)
def test_a_property_sees_what_the_audit_cannot(name, monkeypatch):
    change, check, settings = UNSEEN[name]
    check(simulate(shop(**settings)))
    change(monkeypatch)
    run = simulate(shop(**settings))
    assert run.audit()  # once this fails, move it up to the mutants
    with pytest.raises(AssertionError):
        check(run)
