"""The figures that the core declares, and how all figures of one thing are worked out."""

from evsim.figures import CHANNEL, PARTITION, RUN, SERVICE, figures
from evsim.results import channel_figures, request_figures, service_figures
from evsim.results.percentiles import percentiles
from evsim.scenario.handlers import walk

__all__ = ["FIGURES", "measured", "of_channels", "of_partitions", "of_services", "summarise", "words_of",
           "words_of_service"]  # fmt: skip

FIGURES = (*request_figures.FIGURES, *service_figures.FIGURES, *channel_figures.FIGURES)


def measured(where, what, words=()):
    """name -> value of each figure of a place, of `what` there is; of parts', those of the parts with these `words`."""
    found = {}
    for figure in figures(where, words):
        value = figure.of(what)
        found |= percentiles(value, figure.name) if figure.points else {figure.name: value}
    return found


def summarise(run):
    """All figures of one run, as a dict of plain numbers. Times are in seconds, shares in fractions."""
    return measured(RUN, request_figures.cohort(run), words_of(run.scenario))


def of_services(run):
    """service -> figures; one row each."""
    return {
        name: measured(SERVICE, at, words_of_service(at.settings))
        for name, at in service_figures.at_services(run).items()
    }


def of_channels(run):
    """(channel, subscribing service) -> figures."""
    return {names: measured(CHANNEL, its, its.words) for names, its in channel_figures.of_channels(run).items()}


def of_partitions(run):
    """(log, subscribing service, partition) -> figures, as those of a channel."""
    return {names: measured(PARTITION, its, its.words) for names, its in channel_figures.of_partitions(run).items()}


def words_of(scenario):
    """The words of the parts that a scenario is written with."""
    kinds = {channel.kind for channel in scenario.channels.values()}
    kinds = kinds.union(*(channel.policies for channel in scenario.channels.values()))
    return kinds.union(*map(words_of_service, scenario.services.values()))


def words_of_service(service):
    """The words of the parts that a service is written with."""
    steps = [step for _, step, _ in walk(service.handle)]
    return {step.kind for step in steps}.union(service.policies, *(step.policies for step in steps))
