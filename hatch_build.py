"""What a wheel takes along besides the package: the lessons, as evsim/lessons.

An editable installation reads them where they lie.
"""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LessonsInWheel(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        folder = Path(self.root, "notebooks")
        for path in [*folder.glob("*.ipynb"), folder / "glossary.md"]:
            build_data["force_include"][str(path)] = f"evsim/lessons/{path.name}"
