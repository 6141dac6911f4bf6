"""What is drawn of windows and of their workers, at times and of services that are asked for."""

from functools import cache, partial
from unittest.mock import patch

from evsim.parts.window import picture, worker_strip
from tests.snapshots.runs.systems import written_for
from tests.snapshots.telling import written
from tests.snapshots.texts import tried

__all__ = ["WINDOWS"]

TIMES = (0.0, 0.125, 1.0, 2.5, 2.875, 3.25, 99.0)
SPANS = ((0.0, 1.0), (1.0, 2.5), (2.875, 3.25), (3.25, 4.0), (2.0, 2.0), (-1.0, 1.0))


@cache
def _runs():
    return {name: scenario.run() for name, scenario in written_for("windows").items()}


def _pictures():
    for name, run in _runs().items():
        for service in (None, *run.scenario.services):
            its = partial(run.plot.scene, service=service)
            at = [partial(its, "windows", until=time) for time in TIMES]
            between = [partial(its, "backpressure", begin=begin, end=end) for begin, end in SPANS]
            few = [partial(its, "windows"), partial(its, "backpressure", begin=1.0), *at[3:5]]
            yield f"{name} {service}", "\n".join(written(tried(draw)) for draw in (*at, *between))
            with (
                patch.multiple(picture, MOST=7, BOXES=3),
                patch.multiple(worker_strip, MOST_LANES=2, MOST_BARS=5),
            ):
                yield f"{name} {service} with little room", "\n".join(written(tried(draw)) for draw in few)


WINDOWS = {"pictures of windows": _pictures}
