"""Runs and designs in words and tables: what customers were told, what was true, and what is wired how."""

from difflib import unified_diff

import numpy as np

from evsim.lesson.wording import Words, wrapped
from evsim.view.what_changed import figures

__all__ = ["caught_up", "promises", "told_and_true", "wiring"]


def told_and_true(run):
    """What customers were told and what is true for them, as a sum of all of them."""
    from evsim.view.promise import promise_sentence

    return wrapped(promise_sentence(run))


def promises(**runs):
    """A frame with a column for each run, named: how many were told what and when, and when all was done.

    Times are means in ms; an answer may be an error. Those for whom something was never done are counted, and
    left out of the mean of "all done after".
    """
    import pandas

    # Columns of objects, so that counts stay whole numbers beside times.
    return pandas.DataFrame({name: pandas.Series(_promises(run), dtype=object) for name, run in runs.items()})


def _promises(run):
    requests, counted = run.tables.requests, figures(run)
    cohort, told = requests.cohort, ~run.outcomes.nothing
    done, due = cohort & ~np.isnan(requests.completed_at), cohort & (requests.due > 0)
    return {
        "customers": counted["customers"],
        "told yes": counted["told yes"],
        **({"told no": counted["told no"]} if counted["told no"] else {}),
        "told error": counted["told error"],
        "told after (ms)": _mean_ms(requests.response[cohort & told]),
        "all done after (ms)": _mean_ms(requests.completion[done]),
        "never all done": int((due & ~done).sum()),
        "told yes, not true 1 s later": counted["told yes, not true 1 s later"],
        "told error, something done": counted["told error, something done"],
    }


def _mean_ms(times):
    return round(1000 * float(times.mean()), 1) if len(times) else float("nan")


def caught_up(run):
    """When (s since the start) a consumer had worked off what its first outage left; NaN: not seen."""
    from evsim.view.flow import catch_ups

    return next((round(each.end + each.took, 1) for each in catch_ups(run)), float("nan"))


def wiring(one, other):
    """The lines in which two scenarios differ, as YAML: - is in the first only, + in the other only."""
    before, after = (each.replace({"name": "same", "about": ""}).to_yaml().splitlines() for each in (one, other))
    found = [line for line in unified_diff(before, after, n=2, lineterm="") if not line.startswith(("---", "+++"))]
    return Words("\n".join("  ..." if line.startswith("@@") else line for line in found))
