"""An incident with buttons, in a notebook; where there are no controls, the card says what can be written instead."""

from html import escape

from evsim.lesson.deck.toll import money
from evsim.lesson.widgets import column, controls, show_controls, show_words

__all__ = ["panel", "show_buttons"]

VERBS = {"look": "look at", "name": "broken first is", "mend": "do this"}


def show_buttons(game):
    """Show the card of a game, and below it a row of controls for each thing that can be done."""
    widgets = controls()
    if widgets is None:
        show_words(repr(game), game._repr_html_())
        return
    show_controls(panel(widgets, game), repr(game))


def panel(widgets, game):
    """The card, the time of day, a row for each thing that can be done, and what was seen."""
    seen, clock = widgets.HTML(), widgets.HTML()
    rows = [_row(widgets, game, verb, clock, seen) for verb in VERBS]
    end = widgets.Button(description="debrief", layout={"width": "auto", "align_self": "flex-start"})
    end.on_click(lambda _: _done(game, game.debrief(), clock, seen))
    clock.value = _time(game)
    return column(widgets, [widgets.HTML(game.opening._repr_html_()), clock, *rows, end, seen])


def _row(widgets, game, verb, clock, seen):
    among = {"look": game.card.looks, "name": game.card.suspects, "mend": game.card.mends}[verb]
    options = [(_priced(its), key) for key, its in among.items()]
    choice = widgets.Dropdown(options=options, layout={"width": "36em"}, description=VERBS[verb],
                              style={"description_width": "8em"})  # fmt: skip
    button = widgets.Button(description=verb, layout={"width": "auto"})
    button.on_click(lambda _: _done(game, getattr(game, verb)(choice.value), clock, seen))
    return widgets.HBox([choice, button])


def _priced(its):
    """What it is, how long it takes and what it costs."""
    costs = [f"{its['minutes']} min"] if "minutes" in its else []
    costs += [money(its["money"])] if its.get("money") else []
    return its["label"] + (f" ({', '.join(costs)})" if costs else "")


def _done(game, told, clock, seen):
    """Show what was told above what was told before."""
    html = told._repr_html_() if hasattr(told, "_repr_html_") else f"<p>{escape(str(told))}</p>"
    seen.value, clock.value = html + "<hr>" + seen.value, _time(game)


def _time(game):
    return f"<h4>It is {game.clock}.</h4>"
