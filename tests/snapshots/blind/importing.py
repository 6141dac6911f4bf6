"""Each module of evsim is rewritten when it is imported; nothing is written to a file."""

import importlib.abc
import importlib.machinery
import sys
from pathlib import Path

from tests.snapshots.blind.nodes import NAME
from tests.snapshots.blind.rewriting import rewritten
from tests.snapshots.blind.watching import WATCHING

__all__ = ["files", "install", "rewrite"]

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = "evsim"


def files():
    """Every file of evsim, as it is called in a report."""
    return [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / PACKAGE).rglob("*.py"))]


def rewrite(file):
    """A file's tree, with its expressions watched."""
    return rewritten((ROOT / file).read_text(encoding="utf-8"), file, WATCHING)


class RewritingLoader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        """The code under the file's own name and lines, so that whoever asks for the source finds it."""
        file = Path(self.path).resolve().relative_to(ROOT).as_posix()
        return compile(rewrite(file), self.path, "exec", dont_inherit=True)

    def exec_module(self, module):
        setattr(module, NAME, WATCHING)
        super().exec_module(module)


class RewritingFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname.partition(".")[0] != PACKAGE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec and spec.origin and spec.origin.endswith(".py"):
            spec.loader = RewritingLoader(fullname, spec.origin)
        return spec


def install():
    """From now on, in this process, evsim is rewritten when it is imported."""
    if any(isinstance(each, RewritingFinder) for each in sys.meta_path):
        return
    if PACKAGE in sys.modules:
        raise RuntimeError(f"{PACKAGE} is imported already: what it is to be watched by must be there before it")
    sys.meta_path.insert(0, RewritingFinder())
