"""Windows, as Hypothesis draws them: a step, and the systems around it."""

from zlib import crc32

from hypothesis import strategies as st

from evsim.scenario import Scenario

__all__ = ["stream_systems", "windows"]

KINDS = st.one_of(
    st.builds(lambda size: {"tumbling": size}, st.sampled_from([1, 2.5, 4])),
    st.builds(lambda size, every: {"sliding": {"size": size, "every": every}}, st.sampled_from([2, 3]),
              st.sampled_from([0.5, 1, 2])),
    st.builds(lambda gap: {"session": gap}, st.sampled_from([0.5, 1, 2])),
)  # fmt: skip
AGGREGATES = st.sampled_from(["count", {"sum": 1}, {"sum": {"exponential": 2}}])
CHECKPOINTS = st.fixed_dictionaries(
    {
        "every": st.sampled_from([1, 2.5]),
        "takes": st.sampled_from([0, 0.25]),
        "mode": st.sampled_from(["exactly_once", "at_least_once"]),
        "sink": st.sampled_from(["at_once", "transactional"]),
    }
)


@st.composite
def windows(draw):
    """The settings of a window to the channel `results`."""
    step = {
        "to": "results",
        "clock": draw(st.sampled_from(["watermark", "watermark", "stream_time"])),
        "out_of_order": draw(st.sampled_from([0, 0.5, 2])),
        "every": draw(st.sampled_from([None, None, 0.5])),
        "idle": draw(st.sampled_from([None, 1, 3])),
        "lateness": draw(st.sampled_from([0, 1, 3])),
        "early": draw(st.sampled_from([None, None, 1, 3])),
        "early_every": draw(st.sampled_from([None, None, 1])),
        "late": draw(st.sampled_from([1, 2])),
        "on_time": draw(st.sampled_from(["always", "if_new", "never"])),
        "panes": draw(st.sampled_from(["accumulating", "discarding"])),
        "gap_joins": draw(st.booleans()),
        "late_joins": draw(st.booleans()),
        "late_messages": draw(st.sampled_from([[], [{"effect": "late"}], [{"publish": "stragglers"}]])),
        **draw(KINDS),
    }
    if "tumbling" in step:
        step["offset"] = draw(st.sampled_from([0, 0.5]))
    number = crc32(repr(sorted(step.items(), key=str)).encode())  # nothing is drawn: all others stay as they were
    step["like"] = {0: "flink", 1: "kafka-streams", 2: "beam"}.get(number % 8)
    step["by"] = draw(st.sampled_from(["key", "all"]))
    step["aggregate"] = draw(AGGREGATES) if step["by"] == "key" else draw(st.one_of(AGGREGATES, st.just("distinct")))
    return step


@st.composite
def stream_systems(draw):
    """Customers of two workloads, of whom one is late; a log of one to three partitions; a window; faults."""
    step = draw(windows())
    subscription = {"channel": "events"}
    shares = step["by"] == "key" and step["clock"] == "watermark"
    instances = draw(st.sampled_from([1, 2, 3])) if shares else 1
    results = draw(st.sampled_from(["queue", {"queue": {"max_length": 2, "overflow": "block"}}]))
    if draw(st.booleans()):
        step["checkpoint"], subscription["commit"] = draw(CHECKPOINTS), "checkpoint"
    delays = st.sampled_from([0, 1, {"exponential": 1}, {"uniform": [0, 3]}])
    fault = st.fixed_dictionaries({"at": st.sampled_from([2, 4.25, 6.5]), "for": st.sampled_from([0.5, 2])})
    targets = ["counter", *(f"counter/{number + 1}" for number in range(instances if instances > 1 else 0))]
    work = draw(st.sampled_from([0, 0.01, {"exponential": 0.05}]))
    return Scenario.from_dict(
        {
            "name": "a-stream",
            "workloads": {
                "near": {"target": "page", "arrivals": {"poisson": 5}, "key": {"uniform": 3}, "delay": draw(delays)},
                "far": {"target": "page", "arrivals": {"poisson": 2}, "key": {"uniform": 3}, "delay": draw(delays)},
            },
            "services": {
                "page": {"workers": 20, "handle": [{"publish": "events"}]},
                "counter": {
                    "workers": draw(st.integers(1, 3)),
                    "instances": instances,
                    "subscribe": subscription,
                    "handle": [{"work": work}, {"window": step}],
                },
                "board": {
                    "subscribe": "results",
                    "idempotent": draw(st.sampled_from([None, True])),
                    "handle": [{"work": draw(st.sampled_from([0, 0.25]))}, {"effect": "result"}],
                },
                "desk": {"subscribe": "stragglers", "handle": [{"effect": "straggler"}]},
            },
            "channels": {"events": {"log": {"partitions": draw(st.integers(1, 3))}}, "results": results,
                         "stragglers": "queue"},
            "faults": [
                {draw(st.sampled_from(["crash", "pause", "outage"])): draw(st.sampled_from(targets)), **each}
                for each in draw(st.lists(fault, max_size=2))
            ],
            "run": {"duration": 10, "warmup": draw(st.sampled_from([0, 2])), "seed": draw(st.integers(0, 9))},
        }
    )  # fmt: skip
