"""What a command has worked out is shown, though its place is gone or taken by the time at which it is written."""

import pytest
from typer.testing import CliRunner

from evsim.cli import app
from evsim.experiment import running

ONE = ("run", "registration-events", "--set", "run.duration=1s", "--set", "run.warmup=0s", "--save")
MANY = ("sweep", "registration-events", "services.database.workers=1,2", "--runs", "1", *ONE[2:])


@pytest.fixture
def meanwhile(monkeypatch):
    """Have this happen while the first run is made."""

    def between(happens):
        run, left = running.audited_run, [happens]

        def audited_run(*arguments):
            while left:
                left.pop()()
            return run(*arguments)

        monkeypatch.setattr(running, "audited_run", audited_run)
        monkeypatch.setattr("evsim.experiment.sweep.audited_run", audited_run)

    return between


@pytest.mark.parametrize("command", [ONE, MANY], ids=lambda command: command[0])
def test_a_folder_that_is_gone_costs_no_result(command, tmp_path, meanwhile):
    above = tmp_path / "above"
    above.mkdir()
    meanwhile(above.rmdir)
    result = CliRunner().invoke(app, [*command, str(above / "kept")])
    assert result.exit_code == 2 and "response" in result.stdout
    assert f"there is no folder {above}" in result.stderr


@pytest.mark.parametrize("command", [ONE, MANY], ids=lambda command: command[0])
def test_what_has_come_meanwhile_is_left_and_the_results_lie_beside_it(command, tmp_path, meanwhile):
    kept = tmp_path / "kept"

    def come():
        kept.mkdir()
        (kept / "summary.json").write_text("of somebody else")

    meanwhile(come)
    result = CliRunner().invoke(app, [*command, str(kept)])
    assert result.exit_code == 0 and f"{kept} has been taken meanwhile, so this is in {kept}-2" in result.stderr
    assert [(file.name, file.read_text()) for file in kept.iterdir()] == [("summary.json", "of somebody else")]
    assert (tmp_path / "kept-2" / "scenario.yaml").is_file()


@pytest.mark.slow
def test_a_page_that_has_come_meanwhile_is_left(tmp_path, monkeypatch):
    from evsim.lesson import challenge

    csv, judged = tmp_path / "board.csv", challenge.judged

    def slowly(*arguments):
        csv.write_text("of somebody else")
        return judged(*arguments)

    monkeypatch.setattr(challenge, "judged", slowly)
    name, design = challenge.challenges()[0], str(tmp_path / "design.yaml")
    assert CliRunner().invoke(app, ["challenge", name, "--start", design]).exit_code == 0
    result = CliRunner().invoke(app, ["challenge", name, design, "--runs", "2", "--csv", str(csv)])
    assert result.exit_code in (0, 1) and f"{csv} has been taken meanwhile" in result.stderr
    assert csv.read_text() == "of somebody else" and "design" in (tmp_path / "board-2.csv").read_text()
