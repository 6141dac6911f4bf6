"""The commands, each a function: they import what they need, so that ``evsim --help`` is quick."""

import json
from importlib.resources import files
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import (
    AsJson,
    Jobs,
    Objectives,
    Overwrite,
    Record,
    Save,
    ScenarioName,
    Seed,
    Settings,
    limits_of,
    load_scenario,
    pair,
    read_for,
    refuse_unkept,
    results_folder,
)  # fmt: skip
from evsim.cli.output import as_far, complain, data_of, finish, print_json, say, say_run, warn
from evsim.cli.shell import app
from evsim.cli.status import BAD_INPUT
from evsim.counting import count, digits

__all__ = ["app"]


@app.command()
def run(
    scenario: ScenarioName,
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs, each with its own seed.")] = 1,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=SHARE",
            help="Make more runs, until half the interval is that share of the mean: response_p99=2%.",
        ),
    ] = None,
    theory: Annotated[
        bool, typer.Option("--theory", help="Also what formulas say, and why they may not apply.")
    ] = False,
    record: Record = "full",
    as_json: AsJson = False,
    save: Save = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Run a scenario and tell what happened. Exit status 1 if an objective is missed."""
    from evsim.experiment.judging import judge
    from evsim.experiment.replicate import replicate
    from evsim.experiment.running import audited_run, runs_and_seeds
    from evsim.experiment.saving import save_run

    chosen = load_scenario(scenario, settings, seed)
    refuse_unkept(chosen, record)
    folder, stopped = results_folder(save, overwrite, [scenario], [chosen]), None
    exact = dict(pair(each, "--precision", "METRIC=SHARE") for each in precision or ())
    if runs == 1 and not exact:
        done = audited_run(chosen, chosen.run_settings.seed, record)
        audit, luck = str(done.audit()), f"seed {done.seed}"
    else:
        n = max(runs, 10) if exact else runs
        done, stopped = as_far(replicate, chosen, n, precision=exact, jobs=jobs, record=record)
        audit, luck = "balanced in all runs", runs_and_seeds(done.seeds)
    warn(done.warnings)
    data, kept = data_of(done, chosen, chosen.run_settings.seed), Keeper(overwrite, folder=True)
    if folder:
        kept.write(folder, save_run, data, done)
    verdicts = judge(chosen.objectives, data["summary"])
    if as_json:
        print_json(data | ({"runs": len(done.runs)} if runs > 1 or exact else {}))
    else:
        say_run(_title(chosen, luck), done, audit, verdicts, _beside(chosen, done, record, theory))
    kept.tell()
    finish({"": verdicts}, as_json, stopped)


def _title(scenario, luck):
    duration, warmup = scenario.run_settings.duration, scenario.run_settings.warmup
    counted = f", those of the first {digits(warmup)} s not counted" if warmup else ""
    return f"{scenario.name}, {luck}: {digits(duration)} s of arrivals{counted}"


def _beside(scenario, done, record, theory):
    """What is said beside the tables of a run: what its records leave out, and theory."""
    if record == "summary":
        yield "Summary records: a dash may be what they do not keep; percentiles to 0.2 %."
    if theory:
        from evsim.experiment.theory_panel import TheoryPanel

        yield f"Theory beside what was measured\n{TheoryPanel(scenario, done.services, done.summary())}"


@app.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="Two designs or more.")],
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs of each design.")] = 20,
    objectives: Objectives = None,
    as_json: AsJson = False,
    save: Save = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Compare designs for the same customers with the same luck. --set changes all of them.

    With one scenario and --set: the scenario as it is against the changed one. Exit status 1 if every design misses an
    objective.
    """
    from evsim.experiment.compare import compare
    from evsim.experiment.run_text import none_seen
    from evsim.experiment.saving import save_comparison

    if len(scenarios) == 1 and settings:
        designs = [load_scenario(scenarios[0], None, seed), load_scenario(scenarios[0], settings, seed)]
        labels = ["as it is", ", ".join(settings)]
    elif len(scenarios) == 1:
        raise typer.BadParameter("give two designs or more, or one and --set", param_hint="NAME|FILE")
    else:
        designs, labels = [load_scenario(name, settings, seed) for name in scenarios], None
    folder = results_folder(save, overwrite, scenarios, designs)
    limits = limits_of(objectives)
    done, stopped = as_far(compare, *designs, n=runs, labels=labels, objectives=limits, jobs=jobs)
    warn(done.warnings)
    data = {
        "designs": list(done.designs), "seeds": done.seeds, "summary": done.summary(),
        "differences": done.differences, "customers": done.customers, "objectives": done.verdicts,
        "phases": {name: design.phases for name, design in done.designs.items()}, "audit": "balanced",
    }  # fmt: skip
    kept = Keeper(overwrite, folder=True)
    if folder:
        kept.write(folder, save_comparison, data, done)
    if as_json:
        print_json(data)
    else:
        say(done.table())
        say("\n" + none_seen(done.designs[done.first].summary()["requests"]))
    kept.tell()
    finish(done.verdicts, as_json, stopped)


@app.command()
def export(
    scenario: ScenarioName,
    path: Annotated[str, typer.Argument(metavar="PATH", help="The file, folder or .zip to write.")],
    format: Annotated[str, typer.Option(help="perfetto, otlp, cloudevents, csv or parquet.")],
    requests: Annotated[str | None, typer.Option(metavar="N[,N...]", help="Numbers of requests; default: all.")] = None,
    workload: Annotated[str | None, typer.Option(help="Whose requests, where there are several.")] = None,
    seed: Seed = None,
    settings: Settings = None,
    overwrite: Overwrite = False,
):
    """Run a scenario once and write its records for another tool."""
    from evsim.experiment.running import audited_run
    from evsim.results.export import place_of

    try:
        numbers = None if requests is None else [int(number) for number in requests.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{requests!r} must look like 17 or 17,18", param_hint="--requests") from None
    chosen = load_scenario(scenario, settings, seed)
    place_of(format, path, overwrite, read_for([scenario], [chosen]))  # complains before the work begins
    done = audited_run(chosen, chosen.run_settings.seed)
    warn(done.warnings)
    try:
        done.tables.chosen(None, workload)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--workload") from None
    try:
        done.tables.chosen(numbers, workload)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--requests") from None
    say(str(done.export(path, format, numbers, workload, overwrite)))


@app.command(name="list")
def list_(
    presets: Annotated[bool, typer.Option("--presets", help="The presets of products, for `like: NAME`.")] = False,
):
    """List the built-in scenarios, or the presets of products."""
    from evsim.scenario import load, names
    from evsim.scenario.presets import load_preset, preset_names

    width = min(get_terminal_size().columns, 110)
    read = load_preset if presets else load
    for name in preset_names() if presets else names():
        say(name)
        say(fill(read(name).about, width, initial_indent="    ", subsequent_indent="    "))


@app.command()
def show(
    scenario: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE", help="A built-in scenario or a YAML file.")
    ] = None,
    preset: Annotated[str | None, typer.Option(metavar="NAME", help="A preset; see `evsim list --presets`.")] = None,
):
    """Print the YAML of a scenario, or of the preset of a product."""
    from evsim.scenario import load, names
    from evsim.scenario.presets import preset_text

    if (scenario is None) == (preset is None):
        raise typer.BadParameter("name a scenario, or a preset with --preset (`evsim list`, `evsim list --presets`)")
    if preset:
        say(preset_text(preset).rstrip())
        return
    load(scenario)  # complains about what there is to complain
    file = files("evsim") / "scenarios" / f"{scenario}.yaml" if scenario in names() else Path(str(scenario))
    say(file.read_text(encoding="utf-8-sig").rstrip())


@app.command()
def validate(
    scenarios: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="Scenarios to check.")],
    settings: Settings = None,
):
    """Check scenarios without a run.

    It prints all problems, or ok and warnings.
    """
    from evsim.engine import Execution
    from evsim.scenario import ScenarioError

    wrong = False
    for name in scenarios:
        try:
            scenario = load_scenario(name, settings)
            Execution(scenario)  # what only shows when it is built: a missing CSV, too long a run
        except ScenarioError as error:
            complain(f"{name}: {count(len(error.problems), 'problem')}\n{error}")
            wrong = True
            continue
        say(f"{name}: ok")
        for warning in scenario.warnings():
            say(f"  warning: {warning}")
    if wrong:
        raise typer.Exit(BAD_INPUT)


@app.command()
def schema():
    """Print the JSON Schema of the YAML file, for an editor."""
    from evsim.scenario import Scenario

    say(json.dumps(Scenario.schema(), indent=2))


@app.command()
def tally(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="What students handed in, *.evsim.json.")],
    to_csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="Write a line a student.")] = None,
    overwrite: Overwrite = False,
):
    """Merge the results of a class.

    It prints votes before and after, the normalised gain, and exercises passed.
    """
    from evsim.lesson.tally import Tally, read_results
    from evsim.whole import place_for, write_text

    place = to_csv and place_for(to_csv, overwrite=overwrite, inputs=files)
    found = Tally(read_results(files))
    say(found.text())
    if place:
        write_text(place, found.to_csv())
