"""The steps before a release. Each returns what is wrong: nothing, if all is well."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from datetime import date
from email import message_from_string
from pathlib import Path

import yaml

from release.licences import refused

__all__ = ["STEPS", "Release"]

ROOT = Path(__file__).resolve().parents[1]
BYTES_OF_WHEEL = 5_000_000  # lessons and player make one of about 1.2 MB: more than this is something that crept in


class Release:
    """The folder that is released, what is built of it, and the bare environment that it is tried in."""

    def __init__(self, root=ROOT, folder=None, today=None):
        self.root, self.today = Path(root), today or date.today()
        self.folder = Path(folder or self.root / "build/release")
        self.environment = self.folder / "environment"
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        self.python = self.environment / scripts / "python"
        self.project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    @property
    def wheel(self):
        (found,) = self.folder.glob("*.whl")
        return found

    @property
    def source(self):
        (found,) = self.folder.glob("*.tar.gz")
        return found

    def says(self, *command, cwd=None):
        """(whether it went well, all that it said)."""
        done = subprocess.run(
            list(map(str, command)), cwd=cwd or self.root, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return not done.returncode, done.stdout

    def must(self, *command, cwd=None):
        """What is wrong: what the command said, if it failed."""
        well, said = self.says(*command, cwd=cwd)
        return [] if well else [f"{' '.join(map(str, command))}\n{said.strip()[-2000:]}"]

    def tracked(self):
        """The files that git knows."""
        well, said = self.says("git", "ls-files", "-z")
        if not well:
            raise OSError(f"git ls-files: {said.strip()}")
        return {name for name in said.split("\0") if name}


def clean(release):
    """What is released is what is committed."""
    well, said = release.says("git", "status", "--porcelain")
    return [] if well and not said else [f"git status: {said.strip()}"]


def one_version(release):
    """pyproject.toml, CHANGELOG.md and CITATION.cff name one version and one day, and no tag has its name."""
    version, wrong = release.project["version"], []
    log = (release.root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^]]+)\](?: - (\S+))?$", log, re.M)
    cited = yaml.safe_load((release.root / "CITATION.cff").read_text(encoding="utf-8"))
    if newest[1] != version:
        wrong.append(f"CHANGELOG.md begins with {newest[1]}, and pyproject.toml says {version}")
    if cited["version"] != version:
        wrong.append(f"CITATION.cff says version {cited['version']}, and pyproject.toml {version}")
    days = {"CHANGELOG.md": newest[2], "CITATION.cff": str(cited["date-released"])}
    others = {name: day for name, day in days.items() if day != str(release.today)}
    way_out = f"write {release.today} there and commit, or name the day of the release: --date {newest[2] or 'DAY'}"
    wrong += [f"{name} says {day}, and the day is {release.today}: {way_out}" for name, day in others.items()]
    well, tags = release.says("git", "tag", "--list", f"v{version}")
    if well and tags:
        wrong.append(f"there is a tag v{version} already")
    return wrong


def made_files(release):
    """The files that are made, for conda, Binder, the manual and the pages of toys, are fresh."""
    makers = (["binder.build"], ["docs.build"], ["docs.site"], ["docs.site", "--deck"])
    return [each for maker in makers for each in release.must(sys.executable, "-m", *maker, "--check")]


def built(release):
    """A source distribution, and from it a wheel."""
    release.folder.mkdir(parents=True, exist_ok=True)
    for old in [*release.folder.glob("*.whl"), *release.folder.glob("*.tar.gz")]:
        old.unlink()
    return release.must(sys.executable, "-m", "build", "--outdir", release.folder, release.root)


def contents(release):
    """The wheel holds the package and the lessons; the source distribution all that git knows; neither holds more."""
    tracked = release.tracked()
    with zipfile.ZipFile(release.wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    with tarfile.open(release.source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    lessons = {name for name in tracked if re.fullmatch(r"notebooks/([^/]+\.ipynb|glossary\.md)", name)}
    wanted = {name for name in tracked if name.startswith("evsim/")}
    wanted |= {f"evsim/lessons/{Path(name).name}" for name in lessons}
    wrong = _differ("the wheel", inside, wanted) + _differ("the source", packed - {"PKG-INFO"}, tracked)
    size = release.wheel.stat().st_size
    return wrong + ([f"the wheel has {size:,} bytes, more than {BYTES_OF_WHEEL:,}"] if size > BYTES_OF_WHEEL else [])


def _differ(name, found, wanted):
    wrong = [f"{name} lacks {each}" for each in sorted(wanted - found)]
    return wrong + [f"{name} has {each}, which is not meant for it" for each in sorted(found - wanted)]


def metadata(release):
    """Its metadata are whole, its README can be shown, and it has its licence."""
    wrong = release.must(sys.executable, "-m", "twine", "check", "--strict", release.wheel, release.source)
    with zipfile.ZipFile(release.wheel) as archive:
        (place,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        fields = message_from_string(archive.read(place).decode("utf-8"))
        if place.replace("METADATA", "licenses/LICENSE") not in archive.namelist():
            wrong.append("the wheel has no licence")
    told = {"Version": "version", "License-Expression": "license", "Requires-Python": "requires-python"}
    for name, key in told.items():
        if fields[name] != release.project[key]:
            wrong.append(f"{name} is {fields[name]} and not {release.project[key]}")
    return wrong


def installed(release):
    """In a bare environment the wheel installs with all that it needs, and says its version."""
    venv.create(release.environment, clear=True, with_pip=True)
    wrong = release.must(release.python, "-m", "pip", "install", "--quiet", f"{release.wheel}[lab]")
    wrong = wrong or release.must(release.python, "-m", "pip", "check")
    if wrong:
        return wrong
    said = release.says(release.python, "-I", "-m", "evsim", "--version", cwd=release.folder)[1].strip()
    wanted = f"evsim {release.project['version']}"
    return [] if said == wanted else [f"evsim --version says {said}, and not {wanted}"]


def lessons_run(release):
    """There evsim lab lays out the lessons, and each runs from its first cell to its last."""
    folder = release.folder / "lessons"
    wrong = release.must(
        release.python, "-I", "-m", "evsim", "lab", "--no-open", "--folder", folder, cwd=release.folder
    )
    for lesson in sorted(folder.glob("*.ipynb")):
        run = ("-I", "-m", "jupyter", "execute", "--kernel_name=python3", lesson.name)
        wrong += release.must(release.python, *run, cwd=folder)
    return wrong if wrong or any(folder.glob("*.ipynb")) else ["there is no lesson"]


def pages(release):
    """The documentation is made as a site, without a warning and with no link that leads nowhere."""
    return release.must(sys.executable, "-m", "docs.pages", str(release.folder / "pages"))


def licences(release):
    """All that came with it has a licence that lets people use and teach with it."""
    ask = "import json; from importlib.metadata import distributions as d; " \
          "print(json.dumps([dict(x.metadata.json, version=x.version) for x in d()]))"  # fmt: skip
    well, said = release.says(release.python, "-I", "-c", ask)
    if not well:
        return [said]
    return refused(json.loads(said))


STEPS = (clean, one_version, made_files, built, contents, metadata, installed, lessons_run, pages, licences)
