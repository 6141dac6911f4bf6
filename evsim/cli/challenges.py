"""The command of design challenges: what is asked for, a file to start from, and the board of a class."""

from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import AsJson, Jobs, Overwrite
from evsim.cli.output import as_far, finish, print_json, say
from evsim.cli.shell import app
from evsim.cli.status import MISSED

__all__ = ["challenge"]


@app.command()
def challenge(
    name: Annotated[str | None, typer.Argument(metavar="NAME|FILE", help="A challenge; none: list them.")] = None,
    designs: Annotated[list[str] | None, typer.Argument(metavar="DESIGN...", help="Scenarios, a file each.")] = None,
    start: Annotated[str | None, typer.Option(metavar="FILE", help="Write the design as given, to change it.")] = None,
    runs: Annotated[int, typer.Option(min=2, help="How many runs of each design in each trouble.")] = 20,
    page: Annotated[str | None, typer.Option("--board", metavar="FILE", help="Write the board as a page.")] = None,
    to_csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="Write a line a design.")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    jobs: Jobs = None,
):
    """Judge designs by the goal, budget and troubles of a challenge.

    All designs of a class stand on one board, with the same customers. Exit status 1 if no design meets each objective
    in each trouble.
    """
    from evsim.lesson.board import board
    from evsim.lesson.challenge import challenges, judged, load_challenge, read_entries
    from evsim.whole import place_for, write_text

    if name is None:
        for each in challenges():
            say(f"{each}\n    {load_challenge(each).about}")
        return
    chosen = load_challenge(name)
    places = [place and place_for(place, overwrite=overwrite, inputs=designs or ()) for place in (start, page, to_csv)]
    if start:
        write_text(places[0], chosen.base.to_yaml())
    if not designs:
        say(f"{chosen.about}\nGoal: {chosen.goal}\nIn each of: {', '.join(chosen.troubles)}")
        say(f"You may change: {', '.join(chosen.change)}")
        return
    entries = read_entries(chosen, designs)
    verdicts, stopped = as_far(judged, chosen, entries, runs, jobs)
    found = board(chosen, entries, verdicts, runs)
    kept = Keeper(overwrite)
    for place, make in ((places[1], found.to_html), (places[2], found.to_csv)):
        if place:
            kept.write(place, write_text, make())
    if as_json:
        print_json({"challenge": chosen.name, "runs": runs, "board": [vars(each) for each in found.standings]})
    else:
        say(repr(found))
    kept.tell()
    finish({}, as_json, stopped)
    if not found.signed:
        raise typer.Exit(MISSED)
