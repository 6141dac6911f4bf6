"""Predictions: a guess, kept before the truth is shown, and put beside it afterwards."""

from collections.abc import Mapping
from html import escape
from numbers import Real

from evsim.lesson.store import Store
from evsim.lesson.widgets import column, controls, show_controls, show_words
from evsim.lesson.wording import wrapped
from evsim.view.player.guesses import asked

__all__ = ["Prediction", "predict"]

GHOST, GUESS = "#6d6d73", "your guess"
CLOSE = 0.1  # of the range of the numbers to choose from
HEIGHTS = (0.06, 0.2, 0.34, 0.48, 0.62, 0.76)  # shares of a picture's height, where the words of a guess may stand


def predict(question, choices=None, *, number=None, unit="", truth=None):
    """Ask for a guess and return the :class:`Prediction`.

    Either `choices`, a list of texts, or a dict of them with what people who choose each of them often think;
    or `number`, the lowest and the highest that can be guessed, and its `unit`. `truth` is a function that
    finds it.

    The guess outlives the notebook: it is kept by the words of the question. It can be changed until it has
    been put beside the truth, and one that is made after that is marked as late.
    """
    if (choices is None) == (number is None):
        raise ValueError("a prediction needs either choices or the lowest and the highest number")
    return Prediction(question, choices, number, unit, truth, Store())


class Prediction:
    """A question, and the ``guess`` of whoever reads it (None until there is one).

    In a notebook it shows controls for a guess; :meth:`guessed` takes one without them. :meth:`compare` puts
    guess and truth together in words, :meth:`show_on` draws the guess where the truth is drawn. After both the truth
    is ``seen``, and the guess is ``closed`` from then on, until :meth:`forget`. ``first`` is what was guessed first,
    and a guess is ``late`` if the truth had been seen before it.
    """

    def __init__(self, question, choices, number, unit, truth, store):
        self.question, self.choices, self.number, self.unit = question, choices, number, unit
        self._truth, self._store = truth, store
        entry = store.get(question)
        self.guess, self.first = (
            entry.get(each) if self._fits(entry.get(each)) else None for each in ("guess", "first")
        )
        self.seen, self.late = entry.get("seen") is True, entry.get("late") is True
        asked(question, self)

    @property
    def closed(self):
        """Whether there is a guess, and the truth was seen."""
        return self.guess is not None and self.seen

    def __repr__(self):
        return f"<Prediction: {self.question} {self._state()}>"

    def guessed(self, guess):
        """Keep a guess, unless the guessing is closed; return the prediction."""
        if not self._fits(guess):
            raise ValueError(f"guess={guess!r} must be {self._rule()}")
        if not self.closed:
            self.guess = guess if self.number is None else float(guess) if guess % 1 else int(guess)
            self.first = self.guess if self.first is None else self.first
            self.late = self.seen
            self._keep()
        return self

    def forget(self):
        """Start afresh, without a guess; return the prediction."""
        self._store.forget(self.question)
        self.guess = self.first = None
        self.seen = self.late = False
        return self

    def compare(self, truth=None):
        """Put the guess beside the truth, which is found if it is not given; in words."""
        if truth is None and self._truth is None:
            raise ValueError("give the truth to compare the guess with")
        truth = self._truth() if truth is None else truth
        if self.number is None and not self._fits(truth):
            raise ValueError(f"truth={truth!r} must be {self._rule()}")
        self._see()
        told = f"{'The answer' if self.number is None else 'In this run it'} is {self._words(truth)}"
        if self.guess is None:
            return wrapped(f"You have not guessed. {told}.")
        guess = f"You guessed {self._words(self.guess)}{', after you had seen the truth' if self.late else ''}."
        return wrapped(f"{guess} {told}{self._verdict(truth)}.", self._remark(truth))

    def show_on(self, ax, axis="x"):
        """Draw the guess, if there is one, as a dashed line at its place on an axis; return the axes."""
        if self.number is None:
            raise ValueError("only the guess of a number has a place on an axis")
        if self.guess is not None:
            self._ghost(ax, axis)
            drawn = f"Your guess, drawn as a dashed line: {self._words(self.guess)}."
            ax.alt_text = " ".join(filter(None, [getattr(ax, "alt_text", ""), drawn]))
        self._see()
        return ax

    def _ghost(self, ax, axis):
        line = {"color": GHOST, "linestyle": (0, (4, 3)), "linewidth": 1.8, "zorder": 4.5, "label": GUESS}
        box = {"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}
        words = {"color": GHOST, "fontsize": 11, "style": "italic", "bbox": box, "zorder": 7, "va": "bottom"}
        text, points = f"{GUESS}: {self._words(self.guess)}", {"textcoords": "offset points"}
        if axis == "y":
            ax.axhline(self.guess, **line)
            place = {"xy": (0.01, self.guess), "xycoords": ax.get_yaxis_transform(), "xytext": (0, 4)}
            ax.annotate(text, **place, **points, ha="left", **words)
        else:
            ax.axvline(self.guess, **line)
            leftwards = self.guess > sum(ax.get_xlim()) / 2
            left, right = {"xytext": (-5, 0), "ha": "right"}, {"xytext": (5, 0), "ha": "left"}
            sides = (left, right) if leftwards else (right, left)
            _where_it_is_free(ax, [
                lambda side=side, height=height: ax.annotate(
                    text, (self.guess, height), xycoords=ax.get_xaxis_transform(), **side, **points, **words)
                for side in sides for height in HEIGHTS
            ])  # fmt: skip

    # What may be guessed, and how it is said.

    def _fits(self, guess):
        if self.number is None:
            return guess in list(self.choices)
        low, high = self.number
        return isinstance(guess, Real) and not isinstance(guess, bool) and low <= guess <= high

    def _rule(self):
        if self.number is None:
            return f"one of {', '.join(map(repr, self.choices))}"
        return "a number from {} to {}".format(*self.number)

    def _words(self, guess):
        if self.number is None:
            return f"\N{LEFT DOUBLE QUOTATION MARK}{guess}\N{RIGHT DOUBLE QUOTATION MARK}"
        digits = ".6g" if abs(guess) < 999_999 else ".0f"  # a million is no 1e+06
        return f"{guess:,{digits}} {self.unit}".strip()

    def _verdict(self, truth):
        if self.guess == truth:
            return ": you were right"
        if self.number is None or truth != truth:
            return ""
        low, high = self.number
        if abs(self.guess - truth) <= CLOSE * (high - low):
            return ": you were close"
        return f": you guessed too {'high' if self.guess > truth else 'low'}"

    def _remark(self, truth):
        if self.guess == truth or not isinstance(self.choices, Mapping) or not self.choices[self.guess]:
            return ""
        return f"Many who guess so think: {self.choices[self.guess]}"

    def _state(self):
        if self.guess is None:
            return "No guess yet."
        when = ("before", "after")[self.late]
        return f"Your guess: {self._words(self.guess)}{f' (made {when} you saw the truth)' if self.closed else ''}."

    # Keeping.

    def _see(self):
        if not self.seen:
            self.seen = True
            self._keep()

    def _keep(self):
        kept = {each: getattr(self, each) for each in ("guess", "first", "seen", "late")}
        self._store.put(self.question, kept)

    # In a notebook.

    def _ipython_display_(self):
        rule = "" if self.number is None else f" ({self._rule()}{f' {self.unit}' if self.unit else ''})"
        html = f"<p><strong>Your prediction.</strong> {escape(self.question + rule)}</p>"
        show_words(f"Your prediction. {self.question}{rule}", html)
        widgets = controls()
        if widgets is None or self.closed:
            show_words(self._offer())
        else:
            show_controls(self._control(widgets), self._offer())

    def _offer(self):
        if self.closed:
            return (
                f"{self._state()} For the next class: add .forget() to the line above, run it, and take it away again."
            )
        options = "" if self.number else f" Choose from: {', '.join(map(repr, self.choices))}."
        return f"{self._state()}{options} To guess without buttons, add .guessed(...) to the line above."

    def _control(self, widgets):
        """A choice and a button; the line below says what is kept."""
        if self.number is None:
            wide = {"width": "max-content"}
            choice = widgets.RadioButtons(options=list(self.choices), value=self.guess, layout=wide)
        else:
            low, high = self.number
            whole = isinstance(low, int) and isinstance(high, int)
            kind = widgets.IntSlider if whole else widgets.FloatSlider
            start = self.guess if self.guess is not None else low
            choice = kind(min=low, max=high, value=start, description=self.unit, layout={"width": "60%"})
        button, state = widgets.Button(description="Keep my guess"), widgets.Label(self._state())

        def keep(_):
            if self._fits(choice.value):
                self.guessed(choice.value)
            state.value = self._state()

        button.on_click(keep)
        return column(widgets, [choice, widgets.HBox([button, state])])


def _where_it_is_free(ax, places):
    """Write at the first of some places (functions that do it) that no words of the picture take, or at the first."""
    others = [each.get_window_extent() for each in ax.texts]
    inside = ax.get_window_extent()
    for write in places:
        note = write()
        box = note.get_window_extent()
        if not any(box.overlaps(each) for each in others) and inside.x0 <= box.x0 and box.x1 <= inside.x1:
            return note
        note.remove()
    return places[0]()
