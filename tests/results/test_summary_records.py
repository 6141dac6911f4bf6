"""Summary records: figures of a run of any length, in bounded memory."""

import math

import numpy as np
import pytest

import evsim
from evsim.engine import drawn_values
from evsim.engine.folding import Folding
from evsim.results import recycled_records
from evsim.results.audit import AuditError
from evsim.results.quantile_sketch import RELATIVE_ERROR, QuantileSketch
from evsim.results.recycled_records import RecycledTable
from evsim.scenario import ScenarioError

PERCENTILES = ("_p50", "_p90", "_p95", "_p99", "_p99.9")

# Here a run is cut in 5 to 15 parts; in use a cut is made every 50,000 rows.
MANY = 1000


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(recycled_records, "MANY", MANY)
    monkeypatch.setattr(drawn_values, "MOST", 1)  # draws are made again and again
    monkeypatch.setattr(drawn_values, "FEWEST", 1)


def both(name, **changes):
    scenario = evsim.load(name).replace(changes)
    return scenario.run(seed=3, record="summary"), scenario.run(seed=3)


def compare(kept, known):
    """Names of figures of which a summary knows nothing, where full records do; every other one must be right."""
    unknown = set()
    for name, value in known.items():
        if math.isnan(kept[name]):
            if not math.isnan(value):
                unknown.add(name)
            continue
        error = RELATIVE_ERROR if name.endswith(PERCENTILES) else 1e-9
        assert kept[name] == pytest.approx(value, rel=error * 1.0001, abs=1e-12), name
    return unknown


# Retries; sagas that undo; an outbox, a queue and a log; copies for several queues.
MOST = {"lag_max", "ready_max", "unacknowledged_max"}  # at one time, of all requests side by side


@pytest.mark.slow
@pytest.mark.parametrize("name", ["metastable", "saga-orchestrated", "registration-hybrid", "topic-exchange"])
def test_a_summary_has_the_figures_of_full_records(often, name):
    summary, full = both(name)
    assert compare(summary.summary(), full.summary()) <= {"reordered", "retry_amplification"}
    for service, figures in full.services.items():
        assert not {"utilisation", "wait_mean", "wait_p99", "queue_mean"} & compare(summary.services[service], figures)
    for names, figures in full.channels.items():
        assert compare(summary.channels[names], figures) <= {"reordered", "busiest_share", "fairness", *MOST}
    assert summary.audit() and summary.ended_at == full.ended_at
    left, every = len(summary._rest.tables.rows["born"]), len(full.tables.rows["born"])
    assert left < every / 3, f"{left} of {every} rows were kept to the end"


def test_a_summary_knows_what_changes_made_of_a_service_that_reads_a_queue_without_a_limit():
    scenario = evsim.Scenario.from_dict({
        "name": "changing",
        "workloads": {"customers": {"target": "desk", "arrivals": {"constant": "8/s"}}},
        "services": {
            "desk": {"handle": [{"publish": "jobs"}]},
            "clerk": {"subscribe": "jobs", "handle": [{"work": "100ms"}, {"effect": "job"}]},
        },
        "channels": {"jobs": "queue"},
        "faults": [{"change": "services.clerk.workers", "to": 3, "at": "1s", "for": "2s"}],
        "run": {"duration": "4s", "seed": 1},
    })  # fmt: skip
    summary, full = scenario.run(record="summary"), scenario.run()
    assert summary.audit()
    assert summary.services["clerk"]["utilisation"] == pytest.approx(full.services["clerk"]["utilisation"], rel=1e-9)
    assert summary.services["clerk"]["utilisation"] == pytest.approx(0.8 / (1 + 2 * 2 / 4), rel=0.05)


def test_rows_that_are_kept_do_not_grow_with_the_run(often, monkeypatch):
    kept = []
    fold = Folding.fold

    def measured(self, _=None):
        fold(self)
        records = self.kernel.records
        kept.append([len(table.numbers) for table in (records.rows, records.messages, records.effects)])

    monkeypatch.setattr(Folding, "fold", measured)
    scenario = evsim.load("registration-events").replace({"run.duration": 90.0})
    summary = scenario.run(seed=1, record="summary")
    assert len(kept) > 10 and summary._counters.counted["attempts"] > 10 * MANY
    assert np.max(kept, axis=0).tolist() < [2 * MANY] * 3


def test_what_is_asked_of_single_requests_is_refused_in_one_sentence():
    summary = evsim.load("registration-events").replace({"run.duration": 6.0}).run(record="summary")
    for name in ("requests", "plot", "export", "branch", "sequence", "tables"):
        with pytest.raises(AttributeError, match=f'summary records has no {name}: .*take record="full"'):
            getattr(summary, name)


@pytest.mark.parametrize("name, what", [
    ("registrations-per-minute", "windows"), ("blocked-event-loop", "event loops"), ("replay-history", "read again"),
    ("cold-start-burst", "single attempts"), ("leader-failover", "replicas"),
])  # fmt: skip
def test_a_scenario_of_which_no_summary_can_be_kept_is_refused(often, name, what):
    with pytest.raises(ScenarioError, match=f"record: summary records have no room for .*{what}"):
        evsim.load(name).run(record="summary")


def test_records_are_full_or_a_summary():
    with pytest.raises(ScenarioError, match='record: must be "full" or "summary", got \'short\''):
        evsim.load("registration-events").run(record="short")


def test_an_overload_without_end_stops_with_the_way_out(often, monkeypatch):
    monkeypatch.setattr("evsim.engine.folding.MOST_LEFT", 2000)
    crowded = evsim.load("registration-events").replace({"workloads.register-page.arrivals.poisson": 500})
    with pytest.raises(ScenarioError, match="record: 2,.* had not ended by .* calm the overload"):
        crowded.run(record="summary")


@pytest.mark.parametrize("spoil, what", [
    (lambda run: run._counters.counted.update(effects=1), "effects were written down, and"),
    (lambda run: run._counters.run.update(completed=7), "customers came, and"),
    (lambda run: run._counters.channels["customer-registered", "database"].update(done=7), "to be delivered by"),
])  # fmt: skip
def test_counters_that_do_not_balance_are_noticed(spoil, what):
    summary = evsim.load("registration-events").replace({"run.duration": 6.0}).run(record="summary")
    summary.summary(), summary.channels
    spoil(summary)
    with pytest.raises(AuditError, match=what):
        summary.audit()


def test_rows_that_are_forgotten_serve_again(often):
    """Against lists: what was written stands, the oldest comes first, and a row that comes again is blank."""
    table, rng, there = RecycledTable({"value": "i", "time": "d"}), np.random.default_rng(1), []
    for part in range(6):
        for _ in range(int(rng.integers(300, 2000))):
            row = next(table.new)
            assert row not in dict(there) and table.value[row] == -1 and math.isnan(table.time[row])
            there.append((row, table.made))
            table.value[row], table.time[row] = table.made, part
        assert table.numbers.tolist() == [row for row, _ in there] == sorted(dict(there), key=table.age)
        assert table.column("value")[table.numbers].tolist() == [value for _, value in there]
        there = [each for each in there if rng.random() < 0.1]
        table.keep(np.array([row for row, _ in there]))
    assert table.room - recycled_records.FIRST < table.made / 3


def test_percentiles_have_the_stated_error_and_the_mean_is_exact():
    rng = np.random.default_rng(4)
    values = np.round(np.concatenate([rng.lognormal(-3, 2, 20_000), np.zeros(3000), [-1e-9] * 50]), 9)
    sketch = QuantileSketch()
    for part in np.array_split(values, 7):
        sketch.add(part)
    found = sketch.figures("wait")
    assert found["wait_mean"] == pytest.approx(values.mean(), rel=1e-12)
    for name in PERCENTILES:
        assert found["wait" + name] == pytest.approx(
            np.percentile(values, float(name[2:])), rel=RELATIVE_ERROR * 1.0001
        )
    assert math.isnan(QuantileSketch().figures("wait")["wait_p50"])
