"""The tables of settings in the manual, made of how the settings are declared."""

from docs.pages.setting_table import KINDS, SETTINGS
from evsim.registry import folders
from evsim.scenario.manual import HEAD, kinds_table, page, settings_table

__all__ = ["MANUALS"]


def _of_parts():
    """Of each part what its page says below its own text."""
    for folder in sorted(folders()):
        yield folder, page(folder).partition("## Settings")[2].replace(HEAD, "")


def _of_scenarios():
    for title, model in SETTINGS.items():
        yield title, settings_table(model)
    for title, kind in KINDS.items():
        yield title, kinds_table(kind)


MANUALS = {"tables of settings of parts": _of_parts, "tables of settings of scenarios": _of_scenarios}
