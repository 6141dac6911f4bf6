"""How the marks of a player's panels look: as in the still pictures, from which all of it is taken."""

from dataclasses import replace

from evsim.view import flow, lifelines, promise
from evsim.view.scene.marks import Look, look_of
from evsim.view.scene.scene import plain
from evsim.view.style import ANSWERS, ARRIVED, DECLINED, ERROR, INK, TOLD

__all__ = ["looks", "looks_of_effect"]

LINES = {"arrived": ARRIVED, "told yes": TOLD, "told no": DECLINED, "told error": ERROR}


def looks():
    """name of a mark -> its :class:`~evsim.view.scene.marks.Look`, for JSON."""
    of_lines = {name: look_of(mark, flow.WIDTHS.get(name, 2.0)) for name, mark in LINES.items()}
    of_lives = {
        "works": lifelines.WORKS, "held": lifelines.HELD, "waits": lifelines.HELD, "in line": lifelines.LINE,
        "band": lifelines.BAND, "message": lifelines.MESSAGE, "answer": lifelines.REPLY, "bad": lifelines.BAD_REPLY,
        "lifeline": lifelines.LIFELINE, "untrue": lifelines.UNTRUE, "cross": lifelines.CROSS,
    }  # fmt: skip
    answers = {f"said {word}": lifelines.said(mark) for word, mark in ANSWERS.items()}
    colours = {word: mark.colour for word, mark in ANSWERS.items()} | {"nothing": promise.STUB, "odd": INK}
    of_columns = {"base": promise.BASE} | {f"bar {word}": Look(colour) for word, colour in colours.items()}
    return plain({**of_lines, "predicted": flow.PREDICTED, **of_lives, **answers, **of_columns})


def looks_of_effect(mark):
    """The looks of an effect: of it, and where it happened more than once."""
    look = look_of(mark)
    return plain({"look": look, "often": replace(look, colour=promise.dark(mark.colour), marker="", dash=())})
