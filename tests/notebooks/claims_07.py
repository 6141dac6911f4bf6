"""What lesson 07 says, and what has to be true for it."""

import numpy as np

from evsim.lesson.pipe_task import AT_ONCE, EARLY, LATEST, advertised, pipeline

LINES = 3000


def counted(holds):
    """When the last line is counted, and the most lines that lie in the first joint."""
    run = pipeline(holds).run()
    waited = run.tables.messages["acknowledged"]
    assert len(run.requests) == LINES and not np.isnan(waited).any()
    return float(run.effects.time.max()), run


def a_small_buffer_smooths_and_a_larger_one_does_not_help():
    ends = [counted(holds)[0] for holds in (1, 16, 256, 4096)]
    return ends[0] > 1.08 * ends[1] and max(ends[1:]) < 1.005 * min(ends[1:])


def the_slowest_decides():
    (work, _), slowest = pipeline().services["keep"].handle, LINES * 0.002
    return work.time.mean == 0.002 and abs(counted(16)[0] / slowest - 1) < 0.01


def about_half_goes_on():
    its = counted(16)[1].pipeline
    written = {stage.name: stage.written for stage in its}
    return written["list"] == LINES and abs(written["keep"] - LINES / 2) < 3.5 * np.sqrt(LINES / 4)


def list_is_held():
    (first, *others) = counted(16)[1].pipeline
    return first.name == "list" and first.blocked > 2.5 and not any(each.blocked for each in others)


def full_after(places):
    """When the first customer is refused."""
    run = advertised(places, "reject_publish").run()
    return float(run.outcomes.told_at[run.outcomes.error][0])


def eight_come_and_five_go():
    rate = advertised().workloads["register-page"].arrivals.rate
    work = advertised().services["mailer"].handle[0].time.mean
    return rate == 8 and work == 1 / 5


def full_after_a_good_minute():
    return abs(full_after(200) - 200 / 3) < 1 and abs(full_after(400) - 2 * 200 / 3) < 2 and eight_come_and_five_go()


def ways():
    return {way: advertised(200, way).run() for way in ("drop_head", "block", "reject_publish")}


def three_ways():
    forget, hold, refuse = ways().values()
    never = [int((run.outcomes.yes & (run.tables.requests.present == 0)).sum()) for run in (forget, hold, refuse)]
    refused = int(refuse.outcomes.error.sum())
    return forget.outcomes.yes.all() and hold.outcomes.yes.all() and never == [refused, 0, 0] and refused > 100


def most_of_a_minute_for_a_page():
    return 40 < ways()["block"].tables.requests.response.max() < 60


def five_mails_in_a_second():
    """While there is a queue: 5 in each second, whatever happens at its end."""
    sent = [np.histogram(run.effects.time, np.arange(1, 151))[0] for run in ways().values()]
    return all((each >= 4).all() and (each <= 6).all() and abs(each.mean() - 5) < 0.05 for each in sent)


def hold_goes_on():
    """Until a good minute and a half after the last customer came; then everybody has a mail."""
    run = ways()["block"]
    return 85 < run.effects.time.max() - run.tables.requests.arrived.max() < 100


def pipes_of_sixteen():
    channels = pipeline(16).channels
    return [*channels] == ["listed", "kept"] and all(each.capacity == 16 for each in channels.values())


CLAIMS = [
    ("07", "`list` has a line each millisecond, three thousand in all. `keep` needs two milliseconds for a line",
     the_slowest_decides),
    ("07", "passes on every second one, more or less", about_half_goes_on),
    ("07", "Each pipe can hold 16 lines.", pipes_of_sixteen),
    ("07", "So `list` is *held*", list_is_held),
    ("07", "A pipe of one line is a little slow", a_small_buffer_smooths_and_a_larger_one_does_not_help),
    ("07", "From then on nothing gets faster", a_small_buffer_smooths_and_a_larger_one_does_not_help),
    ("07", "8 customers register in a second, and only 5 welcome mails can be sent.", eight_come_and_five_go),
    ("07", "The mails wait in a queue with 200 places. Each second 3 more lie there, so it is full after 200 / 3",
     full_after_a_good_minute),
    ("07", "With 400 places it is full after two minutes.", full_after_a_good_minute),
    ("07", "*Forget*: everybody is told yes, and many never get their mail.", three_ways),
    ("07", "some wait the better part of a minute for a page", most_of_a_minute_for_a_page),
    ("07", "as many are without a mail as with *forget*", three_ways),
    ("07", "None of the three sends more than 5 mails in a second.", five_mails_in_a_second),
    ("07", "it goes on sending for a good minute and a half after the last customer came", hold_goes_on),
    ("07", "*your mail comes within 5 seconds*", lambda: LATEST == 5),
    ("07", "had to wait 4 seconds or more", lambda: EARLY == 4 and AT_ONCE < 1),
]  # fmt: skip
