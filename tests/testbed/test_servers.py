"""Servers that are there already: what a live run leaves on one, and what it shows of who may enter."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

import evsim
from evsim.testbed.brokers import a_broker
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.journal import Journal
from evsim.testbed.saving_live import described
from evsim.testbed.server_process import program
from tests.testbed.live_runs import LOAD, effects_of, needs

SECRET = "only-for-members"


@pytest.fixture
def redis_server(tmp_path):
    """The URL of a Redis server that somebody else has started."""
    needs("redis")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
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
