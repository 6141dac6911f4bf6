"""A run on real processes: a run like any other, which also knows the machine that it ran on."""

from functools import cached_property

from evsim.run import Run
from evsim.testbed.calibration import refuse_if_busy
from evsim.testbed.measuring import measured
from evsim.testbed.prediction import LivePrediction

__all__ = ["LiveRun"]


class LiveRun(Run):
    """One run on real processes. Its scenario has the faults as they were, and not as they were asked for.

    ``broker``, ``database``: which they were. ``mailbox``: the mails that came, as an mbox file has them.
    ``calibration``: what was measured of the machine (:class:`evsim.testbed.calibration.Calibration`).
    """

    def __init__(self, *, slept, wrote, broker, database, mailbox, **built):
        super().__init__(**built)
        self._slept, self._wrote = slept, wrote
        self.broker, self.database, self.mailbox = broker, database, mailbox

    def __repr__(self):
        return super().__repr__().replace("<Run of", "<Live run of")

    @cached_property
    def calibration(self):
        return measured(self, self._slept, self._wrote)

    @property
    def calibrated(self):
        """The scenario with the constants of this machine."""
        return self.calibration.apply(self.scenario)

    def prediction(self, runs=20, jobs=None):
        """What the simulator says of the same customers on this machine, beside what was measured.

        :exc:`evsim.ScenarioError` where the machine had too much else to do for times to mean anything.
        """
        refuse_if_busy(self.calibration)
        return LivePrediction(self, self.calibrated, runs, jobs, self.calibration.overshoot)
