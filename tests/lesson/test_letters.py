"""The picture of dead letters says what the ledger says."""

from evsim.lesson import dead_letters
from evsim.lesson.delivery_task import redriven
from evsim.view.scene.marks import Steps


def lines(run):
    scene = dead_letters(run, "subscription")
    return scene.title, {mark.name: mark for mark in scene.marks if isinstance(mark, Steps)}


def test_letters_rise_in_the_outage_and_fall_when_they_go_back():
    run = redriven().run()
    title, found = lines(run)
    ledger, again = run.ledger, run.effects.duplicated(["workload", "request", "effect"])
    letters = (ledger.channel == "dead-letters").sum()
    assert letters > 30 and again.sum() == letters
    lay = f"At most {letters} dead letters lay there, and none lies there at the end"
    assert title == f"{lay}; {letters} effects happened a second time"
    lying = dict(zip(found["dead letters"].x, found["dead letters"].y))
    assert max(lying.values()) == letters
    assert {number for time, number in lying.items() if 14 < time < 20} <= {letters}
    assert found["dead letters"].y[-1] == 0 == found["dead letters"].y[0]
    assert found["subscription"].y[-1] == found["told yes"].y[-1] == len(run.requests)
    assert found["done a second time"].y[-1] == letters and min(found["done a second time"].x[1:]) > 20


def test_what_is_kept_nowhere_and_what_nobody_gave_up_is_said():
    nowhere = {"services.mailing-list.subscribe": "customer-registered", "channels.dead-letters": "queue"}
    run = redriven().replace(nowhere).run()
    dead = (run.ledger.state == "dead").sum()
    assert lines(run)[0] == f"{dead} events given up, and kept nowhere"
    assert lines(redriven().replace({"faults": []}).run())[0] == "Nothing was given up"


def test_without_a_way_back_they_lie_there_at_the_end():
    run = redriven().replace({"channels.dead-letters": "queue"}).run()
    letters = (run.ledger.channel == "dead-letters").sum()
    assert lines(run)[0] == f"At most {letters} dead letters lay there, and {letters} lie there at the end"
