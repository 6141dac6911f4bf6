"""What the command line prints: results to stdout, whatever else there is to say to stderr."""

import sys

import typer

from evsim.cli.status import INTERRUPTED, MISSED

__all__ = ["as_far", "complain", "count", "finish", "nested", "print_json", "say", "say_verdicts", "warn"]


def say(text):
    """Print; a stream that has no sign for ± gets +-."""
    try:
        "±".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        text = text.replace("±", "+-")
    print(text)


def say_verdicts(heading, judgements):
    if judgements:
        say(f"\n{heading}\n" + "\n".join(f"  {judgement}" for judgement in judgements))


def print_json(data):
    from evsim.experiment.saving import as_json

    print(as_json(data))


def complain(text):
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


def count(number, what):
    return f"{number} {what}" + ("" if number == 1 else "s")


def nested(channels):
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
        return stop.finished, f"{stop.done} of {stop.asked} runs are finished, and the figures are theirs"
