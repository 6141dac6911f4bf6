"""Where the numbers of a scenario come from, as their author says: measured, published or guessed."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from .errors import Problem, ScenarioError, refuse

__all__ = ["NOT_SAID", "Origin", "origin_of", "origins"]

KINDS = ("measured", "published", "guessed")
NOT_SAID = "not said"
WAY_OUT = "take this line out, or give it the path of what it is about"
FORM = re.compile(rf"({'|'.join(KINDS)})(: \S.*)?")


def _said(text):
    if not FORM.fullmatch(text):
        raise refuse("must be guessed, or measured or published with a source: `measured: log of May`", value=text)
    return text


Origin = Annotated[str, Field(max_length=300), AfterValidator(_said)]


def origins(scenario):
    """Paths of which an origin is said, and which are not there."""
    if not scenario.origins:
        return
    value = scenario.reader()
    for path in scenario.origins:
        try:
            value(path)
        except ScenarioError as error:
            for each in error.problems:
                yield Problem(("origins", path), each.rule, hint="; ".join(filter(None, (each.hint, WAY_OUT))))


def origin_of(scenario, path):
    """(kind, source) of what stands at a path: what is said of it, or of the nearest path above it."""
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        said = scenario.origins.get(".".join(steps[:length]))
        if said is not None:
            kind, _, source = said.partition(": ")
            return kind, source
    return NOT_SAID, ""
