"""Two designs in words: what is wired in another way, and what their customers were told and got."""

from difflib import unified_diff

import numpy as np

from evsim.lesson.words import Words
from evsim.results.tally import OK, PENDING

__all__ = ["promises", "wiring"]

LATER = 1.0  # seconds after the answer in which a promise has to come true


def promises(**runs):
    """A frame with a row for each run, named: how many were told what and when, and when it was true.

    Times are means in ms; those of who had an error are not in "told yes after", and those for whom something was
    never done are counted and not in "all done after".
    """
    import pandas

    return pandas.DataFrame.from_dict({name: _promises(run) for name, run in runs.items()}, orient="index")


def _promises(run):
    requests = run.tally
    cohort = requests.cohort
    yes = cohort & (requests.outcome == OK)
    no = cohort & (requests.outcome != OK) & (requests.outcome != PENDING)
    done = cohort & ~np.isnan(requests.completed_at)
    late = yes & ~(requests.completed_at <= requests.answered + LATER)
    return {
        "customers": int(cohort.sum()),
        "told yes": int(yes.sum()),
        "told error": int(no.sum()),
        "told yes after (ms)": _mean_ms(requests.response[yes]),
        "all done after (ms)": _mean_ms(requests.completion[done]),
        "never all done": int((cohort & ~done).sum()),
        "told yes, not true 1 s later": int(late.sum()),
        "told error, something true": int((no & (requests.present > 0)).sum()),
    }


def _mean_ms(times):
    return round(1000 * float(times.mean()), 1) if len(times) else float("nan")


def wiring(one, other):
    """The lines of two scenarios in which they differ, as YAML: - is in the first only, + in the other only."""
    lines = [each.replace({"name": "same", "about": ""}).to_yaml().splitlines() for each in (one, other)]
    found = [line for line in unified_diff(*lines, n=1, lineterm="") if not line.startswith(("---", "+++"))]
    return Words("\n".join("  ..." if line.startswith("@@") else line for line in found))
