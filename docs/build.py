"""What the documentation takes from running the kit: the table and picture of README, and the reference page.

python -m docs.build           write them
python -m docs.build --check   say what is stale (exit status 1)
"""

import inspect
import re
import sys
from functools import cache
from pathlib import Path

import evsim
from evsim.figures import CHANNEL, PARTITION, PHASE, RUN, SERVICE, UNITS, figures
from evsim.registry import CALL, EFFECT, FAULT, ON_ERROR, PUBLISH, STEP, SUBSCRIPTION, folders
from evsim.registry import CHANNEL as CHANNEL_PART
from evsim.registry import SERVICE as SERVICE_PART
from evsim.scenario import Scenario
from evsim.scenario.arrivals import Arrivals, Batch, Key
from evsim.scenario.distributions import AnyDistribution
from evsim.scenario.faults import AtStep, Fault
from evsim.scenario.manual import kinds_table, page, settings_table
from evsim.scenario.model import RunSettings
from evsim.scenario.offsets import Commit, Replay, Retention, Start
from evsim.scenario.on_error import OnError
from evsim.scenario.parts import Link, Network, Service, Workload
from evsim.scenario.retry import Backoff, Retry
from evsim.scenario.steps import Step
from evsim.scenario.subscription import Subscription
from evsim.whole import new_file, write_text

ROOT = Path(__file__).resolve().parents[1]
DESIGNS = ("classic", "parallel", "hardened", "hybrid", "events")
SEEDS = range(1, 6)
PICTURE = re.compile(r"<!-- picture of request (\d+) -->")
FIGURES = (
    "response_p99", "completion_mean", "availability", "told_yes_not_true", "told_yes_never_true",
    "told_error_yet_true",
)  # fmt: skip
FAULTS = {
    "mailing list": {"outage": "mailing-list", "at": "20s", "for": "10s"},
    "database": {"outage": "database", "at": "20s", "for": "10s"},
    "broker": {"outage": "customer-registered", "at": "20s", "for": "10s"},
}


def marked(text, name, content):
    """`text` with the block between the marks of `name` replaced."""
    pattern = rf"(<!-- {name}: [^>]*-->\n).*?(<!-- end of {name} -->)"
    return re.sub(pattern, lambda found: found[1] + content + found[2], text, flags=re.DOTALL)


# The table.


def scenario_of(design):
    """A design of the registration. *hardened* is the strongest without a broker: the calls at once, none for long, and
    an error of the mailing list is ignored, as the answer does not need it.
    """
    if design != "hardened":
        return evsim.load(f"registration-{design}")
    calls = [
        {"call": {"service": "database", "timeout": "1s"}},
        {"call": {"service": "mailing-list", "timeout": "250ms", "on_error": "ignore"}},
    ]
    steps = [{"work": "2ms"}, {"parallel": calls}, {"reply": "registered"}]
    return evsim.load("registration-parallel").replace({"services.register.handle": steps})


@cache
def means(design, fault=None):
    """Mean figures of a design over the seeds, or None where there is nothing to break."""
    scenario = scenario_of(design)
    if fault == "broker" and not scenario.channels:
        return None
    if fault:
        scenario = scenario.replace({"faults": [FAULTS[fault]]})
    rows = []
    for seed in SEEDS:
        run = scenario.run(seed=seed)
        run.audit()
        summary = run.summary()
        rows.append([summary[name] for name in FIGURES])
    return [sum(column) / len(column) for column in zip(*rows)]


def table():
    """The designs side by side."""
    healthy = {design: means(design) for design in DESIGNS}
    lines = [
        "| | " + " | ".join(DESIGNS) + " |",
        "|---|" + "---|" * len(DESIGNS),
        "| 99 of 100 customers are told within | " + _cells(healthy, lambda f: f"{1e3 * f[0]:.0f} ms"),
        "| row and list entry are both there after (mean) | " + _cells(healthy, lambda f: f"{1e3 * f[1]:.0f} ms"),
    ]
    for fault in FAULTS:
        broken = {design: means(design, fault) for design in DESIGNS}
        lines += [
            f"| **the {fault} is down for 10 s**: told yes | " + _cells(broken, lambda f: f"{100 * f[2]:.0f} %"),
            "| ... told yes, and not true a second later | " + _cells(broken, lambda f: f"{f[3]:.0f}"),
            "| ... told yes, and never true | " + _cells(broken, lambda f: f"{f[4]:.0f}"),
            "| ... told error, and some or all of it true | " + _cells(broken, lambda f: f"{f[5]:.0f}"),
        ]
    count = len(SEEDS)
    customers = 50 * 55
    note = (
        f"Means of {count} runs of a minute at 50 customers a second, about {customers:,} of them counted. "
        "*classic*: calls one after the other; *parallel*: both at once; *hardened*: both at once, a quarter of a "
        "second for the mailing list, whose errors are ignored; *hybrid*: the database by call, the mailing list by "
        "event through an outbox; *events*: both by event. No retries; the broker is broken as often as the mailing "
        "list.\n"
    )
    return "\n".join(lines) + "\n\n" + note


def _cells(figures, text):
    return " | ".join("-" if figures[design] is None else text(figures[design]) for design in DESIGNS) + " |"


# The reference.


def reference():
    """Every public name with the first paragraph of its docstring."""
    sections = ["# Reference\n\nEvery public name, with what its docstring says first; `help(name)` says the rest.\n"]
    sections.append(_section("evsim", evsim))
    sections.append(_section("evsim.theory", evsim.theory))
    return "\n".join(sections)


def _section(title, module):
    lines = [f"\n## {title}\n"]
    for name in sorted(module.__all__):
        thing = getattr(module, name)
        kind = "module" if inspect.ismodule(thing) else ""
        signature = "" if kind or inspect.isclass(thing) else _signature(thing)
        text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
        lines.append(f"* **`{name}{signature}`** {kind + ': ' if kind else ''}{text}")
    return "\n".join(lines) + "\n"


def _signature(thing):
    try:
        return str(inspect.signature(thing))
    except (TypeError, ValueError):
        return ""


# The pages of the parts.


def pages_of_parts():
    """The page of each part, and a list of them."""
    folder, found = ROOT / "docs" / "parts", {name: together[0] for name, together in folders().items()}
    pages = {folder / f"{word}.md": with_picture(page(word)) for word in found}
    pages[folder / "README.md"] = list_of_parts(found)
    return pages


STANDS = {
    CHANNEL_PART: "How messages travel", STEP: "Steps of a handler", CALL: "Settings of a call and of an ask",
    ON_ERROR: "What follows a call without an answer", PUBLISH: "Settings of a publish",
    SUBSCRIPTION: "Settings of a subscription", EFFECT: "Settings of an effect",
    SERVICE_PART: "Settings of a service", FAULT: "Faults",
}  # fmt: skip


def list_of_parts(found):
    """The page that lists all parts by where their words stand in a scenario."""
    text = "# The parts\n\nEach is a folder in evsim/parts, called by its word in a scenario.\n"
    for socket, title in STANDS.items():
        mine = [f"* [{word}]({word}.md): {each.about}\n" for word, each in found.items() if each.socket == socket]
        text += f"\n## {title}\n\n{''.join(mine)}" if mine else ""
    return text


def with_picture(text):
    """A page with what happens to the request that it names, in a run of the scenario that it shows."""

    def drawn(found):
        run = evsim.Scenario.from_yaml(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]).run()
        return f"What happens to request {found[1]} of it:\n\n```mermaid\n{run.sequence(int(found[1])).mermaid()}```"

    return PICTURE.sub(drawn, text)


# The page of the figures.

PLACES = {
    RUN: ("A run", "`run.summary()`: the customers who count, and what came of them."),
    PHASE: ("A phase", "`run.phases`: the customers who came before, during or after a fault."),
    SERVICE: ("A service", "`run.services`: the attempts at it of the customers who count; averages over the clock."),
    CHANNEL: (
        "A channel and a service that subscribes to it",
        "`run.channels`: what the channel was to deliver to it.",
    ),
    PARTITION: ("A partition of a log and a service that subscribes to it", "`run.partitions`."),
}


def tables_of_figures():
    """Every figure: what it is, its unit, and which way is better."""
    return "\n".join(f"## {title}\n\n{about}\n\n{_table_of_figures(where)}" for where, (title, about) in PLACES.items())


def _table_of_figures(where):
    lines = ["| figure | what it is | unit | better |", "|---|---|---|---|"]
    for each in figures(where):
        name = f"{each.name}_*" if each.points else each.name
        lines.append(f"| `{name}` | {each.about} | {UNITS[each.unit]} | {each.better or '-'} |")
    return "\n".join(lines) + "\n"


# The page of the settings.

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


def tables_of_settings():
    """The settings of a scenario that belong to no part."""
    tables = {title: settings_table(model) for title, model in SETTINGS.items()}
    tables |= {title: kinds_table(union) for title, union in KINDS.items()}
    return "\n".join(f"## {title}\n\n{table}" for title, table in tables.items())


def with_files(text):
    """`text` with each marked file as a block of code, as it stands."""

    def block(found):
        code = (ROOT / found[2]).read_text(encoding="utf-8").rstrip()
        return f"{found[1]}```python\n{code}\n```\n{found[3]}"

    return re.sub(r"(<!-- file (\S+): [^>]*-->\n).*?(<!-- end of file \2 -->)", block, text, flags=re.DOTALL)


# The picture.


def picture_scenarios():
    fault = {"faults": [FAULTS["mailing list"]], "run.duration": "60s"}
    return [evsim.load(f"registration-{design}").replace(fault) for design in ("classic", "events")]


def picture_digest():
    """All that is written in the picture: if it changes, the picture is stale."""
    scenes = [scenario.run(seed=1).plot.scene("flow") for scenario in picture_scenarios()]
    return "; ".join(words for scene in scenes for words in scene.words)


def draw(path):
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from evsim.view.flow import flow
    from evsim.view.style import RC, title

    with rc_context(RC):
        figure = Figure(figsize=(15, 5), layout="constrained")
        for ax, scenario in zip(figure.subplots(1, 2, sharey=True), picture_scenarios()):
            flow(scenario.run(seed=1), ax=ax)
            finding = ax.get_title(loc="left").replace("\n", " ")
            title(ax, f"{scenario.name.removeprefix('registration-')}: {finding[:1].lower()}{finding[1:]}")
    with new_file(path) as part:
        figure.savefig(part, dpi=110, metadata={"Description": picture_digest()})


def drawn_digest(path):
    """The digest kept in the picture's file."""
    from PIL import Image  # matplotlib's own

    with Image.open(path) as picture:
        return picture.text.get("Description")


def main(check=False):
    readme, pages = ROOT / "README.md", {}
    pages[readme] = marked(readme.read_text(), "table", table())
    pages[ROOT / "docs/reference.md"] = reference()
    defined = ROOT / "docs/figures.md"
    pages[defined] = marked(defined.read_text(), "figures", tables_of_figures())
    settings = ROOT / "docs/settings.md"
    pages[settings] = marked(settings.read_text(), "settings", tables_of_settings())
    pages |= pages_of_parts()
    told = ROOT / "docs/add-a-part.md"
    pages[told] = with_files(told.read_text())
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    picture = ROOT / "docs/pictures/readme.png"
    if not picture.exists() or drawn_digest(picture) != picture_digest():
        stale.append(picture)
    if check:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}; python -m docs.build writes it")
        return 1 if stale else 0
    for path, text in pages.items():
        path.parent.mkdir(exist_ok=True)
        write_text(path, text)
    if picture in stale:
        draw(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
