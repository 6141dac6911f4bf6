"""The commands for what people bring: a scenario made of their files."""

from typing import Annotated

import typer

from evsim.cli.options import Overwrite
from evsim.cli.output import say
from evsim.cli.shell import app

__all__ = ["new"]


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
    """Make a scenario of what you have: OpenTelemetry and Jaeger traces, access logs, compose files, AsyncAPI ..."""
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
