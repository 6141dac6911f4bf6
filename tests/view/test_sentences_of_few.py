"""What a picture says of one thing, or of none, is said as such."""

from evsim.experiment.statistics import estimate
from evsim.lesson.rivals import _finding as finding_of_rivals
from evsim.scenario import Scenario
from evsim.view import comparison, replay_picture, staleness, sweep_pictures
from evsim.view.style import verb
from tests.snapshots.experiments.results_drawn import FOREST, HEATS, LINES, REPLAYS
from tests.snapshots.runs.single_runs import TROUBLES


def test_one_of_several_is_said_in_the_singular():
    assert comparison.scene(FOREST["known in one"]).title == "1 of 5 differences from first is seen in 3 runs each"
    assert comparison.scene(FOREST["many"]).title == "8 of 24 differences from first are seen in 3 runs each"
    titles = [sweep_pictures.heat_scene(HEATS[name], "errors").title for name in ("below nothing", "far")]
    cells = [title.partition("; ")[2] for title in titles]
    assert cells == ["1 cell in red misses the objective", "2 cells in red miss the objective"]


ONE = Scenario.from_dict({
    "name": "one", "workloads": {"page": {"target": "desk", "arrivals": {"burst": 1}}},
    "services": {"desk": {"handle": [{"effect": "row"}]}}, "run": {"duration": "10s", "drain_limit": "0s"},
})  # fmt: skip


def test_one_customer_and_one_attempt_are_said_in_the_singular():
    run = ONE.run()
    assert staleness.scene(run).title == "When the only customer was told yes, it was true"
    assert str(run.audit()) == "balanced: 1 attempt, 0 messages, 1 effect"
    assert str(ONE.run(record="summary").audit()) == "balanced: 1 attempt, 0 messages, 1 effect, in counters"
    late = ONE.replace({"services.desk.handle": [{"wait": "20s"}]}).run()
    assert late.warnings[-1].startswith("1 request, call or message was still open 0 s after the end of the arrivals")


def test_as_much_as_ever_is_no_times():
    assert finding_of_rivals({"no wait": 4, "full jitter": 4}, 1, 0) == (
        "With 1 client every way to wait takes about as many writes"
    )
    assert finding_of_rivals({"no wait": 1.02, "full jitter": 1}, 10, 1) == (
        "With 10 clients every way to wait takes about as long"
    )
    assert finding_of_rivals({"no wait": 3, "full jitter": 1}, 10, 1).endswith("no wait takes 3 times as long")
    slow = ONE.replace({"faults": [{"slowdown": "desk", "factor": 1, "at": 0, "for": 1}]})
    assert verb(slow.faults[0]) == "as quick as ever"
    words = sweep_pictures.load_scene({"one": [(1, estimate([2, 3])), (2, estimate([3, 4]))]}, "errors").alt
    assert "at the load itself" in words and "at 2 times the load" in words and "1 times" not in words


def test_a_line_of_one_point_has_one_value():
    titles = [sweep_pictures.lines_scene(*LINES[name][:1], "errors").title for name in ("of one value", "as many")]
    assert titles == ["Errors: 3.75 at 1", "Errors: 2.5 at 0, 2.5 at 9"]


def test_where_prediction_and_observation_never_meet_nothing_is_compared():
    scene = replay_picture.scene(REPLAYS[2])
    assert scene.title == "Errors: predicted and observed, in no stretch both"
    assert scene.alt == f"{scene.title}. What was observed lies in the band in 0 of 0 stretches."


def test_each_of_several_things_that_never_came_is_said_not_to_have_come():
    outcomes = TROUBLES["of many kinds"].run().outcomes
    said = {outcomes.truth(customer) for customer in range(len(outcomes.told))}
    assert ", but no customer row, no subscription and no charge (user name more than once)" in said
