"""All settings of a scenario in one table: what is written where, what it is, and what it is if nothing is written."""

import re

from docs.pages.part_pages import page_of
from evsim.registry import folders
from evsim.scenario import Scenario
from evsim.scenario.arrivals import Arrivals, Batch, Key
from evsim.scenario.distributions import AnyDistribution
from evsim.scenario.faults import AtStep, Fault
from evsim.scenario.manual import kinds_table, settings_table
from evsim.scenario.model import RunSettings
from evsim.scenario.offsets import Commit, Replay, Retention, Start
from evsim.scenario.on_error import OnError
from evsim.scenario.parts import Link, Network, Service, Workload
from evsim.scenario.retry import Backoff, Retry
from evsim.scenario.steps import Step
from evsim.scenario.subscription import Subscription

__all__ = ["setting_table"]

SETTINGS = {
    "A scenario": Scenario, "The run": RunSettings, "A workload": Workload, "A service": Service,
    "What a service reads": Subscription, "The network": Network,
    "A link of the network": Link, "A fault": Fault.__base__, "A fault at a step": AtStep,
    "How often something is tried": Retry, "The wait before it is tried again": Backoff,
    "How long a log keeps a message": Retention, "A replay of a log": Replay,
}  # fmt: skip
KINDS = {
    "The steps of a handler": Step, "What follows without an answer": OnError, "How customers come": Arrivals,
    "About whom they are": Key, "How many are in a batch": Batch.model_fields["size"].annotation,
    "How long something takes": AnyDistribution,
    "When a group of a log commits": Commit, "Where a group of a log begins": Start,
}  # fmt: skip
TITLED = re.compile(r"^(?:(`[^`\n]+`|[^|\n]+):\n\n)?((?:^\|.*\n?)+)", re.M)
HEAD = "| setting | in | what it is | usually |\n|---|---|---|---|\n"


def setting_table():
    """The table, in Markdown. A kind of something is a row of its own: `poisson` of arrivals."""
    rows = []
    for title, model in SETTINGS.items():
        rows += _rows(_plain(title), settings_table(model))
    for title, union in KINDS.items():
        rows += _rows(_plain(title), kinds_table(union))
    for name in folders():
        tables = page_of(name).partition("## Settings")[2]
        link = f"[{name}](../evsim/parts/{name}/page.md)"
        for word, table in TITLED.findall(tables):
            rows += _rows(f"{link}: {word}" if word and word != f"`{name}`" else link, table)
    return HEAD + "\n".join(rows)


def _rows(place, table):
    """The rows of a table, each with the place where its setting is written."""
    for line in table.strip().splitlines()[2:]:
        setting, what, usually = (each.strip() for each in re.split(r"(?<!\\)\|", line.strip().strip("|")))
        if setting.startswith("**"):
            place, setting = f"{place.partition(':')[0]}: {setting.strip('*')}", setting.strip("*")
        yield f"| {setting} | {place} | {what} | {usually or '-'} |"


def _plain(title):
    return title[:1].lower() + title[1:]
