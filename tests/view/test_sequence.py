from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario import Scenario
from evsim.view.sequence_steps import REASONS
from evsim.view.story import Story
from evsim.view.style import seconds
from tests.view.runs import OUTAGE, classic, cut, doubled, events, lesson, many
from tests.view.troubles import crashed, lossy, stories


def kinds(sequence):
    return Counter(step.kind for step in sequence.steps)


def texts(sequence):
    return [step.text for step in sequence.steps]


def request_with(run, outcome):
    return int(run.tables.rows["request"][np.flatnonzero(run.tables.rows["outcome"] == outcome)[0]])


def test_the_classic_registration_reads_as_it_happens():
    sequence = classic(down=False).sequence(0)
    assert list(sequence.participants) == ["register-page", "register", "database", "mailing-list"]
    shown = [step for step in sequence.steps if step.kind not in ("start", "end", "note")]
    assert [(step.kind, step.source, step.target) for step in shown] == [
        ("ask", "register-page", "register"),
        ("ask", "register", "database"),
        ("effect", "database", ""),
        ("answer", "database", "register"),
        ("ask", "register", "mailing-list"),
        ("effect", "mailing-list", ""),
        ("answer", "mailing-list", "register"),
        ("told", "register", "register-page"),
    ]
    assert texts(sequence)[-1] == "registered"


def test_the_events_pass_through_the_channel():
    sequence = events(down=False).sequence(0)
    assert list(sequence.participants)[:3] == ["register-page", "register", "customer-registered"]
    assert sequence.participants["customer-registered"] == "channel"
    found = kinds(sequence)
    assert all(found[kind] == 1 for kind in ("ask", "publish", "keep", "told"))
    assert all(found[kind] == 2 for kind in ("deliver", "ack", "effect"))


@pytest.mark.slow
def test_steps_are_what_the_records_say():
    for sequence in stories():
        (story,), found = sequence.stories, kinds(sequence)
        spans, messages = story.spans.values(), story.messages.values()
        asked = [span for span in spans if span.kind != "delivery"]
        delivered = [span for span in spans if span.kind == "delivery" and span.leased >= 0]
        assert found["ask"] == sum(span.outcome != Outcome.LOST for span in asked)
        assert found["deliver"] == sum(span.outcome != Outcome.LOST for span in delivered)
        sent = [sending.fate for message in messages for sending in message.sendings]
        assert found["publish"] == sum(fate not in ("lost", "refused") for fate in sent)
        assert found["keep"] == sum(message.acknowledged >= 0 for message in messages)
        assert found["ack"] == sum(span.verdict == Verdict.DONE for span in delivered)
        assert found["effect"] == len(story.effects)
        assert found["start"] == sum(span.started >= 0 for span in spans)
        assert found["end"] == sum(span.ended >= span.started for span in spans)
        times = [step.time for step in sequence.steps]
        assert times == sorted(times)


def test_the_customer_is_told_at_the_time_of_the_answer():
    for run in (classic(), events(), doubled()):
        for request in range(0, 60, 7):
            (told,) = [step for step in run.sequence(request).steps if step.kind == "told"]
            assert told.time == pytest.approx(run.tables.requests.response[request])
            assert told.good == (run.tables.requests.outcome[request] == 1)


def test_a_crash_loses_the_work_and_the_caller_hears_of_it():
    run = crashed("classic")
    sequence = run.sequence(request_with(run, Outcome.CRASHED))
    assert "crash: the work is lost" in texts(sequence)
    assert "error: crashed" in texts(sequence)
    assert any(text.startswith("fault: database crashed") for text in texts(sequence))
    assert sequence.alt_text.startswith("The customer was told of an error")


def test_a_fault_that_began_before_is_said_to_last_for_what_is_left_of_it():
    outage = {"outage": "mailing-list", "at": 2, "for": 4}
    run = lesson("registration-classic", duration=6, faults=[outage]).run()
    came = run.tables.requests.arrived
    request = int(np.flatnonzero((came > 3) & (came < 5))[0])
    (note,) = [each for each in texts(run.sequence(request)) if each.startswith("fault: mailing-list down")]
    assert note.endswith(f", for {seconds(6 - came[request])} more")


def test_a_crashed_delivery_comes_again():
    run = crashed("events")
    sequence = run.sequence(request_with(run, Outcome.CRASHED))
    assert "takes it back" in texts(sequence)
    assert any(text.startswith("deliver, attempt 2") for text in texts(sequence))


def test_a_caller_that_gives_up_tries_again_and_the_late_answer_counts_for_nothing():
    run = doubled()
    late = (run.tables.rows["verdict"] == Verdict.TIMEOUT) & (run.tables.rows["outcome"] == Outcome.OK)
    sequence = run.sequence(int(run.tables.rows["request"][np.flatnonzero(late)[0]]))
    assert {"gives up after 60 ms", "call, attempt 2", "answer: too late"} <= set(texts(sequence))
    late = [step for step in sequence.steps if step.text == "answer: too late"]
    assert all(step.kind == "lost" and not step.good for step in late)


def test_what_links_lose_is_said_to_be_lost():
    run = lossy()
    said = {text for number in range(len(run.tables.requests.row)) for text in texts(run.sequence(number))}
    assert {f"{what}: lost on the way" for what in ("request", "deliver", "publish", "answer")} <= said


def test_refused_and_down_are_said():
    run = lesson("registration-classic", [OUTAGE]).run()
    number = int(np.flatnonzero(run.tables.requests.outcome == 2)[0])
    assert {"refuses: unreachable", "error: unreachable"} <= set(texts(run.sequence(number)))
    closed = [{"outage": "customer-registered", "at": 0, "for": 3}]
    run = lesson("registration-events", closed, duration=5).run()
    assert "publish: refused, the channel is down" in texts(run.sequence(0))


def test_a_full_inbox_rejects():
    run = lesson("registration-classic", rate=40, duration=5, **{"services.mailing-list.limit": 1}).run()
    number = (
        int(np.flatnonzero(run.tables.requests.outcome == 4)[0]) if (run.tables.requests.outcome == 4).any() else None
    )
    row = int(np.flatnonzero(run.tables.rows["verdict"] == Verdict.REJECTED)[0])
    assert "rejected: full" in texts(run.sequence(number or int(run.tables.rows["request"][row])))


def test_a_message_given_up_is_dead():
    steps = [{"fail": 1}]
    run = lesson("registration-events", duration=3, **{"services.database.handle": steps}).run()
    assert "dead after 5 attempts" in texts(run.sequence(0))


def test_a_dropped_call_says_why():
    steps = {"services.register.handle.1.call.timeout": "50ms", "services.database.drop_stale": True}
    run = lesson("registration-classic", rate=60, duration=3, **steps).run()
    number = request_with(run, Outcome.WITHDRAWN)
    assert "dropped: nobody waits any more" in texts(run.sequence(number))


def test_a_run_that_was_cut_says_what_was_open():
    run = lesson("registration-classic", rate=30).run(until=8)
    number = int(np.flatnonzero(run.tables.requests.outcome == 0)[-1])
    assert "no answer yet when the run ended" in texts(run.sequence(number))
    run = cut()
    said = {text for number in range(len(run.tables.requests.row)) for text in texts(run.sequence(number))}
    assert "waits here to the end of the run" in said


def test_causes_come_before_effects_where_nothing_takes_time():
    services = ("register", "database", "mailing-list")
    steps = {"network.latency": "0s"} | {f"services.{name}.handle.0.work": "0s" for name in services}
    sequence = lesson("registration-classic", duration=5, **steps).run().sequence(0)
    assert [(step.kind, step.source) for step in sequence.steps if step.kind not in ("start", "end")] == [
        ("ask", "register-page"),
        ("ask", "register"),
        ("effect", "database"),
        ("answer", "database"),
        ("ask", "register"),
        ("effect", "mailing-list"),
        ("answer", "mailing-list"),
        ("told", "register"),
    ]


@pytest.mark.slow
def test_text_has_a_line_for_each_step_and_what_came_of_it():
    for sequence in stories():
        lines = sequence.text().splitlines()
        shown = [step for step in sequence.steps if step.kind not in ("start", "end")]
        assert lines[0] == sequence.title
        assert lines[-1] == sequence.alt_text
        assert len(lines) == len(shown) + 4
    assert str(events().sequence(3)) == events().sequence(3).text()


@pytest.mark.slow
def test_the_picture_is_sound_xml_with_title_and_description():
    for sequence in stories():
        root = ElementTree.fromstring(sequence.svg())
        names = [child.tag.rpartition("}")[2] for child in root]
        assert names[:2] == ["title", "desc"]
        assert (root[0].text, root[1].text) == (sequence.title, sequence.alt_text)
        assert root.get("role") == "img"
        written = [each.text for each in root.iter() if each.tag.endswith("text")]
        assert set(sequence.participants) <= set(written)
        for step in sequence.steps:
            if step.kind not in ("start", "end") and len(step.text) < 48:
                assert step.text in written


@pytest.mark.slow
def test_the_picture_keeps_everything_inside_its_frame():
    for sequence in stories():
        root = ElementTree.fromstring(sequence.svg())
        width, height = float(root.get("width")), float(root.get("height"))
        for each in root.iter():
            if each.tag.endswith("rect"):
                x, y = float(each.get("x", 0)), float(each.get("y", 0))
                assert x >= 0
                assert x + float(each.get("width")) <= width
                assert y + float(each.get("height")) <= height
                assert float(each.get("height")) >= 0


@pytest.mark.slow
def test_a_long_story_is_cut_in_the_picture_alone():
    sequence = many(60).sequence(0)
    assert "more steps" in sequence.svg()
    assert "more steps" not in sequence.text()
    assert sequence.mermaid().count("->>") == 120


def test_a_notebook_shows_the_picture():
    sequence = events().sequence(3)
    assert sequence.svg() in sequence._repr_html_()
    assert sequence._repr_svg_() == sequence.svg()
    assert repr(sequence) == f"<Sequence of {sequence.title}: {len(sequence.steps)} steps>"


def test_a_request_that_did_not_come_is_refused_with_what_there_is():
    with pytest.raises(ValueError, match="did not arrive; there are 0 to"):
        events().sequence(10_000)
    with pytest.raises(ValueError, match="did not arrive"):
        Story(events(), -1)


def test_several_requests_share_services_and_have_lifelines_of_their_own():
    run = events(down=False)
    both = run.sequence([21, 20])
    assert list(both.participants)[:2] == ["register-page 20", "register-page 21"]
    assert both.title == "requests 20, 21 of register-page (registration-events, seed 1)"
    apart = float(run.tables.requests.arrived[21] - run.tables.requests.arrived[20])
    for number, later in ((20, 0.0), (21, apart)):
        alone = run.sequence(number)
        wanted = [(step.time + later, step.kind, step.text, step.row) for step in alone.steps]
        own = {step.row for step in alone.steps if step.row >= 0}
        found = [
            (step.time, step.kind, step.text, step.row)
            for step in both.steps
            if step.whose == str(number) or f"register-page {number}" in (step.source, step.target) or step.row in own
        ]
        assert [each[1:] for each in found] == [each[1:] for each in wanted]
        assert [each[0] for each in found] == pytest.approx([each[0] for each in wanted])


def test_what_is_done_for_whom_is_said_where_there_are_several():
    both = events(down=False).sequence([20, 21])
    assert {step.whose for step in both.steps if step.kind == "effect"} == {"20", "21"}
    assert "customer row, for 20" in both.text()
    assert "customer row, for 21" in both.mermaid()
    assert "customer row, for 21" in both.svg()
    assert "Customer 20 was told yes" in both.alt_text and "Customer 21 was told yes" in both.alt_text
    assert "for 20" not in events(down=False).sequence(20).text()


def test_one_request_in_a_list_is_the_diagram_of_that_request():
    run = classic()
    assert run.sequence([5]).text() == run.sequence([5, 5]).text() == run.sequence(5).text()
    with pytest.raises(ValueError, match="name a request"):
        run.sequence([])


def test_bars_of_several_requests_end_with_their_own_work():
    """Work at one service that overlaps: each bar is as long as its own work, side by side."""
    both = classic().sequence([93, 94])
    steps = [step for step in both.steps if step.source == "register" and step.kind in ("start", "end")]
    assert [step.kind for step in steps] == ["start", "start", "end", "end"]
    assert steps[0].row == steps[2].row != steps[1].row == steps[3].row
    bars = [
        (float(bar.get("x")), float(bar.get("y")))
        for bar in ElementTree.fromstring(both.svg()).iter("{http://www.w3.org/2000/svg}rect")
        if bar.get("fill") == "#d9d9de"
    ]
    first, second, *_ = sorted(bars)  # those of register, which stands before the others
    assert second[0] == first[0] + 4 and second[1] > first[1]


def test_every_reason_has_words():
    assert sorted(REASONS) == list(range(len(Reason.words())))


def test_time_on_a_hop_is_no_wait_for_a_worker():
    """Two come at once, a second away from their only worker, who needs three seconds for each."""
    run = Scenario.from_dict({
        "name": "hop",
        "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": 2, "at": 0}}}},
        "services": {"front": {"handle": [{"work": "3s"}]}},
        "network": {"latency": "1s"},
        "run": {"duration": "1s"},
    }).run()  # fmt: skip
    assert "waited 3 s for a free worker" in texts(run.sequence(1))
    assert not any("waited" in text for text in texts(run.sequence(0)))
