"""Futures kept as differences: the browser makes of them what the film has, to the last number."""

import json
from functools import cache

import pytest

import evsim
from evsim.lesson import lesson_size
from evsim.view.player.branching import Branches
from evsim.view.player.differences import difference
from evsim.view.player.film import film
from tests.player.node import MODULES, node
from tests.support.nightly import NIGHTLY, mostly_at_night
from tests.view import runs

pytestmark = pytest.mark.slow

SCRIPT = f"""
import {{ readFilm, readFuture }} from {json.dumps((MODULES / "film.js").as_uri())};
import {{ futureFrom }} from {json.dumps((MODULES / "differences.js").as_uri())};
import {{ readFileSync }} from "node:fs";
const plain = (value) => ArrayBuffer.isView(value) ? Array.from(value)
  : Array.isArray(value) ? value.map(plain)
  : value && typeof value === "object"
    ? Object.fromEntries(Object.entries(value).sort().map(([name, each]) => [name, plain(each)])) : value;
const {{ film, cases }} = JSON.parse(readFileSync(0, "utf-8"));
const base = readFilm(film).futures[0];
const before = JSON.stringify(plain(base));
const found = cases.map(({{ future, difference }}) => {{
  const lanes = futureFrom(difference, base).lanes.map(plain);
  const wanted = readFuture(future).lanes.map(plain);
  const wrong = lanes.flatMap((lane, number) => Object.keys({{ ...lane, ...wanted[number] }}).flatMap((name) => {{
    const [one, two] = [lane[name], wanted[number][name]];
    if (JSON.stringify(one) === JSON.stringify(two)) return [];
    const columns = Object.keys({{ ...one, ...two }});
    return columns.filter((each) => JSON.stringify(one?.[each]) !== JSON.stringify(two?.[each]))
      .map((each) => `${{number}} ${{name}} ${{each}}`);
  }}));
  return {{ wrong, untouched: JSON.stringify(plain(base)) === before }};
}});
process.stdout.write(JSON.stringify(found));
"""
DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")
FAULTS = (
    {"outage": "mailing-list", "for": 5},
    {"outage": "customer-registered", "for": 5},
    {"crash": "database", "for": 2},
    {"slowdown": "mailing-list", "factor": 5},
    {"error_rate": "database", "probability": 0.3},
    {"pause": "register", "for": 3},
)


@cache
def designs():
    return [lesson_size(name).run() for name in DESIGNS]


def cases(its, faults, moments):
    """The film, and {future, difference} of each fault at each moment."""
    made = film(*its)
    names = [lane["name"] for lane in made["futures"][0]["lanes"]]
    branches = Branches(dict(zip(names, its, strict=True)), [effect["name"] for effect in made["effects"]])
    futures = [branches(fault, at) for fault in faults for at in moments]
    return made, [{"future": each, "difference": difference(each, made["futures"][0])} for each in futures]


def assert_the_same(made, given):
    asked = json.dumps({"film": made, "cases": given})
    found = json.loads(node("--input-type=module", "--eval", SCRIPT, text=asked))
    assert len(found) == len(given) > 0
    assert found == [{"wrong": [], "untouched": True}] * len(given)


@pytest.mark.parametrize("fault", mostly_at_night(FAULTS, FAULTS[1], FAULTS[2]), ids=lambda fault: next(iter(fault)))
def test_any_fault_in_all_designs_comes_back_as_it_was(fault):
    assert_the_same(*cases(designs(), [fault], [0, 8, 21.5]))


def test_retries_and_doubles_come_back_as_they_were():
    faults = [{"outage": "database", "for": 1}, {"crash": "register", "for": 1}]
    assert_the_same(*cases([runs.doubled()], faults, [2, 5]))


DAY = ("two-producers-four-consumers", "registration-hybrid", "unix-pipe", "saga-choreographed", "leader-failover")


@pytest.mark.parametrize("name", mostly_at_night(evsim.names(), *DAY))
def test_any_system_that_comes_along_comes_back_as_it_was(name):
    scenario = evsim.load(name)
    run = scenario.run(until=6)
    able = [name for name, channel in scenario.channels.items() if channel.kind != "pipe"]
    parts = [*scenario.services, *able]
    faults = [{"outage": part, "for": 1} for part in (parts if NIGHTLY else (parts[0], parts[-1]))]
    assert_the_same(*cases([run], faults, [2.5]))


def test_what_does_not_change_takes_no_room():
    its = [lesson_size(name).run() for name in ("classic", "events")]
    _, (case,) = cases(its, [{"outage": "customer-registered", "for": 5}], [8])
    classic, events = case["difference"]["lanes"]
    assert classic == {} and events != {}
    _, (case,) = cases(its, [{"outage": "mailing-list", "for": 5}], [8])
    assert 5 * len(json.dumps(case["difference"])) < len(json.dumps(case["future"]))
