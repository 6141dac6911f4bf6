"""What the commands are told: options that several of them have, and the scenario they mean."""

import gc
from typing import Annotated

import typer

__all__ = [
    "AsJson", "Jobs", "Objectives", "Overwrite", "Record", "Save", "ScenarioName", "Seed", "Settings", "limits_of",
    "load_scenario", "pair", "picture_place", "read_for", "refuse_unkept", "results_folder", "values_of",
]  # fmt: skip

ScenarioName = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A built-in scenario or a YAML file.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the (first) run; default: the scenario's.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a setting: services.database.workers=4."),
]
Objectives = Annotated[
    list[str] | None,
    typer.Option("--objective", metavar="METRIC=LIMIT", help="response_p99=200ms; default: the scenario's own."),
]
Record = Annotated[
    str,
    typer.Option(metavar="full|summary", help="summary: figures alone, for runs of any length; percentiles to 0.2 %."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Save = Annotated[str | None, typer.Option(metavar="DIR", help="Write the results to files in this new folder.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier output that is there.")]


def _processes(number: int | None):
    if number == 0:
        raise typer.BadParameter("must be a number of processes, or -1 for all cores")
    return number


Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=-1, callback=_processes, help="Processes; default: all cores if they are worth it."
    ),
]


def load_scenario(name, settings, seed=None):
    """The scenario of that name or file, with settings changed."""
    from evsim.scenario import load

    changes = dict(pair(setting, "--set", "PATH=VALUE") for setting in settings or ())
    if seed is not None:
        changes["run.seed"] = seed
    scenario = load(name)
    if not gc.isenabled():  # all that was imported is never garbage
        gc.freeze()
        gc.enable()
    return scenario.replace(changes) if changes else scenario


def refuse_unkept(scenario, record):
    """Refuse an objective on a figure that runs with these records do not know."""
    from evsim.figures import figure
    from evsim.scenario.errors import Problem, ScenarioError

    if record not in ("full", "summary"):
        raise typer.BadParameter(f"must be full or summary, got {record!r}", param_hint="--record")
    if record == "full":
        return
    figures = {name: figure(name) for name in scenario.objectives}
    unknown = [name for name, its in figures.items() if its and its.adds == "not" and not its.points]
    if unknown:
        rule = "follows from all records side by side, and summary records keep none"
        problems = [Problem(f"objectives.{name}", rule, hint="leave out --record summary") for name in unknown]
        raise ScenarioError(problems)


def limits_of(objectives):
    """metric -> limit, of what --objective says; None: nothing."""
    return dict(pair(each, "--objective", "METRIC=LIMIT") for each in objectives) if objectives else None


def values_of(texts):
    """path -> values, of ``path=v,v``; each value is read as YAML."""
    from evsim.scenario.reading import read

    found = {}
    for text in texts:
        path, equals, values = text.partition("=")
        if not (path.strip() and equals and values.strip()):
            raise typer.BadParameter(f"{text!r} must look like PATH=V,V...", param_hint="PATH=V,V...")
        found[path.strip()] = [read(value, path)[0] for value in values.split(",") if value.strip()]
    return found


def pair(text, option, form):
    """``path=value`` as a pair; the value is read as YAML."""
    from evsim.scenario.reading import read

    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise typer.BadParameter(f"{text!r} must look like {form}", param_hint=option)
    return path.strip(), read(value, f"{option} {path}")[0] if value.strip() else None


def results_folder(path, overwrite, names, scenarios):
    """The folder to save in, refused before the work begins if it is no place for it."""
    from evsim.whole import place_for

    return None if path is None else place_for(path, True, overwrite, read_for(names, scenarios))


def picture_place(path, overwrite, inputs):
    """Where a picture goes, refused before the work begins if that is no place for it, or no kind of picture."""
    from matplotlib.backend_bases import FigureCanvasBase

    from evsim.scenario.errors import Problem, ScenarioError
    from evsim.whole import place_for

    if path is None:
        return None
    place = place_for(path, overwrite=overwrite, inputs=inputs)
    if place.suffix[1:].lower() not in FigureCanvasBase.get_supported_filetypes():
        raise ScenarioError([Problem(str(path), "is no kind of picture", hint="name it .png, .svg or .pdf")])
    return place


def read_for(names, scenarios):
    """Files that are read: those of the scenarios, and those that they name."""
    from evsim.scenario.files import inputs

    return [*names, *(file for scenario in scenarios for file in inputs(scenario))]
