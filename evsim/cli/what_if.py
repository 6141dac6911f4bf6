"""The commands of what-if: search a value, sweep many, fit a distribution, and the page to decide by."""

import shlex
from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import (
    AsJson,
    Jobs,
    Objectives,
    Overwrite,
    Save,
    ScenarioName,
    Seed,
    Settings,
    limits_of,
    load_scenario,
    picture_place,
    read_for,
    results_folder,
    values_of,
)  # fmt: skip
from evsim.cli.output import as_far, complain, finish, print_json, say, warn
from evsim.cli.shell import app
from evsim.cli.status import INTERRUPTED, MISSED

__all__ = ["find", "fit", "report", "sweep"]

Store = Annotated[
    str | None, typer.Option(metavar="FILE", help="Keep what is finished in this file, and take what is there.")
]


@app.command()
def find(
    scenario: ScenarioName,
    setting: Annotated[str, typer.Argument(metavar="PATH=LOW..HIGH", help="services.database.workers=1..64.")],
    objectives: Objectives = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="The largest value, such as a load; else the smallest.")
    ] = False,
    error: Annotated[float, typer.Option(help="The largest probability of a wrong answer.")] = 0.05,
    precision: Annotated[
        float, typer.Option(help="How far apart values are, as a share; not of whole numbers.")
    ] = 0.01,
    max_runs: Annotated[int, typer.Option(min=8, help="How many runs of one value at most.")] = 256,
    seed: Seed = None,
    settings: Settings = None,
    store: Store = None,
    as_json: AsJson = False,
    jobs: Jobs = None,
):
    """Find the smallest or largest value that meets the objectives.

    Exit status 1 if no value of the range is seen to meet them.
    """
    from evsim.experiment.find import find

    path, equals, ends = setting.partition("=")
    low, dots, high = ends.partition("..")
    if not (path.strip() and equals and low.strip() and dots and high.strip()):
        raise typer.BadParameter(f"{setting!r} must look like PATH=LOW..HIGH", param_hint="PATH=LOW..HIGH")
    between = low.strip(), high.strip()
    _refuse_no_range(setting, between, precision)
    found, stopped = as_far(
        find, load_scenario(scenario, settings, seed), path.strip(), between, limits_of(objectives),
        "largest" if largest else "smallest", error, precision, max_runs, store=store, jobs=jobs,
    )  # fmt: skip
    if as_json:
        print_json(found.data)
    else:
        say(str(found))
    if stopped:
        complain(stopped)
        raise typer.Exit(INTERRUPTED)
    if found.value is None:
        raise typer.Exit(MISSED)


def _refuse_no_range(setting, between, precision):
    """Refuse ends of a range that do not fit, by what was typed."""
    from evsim.experiment.search import candidates
    from evsim.scenario.errors import ScenarioError

    try:
        candidates(between, precision, "must be two values, such as 1..64 or 10/s..200/s")
    except ScenarioError as error:
        (wrong,) = error.problems
        if wrong.path != "between":
            raise
        hint = f"; {wrong.hint}" if wrong.hint else ""
        raise typer.BadParameter(f"{setting!r}: LOW..HIGH {wrong.rule}{hint}", param_hint="PATH=LOW..HIGH") from None


@app.command()
def sweep(
    scenario: ScenarioName,
    values: Annotated[list[str], typer.Argument(metavar="PATH=V,V...", help="services.database.workers=1,2,4")],
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs of each combination.")] = 10,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", metavar="NAME", help="A column; default: those of the objectives.")
    ] = None,
    store: Store = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler: tcp://HOST:PORT.")] = None,
    as_json: AsJson = False,
    save: Save = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Run every combination of some values of settings. Exit status 1 if none of them meets the objectives.

    With --store a sweep that was interrupted, or killed, goes on where it was.
    """
    from evsim.experiment.saving import save_sweep
    from evsim.experiment.sweep import sweep
    from evsim.experiment.sweep import words as of_point

    chosen = load_scenario(scenario, settings, seed)
    folder = results_folder(save, overwrite, [scenario], [chosen])
    done, stopped = as_far(sweep, chosen, values_of(values), n=runs, store=store, jobs=jobs, dask=dask)
    (header, rows), kept = done.table(metrics), Keeper(overwrite, folder=True)
    if folder:
        kept.write(folder, save_sweep, done)
    if as_json:
        points = [
            {"changes": changes, "runs": len(its.runs), "summary": its.summary(), "objectives": verdicts}
            for (changes, its), verdicts in zip(done.points, done.verdicts, strict=True)
        ]
        print_json({"scenario": chosen.name, "seeds": done.seeds, "points": points, "audit": "balanced"})
    else:
        say(done.table_text(header, rows))
    kept.tell()
    finish(
        {of_point(changes): each for (changes, _), each in zip(done.points, done.verdicts, strict=True)},
        as_json,
        stopped,
    )


@app.command()
def fit(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Times, one a line: 0.012 (seconds) or 12ms; a header such as took_ms names another unit.",
        ),
    ],
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of the times, in a CSV file with several.")
    ] = None,
    picture: Annotated[str | None, typer.Option(metavar="FILE", help="Draw them and the nearest candidates.")] = None,
    overwrite: Overwrite = False,
):
    """Find a distribution for measured times, and print its YAML. Exit status 1 if none of the candidates fits."""
    from evsim.experiment.distribution_fit import fit

    place = picture_place(picture, overwrite, [file])
    found = fit(file, column=column)
    say(str(found))
    if place:
        found.plot().figure.savefig(place)
        say(f"The picture: {place}")
    if found.best is None:
        raise typer.Exit(MISSED)


@app.command()
def report(
    scenarios: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="A design, or several.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="The page.")] = "report.html",
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[
        int, typer.Option(min=2, help="How many runs of each design at most; fewer where 10, 20 ... decide.")
    ] = 20,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Take about so long at most, with fewer runs: 5min.")
    ] = None,
    objectives: Objectives = None,
    store: Store = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Write one page to decide by.

    It has the verdicts, the differences, what breaks, the input that changes a verdict, and the origin of each number.
    Ctrl-C writes the page with what is finished. With --store a report that was interrupted, or killed, goes on where
    it was. Exit status 1 if every design misses an objective.
    """
    from evsim.reporting import report
    from evsim.whole import place_for

    designs = [load_scenario(name, settings, seed) for name in scenarios]
    place_for(output, overwrite=overwrite, inputs=read_for(scenarios, designs))

    def command(runs):
        words = ["evsim", "report", *scenarios, "--runs", str(runs), "--seed", str(designs[0].run_settings.seed)]
        for option, texts in (("--set", settings), ("--objective", objectives)):
            words += [part for text in texts or () for part in (option, text)]
        return shlex.join(words)

    done, stopped = as_far(
        report, *designs, n=runs, objectives=limits_of(objectives), store=store, jobs=jobs, command=command,
        budget=budget, tell=complain,
    )  # fmt: skip
    warn(done.comparison.warnings)
    kept = Keeper(overwrite)
    page = kept.write(output, done.save, overwrite)
    say("\n".join(done.answer))
    kept.tell()
    say(f"The page: {page}")
    finish(done.comparison.verdicts, True, stopped)
