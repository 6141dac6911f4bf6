"""Pick any customer: figures, frames, trace, pictures, player and exports tell the same story, to the microsecond.

A *story* is a list of facts ``(what, time)``: when the customer was told yes or an error, each effect, and each piece
of work begun and ended. Not every source tells all of it; what it tells must be what the records say.
"""

import json
from datetime import datetime

import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest
from hypothesis import given

from evsim.results.export.identity import EPOCH, Identity
from evsim.results.requests import REQUEST_OUTCOMES
from evsim.view import lives
from evsim.view.player.film import film
from evsim.view.promise import promise
from evsim.view.sequence import Sequence
from tests.books.holding import examples
from tests.books.systems import systems
from tests.exports.runs import SOME_BY_DAY, a_run
from tests.player.node import ask
from tests.view.drawing import marks

pytestmark = pytest.mark.slow

MICROSECOND = 1.001e-6
ANSWERS = {"ok": "told yes", "declined": "told no", "pending": None}
START = EPOCH.timestamp()


def picked(run, count=4):
    """(workload, number) of customers from first to last."""
    tally = run.tables.requests
    indices = np.unique(np.linspace(0, len(tally.row) - 1, count).astype(int)) if len(tally.row) else []
    return [(tally.workloads[tally.workload[index]], int(tally.number[index])) for index in indices]


def same(story, other, kinds=("told", "effect", "begin", "end")):
    """The facts of these kinds are the same in both stories, at the same times."""
    mine, theirs = (sorted(fact for fact in each if fact[0].split()[0] in kinds) for each in (story, other))
    assert [what for what, _ in mine] == [what for what, _ in theirs]
    assert [time for _, time in mine] == pytest.approx([time for _, time in theirs], abs=MICROSECOND)


def answer(outcome, time):
    word = ANSWERS.get(outcome, "told error")
    return [(word, time)] if word else []


def said(verdict):
    return {"done": "told yes", "declined": "told no"}.get(verdict, "told error")


# What the records say, and what each source says.


def of_records(run, workload, number, all_effects=True):
    """all_effects: also those that a compensation took back, and those of a log that was read again."""
    tally, rows = run.tables.requests, run.tables.rows
    index = tally.index(tally.workloads.index(workload), number)
    outcome = REQUEST_OUTCOMES[tally.outcome[index]]
    story = answer(outcome, float(tally.answered[index]))
    for row in np.flatnonzero(run.tables.row_requests == index).tolist():
        service = run.tables.places[rows["place"][row]].service if rows["place"][row] >= 0 else ""
        for what, column in (("begin", "started"), ("end", "ended")):
            if rows["started"][row] >= 0 and rows[column][row] >= 0:
                story.append((f"{what} {service}", float(rows[column][row])))
        for effect in np.flatnonzero(run.tables.effects["row"] == row).tolist():
            name = run.tables.effect_names[run.tables.effects["name"][effect]]
            first = row if rows["first"][row] < 0 else rows["first"][row]
            if all_effects or (np.isnan(run.tables.undone[effect]) and first not in run.records.replays):
                story.append((f"effect {name}", float(run.tables.effects["time"][effect])))
    return story


def of_frames(tables, workload, number):
    """Of the frames, or of the tables that were exported."""
    mine = {name: table[(table.workload == workload) & (table.request == number)] for name, table in tables.items()}
    story = answer(mine["requests"].outcome.iloc[0], mine["requests"].answered.iloc[0])
    story += [(f"effect {name}", time) for name, time in zip(mine["effects"].effect, mine["effects"].time)]
    for span in mine["spans"][mine["spans"].started.notna()].itertuples():
        story.append((f"begin {span.service}", span.started))
        story += [(f"end {span.service}", span.ended)] if span.ended == span.ended else []
    return story


def of_trace(run, workload, number):
    story = []
    for moment in run.trace(number, workload):
        if moment.what == "effect":
            story.append((f"effect {moment.detail}", moment.time))
        elif moment.what == "start":
            story.append((f"begin {moment.where}", moment.time))
        elif moment.what == "answer":
            story.append((said(moment.detail), moment.time))
    return story


def of_sequence(run, workload, number):
    sequence = Sequence(run, number, workload)
    story, arrived = [], sequence.begin
    for step in sequence.steps:
        time = arrived + step.time
        gave_up = step.kind == "note" and step.source == workload and step.text.startswith("gives up")
        if step.kind == "told" or gave_up:
            story.append((said("done" if step.good else "declined" if step.text.startswith("no:") else "error"), time))
        elif step.kind == "effect":
            story.append((f"effect {step.text}", time))
        elif step.kind in ("start", "end"):
            story.append((f"{'begin' if step.kind == 'start' else 'end'} {step.source}", time))
    return story


def of_lives(run, workload, number):
    """What stands in picture C: the heavy line and the marks of effects."""
    made = lives.scene(run, request=number, workload=workload)
    index = run.tables.requests.index(run.tables.requests.workloads.index(workload), number)
    arrived, story = float(run.tables.requests.arrived[index]), []
    for line in marks(made, "Line"):
        if line.name.startswith("told "):
            story.append((line.name, arrived + line.y[0]))
    for dots in marks(made, "Dots"):
        if dots.name in run.tables.effect_names:
            story.append((f"effect {dots.name}", arrived + dots.y[0]))
    return story


def column_of_promise(ax, run, workload, number):
    """What stands in the customer's column of picture B: (row, height) of each bar; and the names of all rows."""
    order = np.argsort(run.tables.requests.arrived, kind="stable").tolist()
    place = order.index(int(run.tables.requests.index(run.tables.requests.workloads.index(workload), number)))
    found = []
    for bars in ax.collections:
        name = str(bars.get_label()).rpartition(":")[0]
        for path in bars.get_paths() if name else ():
            left, right = path.vertices[:, 0].min(), path.vertices[:, 0].max()
            height = path.vertices[2, 1] - path.vertices[0, 1]
            if left <= place + 0.5 <= right:
                found.append((name, round(float(height), 2)))
    return found, [label.get_text() for label in ax.get_yticklabels()]


def of_otlp(read, run, workload, number):
    trace, story = Identity(run).trace(workload, number), []
    for resource in read["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            if span["traceId"] != trace:
                continue
            about = {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}
            begin, end = (int(span[f"{name}TimeUnixNano"]) / 1e9 - START for name in ("start", "end"))
            for event in span["events"]:
                if event["name"] == "effect":
                    name = event["attributes"][0]["value"]["stringValue"]
                    story.append((f"effect {name}", int(event["timeUnixNano"]) / 1e9 - START))
            if span["kind"] in (2, 5):
                service = resource["resource"]["attributes"][0]["value"]["stringValue"]
                story.append((f"begin {service}", begin))
                story += [] if "evsim.open" in about else [(f"end {service}", end)]
            elif not span["parentSpanId"] and "evsim.open" not in about:
                story.append((said(about["evsim.verdict"]), end))
                assert bool(span["status"]) == (about["evsim.verdict"] != "done")
    return story


def of_perfetto(read, run, workload, number):
    events = read["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    trace, ends, story = Identity(run).trace(workload, number), {}, []
    mine = [e for e in events if e.get("args", {}).get("trace") == trace or e.get("id") == trace]
    threads = {}
    for event in mine:
        if event["ph"] == "X":
            begin, end = event["ts"] / 1e6, (event["ts"] + event["dur"]) / 1e6
            threads.setdefault((event["pid"], event["tid"]), []).append((begin, end))
            story.append((f"begin {names[event['pid']]}", begin))
            story += [(f"end {names[event['pid']]}", end)] if event["args"]["outcome"] != "open" else []
        elif event["ph"] in "be" and event["cat"] == "request":
            ends[event["ph"]] = event
    story += answer(ends["b"]["args"]["outcome"], ends["e"]["ts"] / 1e6)
    for event in events:
        if event["ph"] == "i" and event["cat"] == "effect" and event["args"]["trace"] == trace:
            time = event["ts"] / 1e6
            assert any(begin <= time <= end + 1e-9 for begin, end in threads[event["pid"], event["tid"]])
            story.append((f"effect {event['name']}", time))
    return story


def of_players(run, customers):
    """What the player's own code says of each customer at the end."""
    question = """(film, [index]) => film.wanted.map(([workload, number]) => {
        const request = index.requestOf({workload, number});
        const {told, effects} = customerAt(index, request, Infinity);
        const {attempts} = index.lane;
        const work = [...Array(attempts.count).keys()]
            .filter((row) => attempts.request[row] === request && attempts.started[row] >= 0)
            .map((row) => [index.service(row), attempts.started[row], attempts.ended[row]]);
        return {told, work, effects: effects.map(({times}, code) => [film.effects[code].name, times])};
    })"""
    data = film(run) | {"wanted": customers}
    (found,) = ask([data], question, {"state": ["customerAt"]})
    stories = []
    for each in found:
        told = each["told"]
        story = [(f"told {told['word']}", told["time"] / 1e6)] if told else []
        story += [(f"effect {name}", time / 1e6) for name, times in each["effects"] for time in times]
        story += [(f"begin {service}", begin / 1e6) for service, begin, _ in each["work"]]
        stories.append(story + [(f"end {service}", end / 1e6) for service, _, end in each["work"] if end >= 0])
    return stories


def assert_all_tell_the_same(run, folder):
    customers = picked(run)
    files = {}
    for format in ("otlp", "perfetto", "cloudevents"):
        files[format] = json.loads(run.export(folder / f"{format}.json", format).read_text(encoding="utf-8"))
    tables = run.export(folder / "tables", "csv")
    read = {name: pandas.read_csv(tables / f"{name}.csv") for name in ("requests", "spans", "effects")}
    frames = {name: getattr(run, name) for name in read}
    drawn = promise(run)
    for (workload, number), played in zip(customers, of_players(run, customers), strict=True):
        who = run, workload, number
        story = of_records(*who)
        same(story, of_frames(frames, workload, number))
        same(story, of_frames(read, workload, number))
        same(story, of_trace(*who), ("told", "effect", "begin"))
        same(story, of_sequence(*who))
        same(story, of_lives(*who), ("told", "effect"))
        same(story, of_otlp(files["otlp"], *who))
        same(story, of_perfetto(files["perfetto"], *who))
        lasting = of_records(*who, all_effects=False)
        same(lasting, played)
        assert_promise_agrees(*column_of_promise(drawn, *who), lasting)
    plt.close(drawn.figure)
    assert_events_agree(run, files["cloudevents"])
    assert_figures_agree(run, frames["requests"])


def assert_promise_agrees(column, rows, story):
    """Up is yes, down is an error, half as far a no, a stub is waiting; a bar for an effect, two if more than once."""
    told = next((what for what, _ in story if what.startswith("told")), "waiting")
    assert [height for name, height in column if name == "told"] == [
        {"told yes": 1, "told error": -1, "told no": -0.6}.get(told, 0.12)
    ]
    names = [what.removeprefix("effect ") for what, _ in story if what.startswith("effect")]
    for name in rows[1:-1]:
        assert sum(row == name for row, _ in column) == min(2, names.count(name))


def assert_events_agree(run, read):
    """Each message, also those that nobody reads, was published and kept when the trace says so."""
    told = {}
    for event in read:
        time = datetime.fromisoformat(event["time"]).timestamp() - START
        told.setdefault(event["subject"], []).append((time, event["data"]["kept"]))
    for workload, number in picked(run):
        moments = run.trace(number, workload)
        # What a window gave is told to all whose events are in it, and sent for one of them.
        sent = [moment for moment in moments if moment.what in ("publish", "kept")]
        mine = [moment for moment in sent if run.tables.messages["request"][moment.message] == number]
        published = [moment.time for moment in mine if moment.what == "publish"]
        kept = sum(moment.what == "kept" for moment in mine)
        events = told.get(f"{workload}/{number}", [])
        assert sorted(time for time, _ in events) == pytest.approx(published, abs=MICROSECOND)
        assert sum(was_kept for _, was_kept in events) == kept


def assert_figures_agree(run, requests):
    figures, cohort = run.summary(), requests[requests.cohort]
    assert figures["requests"] == len(cohort)
    assert figures["completed"] == (cohort.outcome == "ok").sum()
    assert figures["response_mean"] == pytest.approx(cohort.response.mean(), nan_ok=True)
    assert figures["completion_mean"] == pytest.approx(cohort.completion.mean(), nan_ok=True)


@pytest.mark.parametrize("name", SOME_BY_DAY)
def test_all_tell_the_same_story_of_any_customer(name, tmp_path):
    assert_all_tell_the_same(a_run(name), tmp_path)


@examples(0.2)
@given(scenario=systems())
def test_all_tell_the_same_story_of_any_customer_of_any_system(scenario, tmp_path_factory):
    assert_all_tell_the_same(scenario.run(), tmp_path_factory.mktemp("story"))
