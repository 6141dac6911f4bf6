"""What a design asks of people, which no run measures: judgement, and marked so."""

from evsim.scenario.handlers import walk

__all__ = ["duties"]


def duties(scenario):
    """Sentences about what the team takes over with this design."""
    said = []
    if scenario.channels:
        names = ", ".join(scenario.channels)
        said.append(f"Somebody runs a broker ({names}): upgrades, disks, alarms, and a night's sleep.")
        said.append("Somebody owns the form of each event; whoever consumes it depends on that form.")
        said.append("Messages may come twice: each handler must be able to do its work again without harm.")
        said.append("Somebody looks at what could not be delivered, and decides what to tell the customer.")
    if _calls(scenario):
        said.append("Each caller needs a time limit, and a rule for an answer that never came: did it happen, or not?")
    if len(scenario.services) > 1:
        said.append(f"{len(scenario.services)} services are built, deployed and watched on their own.")
    return said or ["One service is run, and nothing between it and its customers: no broker, no calls."]


def _calls(scenario):
    return any(
        step.asks and not step.hands_over
        for name, service in scenario.services.items()
        for _, step, _ in walk(service.handle, ("services", name, "handle"))
    )
