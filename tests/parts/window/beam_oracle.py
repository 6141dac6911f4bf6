"""Record what Apache Beam's direct runner makes of random streams: `python -m tests.parts.window.beam_oracle FILE`.

Run it in an environment of its own with `pip install apache-beam` (recorded with 2.77.0 on Python 3.11, in which the
runner itself failed at five sessions of sixty streams). Neither evsim nor its tests need Beam: the answers lie in
``tests/data/beam_windows.json``. Each stream is a list of steps: a watermark (a number, in seconds), or an event
``[key, time]``, each in a bundle of its own. A result is ``[key, start, end, count]``.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

KINDS = (("tumbling", 10, 0), ("sliding", 10, 5), ("sliding", 12, 4), ("session", 5, 0))


def streams(count=60, seed=1):
    """Random streams, each with its windows: on whole seconds, so that ties and touching sessions are frequent."""
    chance = random.Random(seed)
    for number in range(count):
        kind, size, every = KINDS[number % len(KINDS)]
        steps, watermark = [], 0
        for _ in range(chance.randint(8, 24)):
            if chance.random() < 0.25:
                watermark += chance.randint(1, 8)
                steps.append(watermark)
            else:
                steps.append([chance.choice("ab"), max(0, watermark + chance.randint(-12, 10))])
        yield {
            "kind": kind, "size": size, "every": every, "steps": [*steps, watermark + 200],
            "lateness": chance.choice([0, 0, 5, 300]), "accumulating": chance.random() < 0.5,
        }  # fmt: skip


def through_beam(stream):
    """The results of one stream, sorted."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
    from apache_beam.testing.test_stream import TestStream
    from apache_beam.transforms import trigger, window

    windows = {
        "tumbling": lambda: window.FixedWindows(stream["size"]),
        "sliding": lambda: window.SlidingWindows(stream["size"], stream["every"]),
        "session": lambda: window.Sessions(stream["size"]),
    }[stream["kind"]]()
    modes = trigger.AccumulationMode
    source = TestStream()
    for step in stream["steps"]:
        if isinstance(step, list):
            source = source.add_elements([window.TimestampedValue((step[0], 1), step[1])])
        else:
            source = source.advance_watermark_to(step)
    source = source.advance_watermark_to_infinity()
    kept = Path(tempfile.mkdtemp()) / "kept"  # what runs in the pipeline is a copy, so it writes to a file
    kept.touch()

    class Keep(beam.DoFn):
        def process(self, element, where=beam.DoFn.WindowParam):
            key, values = element
            with kept.open("a") as file:
                file.write(json.dumps([key, float(where.start), float(where.end), len(list(values))]) + "\n")

    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam.Pipeline(runner="BundleBasedDirectRunner", options=options) as pipeline:
        _ = (
            pipeline | source
            | beam.WindowInto(
                windows, trigger=trigger.AfterWatermark(late=trigger.AfterCount(1)),
                accumulation_mode=modes.ACCUMULATING if stream["accumulating"] else modes.DISCARDING,
                allowed_lateness=stream["lateness"],
            )
            | beam.GroupByKey() | beam.ParDo(Keep())
        )  # fmt: skip
    return sorted(map(json.loads, kept.read_text().splitlines()))


if __name__ == "__main__":
    recorded = []
    for number, each in enumerate(streams()):
        try:
            recorded.append({**each, "results": through_beam(each)})
        except Exception as error:  # the runner itself fails at some late sessions
            print(f"stream {number}, {each['kind']}, lateness {each['lateness']}: {error!r}")
    text = ",\n".join(json.dumps(each) for each in recorded)
    Path(sys.argv[1]).write_text(f"[\n{text}\n]\n", encoding="utf-8")
