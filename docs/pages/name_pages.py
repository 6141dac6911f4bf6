"""The public Python names, for Sphinx to take from their docstrings."""

import inspect

import evsim
from evsim import lesson

__all__ = ["name_page", "theory_page"]

RESULTS = (  # what the functions give, as far as one works with it
    "evsim.run.Run", "evsim.view.plots.Plots", "evsim.view.sequence.Sequence",
    "evsim.experiment.replicate.Replications", "evsim.experiment.compare.Comparison", "evsim.view.player.widget.Player",
)  # fmt: skip
HEAD = """# Python

`import evsim` has the names below; in a notebook `help(evsim.compare)` says the same. Times are seconds.
"""
THEORY = """# Formulas

`evsim.theory` has closed forms of queueing and reliability, each with its source and with when it does not apply.
`run.theory()` and `evsim run --theory` put them beside what a run measured.
"""


def name_page():
    """The page of the names of `evsim`, of what its functions give, and of what notebooks use."""
    parts = [HEAD, _listed("evsim", (name for name in evsim.__all__ if name != "theory"))]
    parts.append("## What they give\n\n" + _rst(*(_class(name, inherited=True) for name in RESULTS)))
    parts.append("## For lessons\n\n`from evsim.lesson import ...`\n\n" + _listed("evsim.lesson", lesson.__all__, 3))
    return "\n\n".join(parts) + "\n"


def theory_page():
    return THEORY + "\n" + _listed("evsim.theory", evsim.theory.__all__)


def _listed(module, names, level=2):
    """Functions first, then classes, each by the alphabet."""
    found = {name: getattr(_module(module), name) for name in sorted(names)}
    classes = [_class(f"{module}.{name}") for name, thing in found.items() if inspect.isclass(thing)]
    functions = [f".. autofunction:: {module}.{name}" for name, thing in found.items() if inspect.isfunction(thing)]
    marks = "#" * level
    return "\n\n".join(
        f"{marks} {title}\n\n{_rst(*directives)}"
        for title, directives in (("Functions", functions), ("Classes", classes))
        if directives
    )


def _module(name):
    return lesson if name == "evsim.lesson" else evsim.theory if name == "evsim.theory" else evsim


def _class(name, inherited=False):
    every = "\n   :inherited-members:" if inherited else ""
    return f".. autoclass:: {name}\n   :members:\n   :exclude-members: model_config{every}"


def _rst(*directives):
    return "````{eval-rst}\n" + "\n\n".join(directives) + "\n````"
