"""A run, as people have it in their hands: its results, and everything that can be made of them.

This is the top of the house: pictures, players and branches know results, and results know none of them.
"""

from evsim.engine import Execution
from evsim.results.results import Results

__all__ = ["Run", "Simulation"]


class Run(Results):
    """One run of a scenario: its records, figures and frames (:class:`evsim.results.results.Results`), and pictures."""

    def branch(self, fault, at):
        """The same run with a fault that begins at a moment: same luck, same past, another future.

        fault: as in a scenario without its beginning, ``{"outage": "mailing-list", "for": "5s"}``, or a list of them.
        See :func:`evsim.experiment.branch.branch`.
        """
        from evsim.experiment.branch import branch

        return branch(self, fault, at)

    def theory(self):
        """What formulas say of each service, beside what this run measured: see :meth:`Replications.theory`."""
        from evsim.experiment.theory_panel import TheoryPanel

        return TheoryPanel(self.scenario, self.services, self.summary())

    @property
    def plot(self):
        """The pictures of this run (:class:`evsim.view.plots.Plots`)."""
        from evsim.view.plots import Plots

        return Plots(self)

    def sequence(self, request, workload=None):
        """The sequence diagram of one request, or of a list of them (:class:`evsim.view.sequence.Sequence`)."""
        from evsim.view.sequence import Sequence

        return Sequence(self, request, workload)


class Simulation(Execution):
    """A scenario that is built and ready to run; ``env`` is its :class:`simpy.Environment`.

    SimPy processes of your own may be started in ``env`` before :meth:`run`; they keep no run alive. record: "full", or
    "summary" for figures alone.
    """

    def __init__(self, scenario, seed=None, *, guarded=False, record="full"):
        super().__init__(scenario, seed, guarded=guarded, record=record, into=Run)
