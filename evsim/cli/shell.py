"""The program as a shell sees it: one message for whatever goes wrong, and an exit status."""

import os
import sys
import warnings
from typing import Annotated

import typer
from typer.core import TyperGroup

from evsim.cli.output import complain, say
from evsim.cli.status import BAD_INPUT, DEFECT, INTERRUPTED, PIPE_BROKEN

__all__ = ["app", "explain"]

TRACEBACK = "EVSIM_TRACEBACK"  # set in the environment, it shows where a defect lies


ORDER = (
    "run", "compare", "find", "sweep", "report", "hunt", "live", "export",  # a scenario, or several
    "list", "show", "validate", "schema", "new", "fit", "replay",  # files
    "lab", "incident", "challenge", "tally",  # to learn and to teach
)  # fmt: skip


class _Commands(TyperGroup):
    """The commands, with one message for whatever goes wrong."""

    def list_commands(self, ctx):
        """Those that people need first come first."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        warnings.formatwarning = lambda message, *_, **__: f"Warning: {message}\n"  # without the place in the program
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # there is none when the caller has closed it
                sys.stdout.flush()
            return result
        except KeyboardInterrupt:
            status = INTERRUPTED
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = PIPE_BROKEN
        except Exception as error:
            if hasattr(error, "exit_code") or isinstance(error, typer.Abort):  # those of typer
                raise
            status = explain(error)
        raise typer.Exit(status)


def explain(error):
    """Say in one message what went wrong; returns the exit status."""
    from evsim.engine.environment import SimulationError
    from evsim.results.audit import AuditError
    from evsim.scenario import ScenarioError

    if os.environ.get(TRACEBACK):
        raise error
    where = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
    if isinstance(error, ScenarioError | SimulationError):
        complain(f"Error: {error}{where}")
        return BAD_INPUT
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        complain(f"Error: {name}{error.strerror or error}{where}")
        return BAD_INPUT
    if isinstance(error, AuditError):
        complain(f"Error: the books do not balance, a defect of evsim: {error}")
    else:
        kind = type(error).__name__
        complain(f"Error: a defect of evsim: {kind}: {error}{where}; {TRACEBACK}=1 shows the place")
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


def _version(asked: bool):
    if asked:
        import evsim

        say(f"evsim {evsim.__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@app.callback()
def main(version: Version = False):
    pass
