"""The audit can fail: the engine is broken on purpose in many ways, and the audit must say so.

| the engine ...                                          | the audit says ...                              |
|---------------------------------------------------------|-------------------------------------------------|
| keeps a worker; sends one home twice; wakes none after  | do not make up all                              |
| an outage                                               |                                                 |
| forgets a message of a queue, or of a log; or a caller  | open in the records and nowhere to be found     |
| puts a caller in the inbox twice                        | found in two places at once                     |
| copies a message to a group twice; gives one message of | a message was copied wrongly                    |
| a bus to two handlers, or one that is lost to nobody    |                                                 |
| skips an offset                                         | offsets of facts are not 0, 1, 2 ...            |
| writes an effect twice                                  | the work made more effects than its steps can   |
| leaves out an effect, a call or a publish               | the work ended well without all its ...         |
| ends an execution too early                             | an effect, or a call, lies outside the work     |
| answers well what failed                                | settled as done and the work was not done       |
| commits a message that still waits                      | settled as done and the work was not done       |
| tries again what was not given up                       | not given up when another attempt was made      |
| lets a late answer settle a lease that is void          | not given up when another attempt was made      |
| counts attempts wrongly                                 | attempts of row ... do not count 1, 2, 3 ...    |
| grants a partition whose message is still in process    | a partition was in two hands                    |
| puts a failed message behind others of its partition    | a partition was read out of order               |
| loses a credit of a queue                               | ... credits of jobs                             |
| skips the number of a request; gives one twice          | the requests of ... are not 0, 1, 2 ...         |
| starts before ready                                     | started lies before ready                       |
| dates an arrival wrongly, or not at all                 | arrived lies before leased; never arrived       |
| dates an early reply wrongly                            | a reply lies outside the work that made it      |
| forgets that a message is done, was given back or lost  | nobody will ever hear of it                     |
| gives a partition two owners, or takes it from another  | had two owners; which was not its own           |
| hands a partition's message to who does not own it      | by somebody who did not own it                  |
| moves a partition while its message is in process       | a partition was in two hands                    |
| leaves something out of a commit, or of the way back    | nobody will ever hear of it                     |
| goes back to the commit in the wrong order              | a partition was read out of order               |
| lets a member commit that was thrown out                | not given up when another attempt was made      |
| forgets what a log still has, or a latecomer's message   | nowhere to be found; a message was copied       |
| hands out what a log has no more; counts a replay       | found at the end and not open; ... copied       |
| never shows a message that replicas have; or forgets it | neither seen nor hidden                         |
| shows it before they have it                            | a message was copied wrongly                    |
| counts on where a lost leader was                       | offsets of facts are not 0, 1, 2 ...            |
| lets a batch grow too large, or too late; lets a group  | more messages than it may; its window was over; |
| go on after a failure; forgets who failed               | a group went on ...; none failed by itself      |
| leaves a message out of a batch; forgets one on its way | neither kept nor lost nor refused nor under way |
| forgets a letter that goes back, or moves it too early  | ... and no message came of it; before it was to |
| takes a link's copy for an attempt                       | attempts of row ... do not count 1, 2, 3 ...    |
| frees a partition for a link's copy                     | a partition was in two hands                    |
| ends without an outcome; settles without a verdict      | has no outcome; has no verdict                  |
| forgets a dead letter; sends one twice, or nowhere      | ... dead letter ...; neither kept nor lost ...  |
| lets a late acknowledgement settle; forgets a clock     | not given up ...; a lease lasted longer ...     |
| sends a credit home too early, or never                 | ... credits of jobs                             |
| holds more than the maximum; lets nothing expire, or    | a queue is longer ...; handed out when ...;     |
| too early                                               | expired before ...                              |
| leaves a bound queue out, gives it two copies, takes     | an exchange handed a message on wrongly;        |
| another one; forgets the alternate, or what is dropped  | a message was copied wrongly                    |
| frees a group too early; takes its last message first   | a group was in two hands; out of order          |
| forgets a publisher who waits at the door               | neither kept nor lost nor refused nor under way |
| lets in who has no token; works what it has to shed, or | ... had no token; ... had to shed; ... had to   |
| sheds what it has to work; drops who still waits        | work; its caller still waited                   |
| lets a second row of a unique key in; refuses a free one | made twice for one key; the key was free        |
| lets a call pass an open breaker; refuses at a closed    | passed an open breaker; closed breaker refused; |
| one; opens it for nothing                               | opened without reason                           |
| lets too many past a bulkhead; forgets who waits there  | more calls at once; nowhere to be found         |
| leaves an undo out; undoes what is yet to come; ends    | steps that undo; took back what came after it;  |
| before its compensation                                 | outside the work                                |
| hedges too early, or more than once; lets both attempts  | hedged too early; more than two at once; more   |
| be answered                                             | messages than its steps can                     |
| makes retries that the budget forbids                   | more often than its budget allows               |
| writes over what it has not read; finds a conflict that | written over what was not read; nothing had     |
| is none                                                 | changed                                         |
| shows what is not committed; throws away what is; never | saw what was not committed; thrown away; hidden |
| shows what was                                          |                                                 |
| begins again what was promised once; lets go too early  | begun twice; let go before it was done          |
| starts too many environments, too fast, or for nobody;  | more environments; faster than its ramp; for    |
| binds nobody; lets one go too early or late; throttles  | nobody; not started for it; its time; might     |
| for nothing                                             | have started                                    |
| scales otherwise than its rule; starts or retires more  | the rule says otherwise; were decided; was to   |
| than was decided                                        | lose                                            |
| does two pieces on a loop at once; lets it rest; shares  | two pieces at once; rested; less than it takes  |
| no cores; lets them rest                                | alone; ... s of work and had                    |
| bills a request twice; rounds a time down; forgets an   | billed for ... and worked                       |
| init                                                    |                                                 |

What the audit cannot see, the properties of :mod:`tests.books.test_audit_properties` do:

| the engine ...                                          | the property                                    |
|---------------------------------------------------------|-------------------------------------------------|
| never grants a partition again; passes over what waited | everything comes to its end                     |
| through an outage                                       |                                                 |
| starts work in an outage, or grants; ends it in a pause | faults bite                                     |
| never ends a rebalance; leaves a partition unread       | everything comes to its end                     |
| elects nobody; never sends a batch                      |                                                 |
| lets something cross a partition; strikes twice at one  | faults bite                                     |
| step                                                    |                                                 |
| lets an answer count after the deadline                 | deadlines hold                                  |
"""

from importlib import import_module
from pathlib import Path

import pytest

from evsim.results.audit import AuditError
from tests.books import mutants, mutants_of_admission  # noqa: F401  they fill the two lists
from tests.books.breaking import IMPATIENT, MUTANTS, UNSEEN, direct, shop
from tests.parts.exchange.mutants import sorted_shop

for each in sorted((Path(__file__).parents[1] / "parts").glob("*/mutants*.py")):
    import_module(f"tests.parts.{each.parent.name}.{each.stem}")


@pytest.mark.parametrize("settings", [{}, IMPATIENT, {"patience": 5}, {"drain_limit": 1000}])
def test_the_engine_as_it_is_passes(settings):
    assert shop(**settings).run().audit()


@pytest.mark.parametrize("fault", [{}, {"crash": "left", "at": 10, "for": 5}, {"outage": "jobs", "at": 10, "for": 5}])
def test_and_so_it_does_without_a_broker(fault):
    assert direct([fault] if fault else ()).run().audit()


@pytest.mark.parametrize("alternate", [None, "ledger"])
def test_and_so_it_does_with_exchanges(alternate):
    assert sorted_shop(alternate).run().audit()


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_audit_sees_that(name, monkeypatch):
    change, says, scenario = MUTANTS[name]
    change(monkeypatch)
    with pytest.raises(AuditError, match=says):
        scenario().run().audit()


@pytest.mark.parametrize("name", sorted(UNSEEN))
def test_a_property_sees_what_the_audit_cannot(name, monkeypatch):
    change, check, scenario = UNSEEN[name]
    check(scenario().run())
    change(monkeypatch)
    run = scenario().run()
    assert run.audit()  # once this fails, move it up to the mutants
    with pytest.raises(AssertionError):
        check(run)
