"""The checklist before a release notices what is wrong; what it can hold true every day holds."""

import runpy
import tarfile
import zipfile
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

from release import __main__ as program
from release.checklist import ROOT, Release, contents, one_version
from release.licences import refused
from tests.support.nightly import nightly

TODAY = date(2026, 11, 29)
PYPROJECT = '[project]\nname = "evsim"\nversion = "0.2.0"\n'
LOG = "# Changelog\n\n## [0.2.0] - 2026-11-29\n\n## [0.1.0] - 2026-01-01\n"
CITED = "version: 0.2.0\ndate-released: 2026-11-29\n"


def checkout(folder, project=PYPROJECT, log=LOG, cited=CITED):
    for name, text in {"pyproject.toml": project, "CHANGELOG.md": log, "CITATION.cff": cited}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Release(folder, today=TODAY)


def test_one_version_and_one_day_are_named_everywhere(tmp_path):
    assert one_version(checkout(tmp_path)) == []


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"project": PYPROJECT.replace("0.2.0", "0.3.0")}, "CHANGELOG.md begins with 0.2.0, and pyproject.toml says"),
        ({"log": LOG.replace("[0.2.0] - 2026-11-29", "[Unreleased]")}, "CHANGELOG.md begins with Unreleased"),
        (
            {"log": LOG.replace("2026-11-29", "2026-11-28")},
            "CHANGELOG.md says 2026-11-28, and the day is 2026-11-29: write 2026-11-29 there and commit, or",
        ),
        ({"cited": CITED.replace("0.2.0", "0.1.0")}, "CITATION.cff says version 0.1.0"),
        ({"cited": CITED.replace("-29", "-30")}, "CITATION.cff says 2026-11-30"),
    ],
)
def test_a_version_or_a_day_that_differs_is_told(tmp_path, changed, said):
    wrong = one_version(checkout(tmp_path, **changed))
    assert any(each.startswith(said) for each in wrong), wrong


def test_here_pyproject_citation_and_change_log_name_the_same_version():
    assert [each for each in one_version(Release()) if "the day is" not in each and "tag" not in each] == []


TRACKED = {"README.md", "evsim/run.py", "notebooks/00-press.ipynb", "notebooks/glossary.md", "notebooks/draft.txt"}
WHEEL = {"evsim/run.py", "evsim/lessons/00-press.ipynb", "evsim/lessons/glossary.md"}


@pytest.mark.parametrize(
    "wheel, source, said",
    [
        (WHEEL, TRACKED, []),
        (WHEEL - {"evsim/lessons/glossary.md"}, TRACKED, ["the wheel lacks evsim/lessons/glossary.md"]),
        (WHEEL | {"evsim/key.pem"}, TRACKED, ["the wheel has evsim/key.pem, which is not meant for it"]),
        (WHEEL, TRACKED - {"README.md"}, ["the source lacks README.md"]),
        (WHEEL, TRACKED | {"answers.txt"}, ["the source has answers.txt, which is not meant for it"]),
    ],
)
def test_what_is_missing_or_too_much_in_wheel_or_source_is_told(tmp_path, wheel, source, said):
    class Built(Release):
        def tracked(self):
            return TRACKED

    checkout(tmp_path)
    with zipfile.ZipFile(tmp_path / "evsim.whl", "w") as archive:
        for name in wheel | {"evsim-0.2.0.dist-info/METADATA"}:
            archive.writestr(name, "")
    with tarfile.open(tmp_path / "evsim.tar.gz", "w:gz") as archive:
        for name in source | {"PKG-INFO"}:
            archive.addfile(tarfile.TarInfo(f"evsim-0.2.0/{name}"))
    assert contents(Built(tmp_path, folder=tmp_path)) == said


@pytest.mark.parametrize(
    "fields, well",
    [
        ({"license_expression": "MIT"}, True),
        ({"license_expression": "GPL-3.0-or-later OR Apache-2.0"}, True),
        ({"license_expression": "AGPL-3.0-only"}, False),
        ({"classifier": ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]}, False),
        ({"classifier": ["License :: OSI Approved :: BSD License"], "license": "see file"}, True),
        ({"license": "Proprietary"}, False),
        ({}, False),
    ],
)
def test_a_licence_that_binds_or_is_missing_is_told(fields, well):
    assert bool(refused([{"name": "that", **fields}])) != well


def came_along(name, extras=(), seen=None):
    """The fields of all packages that evsim needs, as far as they are installed here."""
    seen = {} if seen is None else seen
    for line in distribution(name).requires or ():
        need = Requirement(line)
        asked = need.marker is None or any(need.marker.evaluate({"extra": each}) for each in (*extras, ""))
        if need.name in seen or not asked:
            continue
        try:
            seen[need.name] = distribution(need.name).metadata.json
            came_along(need.name, need.extras, seen)
        except PackageNotFoundError:
            continue
    return seen


@pytest.mark.slow
def test_all_that_comes_along_has_a_licence_that_lets_people_use_it():
    packages = came_along("evsim", ["lab"])
    assert {"simpy", "jupyterlab", "tornado"} <= set(packages)
    assert refused(packages.values()) == []


def test_a_step_that_fails_gives_exit_status_1_and_says_what_is_wrong(monkeypatch, capsys):
    def good(release):
        """This is well."""
        return []

    def bad(release):
        """That is not."""
        return ["that is broken"]

    monkeypatch.setattr(program, "STEPS", (good, bad))
    assert program.main([]) == 1
    assert capsys.readouterr().out == "[ok] This is well.\n[WRONG] That is not.\n    that is broken\n"
    monkeypatch.setattr(program, "STEPS", (good,))
    assert program.main([]) == 0 and "git tag" in capsys.readouterr().out


def test_a_step_that_there_is_not_and_a_day_that_is_none_are_refused(capsys):
    for wrong, said in ((["--skip", "uploads"], "'uploads' (choose from"), (["--date", "today"], "'today'")):
        with pytest.raises(SystemExit) as left:
            program.main(wrong)
        assert left.value.code == 2 and said in capsys.readouterr().err


def test_a_release_may_have_another_day_than_today(monkeypatch, capsys):
    def the_day(release):
        """A day."""
        return [f"it is {release.today}"]

    monkeypatch.setattr(program, "STEPS", (the_day,))
    assert program.main(["--date", "2026-11-29"]) == 1 and "it is 2026-11-29" in capsys.readouterr().out


def test_at_night_what_the_checklist_needs_is_installed_for_the_tests(monkeypatch):
    kit = runpy.run_path(str(ROOT / "kit.py"))
    monkeypatch.delenv("EVSIM_NIGHTLY", raising=False)
    assert "release" not in kit["needed_by"]("test")
    monkeypatch.setenv("EVSIM_NIGHTLY", "1")
    assert "release" in kit["needed_by"]("test")


@nightly
def test_the_whole_checklist_holds_but_for_what_is_not_committed(capsys):
    assert program.main(["--skip", "clean", "one_version", "contents"]) == 0, capsys.readouterr().out
