"""What conda, Binder and dev containers need to know, written from pyproject.toml.

python -m binder.build           write environment.yml, .devcontainer/, binder/requirements.txt and binder/runtime.txt
python -m binder.build --check   say which of them are stale (exit status 1)

environment.yml is conda's; Binder, where it finds a folder binder/, reads nothing else.
"""

import json
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.12"  # in full: of a range such as >=3.11, Binder silently makes its own choice
EXTRA = "lab"
NAMES_ON_CONDA_FORGE = {"matplotlib": "matplotlib-base"}  # without Qt, which a notebook has no use for

ENVIRONMENT = """\
# For conda and mamba:  conda env create --file environment.yml  and then  conda activate evsim
# Written by python -m binder.build from pyproject.toml. Binder reads the folder binder/ instead.
name: {name}
channels:
  - conda-forge
  - nodefaults
dependencies:
{dependencies}
  - pip:
      - -e .
"""
REQUIREMENTS = """\
# For Binder. Written by python -m binder.build; what evsim needs stands in pyproject.toml.
-e .[{extra}]
"""
DEV_CONTAINER = {
    "name": "evsim",
    "image": f"python:{PYTHON}",
    "onCreateCommand": f"pip install --no-cache-dir -e '.[{EXTRA}]'",
    "postCreateCommand": "./binder/postBuild",
    "customizations": {
        "vscode": {"extensions": ["ms-python.python", "ms-toolsai.jupyter", "charliermarsh.ruff"]},
        "codespaces": {"openFiles": ["notebooks/00-press-register.ipynb"]},
    },
}


def files(project):
    """The text of every file, by its path, for the table [project] of a pyproject.toml."""
    requirements = [*project["dependencies"], *project["optional-dependencies"][EXTRA]]
    lines = [f"python={PYTHON}", "pip", *sorted(conda(each) for each in requirements)]
    dependencies = "\n".join(f"  - {line}" for line in lines)
    return {
        "environment.yml": ENVIRONMENT.format(name=project["name"], dependencies=dependencies),
        "binder/requirements.txt": REQUIREMENTS.format(extra=EXTRA),
        "binder/runtime.txt": f"python-{PYTHON}\n",
        ".devcontainer/devcontainer.json": json.dumps(DEV_CONTAINER, indent=2) + "\n",
    }


def conda(line):
    """A requirement of pyproject.toml in conda's words."""
    requirement = Requirement(line)
    for what in ("marker", "extras", "url"):
        if getattr(requirement, what):
            raise ValueError(f"{line}: conda has no word for the {what} of a requirement")
    name = canonicalize_name(requirement.name)
    return f"{NAMES_ON_CONDA_FORGE.get(name, name)}{requirement.specifier}"


def main(check=False):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stale = []
    for name, text in files(project).items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8", newline="\n")
    if check:
        for name in stale:
            print(f"stale: {name}; python -m binder.build writes it")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
