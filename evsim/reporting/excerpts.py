"""Shorter runs for what takes many of them: faults, loads and inputs."""

from evsim.scenario.units import write_time

__all__ = ["excerpts"]

CUSTOMERS = 2000  # of one run that are enough to compare it with its like


def excerpts(designs, customers):
    """(the designs with the beginning of their runs, what is said of that); "" where they are as they were.

    customers: how many a run has that count, of the design that has the most.
    """
    runs = [design.run_settings for design in designs.values()]
    warmup, duration = runs[0].warmup, runs[0].duration
    if customers <= 2 * CUSTOMERS or any((run.warmup, run.duration) != (warmup, duration) for run in runs):
        return designs, ""
    until = float(f"{warmup + (duration - warmup) * CUSTOMERS / customers:.3g}")
    shorter, later = {}, False
    for name, design in designs.items():
        written = zip(design.to_dict().get("faults", ()), design.faults, strict=True)
        kept = [fault for fault, settings in written if settings.at is None or settings.at < until]
        later |= len(kept) < len(design.faults)
        shorter[name] = design.replace({"faults": kept, "run.duration": until})
    said = (
        f"Faults, loads and inputs: runs of the first {write_time(until)}, with some {CUSTOMERS:,} of {customers:,.0f} "
        "customers, as they take many runs; the verdict is on whole runs."
    )
    if later:
        said += f" What goes wrong after {write_time(until)} is not in them."
    return shorter, said
