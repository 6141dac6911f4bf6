"""The commands for what people bring: a scenario made of their files, an incident to replay."""

from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import (
    AsJson,
    Jobs,
    Overwrite,
    ScenarioName,
    Seed,
    Settings,
    load_scenario,
    picture_place,
    read_for,
)  # fmt: skip
from evsim.cli.output import as_far, complain, print_json, say
from evsim.cli.shell import app
from evsim.cli.status import INTERRUPTED

__all__ = ["new", "replay"]


@app.command()
def new(
    files: Annotated[
        list[str],
        typer.Option("--from", metavar="FILE", help="A trace, a log, a description of a system; several may be given."),
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="The page; default: print it.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the scenario is called; default: as the first file.")] = None,
    overwrite: Overwrite = False,
):
    """Make a scenario of what you have: traces, logs, compose files.

    It reads OpenTelemetry and Jaeger traces, access logs, tables of times, compose files, AsyncAPI, and descriptions of
    Kafka's groups and RabbitMQ's queues.
    """
    from evsim.imports import from_file
    from evsim.whole import place_for

    place = output and place_for(output, overwrite=overwrite, inputs=files)
    draft = from_file(*files, name=name)
    if not place:
        say(draft.yaml.rstrip())
        return
    for note in draft.notes:
        say(f"* {note}")
    guessed = sum(origin.startswith("guessed") for origin in draft.scenario.origins.values())
    say(f"The page: {draft.save(place, overwrite)}. {_guessed(guessed)}: see origins.")
    for warning in draft.scenario.warnings():
        say(f"  warning: {warning}")


def _guessed(number):
    return f"Of what is in it, {number} {'entry is' if number == 1 else 'entries are'} guessed"


@app.command()
def replay(
    scenario: ScenarioName,
    observed: Annotated[
        str, typer.Option(metavar="FILE", help="What happened: CSV with time, and figures such as response_p90.")
    ],
    timeline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Faults, scaling, load: CSV with time, what, target, value, for.")
    ] = None,
    picture: Annotated[str | None, typer.Option(metavar="FILE", help="Draw predicted beside observed.")] = None,
    figure: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which figure to draw; default: the first.")
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(min=2, help="How many runs.")] = 20,
    as_json: AsJson = False,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Replay an incident: the prediction beside what happened.

    It says by what share each figure is wrong.
    """
    from evsim.imports import replay

    chosen = load_scenario(scenario, settings, seed)
    read = [*read_for([scenario], [chosen]), observed, *([timeline] if timeline else [])]
    place = picture_place(picture, overwrite, read)
    found, stopped = as_far(replay, chosen, timeline, observed, runs, jobs=jobs)
    kept = Keeper(overwrite)
    drawn = place and kept.write(place, lambda path: found.plot(figure).figure.savefig(path))
    if as_json:
        print_json(found.data)
    else:
        say(str(found))
        if drawn:
            say(f"The picture: {drawn}")
    kept.tell()
    if stopped:
        complain(stopped)
        raise typer.Exit(INTERRUPTED)
