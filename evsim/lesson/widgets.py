"""Controls in a notebook, and plain words where there are none.

A program that runs a notebook without a person, or a page it was exported to, shows the words.
"""

__all__ = ["column", "controls", "show_controls", "show_words"]

LARGE = "<style>.evsim-controls { --jp-widgets-font-size: 14px }</style>"  # as the text around them


def controls():
    """The ipywidgets module; None where it is not installed."""
    try:
        import ipywidgets
    except ImportError:
        return None
    return ipywidgets


def column(widgets, parts):
    """Controls one below the other, with letters of the size of a notebook's text."""
    box = widgets.VBox([*parts, widgets.HTML(LARGE, layout={"display": "none"})])
    box.add_class("evsim-controls")
    return box


def show_words(text, html=None):
    """Show a text, as HTML where that can be shown."""
    from IPython.display import display

    display({"text/plain": text} | ({"text/html": html} if html else {}), raw=True)


def show_controls(widget, instead):
    """Show a widget; the words `instead` stand where widgets can't be shown."""
    from IPython.display import display

    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle  # IPython lets it bring metadata
    display(data | {"text/plain": instead}, raw=True)
