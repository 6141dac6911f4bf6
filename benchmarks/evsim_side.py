"""The workloads through evsim, and idiomatic SimPy code on evsim's environment."""

from . import simpy_reference
from .outcome import Outcome
from .scenarios import scenario


def run(workload, messages, seed, **options):
    """Run `workload` for the time in which `messages` messages are expected, with full records."""
    from evsim.scenario import Scenario

    finished = Scenario.from_dict(scenario(workload, messages)).run(seed=seed, **options)
    return read(finished, workload)


def run_summary(workload, messages, seed):
    """The same with summary records, which have no single waits to compare; tests compare their figures."""
    from evsim.scenario import Scenario

    finished = Scenario.from_dict(scenario(workload, messages)).run(seed=seed, record="summary")
    return Outcome(lambda: (int(finished.summary()["requests"]), ()), comparable=False)


def run_ordinary(workload, messages, seed):
    """The reference's own code on evsim's environment."""
    from evsim.engine.environment import Environment

    return simpy_reference.run(workload, messages, seed, Environment)


def read(finished, workload):
    """The outcome of an evsim run. This is the only place that knows how its records are laid out."""

    def read_rows():
        rows = finished.records.rows
        request = [place.kind == "request" for place in finished.tables.places]
        messages = sum(request[place] for place in rows.place)
        producers = request if workload.groups else [False] * len(request)  # their requests are no work
        columns = zip(rows.place, rows.ready, rows.started)
        return messages, [started - ready for place, ready, started in columns if not producers[place]]

    return Outcome(read_rows)
