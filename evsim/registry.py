"""The parts that there are: folders in ``evsim/parts``, and packages of others.

A part is a package whose name is the word by which a scenario calls it. Its ``__init__`` says what it is in its
docstring, and where its word stands in ``SOCKET``. One with several words says so of each,
``SOCKET = {"read": "step", "if_unchanged": "effect"}``, and has as many ``SETTINGS`` and ways to ``build``. A word that
stands at several things names all of them, ``SOCKET = ("service", "of_channel")``, and has the same settings there.
``REASONS``, if it has any, are reasons of its own why an attempt does not end well: ``{"TOO_POOR": PartReason(...)}``.
What the rooms of the house want of it lies in modules of fixed names, each imported when a room asks for it:

============ =======================================================================================
``settings`` ``SETTINGS``: what a person writes behind the word, as a type of pydantic
``engine``   ``build``: how it runs; its arguments are those of its socket (a ``subscription`` may do without: what
             it says is done by the channel)
``audit``    ``CHECKS``: functions of :class:`evsim.results.audit.books.Books` that recount it; of a channel also
             ``obligations``: of each message, to how many it is one
``figures``  ``FIGURES``: what it adds to the figures of a run, each an :class:`evsim.figures.Figure`
``picture``  ``PICTURES``: functions of a run by name, for ``run.plot``; ``BELOW``: a strip below *arrived, told, done*
``words``    ``REMARKS``: what it notes of an attempt, in words for readers
``in_vain``  ``in_vain``: a function of a system after its run: sentences about what it had in vain, as warnings
``trials``   ``MUTANTS`` and ``SETTINGS``: ways to break it, and settings to try; for the tests alone
============ =======================================================================================

and the page of the manual in ``page.md``. Packages of others name themselves by an entry point of the group
``evsim.parts``: ``cache = "evsim_cache"``.
"""

import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from importlib.util import find_spec

__all__ = [
    "CALL", "CHANNEL", "EFFECT", "FAULT", "OF_CHANNEL", "ON_ERROR", "PUBLISH", "SERVICE", "SOCKETS", "STEP",
    "SUBSCRIPTION", "PartPackage", "PartReason", "RegistryError", "folders", "modules", "part", "parts", "reasons",
]  # fmt: skip

GROUP = "evsim.parts"
CALL = "call"  # a setting of whoever asks: of a call, and of an ask on a bus
ON_ERROR = "on_error"  # what follows when whoever asks has no answer
STEP = "step"  # a step of a handler
PUBLISH = "publish"  # a setting of a publish: how a message gets to its channel
CHANNEL = "channel"  # how messages travel without a waiting caller
SERVICE = "service"  # a setting of a service
EFFECT = "effect"  # a setting of an effect
SUBSCRIPTION = "subscription"  # a setting of a subscription: when its messages are settled
FAULT = "fault"  # a kind of fault
OF_CHANNEL = "of_channel"  # a setting of a channel
SOCKETS = (CALL, ON_ERROR, STEP, PUBLISH, SERVICE, CHANNEL, SUBSCRIPTION, EFFECT, FAULT, OF_CHANNEL)


class RegistryError(ImportError):
    """There is no such part, or a package says that it is one and is none."""


@dataclass(frozen=True)
class PartReason:
    """A part's own reason why an attempt does not end well: its `words`, as in *refuses: it is full*.

    refusal: who asked sees that it was refused; otherwise an error. final: another attempt would not end better.
    unsent: the caller itself refuses to ask.
    """

    words: str
    refusal: bool = False
    final: bool = False
    unsent: bool = False


@dataclass(frozen=True)
class PartPackage:
    """A part: its ``word``, the ``socket`` where it stands in a scenario, and the ``package`` that it is.

    ``folder``: the name of the package, which may have several words.
    """

    word: str
    socket: str
    package: str
    about: str
    folder: str

    @property
    def settings(self):
        """What a person writes behind the word, as a type of pydantic."""
        return self._own(self.module("settings").SETTINGS)

    @property
    def build(self):
        """How it runs: a function whose arguments are those of its socket."""
        return self._own(self.module("engine").build)

    def _own(self, declared):
        return declared[self.word] if isinstance(declared, Mapping) else declared

    def module(self, name):
        """One of its modules (``settings``, ``engine`` ...); None where it has none of this name."""
        path = f"{self.package}.{name}"
        return import_module(path) if _is_there(path) else None

    @property
    def in_short(self):
        """What it is, without its name."""
        return self.about.rpartition(": ")[2].rstrip(".")

    @property
    def page(self):
        """Its page of the manual, in Markdown."""
        return (resources.files(self.package) / "page.md").read_text(encoding="utf-8")


@cache
def parts(socket=None):
    """All parts, or those of one socket, in the order of their folders; ours, and those of other packages."""
    return tuple(each for each in _all() if socket in (None, each.socket))


@cache
def _all():
    ours = import_module("evsim.parts")
    found = {module.name: f"{ours.__name__}.{module.name}" for module in pkgutil.iter_modules(ours.__path__)}
    for entry in _entry_points():
        if entry.name in found:
            raise RegistryError(f"{entry.value}: there is a part {entry.name} already, {found[entry.name]}")
        found[entry.name] = entry.value
    return tuple(part for folder, package in sorted(found.items()) for part in _declared(folder, package))


@cache
def _is_there(path):
    """Whether there is a module of this path, which takes a look at the disk."""
    return find_spec(path) is not None


def part(word):
    """The part of this word; :exc:`RegistryError` if there is none."""
    for each in parts():
        if each.word == word:
            return each
    raise RegistryError(f"there is no part {word!r}; there are {', '.join(each.word for each in parts())}")


def modules(name, socket=None):
    """The modules of one name of all parts that have one."""
    found = (each.module(name) for each in parts(socket))
    return list(dict.fromkeys(module for module in found if module is not None))


def folders():
    """folder -> the parts in it."""
    found: dict[str, list[PartPackage]] = {}
    for each in parts():
        found.setdefault(each.folder, []).append(each)
    return dict(sorted(found.items()))


@cache
def reasons():
    """name -> the :class:`PartReason` that a part brings, in the order of their folders."""
    found: dict[str, PartReason] = {}
    for package in dict.fromkeys(each.package for each in parts()):
        for name, reason in getattr(import_module(package), "REASONS", {}).items():
            if name in found or not re.fullmatch("[A-Z]+(_[A-Z]+)*", name):
                raise RegistryError(f"{package}: REASONS: {name!r} must be in capitals, and of one part alone")
            found[name] = reason
    return found


def _declared(folder, package):
    module = import_module(package)
    socket = getattr(module, "SOCKET", None)
    words: dict = socket if isinstance(socket, Mapping) else {folder: socket}  # type: ignore[assignment]
    its = [(word, each) for word, where in words.items() for each in (where if isinstance(where, tuple) else (where,))]
    if not its or not {each for _, each in its} <= set(SOCKETS):
        raise RegistryError(f"{package}: SOCKET = {socket!r} must be one of {', '.join(SOCKETS)}")
    about = (module.__doc__ or "").strip().partition("\n")[0]
    return [PartPackage(word, each, package, about, folder) for word, each in its]


def _entry_points():
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)
