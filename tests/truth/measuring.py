"""Runs and what is measured on them. Every run made here is held against Little's law, exactly."""

from zlib import crc32

import numpy as np
import pytest

from evsim.results.endings import Outcome, Verdict
from tests.support.nightly import NIGHTLY
from tests.support.statistics import Z, mean_and_error

EXACT = 1e-9  # relative: rounding of sums over millions of times


def measure(label, scenario, figures, replications=20, shorter=4, **checks):
    """Run `scenario` so often; ``figures(run)`` is a dict; returns a list of values for each of its names.

    The seeds belong to the `label`, so that no two cases share the luck of their customers. By day they are so
    many times `shorter`.
    """
    if shorter > 1 and not NIGHTLY:
        times = scenario.run_settings.duration / shorter, scenario.run_settings.warmup / shorter
        scenario = scenario.replace(dict(zip(("run.duration", "run.warmup"), times, strict=True)))
    results = {}
    for seed in range(replications):
        for name, value in figures(checked(scenario, crc32(label.encode()) + seed, **checks)).items():
            results.setdefault(name, []).append(value)
    return results


def checked(scenario, seed=1, conserving=True):
    """One run, after the checks that hold for every run that starts and ends empty."""
    run = scenario.run(seed=seed)
    assert_littles_law(run, conserving)
    return run


def balanced(scenario, seed=1):
    """One run whose books balance."""
    run = scenario.run(seed=seed)
    run.audit()
    return run


def refused(run, reason):
    """Whether each request was refused, for that reason and no other."""
    rows = run.tables.rows
    turned = rows["outcome"] == Outcome.REFUSED
    assert (rows["reason"][turned] == reason).all() and (rows["verdict"][turned] == Verdict.REJECTED).all()
    return turned


def assert_littles_law(run, conserving=True):
    """Average number x time = sum of the times spent, for each service and for the customers, found apart.

    The number comes from a sweep over the arrivals and departures of a service, the times from each row or,
    at the service that customers ask, from when *they* saw their answers (their own link takes no time).
    conserving: no worker idles while somebody waits, so the time worked is the area under
    min(number, workers).
    """
    rows = run.tables.rows
    assert (rows["outcome"] != Outcome.OPEN).all() and run.summary()["pending"] == 0, "the run did not end empty"
    for name, settings in run.scenario.services.items():
        mine = rows_of(run, name)
        if not len(mine):
            continue
        times, level = sweep(rows["ready"][mine], rows["ended"][mine])
        assert level.min() >= 0 and level[-1] == 0, f"{name}: somebody left who never came, or never left"
        lengths = np.diff(times)
        area = (level[:-1] * lengths).sum()
        spent = (rows["ended"][mine] - rows["ready"][mine]).sum()
        assert area == pytest.approx(spent, rel=EXACT, abs=EXACT), name
        if conserving:
            busy = np.nansum(rows["ended"][mine] - rows["started"][mine])
            workers = settings.instances * settings.workers
            held = (np.minimum(level[:-1], workers) * lengths).sum()
            assert held == pytest.approx(busy, rel=EXACT, abs=EXACT), name
    asked = [place.number for place in run.tables.places if place.kind == "request"]
    mine = np.flatnonzero(np.isin(rows["place"], asked))
    times, level = sweep(rows["ready"][mine], rows["ended"][mine])
    area = (level[:-1] * np.diff(times)).sum()
    if run.scenario.network.latency.mean == 0:
        assert area == pytest.approx(run.tables.requests.response.sum(), rel=EXACT, abs=EXACT)


def rows_of(run, service):
    """Row numbers of what reached a service."""
    places = [place.number for place in run.tables.places if place.service == service]
    return np.flatnonzero(np.isin(run.tables.rows["place"], places) & ~np.isnan(run.tables.rows["ready"]))


def sweep(starts, ends):
    """``(times, level)``: how many are there from each time on; at one moment, who comes is first."""
    times = np.concatenate([np.sort(starts), np.sort(ends)])
    order = np.argsort(times, kind="stable")
    return times[order], np.cumsum(np.where(order < len(starts), 1, -1))


def number_in(run, service):
    """Share of the window (warm-up to end of arrivals) with 0, 1, 2 ... rows in a service."""
    mine = rows_of(run, service)
    times, level = sweep(run.tables.rows["ready"][mine], run.tables.rows["ended"][mine])
    times = np.clip(times, run.scenario.run_settings.warmup, run.tables.measured_until)
    times = np.append(times, run.tables.measured_until)
    shares = np.bincount(level, weights=np.diff(times)) / run.tables.window
    shares[0] += (times[0] - run.scenario.run_settings.warmup) / run.tables.window
    return shares


def in_cohort(run, service):
    """Row numbers of what reached a service and belongs to a request of the window."""
    mine = rows_of(run, service)
    return mine[run.tables.row_cohort[mine]]


def column(run, service, name):
    """A column of the cohort's rows at a service."""
    return run.tables.rows[name][in_cohort(run, service)]


def waits(run, service):
    """Seconds from ready to started, of the cohort's rows that were let in."""
    waited = column(run, service, "started") - column(run, service, "ready")
    return waited[~np.isnan(waited)]


def luck(run, service="server"):
    """What the customers of one service happened to bring less what was expected: work, and its square."""
    (customers,), (step,) = run.scenario.workloads.values(), run.scenario.services[service].handle
    rate, mean, cv = customers.arrivals.rate, step.time.mean, step.time.cv
    worked = column(run, service, "ended") - column(run, service, "started")
    return {
        "load": worked.sum() / run.tables.window - rate * mean,
        "square": (worked**2).sum() / run.tables.window - rate * mean**2 * (1 + cv**2),
    }


def steady(found, name, controls=("load", "square")):
    """The values of a figure, less what is explained by the `controls`, other figures whose true means are 0.

    That these means are 0 is checked too: what is wrong with them would be taken out with the luck.
    Control variates: Lavenberg and Welch, A perspective on the use of control variables (1981).
    """
    for control in controls:
        mean, error = mean_and_error(found[control])
        assert abs(mean) <= Z * error + EXACT, f"{control}: {mean:.4g} with standard error {error:.3g}, not 0"
    controls = np.column_stack([found[control] for control in controls])
    values = np.asarray(found[name])
    design = np.column_stack([np.ones(len(values)), controls])
    slopes = np.linalg.lstsq(design, values, rcond=None)[0][1:]
    left = values - controls @ slopes
    fitted = np.sqrt((len(values) - 1) / (len(values) - design.shape[1]))  # the slopes follow the values a little
    return left.mean() + (left - left.mean()) * fitted
