from evsim.lesson import did_it_happen, lesson_size

BETWEEN = ["register", "mailing-list"]
CLASSIC = lesson_size("classic")


def heard(*faults, service="mailing-list", effect="subscription"):
    return did_it_happen(CLASSIC.replace({"faults": list(faults)}).run(), service, effect)


def test_where_nothing_is_broken_every_call_is_answered_with_yes_and_true():
    table = heard()
    assert table.loc["yes"].tolist() == [326, 0] and not table.loc[["no", "nothing in time"]].to_numpy().any()


def test_a_refusal_is_a_no_and_true():
    table = heard({"outage": "mailing-list", "at": "4s", "for": "3s"})
    assert table.loc["no", "it did not"] > 20 and table.loc["no", "it happened"] == 0


def test_a_call_that_hears_nothing_has_happened_or_not():
    lost = heard({"loss": BETWEEN, "probability": 0.3, "at": "8s", "for": "5s"})
    assert min(lost.loc["nothing in time"]) > 3  # a lost answer and a lost call look alike
    assert lost.to_numpy().sum() == 326
    slow = heard({"slowdown": "mailing-list", "factor": 6, "at": "8s", "for": "5s"})
    assert slow.loc["nothing in time", "it happened"] > 3 and slow.loc["nothing in time", "it did not"] == 0
