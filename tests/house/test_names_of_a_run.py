"""What a person who has a run in their hands can ask of it."""

from evsim.run import Run

FEW = 27


def test_a_run_has_few_public_names_and_its_arrays_are_tables():
    names = {name for name in dir(Run) if not name.startswith("_")}
    names |= {"scenario", "seed", "records", "ended_at", "warnings", "tables"}
    assert len(names) <= FEW, sorted(names)
    assert {"requests", "spans", "ledger", "effects", "incidents"} <= names
    assert not names & {"rows", "places", "window", "tally", "player", "service_figures"}
