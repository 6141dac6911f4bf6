"""What the command line says to bad input: one clear message on stderr, exit status 2, no traceback."""

import pytest

from evsim.cli.shell import explain
from evsim.results.audit import AuditError
from tests.cli.test_run import evsim_

GOOD = """\
name: tiny
workloads: {people: {target: desk, arrivals: {constant: 5/s}}}
services: {desk: {handle: [{work: 2ms}]}}
run: {duration: 10s}
"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "registration-event"], "did you mean registration-events?"),
        (["run", "nowhere.yaml"], "nowhere.yaml: cannot be read: No such file"),
        (["run", "registration-events", "--set", "services.mailing-list.workrs=3"], "did you mean workers?"),
        (["run", "registration-events", "--set", "service.database.workers=3"], "did you mean services?"),
        (["run", "registration-events", "--set", "services.database.workers=lots"], "got 'lots'"),
        (
            ["run", "registration-events", "--set", "services.database.workers=[1"],
            "--set services.database.workers",
        ),
        (["run", "registration-events", "--set", "nothing"], "'nothing' must look like PATH=VALUE"),
        (["run", "registration-events", "--set", "=3"], "must look like PATH=VALUE"),
        (
            ["run", "registration-events", "--set", "run.seed=.nan"],
            "run.seed: must be a whole number, got nan",
        ),
        (["run", "registration-events", "--set", "objectives.respons_p99=1s"], "did you mean response_p99?"),
        (["run", "registration-events", "--seed", "nan"], "--seed"),
        (["run", "registration-events", "--seed", "-1"], "--seed"),
        (["run", "registration-events", "--seed", "1.5"], "--seed"),
        (["run", "registration-events", "--runs", "0"], "--runs"),
        (["run", "registration-events", "--jobs", "0"], "--jobs"),
        (["run", "registration-events", "--colour"], "--colour"),
        (["run"], "NAME|FILE"),
        (["run", ""], "is empty; `evsim list`"),
        (["compare", "registration-events"], "two designs or more"),
        (["compare", "registration-events", "registration-clasic"], "did you mean registration-classic?"),
        (
            [
                "export",
                "registration-events",
                "x",
                "--format",
                "csv",
                "--workload",
                "nobody",
                "--set",
                "run.duration=6s",
            ],
            "Invalid value for --workload: there is no workload 'nobody'",
        ),
        (["show", "registration-event"], "did you mean registration-events?"),
        (["show", "--preset", "rabitmq"], "did you mean rabbitmq?"),
        (["show", "--preset", "oracle"], "one of aws-dynamodb-us-east-1, "),
        (["run", "registration-classic", "--precision", "oracle=2%"], "got 'oracle'; such as response_p99"),
        (["incident", "oracle"], "got 'oracle'; `evsim incident --list`"),
        (["show"], "name a scenario, or a preset"),
        (
            ["find", "registration-events", "services.database.workers=9..3"],
            "Invalid value for PATH=LOW..HIGH: 'services.database.workers=9..3': LOW..HIGH must begin with the smaller",
        ),
        (
            ["find", "registration-events", "network.latency=1ms..2/s"],
            "'network.latency=1ms..2/s': LOW..HIGH must be two",
        ),
        (["find", "registration-events", "network.latency=1..2s"], "write a unit at both, such as 1ms and 1s"),
        (["find", "registration-events", "network.latency=a..b"], "LOW..HIGH must be two values, such as 1..64 or"),
        (["find", "registration-events", "network.latency=1ms..2ms", "--precision", "2"], "precision: must be a share"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_one_clear_message(arguments, message):
    result = evsim_(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("Error: ") == 1


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (GOOD.replace("services:", "name: twice\nservices:"), ["line 3", "name is given twice", "line 1"]),
        (GOOD.replace("target: desk", "target: dusk"), ["line 2", "did you mean desk?"]),
        (GOOD.replace("2ms", "2 parsecs").replace("5/s", ".nan"), ["line 2", "line 3"]),
        (GOOD.replace("run:", "run: {\n#"), ["is not YAML"]),
        ("", ["is empty"]),
        ("- a\n- b\n", ["must be a mapping"]),
        ("name: \x00", ["is not YAML"]),
    ],
)
def test_a_wrong_file_is_explained_with_its_lines(tmp_path, text, messages):
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    for command in ("run", "validate", "show"):
        result = evsim_(command, file)
        assert result.exit_code == 2 and result.stdout == ""
        for message in ("wrong.yaml", *messages):
            assert message in result.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    file = tmp_path / "binary.yaml"
    file.write_bytes(content)
    result = evsim_("run", file)
    assert result.exit_code == 2
    assert "binary.yaml" in result.stderr


def test_a_folder_is_no_scenario(tmp_path):
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    assert evsim_("run", folder).exit_code == 2


def test_a_place_where_nothing_can_be_saved_is_refused_before_the_run(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    result = evsim_("run", "registration-events", "--set", "run.duration=100000s", "--save", file)
    assert result.exit_code == 2
    assert str(file) in result.stderr


def test_a_run_that_cannot_be_recorded_is_bad_input():
    result = evsim_(
        "run", "registration-classic", "--set", "services.mailing-list.workers=1",
        "--set", "services.register.handle.2.call.retry.attempts=50", "--set", "run.max_rows=4000",
    )  # fmt: skip
    assert result.exit_code == 2


def test_a_defect_is_exit_status_3_and_says_so(capsys):
    assert explain(KeyError("x")) == 3
    assert capsys.readouterr().err == "Error: a defect of evsim: KeyError: 'x'; EVSIM_TRACEBACK=1 shows the place\n"
    assert explain(AuditError("message 7 ended twice")) == 3
    assert "the books do not balance" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["seen", "seen.xyz"])
def test_a_picture_of_no_kind_is_refused_before_the_work_begins(name, tmp_path):
    """A name without an ending had another file written; one that nobody knows was a defect, after all the runs."""
    (tmp_path / "times.csv").write_text("\n".join(map(str, range(1, 30))))
    done = evsim_("fit", str(tmp_path / "times.csv"), "--picture", str(tmp_path / name))
    assert done.exit_code == 2 and done.stdout == ""
    assert done.stderr.endswith(f"{name}: is no kind of picture; name it .png, .svg or .pdf\n")
    assert [path.name for path in tmp_path.iterdir()] == ["times.csv"]
