"""Changes: who has a setting that is another later, and is told when it is."""

from operator import itemgetter

from evsim.scenario.changes import become, changes, may_become, static_ages
from evsim.ticks import ticks

__all__ = ["Changes"]


class Changes:
    """What changes of a running scenario, section by section (``services``, ``channels``, ``workloads``).

    Who has such a setting asks :meth:`ever` as it is built, for all that it may become, and by :meth:`watch` to be told
    of its new settings at the moment when they are in force, before anything else happens. Of what never changes there
    is one version, and nobody is told.
    """

    def __init__(self, scenario, env):
        self.scenario, self.now, self.env = scenario.as_written, scenario, env
        self.written = {ticks(moment): there for moment, there in static_ages(self.scenario)}
        self.in_force = []  # (since when, change)
        self.ages = [each.complete for each in may_become(self.scenario)] if changes(scenario) else [scenario]
        self.watching = {}  # (section, name) -> functions of its settings

    def ever(self, section, name):
        """All that a thing may be, what it is at first before the others."""
        return tuple(dict.fromkeys(getattr(age, section)[name] for age in self.ages))

    def of(self, section, name):
        """Whether a thing ever changes."""
        return len(self.ages) > 1 and len(self.ever(section, name)) > 1

    def watch(self, section, name, told):
        """Call ``told(settings)`` whenever a thing has other settings from now on."""
        if len(self.ages) > 1:
            self.watching.setdefault((section, name), []).append(told)

    def begin(self, fault):
        """A change is in force."""
        self._become([*self._at_random(), *([(self.env._now, fault)] if fault.at is None else ())])

    def end(self, fault):
        """A change is over: what it changed is as it would be without it."""
        self._become([entry for entry in self._at_random() if entry[1] != fault])

    def _at_random(self):
        return [entry for entry in self.in_force if entry[1].at is None]

    def _become(self, at_random):
        """All that is written to begin or to end now does so at once: nothing is in force that never is for a time."""
        now = self.env._now
        written = [(ticks(each.at), each) for each in self._written_until(now)]
        self.in_force = sorted((*written, *at_random), key=itemgetter(0))
        self._tell()

    def _written_until(self, now):
        moment = max((moment for moment in self.written if moment <= now), default=None)
        return () if moment is None else self.written[moment]

    def _tell(self):
        before, self.now = self.now, become(self.scenario, [fault for _, fault in self.in_force]).complete
        for (section, name), listeners in self.watching.items():
            settings = getattr(self.now, section)[name]
            if settings != getattr(before, section)[name]:
                for told in listeners:
                    told(settings)
