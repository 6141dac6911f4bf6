"""Paths of settings: how a person says them, and which values are allowed there."""

from .errors import ScenarioError

__all__ = ["allows", "path_words"]


def allows(scenario, path, value):
    """Whether a value may stand at a path of a scenario."""
    try:
        scenario.replace({path: value})
    except ScenarioError:
        return False
    return True


def path_words(path):
    """A path without what says nothing.

    >>> path_words("services.mailing-list.handle.0.work.exponential")
    'mailing-list: work exponential'
    """
    first, *rest = path.split(".")
    words = [word for word in rest if not word.isdigit() and word != "handle"] or [first]
    return words[0] if len(words) == 1 else f"{words[0]}: {' '.join(words[1:])}".replace("_", " ")
