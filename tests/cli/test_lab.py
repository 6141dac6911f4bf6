"""`evsim lab`: the lessons come to a folder of the user's, and nothing of theirs is written over."""

import json
from importlib import util
from pathlib import Path
from shlex import split

import pytest
from packaging.requirements import Requirement

from evsim.lesson import lessons_folder
from tests.cli.test_run import evsim_

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FIRST = "00-press-register.ipynb"


@pytest.fixture
def opened(monkeypatch):
    """The commands that would have been started."""
    commands = []
    monkeypatch.setattr("subprocess.call", lambda command: commands.append(command) or 0)
    return commands


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """As where a wheel was installed, in an empty folder."""
    monkeypatch.setattr(lessons_folder, "in_checkout", lambda: False)
    monkeypatch.setattr(lessons_folder, "shipped", lambda: NOTEBOOKS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_checkout_opens_its_own_lessons(opened, monkeypatch, tmp_path):
    pytest.importorskip("jupyterlab")
    monkeypatch.chdir(tmp_path)
    assert evsim_("lab").exit_code == 0 and evsim_("lab", "03").exit_code == 0
    assert [command[-1] for command in opened] == [
        str(NOTEBOOKS / FIRST),
        str(NOTEBOOKS / "03-event-driven-registration.ipynb"),
    ]
    assert contents(tmp_path) == {}


def test_an_installation_puts_all_lessons_into_a_folder_and_opens_them_there(installed, opened):
    pytest.importorskip("jupyterlab")
    result = evsim_("lab")
    folder = installed / "evsim-lessons"
    assert result.exit_code == 0 and str(folder) in result.stdout
    lessons = [*NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS / "glossary.md"]
    assert contents(folder) == {each.name: each.read_bytes() for each in lessons}
    assert opened[0][-2:] == [f"--ServerApp.root_dir={folder}", str(folder / FIRST)]


def test_work_is_never_written_over_and_what_is_missing_comes_back(installed, opened):
    evsim_("lab", "--no-open")
    folder = installed / "evsim-lessons"
    (folder / FIRST).write_text("my answers", encoding="utf-8")
    (folder / "mine.ipynb").write_text("{}", encoding="utf-8")
    (folder / "glossary.md").unlink()
    result = evsim_("lab", "--no-open")
    assert (folder / FIRST).read_text(encoding="utf-8") == "my answers"
    assert (folder / "glossary.md").read_bytes() == (NOTEBOOKS / "glossary.md").read_bytes()
    assert f"left as they are: {FIRST}." in result.stdout and "mine" not in result.stdout
    assert opened == []


def test_from_inside_its_folder_it_makes_no_other_one(installed, monkeypatch):
    evsim_("lab", "--no-open")
    monkeypatch.chdir(installed / "evsim-lessons")
    before = contents(Path.cwd())
    assert evsim_("lab", "--no-open").exit_code == 0
    assert contents(Path.cwd()) == before


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["99"], "Error: lesson: there is none of this name, got '99'; there is 00-press-register"),
        (["pres-registre"], "there is 00-press-register\n"),
        (["--folder", "a-file"], "a-file: is a file, and the lessons are several; name a folder"),
        (["--folder", "a-file/inside"], "a-file"),
    ],
)
def test_what_is_wrong_is_told_in_one_message(installed, opened, arguments, said):
    (installed / "a-file").touch()
    result = evsim_("lab", *arguments)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1
    assert opened == []


def test_without_jupyterlab_the_lessons_are_there_and_it_says_how_to_get_it(installed, opened, monkeypatch):
    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *rest: None if name == "jupyterlab" else find(name, *rest))
    result = evsim_("lab")
    assert result.exit_code == 2 and 'pip install "evsim[lab]"' in result.stderr
    assert (installed / "evsim-lessons" / FIRST).exists() and opened == []


def test_the_first_cell_for_other_hosts_is_a_call_of_pip_that_ipython_and_pip_understand(installed):
    manager = pytest.importorskip("IPython.core.inputtransformer2").TransformerManager()
    evsim_("lab", "--no-open", "--folder", "hosted", "--install-from", "evsim>=0.2")
    for path in NOTEBOOKS.glob("*.ipynb"):
        first, *rest = json.loads((installed / "hosted" / path.name).read_text(encoding="utf-8"))["cells"]
        assert rest == json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = manager.transform_cell("".join(first["source"]))
        called = []

        class Shell:
            def run_line_magic(self, *words, called=called):
                called.append(words)

        exec(code, {"get_ipython": Shell})
        ((magic, line),) = called
        command, _, *wanted = split(line)
        assert (magic, command) == ("pip", "install")
        assert [Requirement(each).name for each in wanted] == ["evsim", "anywidget"]
