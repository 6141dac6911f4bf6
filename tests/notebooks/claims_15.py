"""What lesson 15 says, and what has to be true for it."""

from evsim.lesson.contract_task import AWAY, LAST, LETTERS, LOG, ROLL, VERSIONS, after_the_rename, contract
from tests.notebooks.reading import ran

NAME, MAIL = "15-contract-and-versions", "welcome mail"
OLD_READER, NEW_READER = "an old reader, a new event", "a new reader, an old event"


def renamed():
    return contract(ran(NAME).names["renamed"]).run()


def well_before_and_never_after():
    run = renamed()
    requests = run.tables.requests
    has = requests.times_done[run.tables.effect_names.index(MAIL)] > 0
    early, late = requests.arrived < 19, requests.arrived > 25
    return ROLL == 5 and has[early].all() and not has[late].any() and after_the_rename().endswith("no mail")


def instance_by_instance():
    """Within the five seconds some are new and some are old."""
    run = renamed()
    requests = run.tables.requests
    has = requests.times_done[run.tables.effect_names.index(MAIL)] > 0
    share = has[(requests.arrived > 20) & (requests.arrived < 25)].mean()
    return 0.2 < share < 0.8


def nobody_saw_an_error():
    run = renamed()
    letters = run.tables.messages["channel"] == list(run.scenario.channels).index(LETTERS)
    return run.outcomes.yes.all() and not run.summary()["errors"] and letters.sum() > 300


def both_run_and_work():
    printed = ran(NAME).gave["two"]
    return str(printed).count("a mail to ") >= 3 and "dead letter: there is no email in event 3" not in printed


def the_new_version_is_not_read():
    return "dead letter: there is no email in event 3" in ran(NAME).gave["two-renamed"]


def adding_breaks_nobody_and_renaming_both():
    table = ran(NAME).gave["changes"]
    added, other = table.loc["a field that nobody has to read"], table.loc["another name for a field"]
    return set(added) == {"reads it"} and set(other) == {"dead letter"}


def at_the_same_time_is_too_late():
    counts = {second: letters({"welcome": {second: "reads both"}}) for second in (15, 20, 25, 40)}
    return counts[15] == 0 < counts[20] < counts[25] < counts[40]


def letters(more):
    run = contract(ran(NAME).names["renamed"] | more).run()
    return int((run.ledger.query(f"channel == '{LOG}'").state == "dead").sum())


def of_the_exercise():
    (away,) = AWAY["faults"]
    names = [[*versions] for versions in VERSIONS.values()]
    reads = ["reads email", "reads both", "reads mail"]
    return (away["at"], away["for"], LAST, ROLL) == ("15s", "15s", 50, 5) and names == [
        ["writes email", "writes both", "writes mail"], reads, reads,
    ]  # fmt: skip


CLAIMS = [
    ("15", "The new version comes at second 20. Within five seconds it has taken the place of the old one",
     well_before_and_never_after),
    ("15", "instance by instance", instance_by_instance),
    ("15", "Nobody saw an error: not the customers, not `register`, and not the broker", nobody_saw_an_error),
    ("15", "That works, and no program knows the other's language.", both_run_and_work),
    ("15", "Now the new version:", the_new_version_is_not_read),
    ("15", "Adding a field that nobody has to read breaks nobody. Another name breaks both.",
     adding_breaks_nobody_and_renaming_both),
    ("15", "`register` is changed at second 20 again.", at_the_same_time_is_too_late),
    ("15", "*At the same time* is too late.", at_the_same_time_is_too_late),
    ("15", "the list is away from second 15 to 30", of_the_exercise),
    ("15", "up to second 50. Each takes 5 seconds.", of_the_exercise),
]  # fmt: skip
