"""The command that opens the lessons, in the checkout or in a folder of the user's."""

import sys
from typing import Annotated

import typer

from evsim.cli.output import complain, say
from evsim.cli.shell import app
from evsim.cli.status import BAD_INPUT

__all__ = ["lab"]

INSTALL = {True: 'pip install -e ".[lab]"', False: 'pip install "evsim[lab]"'}  # by whether this is a checkout


@app.command()
def lab(
    lesson: Annotated[
        str | None, typer.Argument(metavar="LESSON", help="Its number or name; default: the first.")
    ] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where to put the lessons; what is there stays as it is.")
    ] = None,
    install_from: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="A first cell installs that (evsim, a wheel), for Colab, Kaggle and others."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Put the lessons there, and open nothing.")] = False,
):
    """Open the lessons in JupyterLab.

    In a checkout they are opened where they lie; else evsim copies them to the folder evsim-lessons.
    """
    from importlib.util import find_spec
    from subprocess import call

    from evsim.lesson.lessons_folder import in_checkout, lesson_named, place_lessons, shipped, usual_folder

    name = lesson_named(lesson)
    where = shipped()
    if folder is not None or install_from is not None or no_open or not in_checkout():
        placed = place_lessons(usual_folder() if folder is None else folder, install_from)
        say(placed.text())
        where = placed.folder
    if no_open:
        return
    if find_spec("jupyterlab") is None:
        complain(
            f"Error: JupyterLab is not installed here: {INSTALL[in_checkout()]}; any other Jupyter opens them, too"
        )
        raise typer.Exit(BAD_INPUT)
    raise typer.Exit(call([sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={where}", str(where / name)]))
