"""What a picture says of one thing, or of none, is said as such."""

from evsim.view import comparison, replay_picture, sweep_pictures
from tests.snapshots.experiments.results_drawn import FOREST, HEATS, LINES, REPLAYS
from tests.snapshots.runs.single_runs import TROUBLES


def test_one_of_several_is_said_in_the_singular():
    assert comparison.scene(FOREST["known in one"]).title == "1 of 5 differences from first is seen in 3 runs each"
    assert comparison.scene(FOREST["many"]).title == "8 of 24 differences from first are seen in 3 runs each"
    titles = [sweep_pictures.heat_scene(HEATS[name], "errors").title for name in ("below nothing", "far")]
    cells = [title.partition("; ")[2] for title in titles]
    assert cells == ["1 cell in red misses the objective", "2 cells in red miss the objective"]


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
