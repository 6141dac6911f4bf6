"""What a notebook needs: guesses, checks that simulate, a slider, small scenarios. Ideas stay in cells."""

from evsim.lesson.copies import who_gets_which
from evsim.lesson.crashes import crash_designs
from evsim.lesson.facts import caught_up, promises, told_and_true, wiring
from evsim.lesson.heard import did_it_happen
from evsim.lesson.lesson_sizes import chain, lesson_size
from evsim.lesson.letters import dead_letters
from evsim.lesson.pictures import stack
from evsim.lesson.predictions import predict
from evsim.lesson.questions import question
from evsim.lesson.real_pipe import real_pipe
from evsim.lesson.rivals import contention, rivals
from evsim.lesson.sliders import slider
from evsim.lesson.taken import email_taken, who_heard_no
from evsim.lesson.tasks import exercise
from evsim.lesson.terminal import shell
from evsim.lesson.told import told_then_done
from evsim.lesson.where_they_wait import where_they_wait
from evsim.lesson.workers_task import little

__all__ = [
    "caught_up", "chain", "contention", "crash_designs", "dead_letters", "did_it_happen", "email_taken",
    "exercise", "lesson_size", "little", "predict", "promises", "question", "real_pipe", "rivals", "shell",
    "slider", "stack", "told_and_true", "told_then_done", "where_they_wait", "who_gets_which", "who_heard_no",
    "wiring",
]  # fmt: skip
