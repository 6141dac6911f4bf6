"""Files that people bring, as they are made for snapshots, and the drafts that come of them."""

import json
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import evsim
from evsim import Scenario
from evsim.imports import measured, minute_counts
from tests.imports.test_replay import SMALL
from tests.snapshots.telling import ALONE, in_folder
from tests.snapshots.texts import drawn

__all__ = ["exported", "log", "made", "new", "otlp", "replayed", "rows_of", "with_limit"]


def new(folder=None, name=None):
    """The draft that is made of the files in a folder, and what is noted of them."""
    paths = sorted(folder.iterdir()) if isinstance(folder, Path) else folder
    draft = evsim.from_file(*paths, name=name)
    return [str(draft), *draft.notes, *draft.scenario.warnings()]


def made(**files):
    return in_folder(new, **files)


def log(*lines, start="09:00:{:02}", zone=" +0000", host="1.2.3.4 - -"):
    """Lines of an access log, a second apart, each with an ending of its own."""
    at = (start.format(number % 60) for number in range(len(lines)))
    return (
        "\n".join(f'{host} [02/Mar/2026:{each}{zone}] "GET / HTTP/1.1" {line}' for each, line in zip(at, lines)) + "\n"
    )


def otlp(*spans, **more):
    """A trace with spans (service, id, parent, kind, begin in ms, end in ms, attributes)."""

    def value(each):
        return {"boolValue" if isinstance(each, bool) else "intValue" if isinstance(each, int) else "stringValue": each}

    def written(service, own, parent, kind, begin, end, about=None, **others):
        about = [{"key": name, "value": value(each)} for name, each in (about or {}).items()]
        span = {"traceId": "t", "spanId": own, "parentSpanId": parent, "name": own, "kind": kind, "attributes": about,
                "startTimeUnixNano": str(int(begin * 1e6)), "endTimeUnixNano": str(int(end * 1e6))}  # fmt: skip
        service, _, instance = service.partition("/")
        resource = [
            {"key": "service.name", "value": value(service)},
            {"key": "service.instance.id", "value": value(instance)},
        ]
        return {"resource": {"attributes": resource}, "scopeSpans": [{"spans": [span | others]}]}

    return json.dumps(
        {"resourceSpans": [written(*each[:7], **(each[7] if len(each) > 7 else {})) for each in spans]} | more
    )


def exported(name, until=3, **changes):
    """What is made of the trace of a run, as evsim exports it."""

    def make(folder):
        run = evsim.load(name).replace(changes).run(until=until) if isinstance(name, str) else name.run()
        run.export(folder / "trace.json", "otlp")
        return new(folder)

    return in_folder(make)


def rows_of(*rows):
    return "\n".join(rows) + "\n"


def replayed(observed="time,requests\n0,1\n10s,1\n", timeline=None, of=SMALL, **settings):
    """An incident of a small desk, with all that is said and drawn of it."""

    def make(folder):
        happened = folder / "timeline.csv" if timeline else None
        found = evsim.replay(Scenario.from_dict(of), happened, folder / "observed.csv", **{"n": 2} | ALONE | settings)
        return [found, json.dumps(found.data), *(drawn(found.plot, figure) for figure in (*found.observed, "response"))]

    return in_folder(make, observed__csv=observed, **({"timeline__csv": timeline} if timeline else {}))


def with_limit(most, **files):
    """What is made of files where a run holds so many customers only."""
    with ExitStack() as limits:
        for module in (measured, minute_counts):
            limits.enter_context(patch.object(module, "LONGEST_RUN", most))
        return made(**files)
