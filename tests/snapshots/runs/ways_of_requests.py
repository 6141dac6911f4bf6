"""The ways of requests in runs in which everything happens that an export can tell, and the pictures of these runs."""

from evsim.view.style import faults
from tests.snapshots.runs.exports_and_films import rich_runs
from tests.snapshots.telling import written
from tests.snapshots.texts import rounded, tried

__all__ = ["WAYS_OF_REQUESTS"]

FEW = 5  # requests of a run
PICTURES = ("flow", "promise", "latency", "ecdf", "staleness", "spread", "instances", "who_knows_whom")


def _chosen(run):
    """Requests with the most different attempts, the first one of each kind."""
    kinds = {}
    for (workload, request), its in run.spans.groupby(["workload", "request"], sort=False):
        kind = tuple(sorted(set(zip(its["service"].astype(str), its["outcome"], its["verdict"], its["reason"]))))
        kinds.setdefault(kind, (request, workload))
    return [kinds[kind] for kind in sorted(kinds, key=lambda kind: (-len(kind), kind))[:FEW]]


def _told_of(name, run):
    for request, workload in _chosen(run):
        for kind in ("trace", "sequence"):
            yield f"{name}: {kind} of {workload} {request}", str(getattr(run, kind)(request, workload))
        for kind in ("waterfall", "lives"):
            made = run.plot.scene(kind, request=request, workload=workload)
            yield f"{name}: {kind} of {workload} {request}", rounded(f"{made.title}\n{made.alt}\n{written(made)}")
    for kind in PICTURES:
        made = tried(run.plot.scene, kind)
        yield f"{name}: {kind}", rounded(f"{made.title}\n{made.alt}\n{written(made)}")
    for fault in faults(run)[:1]:
        made = run.plot.scene("promise", at=fault.start)
        yield f"{name}: promise when a fault begins", rounded(f"{made.title}\n{made.alt}\n{written(made)}")


def _told():
    for name, run in rich_runs():
        yield from _told_of(name, run)


WAYS_OF_REQUESTS = {"ways of requests": _told}
