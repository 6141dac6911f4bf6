"""Servers that are there already: what a live run leaves on one, and what it shows of who may enter."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

import evsim
from evsim.testbed.brokers import a_broker
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.journal import Journal
from evsim.testbed.saving_live import described
from evsim.testbed.server_process import free_port, program
from evsim.testbed.supervisor import LiveError
from tests.testbed.live_runs import LOAD, effects_of, needs

SECRET = "only-for-members"


@pytest.fixture
def redis_server(tmp_path):
    """The URL of a Redis server that somebody else has started."""
    needs("redis")
    port = free_port()
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", SECRET]
    with subprocess.Popen([*command, "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL) as server:
        yield f"redis://:{SECRET}@127.0.0.1:{port}"
        server.kill()


@pytest.mark.slow
def test_on_a_server_that_is_there_nothing_is_left_and_nobody_sees_the_password(redis_server):
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.wait = client.ping()
        run = evsim.live(evsim.load("registration-events").replace(LOAD), seconds=1, broker=redis_server)
        assert client.keys() == []
    assert run.audit() and effects_of(run, "subscription").all()
    assert SECRET not in json.dumps(described(run)) + repr(run) + run.broker
    assert run.broker == redis_server.replace(f":{SECRET}@", "")


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


@pytest.mark.slow
def test_rows_go_to_a_postgresql_that_is_there_and_none_of_it_is_left(postgres):
    run = evsim.live(
        evsim.load("registration-events").replace(LOAD), seconds=2, kill="database@1s+0.3s", database=postgres
    )
    assert run.audit() and run.database == postgres.replace(f"eve:{SECRET}@", "")
    assert (effects_of(run, "customer row") >= 1).all()
    assert SECRET not in json.dumps(described(run)) + repr(run)
    assert _ask(postgres, "select count(*) from pg_tables where tablename like 'evsim%'").stdout == "0\n"


@pytest.mark.slow
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
