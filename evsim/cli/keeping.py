"""What is finished is kept: written to its place, or beside it, and shown also where it cannot be written."""

from itertools import count
from pathlib import Path

from evsim.cli.output import complain

__all__ = ["Keeper"]


class Keeper:
    """What a command has written, and what it could not: :meth:`tell` says so when the results have been shown."""

    def __init__(self, overwrite=False, folder=False):
        self.overwrite, self.folder = overwrite, folder
        self.errors = []

    def write(self, place, write, *arguments):
        """``write(path, *arguments)``, where path is the place, unless somebody has taken it since the work began.

        Returns the path, or None where it cannot be written.
        """
        from evsim.scenario import ScenarioError

        try:
            path = self._free(place)
            write(path, *arguments)
        except (OSError, ScenarioError) as error:
            if isinstance(error, OSError) and not error.filename:  # a full disk has none
                error.filename = str(place)
            self.errors.append(error)
            return None
        if path != Path(place):
            complain(f"Warning: {place} has been taken meanwhile, so this is in {path}")
        return path

    def tell(self):
        """End with the first error, if there was one."""
        if self.errors:
            raise self.errors[0]

    def _free(self, place):
        from evsim.scenario import ScenarioError
        from evsim.whole import place_for

        place = Path(place)
        try:
            return place_for(place, self.folder, self.overwrite)
        except ScenarioError:
            if not place.exists():
                raise
            numbered = (place.with_name(f"{place.stem}-{number}{place.suffix}") for number in count(2))
            return place_for(next(path for path in numbered if not path.exists()), self.folder)
