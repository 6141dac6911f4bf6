"""The pictures of a run, by name: ``run.plot.flow()``, ``run.plot.promise()`` and so on."""

from functools import partial, update_wrapper
from importlib import import_module
from inspect import signature

from matplotlib.axes import Axes

from evsim.registry import modules
from evsim.results.results import Results
from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["Plots"]

_HOMES = {
    "flow": "flow",
    "promise": "promise",
    "lives": "lives",
    "latency": "dots",
    "ecdf": "ecdf",
    "waterfall": "waterfall",
    "staleness": "staleness",
    "spread": "spread",
    "instances": "instances",
    "who_knows_whom": "matrix",
    "diagram": "diagram",
}


class Plots:
    """The pictures of one run. Each is a function of the module of its name; it returns the axes.

    ``flow`` arrived, told, done: counts against time
    ``promise`` what each customer was told, and what is true
    ``lives`` one customer's way through one design or two: ``run.plot.lives(other_run, request=17)``
    ``latency`` answer times as a hundred dots; ``ecdf`` as a curve
    ``waterfall`` where one request's time went: ``run.plot.waterfall(17)``
    ``staleness`` how many can't yet read what they were told is written
    ``spread`` who does how much of the work, and who waits although somebody is free: ``run.plot.spread("worker")``
    ``instances`` when each instance was starting, warm, busy or gone: ``run.plot.instances("worker")``
    ``who_knows_whom``, ``diagram`` how the services are wired

    Parts add pictures of their own, such as ``breakers``.
    """

    def __init__(self, run):
        self._run = run

    def __getattr__(self, name):
        if name in _HOMES:
            function = getattr(import_module(f"evsim.view.{_HOMES[name]}"), name)
        elif name in (of_parts := _pictures_of_parts()):
            function = of_parts[name]
        else:
            raise AttributeError(f"there is no picture {name!r}; there are {', '.join([*_HOMES, *of_parts])}")
        return update_wrapper(partial(_draw, function, self._run), function)

    def scene(self, name, **settings):
        """A picture as data (:class:`evsim.view.scene.scene.Scene`), which can also move in a browser: for a slider."""
        homes = {each: import_module(function.__module__) for each, function in _pictures_of_parts().items()}
        homes = {each: module for each, module in homes.items() if hasattr(module, "scene")}
        if name not in _HOMES and name not in homes:
            raise ValueError(f"there is no scene {name!r}; there are {', '.join([*_HOMES, *homes])}")
        module = homes[name] if name in homes else import_module(f"evsim.view.{_HOMES[name]}")
        return module.scene(self._run, **settings)

    def __dir__(self):
        return [*_HOMES, *_pictures_of_parts()]


def _draw(function, run, *arguments, **settings):
    """What a picture's function draws, once it is given what it can draw on and of."""
    given = signature(function).bind(run, *arguments, **settings).arguments
    ax, other = given.get("ax"), given.get("run_b")
    if ax is not None and not isinstance(ax, Axes):
        raise ScenarioError([Problem("ax", "must be axes of matplotlib, such as plt.subplots() makes", ax)])
    if other is not None and not isinstance(other, Results):
        raise ScenarioError([Problem("run_b", "must be another run, such as scenario.run() makes", other)])
    return function(run, *arguments, **settings)


def _pictures_of_parts():
    """name -> function of a run, of the pictures that parts add."""
    return {name: function for part in modules("picture") for name, function in part.PICTURES.items()}
