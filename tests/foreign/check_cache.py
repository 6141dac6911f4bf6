"""What a part from outside can do, tried in a Python that has its package: test_foreign_part.py runs this file."""

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

import evsim
from evsim.cli import app
from evsim.experiment.judging import judge
from evsim.experiment.run_text import run_text
from evsim.registry import modules, part, parts
from evsim.results.audit import AuditError
from evsim.scenario import Scenario
from evsim.view.comparison import comparison
from evsim.view.player.film import film
from tests.player.node import ask

PAGE = part("cache").page
SHOP = evsim.Scenario.from_yaml(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


@pytest.fixture(scope="module")
def run():
    return SHOP.run()


def test_it_is_found_by_its_entry_point():
    assert part("cache").package == "evsim_cache" and part("cache") in parts("step")
    assert part("cache").about == "The cache: what was loaded for a key a short while ago is not loaded again."


def test_its_settings_are_validated_and_described():
    with pytest.raises(evsim.ScenarioError, match=r"services.shop.handle.0.cache.tll: unknown setting.*ttl"):
        SHOP.replace({"services.shop.handle.0": {"cache": {"load": "4ms", "tll": "5s"}}})
    with pytest.raises(evsim.ScenarioError, match=r"cache.ttl: must be .*more than 0|cache.ttl"):
        SHOP.replace({"services.shop.handle.0": {"cache": {"load": "4ms", "ttl": "0s"}}})
    assert evsim.Scenario.from_yaml(SHOP.to_yaml()) == SHOP
    assert '"cache"' in json.dumps(evsim.Scenario.schema())


def test_it_runs_and_hits_as_often_as_theory_says():
    """Of one key asked for at the rate r, a load is followed by r * ttl hits on average, and then a miss."""
    alone = SHOP.replace({"services.shop.handle.0.cache.load": "0s", "run.duration": "4000s", "run.warmup": 0})
    run = alone.run(seed=1)
    assert run.audit()
    found = run.services["shop"]
    expected = 0.4 * 5 / (1 + 0.4 * 5)  # 20 requests a second for 50 keys, 5 s
    # A cycle of a key is a miss and a Poisson number of hits, of mean and variance 2, so the error of the mean number
    # of hits is sqrt(2 / cycles), and that of the rate a ninth of it.
    error = np.sqrt(2 / (4000 * 20 / 3)) / 9
    assert found["cache_hit_rate"] == pytest.approx(expected, abs=4 * error)
    assert found["cache_hits"] > 50_000


def test_same_seed_same_records_and_both_paths_agree(run):
    again = SHOP.run(guarded=True)
    assert again.records.rows.columns().keys() == run.records.rows.columns().keys()
    for name, column in run.records.rows.columns().items():
        assert np.array_equal(column, again.records.rows.column(name), equal_nan=True), name
    assert again.records.incidents == run.records.incidents


def test_it_survives_a_crash_and_the_books_balance():
    crashed = SHOP.replace({"faults": [{"crash": "shop", "at": "20s", "for": "5s"}]}).run()
    assert crashed.audit() and crashed.summary()["errors"] > 0


@pytest.mark.parametrize("change", modules("trials", "step")[0].MUTANTS)
def test_the_audit_sees_that(change, monkeypatch):
    (trials,) = modules("trials", "step")
    change(monkeypatch)
    with pytest.raises(AuditError, match=trials.MUTANTS[change]):
        SHOP.run().audit()


def test_it_is_drawn_told_and_played(run):
    remark = next(each for each in run.trace(300) if each.what == "remark")
    assert remark.detail in str(run.sequence(300)) and remark.where == "shop"
    assert run.plot.waterfall(300) and run.plot.diagram()
    question = """(film, [index]) => eventsOf([index]).list
        .filter(({kind, request}) => kind === REMARK && request === 300)
        .map((event) => sentence(index, event, "Ada"))"""
    names = {"events": ["eventsOf"], "kinds": ["REMARK"], "words": ["sentence"]}
    (told,) = ask([film(run)], question, names)
    assert told[0] == f"shop, Ada: {remark.detail}"


def test_it_is_exported(run, tmp_path):
    words = {moment.detail for moment in run.trace(300) if moment.what == "remark"}
    perfetto = json.loads(run.export(tmp_path / "a.json", "perfetto", requests=300).read_text(encoding="utf-8"))
    assert words <= {event["name"] for event in perfetto["traceEvents"] if event.get("cat") == "remark"}
    otlp = run.export(tmp_path / "b.json", "otlp", requests=300).read_text(encoding="utf-8")
    assert all(each in otlp for each in words)
    assert "cache hit" in set(run.incidents["kind"])


def test_the_command_line_knows_it(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP.to_yaml(), encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(file), "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["services"]["shop"]["cache_hit_rate"] > 0.5


def test_its_figures_are_promised_judged_compared_and_reported(run, tmp_path):
    small = SHOP.replace({"run.duration": "20s", "name": "short", "services.shop.handle.0.cache.ttl": "1s"})
    without = small.replace({"services.shop.handle": [{"work": "1ms"}], "name": "without"})
    found = evsim.compare(SHOP.replace({"run.duration": "20s"}), small, without, n=3, jobs=1)
    apart = found.differences["short"]["cache_hit_rate"]
    assert apart.high < 0 and "cache_hit_rate" not in found.differences["without"]
    (line,) = [line for line in found.table().splitlines() if line.startswith("  cache hit rate")]
    assert "points  less, worse" in line, "its unit is a share, and more of it is better"
    assert comparison(found)
    promising = SHOP.replace({"objectives": {"cache_hit_rate": "99%"}})
    (judged,) = judge(promising.objectives, run.summary())
    assert str(judged).startswith("MISSES  cache hit rate at least 99 %: ")
    assert "cache hit rate" in run_text("shop", run.summary(), run.services, {})
    with pytest.raises(evsim.ScenarioError, match="did you mean cache_hit_rate"):
        SHOP.replace({"objectives": {"cache_hit_rat": "99%"}})
    assert "cache_hit_rate" in Scenario.schema()["properties"]["objectives"]["properties"]
