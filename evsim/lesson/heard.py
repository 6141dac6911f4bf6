"""What a caller heard of its calls, and what happened all the same: yes, no, or nothing in time."""

import numpy as np

__all__ = ["NOTHING", "did_it_happen"]

YES, NO, NOTHING = "yes", "no", "nothing in time"
UNHEARD = ("timeout", "link")  # why a call fails of which its caller heard nothing


def did_it_happen(run, service, effect):
    """A frame of the calls of a service: what the caller heard (rows), and whether they left an effect (columns)."""
    import pandas

    spans, effects = run.spans, run.effects
    calls = spans[(spans.kind == "call") & (spans.service == service)]
    heard = np.where(calls.reason.isin(UNHEARD), NOTHING, np.where(calls.outcome == "ok", YES, NO))
    happened = calls.index.isin(effects[effects.effect == effect].span)
    return pandas.DataFrame(
        {"it happened": [int((happened & (heard == each)).sum()) for each in (YES, NO, NOTHING)],
         "it did not": [int((~happened & (heard == each)).sum()) for each in (YES, NO, NOTHING)]},
        pandas.Index([YES, NO, NOTHING], name="the caller heard"),
    )  # fmt: skip
