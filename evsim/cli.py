"""The command line: ``evsim run | compare | export | list | show | validate | schema | lab``.

Exit status: 0; 1, an objective was missed; 2, bad input; 3, a defect of evsim; 130, interrupted.
"""

import json
import os
import sys
from importlib.resources import files
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Annotated

import typer
from typer.core import TyperGroup

__all__ = ["app"]

MISSED, BAD_INPUT, DEFECT, INTERRUPTED, PIPE_BROKEN = 1, 2, 3, 130, 141
INSTALL_LAB = 'pip install -e ".[lab]"'
TRACEBACK = "EVSIM_TRACEBACK"  # set in the environment, it shows where a defect lies


class _Commands(TyperGroup):
    """The commands, with one message for whatever goes wrong."""

    def invoke(self, ctx):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # there is none when the caller has closed it
                sys.stdout.flush()
            return result
        except KeyboardInterrupt:
            _complain("interrupted")
            status = INTERRUPTED
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = PIPE_BROKEN
        except Exception as error:
            if hasattr(error, "exit_code") or isinstance(error, typer.Abort):  # those of typer
                raise
            status = _explain(error)
        raise typer.Exit(status)


def _explain(error):
    """Say in one message what went wrong; returns the exit status."""
    from evsim.engine.environment import SimulationError
    from evsim.results.audit import AuditError
    from evsim.scenario import ScenarioError

    if os.environ.get(TRACEBACK):
        raise error
    where = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
    if isinstance(error, ScenarioError | SimulationError):
        _complain(f"Error: {error}{where}")
        return BAD_INPUT
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        _complain(f"Error: {name}{error.strerror or error}{where}")
        return BAD_INPUT
    if isinstance(error, AuditError):
        _complain(f"Error: the books do not balance, a defect of evsim: {error}")
    else:
        kind = type(error).__name__
        _complain(f"Error: a defect of evsim: {kind}: {error}{where}; {TRACEBACK}=1 shows the place")
    return DEFECT


app = typer.Typer(
    name="evsim",
    cls=_Commands,
    help="Event-driven architecture, simulated: run a system, break it, compare designs.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)

ScenarioName = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A built-in scenario or a YAML file.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the (first) run; default: the scenario's.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a setting: services.database.workers=4."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Save = Annotated[Path | None, typer.Option(metavar="DIR", help="Write the results to files in this folder.")]


def _version(asked: bool):
    if asked:
        import evsim

        _say(f"evsim {evsim.__version__}")
        raise typer.Exit


def _processes(number: int | None):
    if number == 0:
        raise typer.BadParameter("must be a number of processes, or -1 for all cores")
    return number


Jobs = Annotated[
    int | None,
    typer.Option(min=-1, callback=_processes, help="Processes; default: all cores if they are worth it."),
]
Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
]


@app.callback()
def main(version: Version = False):
    pass


@app.command()
def run(
    scenario: ScenarioName,
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs, each with its own seed.")] = 1,
    as_json: AsJson = False,
    save: Save = None,
    jobs: Jobs = None,
):
    """Run a scenario and tell what happened. Exit status 1 if an objective is missed."""
    from evsim.experiment.objectives import judge
    from evsim.experiment.replicate import replicate
    from evsim.experiment.report import report
    from evsim.experiment.running import audited_run
    from evsim.experiment.saving import save_run

    chosen = _load(scenario, settings, seed)
    folder = _folder(save)
    if runs == 1:
        done = audited_run(chosen, chosen.run.seed)
        summary, services, channels = done.summary(), done.service_figures, done.channel_figures
        audit, luck = str(done.audit()), f"seed {done.seed}"
    else:
        done = replicate(chosen, runs, jobs=jobs)
        summary, services, channels = done.summary(), done.services, done.channels
        audit, luck = "balanced in all runs", f"{runs} runs, seeds {done.seeds[0]} to {done.seeds[-1]}"
    _warn(done.warnings)
    data = {
        "scenario": chosen.name, "seed": chosen.run.seed, "summary": summary, "services": services,
        "channels": _nested(channels), "audit": "balanced",
    }  # fmt: skip
    if folder:
        save_run(folder, data, done)
    verdicts = judge(chosen.objectives, summary)
    if as_json:
        _print_json(data | ({"runs": runs} if runs > 1 else {}))
    else:
        duration, warmup = chosen.run.duration, chosen.run.warmup
        title = f"{chosen.name}, {luck}: {duration:g} s of arrivals"
        title += f", those of the first {warmup:g} s not counted" if warmup else ""
        _say(report(title, summary, services, channels, get_terminal_size().columns))
        _say(f"\nThe books: {audit}.")
        _say_verdicts("Objectives", verdicts)
    _finish({"": verdicts}, as_json)


@app.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="Two designs or more.")],
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs of each design.")] = 20,
    as_json: AsJson = False,
    save: Save = None,
    jobs: Jobs = None,
):
    """Compare designs for the same customers with the same luck. --set changes all of them.

    With one scenario and --set: the scenario as it is against the changed one. Exit status 1 if every design misses an
    objective.
    """
    from evsim.experiment.compare import compare
    from evsim.experiment.objectives import judge
    from evsim.experiment.report import none_seen
    from evsim.experiment.saving import save_comparison

    if len(scenarios) == 1 and settings:
        designs = [_load(scenarios[0], None, seed), _load(scenarios[0], settings, seed)]
        labels = ["as it is", ", ".join(settings)]
    elif len(scenarios) == 1:
        raise typer.BadParameter("give two designs or more, or one and --set", param_hint="NAME|FILE")
    else:
        designs, labels = [_load(name, settings, seed) for name in scenarios], None
    folder = _folder(save)
    done = compare(*designs, n=runs, labels=labels, jobs=jobs)
    _warn(done.warnings)
    data = {
        "designs": list(done.designs), "seeds": done.seeds, "summary": done.summary(),
        "differences": done.differences, "customers": done.customers, "audit": "balanced",
    }  # fmt: skip
    if folder:
        save_comparison(folder, data, done)
    verdicts = {
        name: judge(design.scenario.objectives, design.summary()) for name, design in done.designs.items()
    }
    if as_json:
        _print_json(data)
    else:
        _say(done.table())
        _say("\n" + none_seen(done.designs[done.first].summary()["requests"]))
        for name, judgements in verdicts.items():
            _say_verdicts(f"Objectives of {name}", judgements)
    _finish(verdicts, as_json)


@app.command()
def export(
    scenario: ScenarioName,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file, folder or .zip to write.")],
    format: Annotated[str, typer.Option(help="perfetto, otlp, cloudevents, csv or parquet.")],
    requests: Annotated[
        str | None, typer.Option(metavar="N[,N...]", help="Numbers of requests; default: all.")
    ] = None,
    workload: Annotated[str | None, typer.Option(help="Whose requests, where there are several.")] = None,
    seed: Seed = None,
    settings: Settings = None,
):
    """Run a scenario once and write its records for another tool."""
    from evsim.experiment.running import audited_run
    from evsim.results.export import writer_of

    writer_of(format, path)  # complains before the work begins
    try:
        numbers = None if requests is None else [int(number) for number in requests.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{requests!r} must look like 17 or 17,18", param_hint="--requests") from None
    chosen = _load(scenario, settings, seed)
    done = audited_run(chosen, chosen.run.seed)
    _warn(done.warnings)
    try:
        done.chosen(numbers, workload)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--requests") from None
    _say(str(done.export(path, format, numbers, workload)))


@app.command(name="list")
def list_():
    """List the built-in scenarios."""
    from evsim.scenario import load, names

    width = min(get_terminal_size().columns, 110)
    for name in names():
        _say(name)
        _say(fill(load(name).about, width, initial_indent="    ", subsequent_indent="    "))


@app.command()
def show(
    scenario: Annotated[str | None, typer.Argument(metavar="NAME|FILE", help="A scenario.")] = None,
    preset: Annotated[str | None, typer.Option(metavar="NAME", help="A preset, as in `like: NAME`.")] = None,
):
    """Print the YAML of a scenario, or of the preset of a product."""
    from evsim.scenario import load, names
    from evsim.scenario.presets import preset_text

    if (scenario is None) == (preset is None):
        raise typer.BadParameter("name a scenario, or a preset with --preset")
    if preset:
        _say(preset_text(preset).rstrip())
        return
    load(scenario)  # complains about what there is to complain
    file = files("evsim") / "scenarios" / f"{scenario}.yaml" if scenario in names() else Path(scenario)
    _say(file.read_text(encoding="utf-8-sig").rstrip())


@app.command()
def validate(
    scenarios: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="Scenarios to look at.")],
    settings: Settings = None,
):
    """Check scenarios without running them: all problems, or ok and warnings."""
    from evsim.engine import Execution
    from evsim.scenario import ScenarioError

    wrong = False
    for name in scenarios:
        try:
            scenario = _load(name, settings)
            Execution(scenario)  # what only shows when it is built: a missing CSV, too long a run
        except ScenarioError as error:
            _complain(f"{name}: {_count(len(error.problems), 'problem')}\n{error}")
            wrong = True
            continue
        _say(f"{name}: ok")
        for warning in scenario.warnings():
            _say(f"  warning: {warning}")
    if wrong:
        raise typer.Exit(BAD_INPUT)


@app.command()
def schema():
    """Print the JSON Schema of the YAML file, for completion and checks in an editor."""
    from evsim.scenario import Scenario

    _say(json.dumps(Scenario.schema(), indent=2))


@app.command()
def lab():
    """Open the notebooks of the course in JupyterLab."""
    from importlib.util import find_spec
    from subprocess import call

    notebooks = Path(__file__).resolve().parent.parent / "notebooks"
    if not notebooks.is_dir():
        _complain(f"Error: the notebooks come with the source of evsim: run `{INSTALL_LAB}` there")
        raise typer.Exit(BAD_INPUT)
    if find_spec("jupyterlab") is None:
        _complain(f"Error: JupyterLab is not installed: run `{INSTALL_LAB}` in {notebooks.parent}")
        raise typer.Exit(BAD_INPUT)
    raise typer.Exit(call([sys.executable, "-m", "jupyterlab", str(notebooks)]))


# Input.


def _load(name, settings, seed=None):
    """The scenario of that name or file, with settings changed."""
    from evsim.scenario import load

    changes = dict(map(_setting, settings or ()))
    if seed is not None:
        changes["run.seed"] = seed
    scenario = load(name)
    return scenario.replace(changes) if changes else scenario


def _setting(text):
    """``path=value`` as a pair; the value is read as YAML."""
    from evsim.scenario.reading import read

    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise typer.BadParameter(f"{text!r} must look like PATH=VALUE", param_hint="--set")
    return path.strip(), read(value, f"--set {path}")[0] if value.strip() else None


def _folder(path):
    """Make the folder to save in before the work begins."""
    if path is not None:
        path.mkdir(parents=True, exist_ok=True)
    return path


# Output.


def _say(text):
    """Print; a stream that has no sign for ± gets +-."""
    try:
        "±".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        text = text.replace("±", "+-")
    print(text)


def _say_verdicts(heading, judgements):
    if judgements:
        _say(f"\n{heading}\n" + "\n".join(f"  {judgement}" for judgement in judgements))


def _print_json(data):
    from evsim.experiment.saving import as_json

    print(as_json(data))


def _complain(text):
    print(text, file=sys.stderr)


def _warn(warnings):
    for warning in warnings:
        _complain(f"Warning: {warning}")


def _finish(verdicts, quiet):
    """Exit with status 1 if no design meets its objectives; say which are missed where nothing else is printed."""
    missed = {name: [each for each in judgements if each.verdict == "MISSES"] for name, judgements in verdicts.items()}
    if missed and all(missed.values()):
        if quiet:
            for name, judgements in missed.items():
                _complain("\n".join(f"{name}: {each}".removeprefix(": ") for each in judgements))
        raise typer.Exit(MISSED)


def _count(number, what):
    return f"{number} {what}" + ("" if number == 1 else "s")


def _nested(channels):
    """channel -> service -> figures."""
    result = {}
    for (channel, service), figures in channels.items():
        result.setdefault(channel, {})[service] = figures
    return result
