"""Other environments than the one the tests run in: another Python, other versions of what evsim needs."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.missing import missing

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1800  # s for a command
NO_NETWORK = re.compile(r"error sending request|dns error|timed out|NewConnectionError")
NOT_COPIED = (".*", "__pycache__", "build", "dist", "*.egg-info")


def python(version):
    """The path of a Python of this version; the test is skipped if none is found."""
    candidates = [sys.executable, shutil.which(f"python{version}")]
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for path in filter(None, candidates):
        ask = [path, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
        if subprocess.run(ask, capture_output=True, text=True).stdout.strip() == version:
            return path
    pytest.skip(f"no Python {version} here")


def copy_of_repository(folder):
    """A copy without what git ignores, so that nothing is installed from, or written to, this one."""
    return shutil.copytree(ROOT, folder / "evsim", ignore=shutil.ignore_patterns(*NOT_COPIED))


class Environment:
    """A new environment in `folder`/venv; its commands run in `repository`."""

    def __init__(self, folder, version, repository):
        self._uv = pytest.importorskip("uv", reason="uv, which makes environments, is not installed").find_uv_bin()
        self.folder, self.repository = folder / "venv", repository
        place = {"base": str(self.folder), "platbase": str(self.folder)}
        self.scripts = Path(sysconfig.get_path("scripts", "venv", place))
        self.uv("venv", "--quiet", "--seed", "--python", python(version), self.folder)

    def uv(self, *command):
        return self.run(self._uv, *command)

    def python(self, *arguments):
        return self.run(self.scripts / "python", *arguments)

    def install(self, *what):
        self.uv("pip", "install", *what)

    def run(self, *command):
        """What a command says; an error if it fails."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PY")} | {
            "VIRTUAL_ENV": str(self.folder),
            "PATH": os.pathsep.join([str(self.scripts), os.environ["PATH"]]),
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        words = list(map(str, command))
        options = {"cwd": self.repository, "env": variables, "encoding": "utf-8", "timeout": LIMIT}
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
        print(done.stdout)
        if done.returncode and NO_NETWORK.search(done.stdout):
            missing(f"there is no network: {' '.join(words)}")
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-5000:]}"
        return done.stdout

    def test(self, *what):
        """Run tests in it, notebooks among them; what pytest says last."""
        notebooks = ("--nbval-lax", "--nbval-current-env") if any("notebooks" in each for each in what) else ()
        return self.python("-m", "pytest", "-q", *notebooks, *what).strip().splitlines()[-1]

    def versions(self):
        """What is installed, versions by name."""
        lines = self.uv("pip", "freeze", "--exclude-editable").split()
        return dict(line.split("==") for line in lines if "==" in line)
