"""What is declared of a figure is what all who show, compare and judge it go by."""

import pytest

import evsim
from evsim.experiment.judging import judge
from evsim.experiment.run_text import run_text
from evsim.figures import (
    CHANNEL,
    LESS,
    MORE,
    PARTITION,
    PHASE,
    RUN,
    SERVICE,
    UNITS,
    better_or_worse,
    figure,
    figures,
    headlines,
    label,
    write,
)
from evsim.scenario.handlers import all_steps
from evsim.scenario.objectives import objectives

POLLED = {"channel": "minutes", "pollers": True}
MINUTES = {"to": "minutes", "tumbling": "2s"}
WRITTEN = {"s": "500 ms", "1/s": "0.5/s", "share": "50 %", "count": "0.5", "ratio": "0.5", "money": "0.5"}
OF_A_RUN = [name for each in figures(RUN) if each.better for name in each.names]


def names(where, words=None):
    return [name for each in figures(where, words) for name in each.names]


@pytest.fixture(scope="module")
def run():
    """Among its services are all parts that add figures."""
    changes = {
        "run.duration": 6,
        "run.warmup": 1,
        "faults": [{"outage": "database", "at": "2s", "for": "1s"}],
        "services.register.workers": 1,
        "services.register.function": {"init": "100ms"},
        "services.register.price": {"hour": 1},
        "services.database.event_loop": True,
        "services.mailing-list.autoscale": {"by": "lag", "target": 5, "least": 1},
        "channels.minutes": {"queue": {"price": {"hour": 1}}},
        "services.counter": {"subscribe": "customer-registered", "handle": [{"window": MINUTES}]},
        "services.screen": {"function": {}, "subscribe": POLLED, "handle": [{"for_each": [{"work": "1ms"}]}]},
    }
    return evsim.load("registration-events").replace(changes).run()


def test_a_run_has_the_figures_that_are_declared_in_their_order(run):
    assert list(run.summary()) == names(RUN)
    for found, where in ((run.phases, PHASE), (run.partitions, PARTITION)):
        assert found and all(list(each) == names(where) for each in found.values()), where
    for (channel, service), found in run.channels.items():
        its = run.scenario.channels[channel]
        read_by = [each.policies for each in run.scenario.services[service].subscribe if each.channel == channel]
        assert list(found) == names(CHANNEL, {its.kind, *its.policies}.union(*read_by)), channel
    assert {name for found in run.channels.values() for name in found} == set(names(CHANNEL))
    for name, found in run.services.items():
        settings = run.scenario.services[name]
        words = {*settings.policies, *(step.kind for step in all_steps(settings.handle))}
        assert list(found) == names(SERVICE, words), name
    assert {name for found in run.services.values() for name in found} == set(names(SERVICE))


def test_a_name_has_one_unit_and_one_better_way_wherever_it_stands():
    for each in figures():
        for name in each.names:
            assert (each.unit, each.better) == (figure(name).unit, figure(name).better), name
        assert each.unit in UNITS and each.better in (MORE, LESS, None)
        assert each.about[0].islower() or each.about.startswith("Jain"), each.about


@pytest.mark.parametrize("name", OF_A_RUN)
def test_a_figure_of_a_run_is_judged_compared_and_written_as_declared(name):
    """Half of what was asked for misses the objective just where more is better."""
    (judged,) = judge({name: 1.0}, {name: 0.5})
    more = figure(name).better == MORE
    assert (judged.verdict, " at least " in str(judged)) == (("MISSES", True) if more else ("MEETS", False))
    assert (better_or_worse(name, MORE), better_or_worse(name, LESS)) == (
        ("better", "worse") if more else ("worse", "better")
    )
    assert write(name, 0.5) == WRITTEN[figure(name).unit] and str(judged).endswith(write(name, 0.5))
    read, _, _ = objectives()[name]
    assert read({"s": "500ms", "1/s": "30/min", "share": "50%"}.get(figure(name).unit, 0.5)) == 0.5


def test_the_report_has_every_figure_of_a_run_and_the_short_tables_of_services_and_channels(run):
    text = run_text("title", run.summary(), run.services, run.channels, run.phases, 400)
    for name in [each.name for each in figures(RUN)] + [*headlines(SERVICE), *headlines(CHANNEL), *headlines(PHASE)]:
        assert label(name) in text, name
