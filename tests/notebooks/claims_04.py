"""What lesson 04 says, and what has to be true for it."""

from evsim.lesson import lesson_size, wiring
from evsim.lesson.answers import down
from evsim.lesson.consumer_task import LIMIT
from tests.notebooks.reading import ran

SEEDS = range(1, 6)
ARTICLE, LOG = lesson_size("two-producers-four-consumers"), "customer-registered"


def one_of_three_from_a_queue():
    queue = ran("04-who-gets-which").names["queue"]
    return all(set(queue.run(seed=seed).tables.requests.present.tolist()) == {1} for seed in SEEDS)


def each_group_gets_a_copy():
    for instances in (1, 2, 4):
        spans = ARTICLE.replace({"services.database.instances": instances}).run().spans
        handed = spans[spans.leased.notna()].service.value_counts()
        events = (spans.kind == "request").sum()
        assert handed.to_dict() == dict.fromkeys(("database", "mailing-list", "statistics"), events)
    return True


def errors_by_page_when_down(part):
    """{workload: how many were told an error} in all seeds together."""
    found = {}
    for seed in SEEDS:
        requests = ARTICLE.replace(down(part)).run(seed=seed).requests
        for name, its in requests.groupby("workload"):
            found[name] = found.get(name, 0) + int((its.outcome != "ok").sum())
    return found


def who_notices():
    consumers = [errors_by_page_when_down(part) for part in ("database", "mailing-list", "statistics")]
    page, app = errors_by_page_when_down("register"), errors_by_page_when_down("mobile-api")
    return (
        all(not any(each.values()) for each in consumers)
        and page["register-page"] > 0 == page["mobile-app"]
        and app["mobile-app"] > 0 == app["register-page"]
    )


def everybody_depends_on_the_broker():
    run = ARTICLE.replace(down(LOG)).run()
    requests, (fault,) = run.tables.requests, run.scenario.faults
    inside = (requests.arrived > fault.at) & (requests.arrived < fault.at + fault.duration)
    return not run.outcomes.yes[inside].any() and set(requests.workload[inside].tolist()) == {0, 1}


def only_lines_of_its_own():
    new = {"services.welcome": {"subscribe": LOG, "handle": [{"effect": "welcome mail"}]}}
    lines = [line for line in wiring(ARTICLE, ARTICLE.replace(new)).splitlines() if line[0] in "+-"]
    return lines[0] == "+  welcome:" and all(line.startswith("+   ") for line in lines[1:])


CLAIMS = [
    ("04", "A queue hands each event to **one** of those who wait", one_of_three_from_a_queue),
    ("04", "**Inside a group they compete; each group gets a copy.**", each_group_gets_a_copy),
    ("04", "More instances share the same events, and no other row of the picture moves.", each_group_gets_a_copy),
    ("04", "A consumer is down: no customer notices, and no other consumer. A producer is down: only those who use it",
     who_notices),
    ("04", "The broker is down: **everybody** is, from the page and from the app.", everybody_depends_on_the_broker),
    ("04", "at most 5 seconds after they were told *registered*", lambda: LIMIT == 5),
    ("04", "A new consumer changes its own lines.", only_lines_of_its_own),
]  # fmt: skip
