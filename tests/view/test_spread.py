"""The picture of who does how much, and who waits although somebody is free."""

import pytest

from evsim import load
from evsim.view.spread import scene, spread
from tests.view.drawing import boxes, marks
from tests.view.runs import silent


def bars(scene):
    """(busy, free) seconds of each bar, by its label."""
    widths = [
        {round((low + high) / 2): right - left for left, right, low, high in boxes(marks(scene, "Bars", name))}
        for name in ("while all were busy", "while somebody was free")
    ]
    return {name: tuple(its.get(at, 0.0) for its in widths) for at, name in scene.y.ticks}


@pytest.fixture(scope="module")
def unfair():
    return load("prefetch-unfair").replace({"workloads.clients.arrivals.poisson": 72}).run()


@pytest.mark.slow
def test_a_bar_is_the_mean_wait_at_an_instance_and_its_dark_part_was_in_vain(unfair):
    made, figures = scene(unfair), unfair.services["worker"]
    drawn = bars(made)
    assert len(drawn) == 4
    spans = unfair.spans[(unfair.spans.service == "worker") & unfair.spans.cohort & unfair.spans.started.notna()]
    instance = unfair.tables.rows["worker"][spans.index]
    waits = (spans.started - spans.ready).groupby(instance).mean()
    behind = 0.0
    for name, (busy, free) in drawn.items():
        number = int(name.split(":")[0].split()[1]) - 1
        assert busy + free == pytest.approx(waits[number]), name
        share = (instance == number).mean()
        assert name.endswith(f": {share * 100:.1f} %")
        behind += free * share
    assert behind == pytest.approx(figures["wait_behind_mean"])
    part = figures["wait_behind_mean"] / figures["wait_mean"]
    assert made.title.startswith(f"{part * 100:.1f} % of the wait at worker passes while somebody is free")


def test_one_instance_that_reads_a_log_has_a_bar_for_each_partition_and_one_for_the_rest():
    run = load("hot-partition").run()
    names = list(bars(scene(run)))
    assert len(names) == 13 and names[0].startswith("partition ") and names[-1].startswith("12 others")
    share = run.channels["order-placed", "warehouse"]["busiest_share"]
    assert names[0].endswith(f"{share * 100:.1f} %")
    assert "the busiest of 24 partitions has" in scene(run).title


@pytest.mark.slow
def test_the_service_where_most_is_waited_in_vain_is_drawn_unless_another_one_is_named(unfair):
    assert "at worker" in scene(unfair).title
    assert "front" in scene(unfair, "front").title
    with pytest.raises(ValueError, match="there is no service back; there are front, worker|'back'"):
        spread(unfair, "back")


def test_where_nobody_comes_a_sentence_says_so():
    early = {"burst": {"count": 1, "at": "5s"}}
    nobody = load("prefetch-unfair").replace({"workloads.clients.arrivals": early}).run()
    assert scene(nobody, "worker").alt == "Nobody came to worker after the warm-up."
    assert "Nobody waits at echo" in scene(silent()).alt
