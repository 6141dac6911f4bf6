import shutil

import pytest

from evsim.lesson import shell, terminal
from evsim.lesson.terminal import RECORDED

COUNT = "ls -l | grep ^- | wc -l"


def test_it_prints_what_the_shell_prints_here(folder):
    if not all(shutil.which(each) for each in ("sh", "ls", "grep", "wc")):
        pytest.skip("there is no Unix shell here")
    (folder / "a folder").mkdir()
    for name in ("one", "two", "three", "four"):
        (folder / name).write_text(name, encoding="utf-8")
    command, number = shell(COUNT).splitlines()
    assert (command, number.strip()) == (f"$ {COUNT}", "4")
    assert len(shell("ls -l | grep ^-").splitlines()) == 1 + 4


def test_without_a_shell_it_shows_the_recording_and_says_so(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    assert shell(COUNT).splitlines()[:2] == [f"$ {COUNT}", "3"]
    assert "This computer has no Unix shell" in shell(COUNT)


def test_a_shell_that_fails_is_like_none(folder, monkeypatch):
    monkeypatch.setattr(terminal.subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(OSError("no")))
    assert "recorded" in shell.__doc__ and "no Unix shell" in shell("ls -l")


def test_the_recordings_fit_together():
    files = [line for line in RECORDED["ls -l"].splitlines() if line.startswith("-")]
    assert RECORDED["ls -l | grep ^-"].splitlines() == files
    assert RECORDED[COUNT] == str(len(files))


def test_only_recorded_commands_run():
    with pytest.raises(ValueError, match="'rm -r .' was not recorded"):
        shell("rm -r .")
