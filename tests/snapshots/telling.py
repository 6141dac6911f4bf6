"""How results tell what they found, as one text each; and the small desk that many of them are about."""

import json
import os
import re
import tempfile
from dataclasses import is_dataclass
from functools import partial
from itertools import count
from pathlib import Path

import evsim
from evsim import Scenario
from evsim.view import comparison, crash_pictures, fit_plot, hysteresis_plot, sweep_pictures, warm_up_plot
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = [
    "ALONE", "DESK", "RATE", "WORK", "WORKERS", "by_hand", "examples", "in_folder",
    "interrupted_after", "plain", "refusals", "says", "told",
    "written",
]  # fmt: skip

ROUNDING = re.compile(r"-?\b\d(?:\.\d+)?e-1[5-9]\b")
ALONE = {"jobs": 1, "progress": False}
DESK = Scenario.from_dict({
    "name": "counter",
    "workloads": {"callers": {"target": "desk", "arrivals": {"poisson": "40/s"}}},
    "services": {"desk": {"workers": 6, "handle": [{"work": {"exponential": "100ms"}}, {"effect": "row"}]}},
    "run": {"duration": "3s", "seed": 3},
})  # fmt: skip
WORKERS, RATE, WORK = "services.desk.workers", "workloads.callers.arrivals.poisson", "services.desk.handle.0.work"
PARTS = ("services", "channels", "phases", "warnings", "customers", "verdicts", "totals", "notes", "data")
SCENES = {
    "Comparison": comparison.scene, "Sensitivity": sweep_pictures.tornado_scene, "CrashMatrix": crash_pictures.scene,
    "Hysteresis": hysteresis_plot.scene, "WarmUp": warm_up_plot.scene, "Fit": fit_plot.scene,
    "Scene": lambda scene: scene,
}  # fmt: skip


def plain(text):
    """A text with its long numbers to nine digits, and with 0 for what is the rounding of a float alone."""
    return ROUNDING.sub("0", rounded(text))


def written(made):
    """A text as it is; of a scene the marks as a browser gets them."""
    return made if isinstance(made, str) else json.dumps(made.to_dict())


def says(found):
    """All that a result tells of itself, with its picture; of several one after the other."""
    if isinstance(found, str | list):
        return plain(found) if isinstance(found, str) else "\n\n".join(map(says, found))
    kind = type(found).__name__
    texts = []
    if kind != "Scene":
        alike = is_dataclass(found) or type(found).__repr__ is object.__repr__
        texts += [str(found)] if alike else [str(found), repr(found)]
        texts += [found._repr_html_()] if hasattr(found, "_repr_html_") else []
        texts += [table(found.frame() if callable(found.frame) else found.frame)] if hasattr(found, "frame") else []
        texts += [f"{part}: {getattr(found, part)}" for part in PARTS if hasattr(found, part)]
        texts += [drawn(getattr(found, "plot", partial(comparison.comparison, found)))] if kind in SCENES else []
    if kind in SCENES:
        made = SCENES[kind](found)
        texts += [written(made), " ".join(made.words)]
    return plain("\n\n".join(texts))


def told(tries):
    """(name, text) of what comes of each of some tries."""
    for name, make in tries.items():
        yield name, says(tried(make))


def refusals(make, given, *changes):
    """What it says to each of some settings that are wrong."""
    names = [{name: getattr(each, "name", each) for name, each in change.items()} for change in changes]
    return [f"{name}: {tried(partial(make, **given | change))}" for name, change in zip(names, changes, strict=True)]


def examples():
    """(name of a part, the scenario on its page)."""
    for page in sorted(Path(evsim.__file__).parent.glob("parts/*/page.md")):
        for text in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            yield page.parent.name, Scenario.from_yaml(text)


def in_folder(make, **files):
    """What is made in a folder with some files, whose path is left out."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name.replace("__", ".")).write_text(text, encoding="utf-8")
        made = tried(make, Path(folder))
        return (
            (made if isinstance(made, str) else says(made)).replace(f"{folder}{os.sep}", "").replace(folder, "FOLDER")
        )


def interrupted_after(customers, work):
    """A handler at which somebody presses Ctrl-C after so many customers, each of whom needs so long."""
    come = count()

    def desk(ctx):
        if next(come) == customers:
            raise KeyboardInterrupt
        yield from ctx.work(work)

    return desk


def by_hand(ctx):
    """A handler in Python."""
    yield from ctx.call("mailing-list")
