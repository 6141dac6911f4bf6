"""What a notebook needs: guesses, checks that simulate, a slider, small scenarios. The ideas stay in the cells."""

from evsim.lesson.exercises import exercise
from evsim.lesson.pictures import stack
from evsim.lesson.predictions import predict
from evsim.lesson.sizes import chain, lesson_size
from evsim.lesson.sliders import slider
from evsim.lesson.tables import promises, wiring
from evsim.lesson.terminal import shell

__all__ = ["chain", "exercise", "lesson_size", "predict", "promises", "shell", "slider", "stack", "wiring"]
