"""evsim: describe a system once; watch it, break it, measure it, compare it.

The names below are imported on first use, so that ``import evsim`` is quick and needs nothing else.
"""

TYPE_CHECKING = False  # editors and type checkers take it for True
if TYPE_CHECKING:
    from evsim import theory
    from evsim.engine.environment import SimulationError
    from evsim.experiment.compare import compare
    from evsim.experiment.crash import crash_matrix
    from evsim.experiment.distribution_fit import fit
    from evsim.experiment.find import break_even, find
    from evsim.experiment.hunt import hunt
    from evsim.experiment.hysteresis import hysteresis
    from evsim.experiment.replicate import replicate
    from evsim.experiment.selection import best
    from evsim.experiment.sensitivity import sensitivity
    from evsim.experiment.sweep import sweep
    from evsim.experiment.warm_up import warm_up
    from evsim.imports import from_file, replay
    from evsim.lesson.deck.game import incident
    from evsim.lesson.explore import explore
    from evsim.lesson.toys import toy
    from evsim.reporting import report
    from evsim.run import Simulation
    from evsim.scenario import Distribution, Scenario, ScenarioError, load, names
    from evsim.testbed.live_execution import live
    from evsim.view.player.widget import play

__all__ = [
    "Distribution",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "SimulationError",
    "best",
    "break_even",
    "compare",
    "crash_matrix",
    "explore",
    "find",
    "fit",
    "from_file",
    "hunt",
    "hysteresis",
    "incident",
    "live",
    "load",
    "names",
    "play",
    "replay",
    "replicate",
    "report",
    "sensitivity",
    "sweep",
    "theory",
    "toy",
    "warm_up",
]

_MODULES = {
    "evsim.scenario": ("Distribution", "Scenario", "ScenarioError", "load", "names"),
    "evsim.engine.environment": ("SimulationError",),
    "evsim.experiment.compare": ("compare",),
    "evsim.experiment.crash": ("crash_matrix",),
    "evsim.experiment.distribution_fit": ("fit",),
    "evsim.experiment.find": ("break_even", "find"),
    "evsim.experiment.hunt": ("hunt",),
    "evsim.experiment.hysteresis": ("hysteresis",),
    "evsim.experiment.replicate": ("replicate",),
    "evsim.experiment.selection": ("best",),
    "evsim.experiment.sensitivity": ("sensitivity",),
    "evsim.experiment.sweep": ("sweep",),
    "evsim.experiment.warm_up": ("warm_up",),
    "evsim.imports": ("from_file", "replay"),
    "evsim.lesson.deck.game": ("incident",),
    "evsim.lesson.explore": ("explore",),
    "evsim.lesson.toys": ("toy",),
    "evsim.reporting": ("report",),
    "evsim.run": ("Simulation",),
    "evsim.testbed.live_execution": ("live",),
    "evsim.view.player.widget": ("play",),
}
_HOMES = {name: module for module, homes in _MODULES.items() for name in homes}


def __getattr__(name):
    from importlib import import_module

    if name == "__version__":
        value = import_module("evsim.version").installed_version()
    elif name == "theory":
        value = import_module("evsim.theory")
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'evsim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted({*__all__, "__version__", *(name for name in globals() if name.startswith("__"))})
