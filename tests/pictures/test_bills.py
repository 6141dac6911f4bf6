"""The picture of what services and channels cost is worked out a second time, from the records of random systems."""

import numpy as np
import pytest

from evsim.figures import write_as
from evsim.parts.price import picture
from tests.books.holding import holds, run_of
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.figures.prices import month_at
from tests.figures.prices_of_channels import MONTH, bill_of_channel
from tests.support.nightly import NIGHTLY

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 200 if NIGHTLY else 60  # systems
MOST, LOADS = 4, (0, 0.5, 1, 2, 4)  # lines; loads that are worked out
POINTS = 100  # of a line for each time the load


def assert_costs_are_true(run):
    plain = Plain(run)
    if plain.window != plain.window:
        return
    services, channels = plain.scenario.services, plain.scenario.channels
    names = [name for name, each in {**services, **channels}.items() if each.price is not None][:MOST]
    axes = run.plot.cost()
    customers = sum(each.counted for each in plain.customers.values()) * MONTH / plain.window / 1e6
    lines = [line.get_xydata() for line in axes.lines[: len(names)]]
    assert axes.lines[len(names)].get_xdata()[0] == pytest.approx(customers)  # dotted: in this run
    now = []
    for name, line in zip(names, lines, strict=True):
        assert line[:, 0] == pytest.approx(np.linspace(0, MOST * customers, MOST * POINTS + 1))
        for load in LOADS if name in services else (1,):
            month = month_at(plain, name, load) if name in services else bill_of_channel(plain, name)[0]
            assert line[load * POINTS if load != 0.5 else POINTS // 2][1] == pytest.approx(sum(month)), (name, load)
        now.append(f"{name}: {write_as('money', line[POINTS][1])} a month at the load of this run.")
    assert axes.alt_text == f"{finding(names, lines)}. {' '.join(now)}"


def finding(names, lines):
    """Of the first two lines that cross: from where on, at last, which of them costs more."""
    for place, one in enumerate(lines):
        for other_place in range(place + 1, len(lines)):
            other, last = lines[other_place], None
            for number in range(1, len(one)):
                above, before = one[number][1] > other[number][1], one[number - 1][1] > other[number - 1][1]
                if above != before:
                    pair = (names[place], names[other_place]) if above else (names[other_place], names[place])
                    last = f"From {one[number][0]:.3g} million customers a month on {pair[0]} costs more than {pair[1]}"
            if last:
                return last
    most = (f"{name} {write_as('money', line[-1][1])}" for name, line in zip(names, lines, strict=True))
    return f"No lines cross: {', '.join(most)} at most"


@holds(0.13, elastic_systems(), of=MANY)
def test_what_services_cost_at_any_load_is_what_a_month_of_their_records_costs(scenario):
    assert_costs_are_true(run_of(scenario))


def test_it_says_from_where_on_a_line_costs_more_at_last_though_it_did_so_before():
    luck = np.random.default_rng(2)
    customers = np.linspace(0, 8, 41)
    turns = set()
    for _ in range(300):
        names = ["one", "two", "three"][: luck.integers(2, 4)]
        lines = {name: np.cumsum(luck.integers(0, 3, 41)) + luck.integers(0, 60) for name in names}
        drawn = [list(zip(customers, line, strict=True)) for line in lines.values()]
        assert picture._finding(lines, customers) == finding(names, drawn)
        above = lines["one"] > lines["two"]
        turns.add(min(2, int((above[1:] != above[:-1]).sum())))
    assert turns == {0, 1, 2}
