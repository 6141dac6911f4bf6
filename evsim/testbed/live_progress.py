"""How far a live run is: a bar in a terminal, a line in a notebook, or a function of one's own."""

import sys
from contextlib import contextmanager

from evsim.counting import digits

__all__ = ["shown_progress"]


@contextmanager
def shown_progress(progress, seconds):
    """A function that is called with the seconds that have passed.

    progress: such a function, True for a bar or a line, None for nothing.
    """
    if progress is not True:
        yield progress or None
    elif _in_notebook():
        yield _line(seconds)
    else:
        from tqdm import tqdm

        with tqdm(total=seconds, unit="s", leave=False, bar_format="{l_bar}{bar}") as shown:

            def show(passed):
                shown.n = min(passed, seconds)
                shown.refresh()

            yield show


def _in_notebook():
    python = sys.modules.get("IPython")
    return python is not None and hasattr(python.get_ipython(), "kernel")


def _line(seconds):
    """A function that writes one line of a notebook's cell anew."""
    from IPython.display import display

    def words(passed):
        return {
            "text/plain": f"Customers come for {digits(seconds)} s, on real processes: {min(passed, seconds):.1f} s"
        }

    line = display(words(0), raw=True, display_id=True)
    return lambda passed: line.update(words(passed), raw=True)
