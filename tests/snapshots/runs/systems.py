"""What evsim says of one run of a system: records, figures, pictures, exports, a film, and what it prints.

The systems are the built-in ones, those of the pages of parts, and random ones (``systems.json``): of many that were
drawn as for properties (``tests/books/drawn.py``), with their times as they are or rounded to quarters of a second so
that ties abound, those that pass through the most of the code together. What these have too seldom is in systems that
were written for it (``written/``). Of the systems that draw the most there are the records.

The pictures of random systems are told as a browser gets them, with every word and alt text. Those of all others are
drawn, which goes through all that draws them.
"""

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

import evsim
from evsim.cli import app
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.files import inputs
from evsim.view.layout import SMALL
from evsim.view.player.film import film
from tests.house.same_records import fingerprint
from tests.luck.rich import RICH
from tests.snapshots.players.played import played
from tests.snapshots.telling import examples, written
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = [
    "brief",
    "names_of_systems",
    "purposes",
    "records_of_rich_systems",
    "scenarios_of",
    "system_called",
    "told_of_systems",
    "told_of_written",
    "written_for",
]

DRAWN = Path(__file__).with_name("systems.json")
WRITTEN = Path(__file__).with_name("written")  # files of scenarios, one after the other
SHORT = 5  # seconds that customers come
LONG = "replay-history"  # cannot be made short
FRAMES = ("requests", "spans", "ledger", "effects", "incidents")
TABLES = ("services", "channels", "partitions", "phases")
FILES = ("perfetto", "otlp", "cloudevents")  # the other formats hold the frames
FEW = 3  # requests whose way is told
MANY = 1000  # attempts: of a longer run few requests are exported
EXACT = 12  # digits of a time, which is a whole number of nanoseconds


@cache
def _systems():
    """name -> a function that gives the scenario."""
    found = {f"built-in {name}": lambda name=name: evsim.load(name) for name in evsim.names() if name != LONG}
    for name, scenario in examples():
        found[f"page of {name}"] = lambda scenario=scenario: scenario
    for number, described in enumerate(json.loads(DRAWN.read_text(encoding="utf-8"))):
        found[f"drawn {number}"] = lambda described=described: Scenario.from_dict(described)
    return found


def names_of_systems():
    return list(_systems())


def purposes():
    """What systems were written for: the names of their files."""
    return sorted(path.stem for path in WRITTEN.glob("*.yaml"))


def written_for(purpose):
    return {scenario.name: scenario for scenario in scenarios_of(WRITTEN / f"{purpose}.yaml")}


def scenarios_of(file):
    """Those that stand in a file, one after the other."""
    for text in file.read_text(encoding="utf-8").split("\n---\n"):
        yield Scenario.from_yaml(text, folder=WRITTEN)


def system_called(name):
    """The beginning of one of the systems."""
    return _short(_systems()[name]())


def _short(scenario):
    """The beginning of a system, if nothing happens later that its file tells of."""
    run = scenario.run_settings
    if run.duration <= SHORT:
        return scenario
    try:
        return scenario.replace({"run.duration": SHORT, "run.warmup": min(run.warmup, SHORT / 5)})
    except ScenarioError:
        return scenario


def brief(scenario):
    """The figures of a run that keeps summary records."""
    run = evsim.Simulation(scenario, record="summary").run()
    return "\n".join(table(each) for each in (pd.Series(run.summary()), run.services, run.channels))


def _pipeline(run):
    return "\n".join(map(str, run.pipeline))


def _chosen(run):
    """The first requests of the first workload, and that of which the most came."""
    its = run.spans.loc[run.spans["workload"] == next(iter(run.scenario.workloads)), "request"]
    most = [] if its.empty else [int(its.value_counts().sort_index().idxmax())]
    return list(dict.fromkeys([*range(FEW), *most]))


def _pictures(plots, on_paper, empty):
    """(name, what is on it) of each picture, as it is drawn or as a browser gets it; and what those drawn say in words.

    One without marks is its title alone: it is drawn once for all systems, kept in `empty`.
    """
    said = []
    for name in dir(plots):
        try:
            scene = plots.scene(name)
        except ValueError:  # there is none, or it is refused
            yield f"picture {name}", drawn(getattr(plots, name))
            continue
        if not on_paper:
            yield f"scene {name}", rounded(written(scene))
            continue
        said.append(f"{name}: {scene.title}\n{scene.alt}")  # neither is among the marks of a picture
        if scene.marks:
            yield f"picture {name}", drawn(scene.draw)
        else:
            if scene.title not in empty:
                empty[scene.title] = drawn(scene.draw)
            yield f"picture {name}", empty[scene.title]
    if said:
        yield "what pictures say", "\n".join(said)


def _told_of(scenario, on_paper, empty):
    """(what, text) of each, and as the last one the film. on_paper: its pictures are drawn."""
    run = scenario.run()
    yield "records", fingerprint(run)
    yield "warnings", "\n".join(map(str, run.warnings))
    yield "audit", str(tried(run.audit))
    yield "summary", table(pd.Series(run.summary()))
    for name in FRAMES:
        yield name, table(getattr(run, name), EXACT)
    for name in TABLES:
        yield name, table(getattr(run, name))
    yield "pipeline", tried(_pipeline, run)
    yield "summary records", tried(brief, scenario)
    yield "theory", str(tried(run.theory))
    workload = next(iter(scenario.workloads))
    for request in _chosen(run):
        for kind in ("trace", "sequence"):
            yield f"{kind} of {request}", str(tried(getattr(run, kind), request, workload))
        for kind in ("waterfall", "lives"):
            yield (
                f"{kind} of {request}",
                rounded(written(tried(run.plot.scene, kind, request=request, workload=workload))),
            )
    large = len([*scenario.workloads, *scenario.services, *scenario.channels]) > SMALL
    for name, text in _pictures(run.plot, on_paper, empty):
        if not (large and name.endswith("diagram")):  # Graphviz draws it, where that is installed
            yield name, text
    some = list(range(FEW)) if len(run.spans) > MANY else None
    with tempfile.TemporaryDirectory() as folder:
        for format in FILES:
            path = run.export(Path(folder) / format, format, requests=some, workload=some and workload)
            text = path.read_text(encoding="utf-8").replace(f'"{evsim.__version__}"', '"VERSION"')
            yield f"export {format}", text
        for path in inputs(scenario):
            shutil.copy(path, folder)
        file = Path(folder) / "system.yaml"
        file.write_text(scenario.to_yaml(), encoding="utf-8")
        for command in ("validate", "run"):
            done = CliRunner().invoke(app, [command, str(file)], env={"COLUMNS": "110"})
            yield f"evsim {command}", f"{done.exit_code} {done.output}".replace(folder, "")
    yield "film", rounded(json.dumps(film(run)))


def told_of_systems(names):
    """(what, text) of all that is said of these systems."""
    yield from _told({name: _short(_systems()[name]()) for name in names})


def told_of_written(purpose):
    """(what, text) of all that is said of the systems that were written for a purpose."""
    yield from _told(written_for(purpose))


def _told(scenarios):
    films, empty = {}, {}
    for name, scenario in scenarios.items():
        for what, text in _told_of(scenario, not name.startswith("drawn "), empty):
            yield f"{name}: {what}", text
        films[name] = json.loads(text)
    for name, pages in zip(films, played(films.values()), strict=True):
        yield f"{name}: player", "\n".join(f"{page} {what}" for what, page in pages)


def records_of_rich_systems():
    for name, scenario in RICH.items():
        yield name, fingerprint(scenario.run())
