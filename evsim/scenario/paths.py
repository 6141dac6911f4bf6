"""Paths of settings, as a person says them."""

__all__ = ["path_words"]


def path_words(path):
    """A path without what says nothing.

    >>> path_words("services.mailing-list.handle.0.work.exponential")
    'mailing-list: work exponential'
    """
    first, *rest = path.split(".")
    words = [word for word in rest if not word.isdigit() and word != "handle"] or [first]
    return words[0] if len(words) == 1 else f"{words[0]}: {' '.join(words[1:])}".replace("_", " ")
