"""What events cannot do is say no (*e-mail taken*): a registration design with a unique e-mail, and what came of it."""

from typing import Any

from evsim.scenario.handlers import walk

__all__ = ["email_taken", "who_heard_no"]

ROW, ENTRY, SORRY = "customer row", "subscription", "sorry mail"
REFUSED, APOLOGY = "registration-refused", "apology"


def email_taken(scenario, emails=20_000):
    """A registration scenario whose customers share so many e-mail addresses, and whose customer row is unique.

    Where the row is written from a channel, nobody waits for the "no": the message is a dead letter, and an `apology`
    service writes to the customer.
    """
    changes: dict[str, Any] = {f"workloads.{each}.key": {"uniform": emails} for each in scenario.workloads}
    for name, service in scenario.services.items():
        if _row(service) is not None:
            changes[f"services.{name}.handle.{_row(service)}.effect.unique"] = True
            if service.subscribe:
                changes |= _apology(name, service)
    return scenario.replace(changes)


def _apology(name, service):
    dead = {f"services.{name}.subscribe.{number}.dead_letter": REFUSED for number, _ in enumerate(service.subscribe)}
    sorry = {"subscribe": REFUSED, "handle": [{"work": "5ms"}, {"effect": SORRY}]}
    return dead | {f"channels.{REFUSED}": "queue", f"services.{APOLOGY}": sorry}


def _row(service):
    """The place of the step that writes the customer row, or None."""
    return next((path[0] for path, step, _ in walk(service.handle) if step.effects and step.name == ROW), None)


def who_heard_no(**runs):
    """A frame with a column for each run, named: how many have their row, and how the others heard that it is taken."""
    import pandas

    return pandas.DataFrame({name: pandas.Series(_count(run)) for name, run in runs.items()})


def _count(run):
    requests = run.tables.requests
    yes, no = requests.cohort & run.outcomes.yes, requests.cohort & run.outcomes.no
    has = {name: requests.times_done[code] > 0 for code, name in enumerate(run.tables.effect_names)}
    row, entry = has[ROW], has[ENTRY]
    sorry = has.get(SORRY, False)
    return {
        "customers": int(requests.cohort.sum()),
        "told yes, and true": int((yes & row).sum()),
        "told no at once": int(no.sum()),
        "told yes, and later sorry": int((yes & ~row & sorry).sum()),
        "on the list without a row": int((requests.cohort & entry & ~row).sum()),
    }
