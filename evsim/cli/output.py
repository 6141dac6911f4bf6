"""What the command line prints: results to stdout, whatever else there is to say to stderr."""

import sys
from contextlib import suppress
from shutil import get_terminal_size

import typer

from evsim.cli.status import INTERRUPTED, MISSED

__all__ = ["as_far", "complain", "data_of", "finish", "print_json", "say", "say_run", "warn"]


def say(text):
    """Print; a stream that has no sign for ± gets +-."""
    try:
        "±".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        text = text.replace("±", "+-")
    print(text)


def say_run(title, done, audit, verdicts, also=()):
    """The tables of a run, or of many; what is `also` to say of it; its books and its objectives."""
    from evsim.experiment.judging import unproved
    from evsim.experiment.run_text import run_text

    say(run_text(title, done.summary(), done.services, done.channels, done.phases, get_terminal_size().columns))
    for words in also:
        say(f"\n{words}")
    say(f"\nThe books: {audit}.")
    if verdicts:
        say("\nObjectives\n" + "\n".join(f"  {verdict}" for verdict in verdicts))
        for words in unproved({"": verdicts}):
            say(words)


def data_of(done, scenario, seed):
    """What ``--json`` prints of a run, or of many, and ``summary.json`` keeps."""
    return {
        "scenario": scenario.name, "seed": seed, "summary": done.summary(), "services": done.services,
        "channels": _nested(done.channels), "phases": done.phases, "audit": "balanced",
    }  # fmt: skip


def print_json(data):
    from evsim.experiment.saving import as_json

    print(as_json(data))


def complain(text):
    """Say it to stderr; where nobody reads that any more, what is finished is worth more than the word."""
    with suppress(OSError):
        print(text, file=sys.stderr)


def warn(warnings):
    for warning in warnings:
        complain(f"Warning: {warning}")


def finish(verdicts, quiet, stopped=None):
    """Exit with status 1 if no design meets its objectives; say which are missed where nothing else is printed.

    stopped: what to say at the end of a command that was interrupted.
    """
    missed = {name: [each for each in judgements if each.verdict == "MISSES"] for name, judgements in verdicts.items()}
    all_miss = missed and all(missed.values())
    if all_miss and quiet:
        for name, judgements in missed.items():
            complain("\n".join(f"{name}: {each}".removeprefix(": ") for each in judgements))
    if stopped:
        complain(stopped)
        raise typer.Exit(INTERRUPTED)
    if all_miss:
        raise typer.Exit(MISSED)


def _nested(channels):
    """channel -> service -> figures."""
    result = {}
    for (channel, service), figures in channels.items():
        result.setdefault(channel, {})[service] = figures
    return result


def as_far(experiment, *arguments, **settings):
    """What an experiment gives, and what to say if it was interrupted and gives only what was finished."""
    from evsim.experiment.running import Interrupted

    try:
        return experiment(*arguments, **settings), None
    except Interrupted as stop:
        if stop.finished is None:
            raise
        if stop.asked is None:
            return stop.finished, "only what was finished is in it"
        return stop.finished, f"{stop.part}, and the figures are theirs"
