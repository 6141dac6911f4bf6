"""What of the documentation is made by running the kit, and kept: the table of the five designs, and README's picture.

python -m docs.build           write them
python -m docs.build --check   say what is stale (exit status 1)

Other made files that are kept: what stands in site (`python -m docs.site`), environment.yml and what stands in binder
(`python -m binder.build`), and fingerprints of what is said (`python -m tests.snapshots`). All else is made when it is
asked for: the site (`python -m docs.pages`), decks (`python -m slides`), copies and sheets for a class (`python -m
teaching`). Each has a test that compares its content.
"""

import re
import sys
from functools import cache
from pathlib import Path

import evsim
from evsim.whole import new_file, write_text

ROOT = Path(__file__).resolve().parents[1]
DESIGNS = ("classic", "parallel", "hardened", "hybrid", "events")
SEEDS = range(1, 6)
PAGE, PICTURE = ROOT / "docs/five-ways.md", ROOT / "docs/pictures/readme.png"
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
    text = PAGE.read_text(encoding="utf-8")
    fresh = marked(text, "table", table())
    stale = [path for path, old in ((PAGE, text != fresh), (PICTURE, _is_stale(PICTURE))) if old]
    if check:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}; python -m docs.build writes it")
        return int(bool(stale))
    write_text(PAGE, fresh)
    if PICTURE in stale:
        draw(PICTURE)
    return 0


def _is_stale(picture):
    return not picture.exists() or drawn_digest(picture) != picture_digest()


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
