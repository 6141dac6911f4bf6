"""Paths of settings: how a person says them, and which values are allowed there."""

from collections import Counter

from .errors import ScenarioError

__all__ = ["allows", "path_words", "words_of"]


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


def words_of(paths):
    """path -> its words, with the number of the step where several paths would have the same.

    >>> list(words_of(["services.desk.handle.0.work", "services.desk.handle.2.work", "services.desk.workers"]).values())
    ['desk: step 1 work', 'desk: step 3 work', 'desk: workers']
    """
    paths = list(dict.fromkeys(paths))
    often = Counter(map(path_words, paths))
    return {path: path_words(path) if often[path_words(path)] == 1 else _with_steps(path) for path in paths}


def _with_steps(path):
    place, _, what = path_words(path).partition(": ")
    steps = ".".join(str(int(each) + 1) for each in path.split(".") if each.isdigit())
    return f"{place}: step {steps} {what}"
