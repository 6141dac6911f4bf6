"""Servers that are there already: what a live run leaves on one, and what it shows of who may enter."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evsim
from evsim.cli import app
from evsim.testbed.brokers import a_broker
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.journal import Journal
from evsim.testbed.saving_live import described
from evsim.testbed.server_process import free_port, program
from evsim.testbed.supervisor import LiveError
from evsim.testbed.variables import BROKER_VARIABLE
from tests.support.nightly import mostly_at_night
from tests.testbed.live_runs import LOAD, effects_of, needs
from tests.testbed.outside_servers import left_on, server_outside


@pytest.fixture(params=mostly_at_night(["nats", "redis", "kafka", "rabbitmq"], "nats"))
def server(request, tmp_path):
    with server_outside(request.param, tmp_path) as started:
        yield started


@pytest.mark.ci
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="command lines are found in /proc")
def test_two_runs_at_once_on_a_server_do_not_meet_leave_nothing_and_show_nobody_the_password(server, tmp_path):
    """Each is asked for on the command line, with the URL in the environment."""
    runs = [_start(server, tmp_path / str(number), number) for number in (1, 2)]
    seen, said = set(), ""  # the command lines of all processes, while they run
    for run in runs:
        while not (ended := _communicated(run)):
            seen |= _command_lines()
        said += ended[0]
    assert [run.returncode for run in runs] == [0, 0], said
    assert said.count("The books: balanced") == 2 and left_on(server) == []
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("[12]/**/*") if path.is_file())
    assert kept.count(b'"effects_missing": 0') == 2
    assert any(b"evsim.testbed.service_process" in line for line in seen), "it was looked at while they ran"
    assert server.secret.encode() not in b"".join(seen) + kept + said.encode()


@pytest.mark.ci
def test_nothing_is_left_on_a_server_when_evsim_is_killed(tmp_path):
    with server_outside("nats", tmp_path) as server:
        run = _start(server, tmp_path / "run", 1)
        while not left_on(server) and run.poll() is None:
            pass
        run.kill()
        assert run.wait() == -signal.SIGKILL, "something of it was there"
        run.stdout.close()
        end = time.monotonic() + PATIENCE
        while left_on(server):
            assert time.monotonic() < end


@pytest.mark.ci
@pytest.mark.parametrize("kind", mostly_at_night(["nats", "redis", "rabbitmq"], "nats"))
def test_a_server_that_lets_nobody_in_is_named_without_the_password(kind, tmp_path):
    refused = pytest.raises(LiveError, match=r"127\.0\.0\.1:\d+ cannot be reached")
    with server_outside(kind, tmp_path) as server, refused as failure:
        evsim.live("registration-events", seconds=1, broker=server.url.replace(server.secret, "a-guess"))
    assert "a-guess" not in str(failure.value)


@pytest.mark.parametrize(
    ("option", "url", "warned"),
    [
        ("broker", "redis://:secret@host", True),
        ("broker", "nats://secret@host", True),
        ("broker", "redis://host", False),
        ("database", "postgresql://eve:secret@host/name", True),
        ("database", "postgresql://eve@host/name", False),
    ],
)
def test_a_password_on_the_command_line_is_warned_of(option, url, warned):
    """The run itself is refused: its scenario is not there."""
    told = CliRunner().invoke(app, ["live", "no-such-scenario", f"--{option}", url])
    assert told.exit_code == 2 and "secret" not in told.output
    assert (f"EVSIM_{option.upper()}" in told.output) == warned
    variable = {f"EVSIM_{option.upper()}": url}
    assert "EVSIM_" not in CliRunner().invoke(app, ["live", "no-such-scenario"], env=variable).output


def _start(server, folder, seed):
    command = [
        *(sys.executable, "-m", "evsim", "live", "registration-events", "--seconds", "2", "--seed", str(seed)),
        *("--set", "workloads.register-page.arrivals.poisson=20/s", "--set", "objectives={}", "--save", str(folder)),
    ]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, env=os.environ | {BROKER_VARIABLE: server.url}, **told)


def _communicated(run):
    """What a process has said when it has ended; None after a while in which it has not."""
    try:
        return run.communicate(timeout=0.2)
    except subprocess.TimeoutExpired:
        return None


def _command_lines():
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            lines.add(path.read_bytes())
    return lines


@pytest.mark.parametrize("url", ["redis://eve:secret@", "redis://eve:secret@host:port", "amqps3://eve:secret@host"])
def test_a_url_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(evsim.ScenarioError) as refusal:
        a_broker(url)
    assert "secret" not in str(refusal.value) and "eve" not in str(refusal.value)


def test_a_server_of_somebody_else_is_not_killed():
    needs("redis")
    with pytest.raises(evsim.ScenarioError, match="kills no server that it has not started") as refusal:
        evsim.live("registration-events", kill="customer-registered@1s+1s", broker="redis://eve:secret@localhost")
    assert "secret" not in str(refusal.value)


def _grant(folder, service, life, message):
    journal = Journal(folder, service, life)
    journal.note("granted", message, "all", life, service)
    journal.close()


def test_grants_are_counted_over_the_lives_of_all_who_read_together(tmp_path):
    counter = GrantCounter(tmp_path, ["desk", "bank"])
    assert counter.next("a", "all") == 1
    _grant(tmp_path, "desk", 1, "a")
    _grant(tmp_path, "bank", 1, "b")
    assert (counter.next("a", "all"), counter.next("b", "all"), counter.next("a", "other")) == (2, 2, 1)
    _grant(tmp_path, "desk", 2, "a")
    with Path(tmp_path, "desk.2.jsonl").open("ab") as file:
        file.write(b'[1, "granted", "a"')
    assert counter.next("a", "all") == 3 == GrantCounter(tmp_path, ["desk"]).next("a", "all")


SECRET = "only-for-members"
PATIENCE = 60  # seconds


@pytest.fixture
def postgres(tmp_path):
    """The URL of a PostgreSQL that somebody else has started, and the program that asks it."""
    pytest.importorskip("asyncpg")
    if not all(map(program, ("initdb", "postgres", "psql"))):
        pytest.skip("PostgreSQL is not on the PATH")
    folder, who = _home_of_postgres(tmp_path)
    (folder / "password").write_text(SECRET)
    access = ["--auth", "scram-sha-256", "--pwfile", str(folder / "password"), "--username", "eve", "--no-sync"]
    made = subprocess.run([program("initdb"), str(folder / "data"), *access], capture_output=True, **who)
    assert made.returncode == 0, made.stderr
    port = free_port()
    command = [program("postgres"), "-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    with subprocess.Popen([*command, "-F"], stderr=subprocess.DEVNULL, **who) as server:
        url = f"postgresql://eve:{SECRET}@127.0.0.1:{port}/postgres"
        while _ask(url, "select 1").returncode and server.poll() is None:
            pass
        yield url
        server.send_signal(signal.SIGINT)
    shutil.rmtree(folder, ignore_errors=True)


def _home_of_postgres(folder):
    """A folder, and how a program is started that will not run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return folder, {}
    home = Path(tempfile.mkdtemp(prefix="evsim-test-postgres-"))
    shutil.chown(home, "postgres")
    return home, {"user": "postgres"}


def _ask(url, query):
    return subprocess.run([program("psql"), url, "-At", "-c", query], capture_output=True, text=True)


@pytest.mark.ci
def test_rows_go_to_a_postgresql_that_is_there_and_none_of_it_is_left(postgres):
    run = evsim.live(
        evsim.load("registration-events").replace(LOAD), seconds=2, kill="database@1s+0.3s", database=postgres
    )
    assert run.audit() and run.database == postgres.replace(f"eve:{SECRET}@", "")
    assert (effects_of(run, "customer row") >= 1).all()
    assert SECRET not in json.dumps(described(run)) + repr(run)
    assert _ask(postgres, "select count(*) from pg_tables where tablename like 'evsim%'").stdout == "0\n"


@pytest.mark.ci
def test_a_postgresql_that_lets_nobody_in_is_named_without_the_password(postgres):
    with pytest.raises(LiveError, match="cannot be reached") as failure:
        evsim.live(evsim.load("registration-events"), seconds=1, database=postgres.replace(SECRET, "a-guess"))
    assert "a-guess" not in str(failure.value) and "eve" not in str(failure.value)
    assert "127.0.0.1" in str(failure.value)


@pytest.mark.parametrize("database", ["mysql://eve:secret@host/name", "postgresql://eve:secret@", "oracle", 5])
def test_a_database_that_is_none_is_refused_without_its_password(database):
    with pytest.raises(evsim.ScenarioError, match="database") as refusal:
        evsim.live("registration-events", database=database)
    assert "secret" not in str(refusal.value)
