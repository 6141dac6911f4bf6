"""What evsim says to settings of parts that are wrong, beside those that are as large or as small as may be."""

from functools import cache
from pathlib import Path

import yaml

from evsim import Scenario
from tests.snapshots.texts import tried

__all__ = ["REFUSED_PARTS"]

FILE = Path(__file__).with_name("refused_parts.yaml")  # a shop, and of each part some changes of it


@cache
def _read():
    changes = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Scenario.from_dict(changes.pop("shop")), changes


def _tries():
    shop, parts = _read()
    for part, tries in parts.items():
        for number, changes in enumerate(tries):
            made = tried(shop.replace, changes)
            yield f"{part} {number}", made if isinstance(made, str) else made.to_yaml()


REFUSED_PARTS = {"settings of parts that are wrong": _tries}
