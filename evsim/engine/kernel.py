"""The kernel: what most that runs needs to know, and nothing else of the system."""

from dataclasses import dataclass, field
from typing import Any

from evsim.engine.environment import ExactEnvironment
from evsim.engine.random_streams import RandomStreams
from evsim.results.records import Records
from evsim.scenario import Scenario

__all__ = ["Kernel"]


@dataclass(frozen=True)
class Kernel:
    """The clock, what is written down, chance, what was asked for, and what parts share by a key of theirs."""

    env: ExactEnvironment
    records: Records
    streams: RandomStreams
    scenario: Scenario
    _shared: dict[Any, Any] = field(default_factory=dict, repr=False)

    def shared(self, key, make):
        """What all who ask for it by the same key share, made for the first of them."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    def everything_shared(self):
        """All that is shared, for an inventory."""
        return list(self._shared.values())
