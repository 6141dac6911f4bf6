"""The questions of the lessons: four answers each, the thoughts behind the wrong ones, and the truth.

The truth is simulated when a guess is compared with it, so that no cell of a notebook gives it away.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evsim.lesson.contract_task import after_the_rename
from evsim.lesson.function_task import forty_at_once
from evsim.lesson.history_task import had_of_the_past
from evsim.lesson.loop_task import one_thread
from evsim.lesson.luck import blue_quicker
from evsim.lesson.network_task import errors_in_a_thousand
from evsim.lesson.newcomer_task import ends_with_three
from evsim.lesson.predictions import predict
from evsim.lesson.question_truths import (
    after_the_trouble,
    done_first,
    entries_after_a_crash,
    errors_of_ten,
    in_vain,
    left_between_two_writes,
    mean_of_the_broken,
    missing_when_over,
    more_with_eight,
    on_the_list,
    time_of_the_busier,
    true_of_three,
    with_larger_pipes,
)
from evsim.lesson.reality_task import told_for_real
from evsim.lesson.review_task import events_meet
from evsim.lesson.sign_task import may_be_signed

__all__ = ["QUESTIONS", "Question", "question"]


@dataclass(frozen=True)
class Question:
    """``asked``; ``choices``: answer -> the wrong thought behind it, or ""; ``truth()``: the right one."""

    asked: str
    choices: dict
    truth: Callable


def question(name):
    """The :class:`evsim.lesson.predictions.Prediction` of a question of the lessons."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    found = QUESTIONS[name]
    return predict(found.asked, found.choices, truth=found.truth)


QUESTIONS = {
    "on-the-list": Question(
        "In which design is everybody on the mailing list at the moment when they are told 'registered'?",
        {
            "in both designs": "a page that says so has surely checked it.",
            "only in classic": "",
            "only in events": "events are faster, so everything is done sooner.",
            "in neither": "as soon as several programs take part, nobody can promise anything.",
        },
        on_the_list,
    ),
    "ten-in-a-row": Question(
        "A request passes ten services in turn. Of 100 customers, how many are told an error?",
        {
            "about 1": "a chain is as good as each of its links.",
            "about 5": "half of the services hardly matter.",
            "about 10": "",
            "about 20": "every error pulls others along.",
        },
        errors_of_ten,
    ),
    "the-mean": Question(
        "The list is down for a part of the run. What does the mean answer time do?",
        {
            "it rises a lot": "what is broken is slow.",
            "it rises a little": "a mean is over everybody, so a few bad seconds hardly count.",
            "it stays the same": "only the others count, and they are served as before.",
            "it falls": "",
        },
        mean_of_the_broken,
    ),
    "in-vain": Question(
        "register called the mailing list, and heard nothing in time. Is the customer on the list?",
        {
            "yes": "what was sent has arrived, and is done sooner or later.",
            "no": "no answer means that nothing was done.",
            "some are, and some are not": "",
            "not yet": "it is late, and it will be done in the end.",
        },
        in_vain,
    ),
    "done-first": Question(
        "In which design is all done first, on average?",
        {
            "classic": "calls are direct, and every channel is a detour.",
            "parallel": "",
            "hybrid": "a mixture of two designs has the best of both.",
            "events": "what answers first is also done first.",
        },
        done_first,
    ),
    "competing": Question(
        "Four programs read one queue. Of a row, an entry and a count, how many does each customer get?",
        {
            "all three": "whoever reads a channel gets a copy of all that is in it.",
            "two of them": "two programs of a kind count as one, and so another one gets the event, too.",
            "one of them": "",
            "none of them": "programs that read the same channel get in each other's way.",
        },
        true_of_three,
    ),
    "crash-after-the-work": Question(
        "The list has written you down, and crashes before it can say so. In the end, how often are you on it?",
        {
            "never": "a crash takes back what the program was doing.",
            "once": "the broker knows what was done.",
            "twice": "",
            "nobody can say": "what comes of a crash is chance.",
        },
        entries_after_a_crash,
    ),
    "between-two-writes": Question(
        "The database has written your row, and crashes before it can publish. What is left when it is back?",
        {
            "neither row nor entry": "a transaction takes everything back, also in other programs.",
            "the row, and no entry": "",
            "the entry, and no row": "an event is quick, and a row is slow.",
            "row and entry": "a program that is back goes on where it was.",
        },
        left_between_two_writes,
    ),
    "larger-pipes": Question(
        "The two pipes hold 1,600 lines each, and not 16. When is the last line counted?",
        {
            "a hundred times sooner": "what holds more lets more through.",
            "somewhat sooner": "nobody is held up so often, so time is won.",
            "at the same time": "",
            "later": "a large pipe has to be filled first.",
        },
        with_larger_pipes,
    ),
    "busier": Question(
        "The mailer was busy 80 % of the time, and is busy 95 % now. How long does a mail take?",
        {
            "a fifth longer": "a fifth more to do is a fifth more to wait for.",
            "twice as long": "it is more than what was added, but there is still time to spare.",
            "about four times as long": "",
            "longer and longer": "whoever is busy nearly all the time never catches up.",
        },
        time_of_the_busier,
    ),
    "for-real": Question(
        "Of 100 who are told an error in the model, how many are told one by real processes, killed in the same way?",
        {
            "about 0": "it is only a model.",
            "about 50": "each run has its own luck, so it hits others.",
            "about 100": "",
            "100, after the same milliseconds": "the model is the world.",
        },
        told_for_real,
    ),
    "when-over": Question(
        "Numbers are shown as soon as their ten seconds are over. Of 100 events, how many are in none?",
        {
            "0": "what is over has happened, and so it is there.",
            "about 1": "there is always a straggler, and no more than that.",
            "about 8": "",
            "about 40": "whatever is sent late comes too late.",
        },
        missing_when_over,
    ),
    "after-the-trouble": Question(
        "Everybody tries up to three times. What of those who come after second 60, when the list is quick again?",
        {
            "all is as before": "when the cause is gone, so is the effect.",
            "they wait longer": "what piled up has to be done first, and it is.",
            "some are told an error": "a little of the trouble is always left.",
            "all of them are told an error": "",
        },
        after_the_trouble,
    ),
    "eight-consumers": Question(
        "A log has 4 partitions, and its group grows from 4 to 8 instances. How much is done in a second?",
        {
            "twice as much": "work is shared out among all who are there.",
            "half as much again": "they get in each other's way a little, but more hands do more.",
            "as much as before": "",
            "less": "whoever joins has to be managed, and that costs the others.",
        },
        more_with_eight,
    ),
    "ends-with-three": Question(
        "On the bad day, with how many different mixes of row, entry and profile do those end who were told yes?",
        {
            "1": "whoever is told yes has everything.",
            "4": "things are done one after the other, so what is missing is missing at the end.",
            "6": "three programs, and each has done it or not: twice three.",
            "8": "",
        },
        ends_with_three,
    ),
    "forty-at-once": Question(
        "Five customers come to a function in a second, and once there are forty at the same moment. Who waits?",
        {
            "hardly anybody waits longer": "for each of them a copy is started, so nobody has to share.",
            "the last of them wait longest": "whoever comes at the same time stands in a line.",
            "nearly all of them wait longer": "",
            "most are told an error": "what is made for five cannot take forty.",
        },
        forty_at_once,
    ),
    "the-past": Question(
        "How many of the changes of the first 30 days does the index have in the end?",
        {
            "none": "a message is gone once it is read.",
            "those of the last day or so": "a channel keeps what is still to be done, and no more.",
            "half of them": "whoever reads a channel shares it with those who read it, too.",
            "all of them": "",
        },
        had_of_the_past,
    ),
    "one-thread": Question(
        "800 customers come in a second. One thread works 2 ms for each, who also waits 40 ms for a database. How many"
        " does it serve in a second?",
        {
            "about 24": "a thread serves one after the other, from the first line to the last.",
            "about 100": "it can begin with several, but they get in each other's way.",
            "nearly 500": "",
            "all 800": "what is not blocked has no limit.",
        },
        one_thread,
    ),
    "one-in-a-hundred": Question(
        "One message in 100 is lost, and a customer needs two calls. Of 1,000 customers, how many are told an error?",
        {
            "about 10": "one message in a hundred is one customer in a hundred.",
            "about 20": "two calls have two chances to be lost.",
            "about 40": "",
            "about 80": "what is lost holds up those who come after it, too.",
        },
        errors_in_a_thousand,
    ),
    "renamed": Question(
        "register writes mail in the place of email now, and nobody else has changed. What of those who register?",
        {
            "they are told an error": "whoever writes what cannot be read is told so.",
            "they are told yes, and get a mail": "it is text, and any language reads what any other has written.",
            "they are told yes, and get a mail later": "a broker keeps what is not done until somebody can do it.",
            "they are told yes, and get no mail": "",
        },
        after_the_rename,
    ),
    "sign-which": Question(
        "Each machine fails twice a month, for half an hour. Which design meets both objectives?",
        {
            "the big one": "the one with better numbers on a good day is the better one.",
            "two small": "",
            "both": "what is so rare disappears among all the good hours of a month.",
            "neither": "two machines fail twice as often, so nothing is won by a second one.",
        },
        may_be_signed,
    ),
    "other-luck": Question(
        "Both are run ten times, each time with other customers. In how many of these runs is blue the quicker one?",
        {
            "in all 10": "a computer does the same each time, so what is so once is always so.",
            "in 7 to 9": "there is some luck in it, and half the time is too much for luck.",
            "in 4 to 6": "",
            "in 1 to 3": "after good luck comes bad luck.",
        },
        blue_quicker,
    ),
    "events-meet": Question(
        "Events, with the workers as given: in how many of these five cases is each objective met?",
        {
            "in all five": "whoever publishes and answers has kept the promise.",
            "in four": "the broker is the only part whose failure does harm.",
            "in three": "",
            "in one": "whatever is broken breaks some promise.",
        },
        events_meet,
    ),
}
