"""The command that hunts for a customer for whom a promise does not hold."""

from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import AsJson, Overwrite, ScenarioName, Seed, Settings, load_scenario, read_for
from evsim.cli.output import print_json, say
from evsim.cli.shell import app
from evsim.cli.status import MISSED

__all__ = ["hunt"]


@app.command()
def hunt(
    scenario: ScenarioName,
    promise: Annotated[str, typer.Argument(metavar="PROMISE", help="truth, kept, clean, once or answered.")] = "truth",
    tries: Annotated[int, typer.Option(min=1, help="How many runs at most.")] = 200,
    length: Annotated[str, typer.Option(metavar="TIME", help="How long customers come in each run.")] = "3s",
    fault: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Try this kind of fault only: crash, duplication ...")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Break this service, channel or link only; both of a pair.")
    ] = None,
    player: Annotated[str | None, typer.Option(metavar="FILE", help="Write the story as a page that plays.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the story as a scenario.")
    ] = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    settings: Settings = None,
    as_json: AsJson = False,
):
    """Find a customer for whom a promise does not hold.

    It tries faults, places, moments and seeds, and tells the smallest story. Exit status 1 if somebody is found.

    truth: what each customer is told is true, and nothing happens twice. kept: whoever is told yes gets all of it.
    clean: whoever is told no or an error has nothing. once: nothing happens twice. answered: nobody is told an
    error.
    """
    from evsim.experiment.hunt import hunt
    from evsim.whole import place_for, write_text

    chosen = load_scenario(scenario, settings, seed)
    inputs = read_for([scenario], [chosen])
    page, file = (place and place_for(place, overwrite=overwrite, inputs=inputs) for place in (player, output))
    found = hunt(chosen, promise, tries, length, fault, place)
    story, kept = found.story, Keeper(overwrite)
    if story and file:
        kept.write(file, write_text, story.to_yaml())
    if story and page:
        kept.write(page, story.play().to_html)
    if as_json:
        print_json({
            "promise": found.promise, "runs": found.runs, "unfinished": found.unfinished,
            "story": story and {
                "seed": story.results.seed, "fault": story.fault, "workload": story.workload,
                "customer": story.customer, "words": story.words, "customers": len(story.results.tables.requests.row),
            },
        })  # fmt: skip
    else:
        say(str(found))
    kept.tell()
    if story:
        raise typer.Exit(MISSED)
