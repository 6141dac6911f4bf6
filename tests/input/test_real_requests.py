"""Real arrivals through all five designs: thousands of equal stamps, bursts, and a few customers who come often."""

import os
import random
from pathlib import Path

import numpy as np
import pytest

import evsim

DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")
# 10,000 requests of a public web site; not part of the project, used where it lies beside it.
REAL = Path(os.environ.get("EVSIM_REAL_REQUESTS", Path(__file__).parents[2].parent / "shared/data/web-requests.csv"))


def made_like_it(path, requests=3000, hours=10):
    """Whole-second stamps, a burst of a minute each hour, one customer in ten making most of the requests."""
    luck = random.Random(5)
    seconds = sorted(3600 * luck.randrange(hours) + min(int(luck.expovariate(1 / 15)), 59) for _ in range(requests))
    clients = [luck.randrange(20) if luck.random() < 0.6 else luck.randrange(200) for _ in range(requests)]
    times = [f"2015-05-17T{10 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}+00:00" for s in seconds]
    lines = [f"{time},{client}" for time, client in zip(times, clients, strict=True)]
    path.write_text("timestamp,client\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module", params=["made", "real"])
def log(request, tmp_path_factory):
    if request.param == "made":
        return made_like_it(tmp_path_factory.mktemp("log") / "requests.csv")
    if not REAL.exists():
        pytest.skip(f"the log of real requests is not there ({REAL.name})")
    return REAL


def replayed(design, log, scale=0.02, **changes):
    arrivals = {"csv": str(log), "key": "client", "scale": scale}
    return evsim.load(f"registration-{design}").replace(
        {"workloads.register-page.arrivals": arrivals, "workloads.register-page.key": None}
        | {"run.warmup": 0, "run.duration": "10h"}
        | changes
    )  # fmt: skip


@pytest.fixture(scope="module")
def runs(log):
    return {design: replayed(design, log).run() for design in DESIGNS}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_row_of_the_file_is_one_request_and_the_books_balance(runs, log, design):
    run = runs[design]
    rows = log.read_text().strip().count("\n")
    assert run.summary()["requests"] == rows
    assert run.audit()
    assert run.summary()["pending"] == 0


@pytest.mark.parametrize("design", DESIGNS)
def test_equal_stamps_keep_the_order_of_the_file(runs, design):
    requests = runs[design].tables.requests
    assert (np.diff(requests.arrived) == 0).sum() > 100
    assert (np.diff(requests.row) > 0).all()


def test_all_designs_see_the_same_customers_at_the_same_times(runs):
    first = runs["classic"].requests
    for design in DESIGNS[1:]:
        other = runs[design].requests
        assert (first.arrived == other.arrived).all() and (first.key == other.key).all()


def test_the_key_skew_of_the_file_reaches_the_partitions(runs):
    ledger = runs["events"].ledger
    keys = runs["events"].requests.key.value_counts(normalize=True)
    assert keys.iloc[: len(keys) // 10].sum() > 0.3
    for _, of_key in ledger.groupby("key"):
        assert of_key.partition.nunique() == 1
    per_partition = ledger.partition.value_counts()
    assert per_partition.max() > 1.5 * per_partition.mean()


def test_order_per_key_is_kept_by_the_log(runs):
    assert runs["events"].summary()["reordered"] == 0


def test_faults_on_real_arrivals_balance_too(log):
    faults = [{"crash": "mailing-list", "at": 30, "for": 20}, {"outage": "customer-registered", "at": 60, "for": 10}]
    run = replayed("events", log, faults=faults).run()
    assert run.audit() and run.summary()["effects_repeated"] == 0
