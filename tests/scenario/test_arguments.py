"""Whatever a person hands to a function of evsim: it works, or one sentence of evsim's own says what it must be."""

from functools import partial
from inspect import isfunction, signature

import matplotlib
import pytest

import evsim

matplotlib.use("Agg")

WRONG = [None, 5, "5s", "x", []]
SCENARIO = {
    "name": "small",
    "workloads": {"page": {"target": "desk", "arrivals": {"constant": 5}}},
    "services": {"desk": {"handle": [{"work": "2ms"}, {"effect": "row"}]}},
    "run": {"duration": "2s"},
}
RUN = evsim.Scenario.from_dict(SCENARIO).run()
DESIGN = RUN.scenario


def call(function, value):
    """The function with the value for everything that it has to be told."""
    given = [each for each in signature(function).parameters.values() if each.default is each.empty]
    several = [value for each in given if each.kind is each.VAR_POSITIONAL]
    names = [each.name for each in given if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    return function(*several, **dict.fromkeys(names, value)) if several else function(**dict.fromkeys(names, value))


APART = {
    "Distribution": evsim.Distribution.read,
    "compare": lambda design: evsim.compare(DESIGN, design, n=1),
    "compare, objectives": lambda given: evsim.compare(DESIGN, DESIGN, n=1, jobs=1, objectives=given),
    "find, objectives": lambda given: evsim.find(DESIGN, "services.desk.workers", (1, 2), given, jobs=1),
    "report, objectives": lambda given: evsim.report(DESIGN, n=2, jobs=1, objectives=given or 5),
    "replicate, max_runs": lambda most: evsim.replicate(DESIGN, 1, max_runs=most, jobs=1),
    "replay, observed": lambda file: evsim.replay(DESIGN, None, file),
    "compare, labels": lambda labels: evsim.compare(DESIGN, DESIGN, n=1, labels=labels),
    "replicate, n": lambda n: evsim.replicate(DESIGN, n),
    "replicate, seed": lambda seed: evsim.replicate(DESIGN, 1, seed=seed),
    "hysteresis": lambda scenario: evsim.hysteresis(scenario, [1, 2], hold=1, n=1),
    "hysteresis, loads": lambda loads: evsim.hysteresis(DESIGN, loads, hold=1, n=1),
    "hysteresis, hold": lambda hold: evsim.hysteresis(DESIGN, [1, 2], hold=hold, n=1),
    "crash_matrix, request": lambda request: evsim.crash_matrix(DESIGN, request=request),
    "crash_matrix, back_after": lambda time: evsim.crash_matrix(DESIGN, back_after=time),
    "explore, sliders": lambda sliders: evsim.explore(DESIGN, sliders),
    "run, until": lambda until: DESIGN.run(until=until),
    "run, seed": lambda seed: DESIGN.run(seed=seed),
    "run.branch": lambda fault: RUN.branch(fault, "1s"),
    "run.branch, at": lambda at: RUN.branch({"outage": "desk", "for": "100ms"}, at),
    "run.export": lambda path: RUN.export(path, "nothing"),
    "run.export, format": lambda format: RUN.export("nowhere.json", format),
    **{f"Scenario.{name}": getattr(evsim.Scenario, name) for name in ("from_dict", "from_yaml", "model_validate")},
    **{f"scenario.{name}": getattr(DESIGN, name) for name in ("replace", "value", "run")},
    "run.tables.chosen": RUN.tables.chosen,
    **{f"run.{name}": getattr(RUN, name) for name in ("trace", "sequence")},
    **{f"run.plot.{name}": getattr(RUN.plot, name) for name in dir(RUN.plot)},
}
PUBLIC = [getattr(evsim, name) for name in evsim.__all__ if name not in (*APART, "theory", "ScenarioError")]
PUBLIC += [getattr(evsim.theory, name) for name in evsim.theory.__all__]
FUNCTIONS = APART | {each.__name__: partial(call, each) for each in PUBLIC if not issubclass(type(each), type)}
FUNCTIONS["Simulation"] = evsim.Simulation


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_works_or_says_in_one_sentence_what_it_must_be(name, value):
    try:
        FUNCTIONS[name](value)
    except ValueError as error:  # ScenarioError is one
        assert "pydantic" not in type(error).__module__
        assert 0 < len(str(error)) < 400


def test_names_and_times_are_taken_as_people_write_them():
    assert DESIGN.run(until="1s").ended_at == 1
    assert evsim.replicate("slow-consumer", 1, jobs=1).scenario == evsim.load("slow-consumer")
    with pytest.raises(evsim.ScenarioError, match="did you mean registration-events?"):
        evsim.compare("registration-classic", "registration-event")


# What each function has to be told; every argument that may be left out is then given wrongly.
TOLD = {
    "best": ((DESIGN, DESIGN), {"metric": "response_mean", "within": 0.01}),
    "break_even": ((DESIGN, DESIGN, "services.desk.workers", (1, 2), "response_mean"), {}),
    "compare": ((DESIGN, DESIGN), {"n": 1}),
    "crash_matrix": ((DESIGN,), {}),
    "find": ((DESIGN, "services.desk.workers", (1, 2)), {"objectives": {"response_mean": "1s"}}),
    "fit": (([0.01, 0.02, 0.03] * 20,), {}),
    "hysteresis": ((DESIGN, [1, 2]), {"hold": 1, "n": 1}),
    "replay": ((DESIGN,), {"observed": "seen.csv"}),
    "replicate": ((DESIGN,), {"n": 1}),
    "report": ((DESIGN,), {"n": 2}),
    "sensitivity": ((DESIGN, "response_mean"), {"n": 1}),
    "sweep": ((DESIGN, {"services.desk.workers": [1]}), {"n": 1}),
    "warm_up": ((DESIGN,), {"n": 1}),
}
ANYTHING = {"progress", "command"}  # whether a bar is shown, and what a page says of itself: whatever counts as true
OPTIONAL = [
    (name, each.name)
    for name in TOLD
    for each in signature(getattr(evsim, name)).parameters.values()
    if each.default is not each.empty and each.name not in ANYTHING
]


@pytest.mark.parametrize("name, argument", OPTIONAL, ids=lambda each: each)
def test_an_argument_of_a_wrong_type_is_refused_in_one_sentence(name, argument, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seen.csv").write_text("time,requests\n0,5\n1s,5\n")
    given, named = TOLD[name]
    with pytest.raises(ValueError) as error:
        getattr(evsim, name)(*given, **named | {argument: object()})
    assert 0 < len(str(error.value)) < 400 and "pydantic" not in type(error.value).__module__


def test_every_function_for_many_runs_is_among_them():
    functions = {name: getattr(evsim, name) for name in evsim.__all__}
    many = {name for name, each in functions.items() if isfunction(each) and "jobs" in signature(each).parameters}
    assert many <= TOLD.keys()
