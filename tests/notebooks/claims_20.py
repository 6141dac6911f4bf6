"""What lesson 20 says, and what has to be true for it. Of times on a real machine it says nothing in numbers."""

import numpy as np

from evsim.lesson.reality_task import real, same_customers, with_machine
from tests.notebooks.reading import ran

NAME = "20-reality-check"


def on_both_sides():
    """All but those at the edges of the outage."""
    run = real(killed="list")
    return run.scenario.faults[0].kind == "crash" and min(same_customers(run)) > 0.8


def counts_agree():
    table = ran(NAME).gave["beside"]
    model, there = (int(table[name]["told an error"]) for name in ("model", "real"))
    return abs(model - there) <= 0.2 * model and model > 10


def the_curve_keeps_its_shape():
    plain, slow = (np.sort(with_machine(extra).run().tables.requests.response) for extra in (0, 20))
    return np.allclose(slow - plain, slow[0] - plain[0], atol=1e-6) and slow[0] > plain[0]


def the_broker_of_the_model_repeats_nothing():
    table = ran(NAME).gave["broker"]
    return int(table["model"]["effects done twice"]) == 0 and int(table["model"]["told an error"]) > 0


CLAIMS = [
    ("20", "Whoever asked while the list was away is told an error, on both sides.", on_both_sides),
    ("20", "The model has that order, and so the counts agree.", counts_agree),
    ("20", "The curves move to the right, and keep their shape.", the_curve_keeps_its_shape),
    ("20", "Whoever asked while the broker was away was told an error, in the model as for real.",
     the_broker_of_the_model_repeats_nothing),
]  # fmt: skip
