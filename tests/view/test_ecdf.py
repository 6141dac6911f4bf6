from io import BytesIO

import numpy as np
import pytest

from evsim.results.requests import OK
from evsim.scenario import Scenario
from evsim.ticks import elapsed
from evsim.view.ecdf import ecdf
from tests.view.drawing import finding
from tests.view.runs import EDGES, classic, events, many, nobody


def simulated(services, workloads):
    settings = {"name": "small", "services": services, "workloads": workloads, "run": {"duration": "40s"}}
    return Scenario.from_dict(settings).run(seed=1)


def lines(ax):
    """What is drawn, by the first words of its label: (times, shares)."""
    return {
        line.get_label().partition(":")[0]: line.get_data() for line in ax.lines if line.get_drawstyle() == "steps-post"
    }


def test_every_line_is_the_share_of_customers_by_that_time():
    run = classic()
    requests, drawn = run.tables.requests, lines(ecdf(run))
    good = requests.outcome == OK
    wanted = {"told yes": requests.response[good], "told error": requests.response[~good]}
    for code, name in enumerate(run.tables.effect_names):
        wanted[name] = elapsed(requests.first_time[code], requests.arrived)[requests.is_due[code]]
    assert drawn.keys() == wanted.keys()
    for name, times in wanted.items():
        x, y = drawn[name]
        assert np.allclose(y[1:-1], [(times <= time).sum() / len(good) for time in x[1:-1]])
        customers = len(good) if name.startswith("told") else len(times)
        assert y[-1] == pytest.approx(np.isfinite(times).sum() / customers)


def test_the_line_of_an_effect_is_a_share_of_those_for_whom_it_was_due():
    """Half of the customers want a newsletter, and each of them gets it."""
    handle = [{"effect": "row"}, {"maybe": {"probability": 0.5, "then": [{"work": "1s"}, {"effect": "newsletter"}]}}]
    workloads = {"page": {"target": "front", "arrivals": {"constant": 1}}}
    run = simulated({"front": {"workers": 9, "handle": handle}}, workloads)
    due = run.tables.requests.is_due[list(run.tables.effect_names).index("newsletter")]
    assert 0 < due.sum() < len(due)
    for name, (_, shares) in lines(ecdf(run)).items():
        assert shares[-1] == 1, name


def test_a_line_that_ends_below_all_says_where():
    labels = [line.get_label() for line in ecdf(classic()).lines]
    share = float((classic().tables.requests.outcome == OK).mean())
    assert f"told yes: {100 * share:.3g} %" in labels


def test_several_runs_have_a_line_each():
    ax = ecdf([classic(), events()])
    assert list(lines(ax)) == ["registration-classic", "registration-events"]
    styles = {
        (line.get_marker(), str(line.get_linestyle())) for line in ax.lines if line.get_drawstyle() == "steps-post"
    }
    assert len(styles) == 2


def test_the_title_tells_the_medians():
    run = events(down=False)
    title = finding(ecdf(run))
    assert f"told yes {np.quantile(run.tables.requests.response, 0.5, method='inverted_cdf') * 1000:.1f} ms" in title


def test_many_effects_share_a_line():
    assert list(lines(ecdf(many()))) == ["told yes", "all of 20 effects"]


def test_a_long_line_is_thinned_and_stays_on_the_records():
    x, y = lines(ecdf(events(down=False)))["told yes"]
    assert len(x) <= 1002
    assert y[-1] == 1.0


def test_nobody_gives_a_sentence():
    assert ecdf(nobody()).alt_text == "No customer came after the warm-up."


@pytest.mark.slow
@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    ax = ecdf(EDGES[name]())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text
