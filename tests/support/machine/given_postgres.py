"""PostgreSQL as a given machine has it: a table of effects."""

import re
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

from evsim.testbed.wire import HOST
from tests.support.machine.given_servers import asked, given_modules

__all__ = ["given_postgres"]

NUMBER = re.compile(r"\$(\d)")


class _PostgresError(Exception):
    """What the client raises."""


@contextmanager
def given_postgres(servers):
    """In its block the client of PostgreSQL speaks with servers that are given."""

    async def create_pool(url, min_size, max_size):
        servers.told.append(f"a pool of {min_size} to {max_size} at {url}")
        there = urlsplit(url)
        pool = _Pool(servers.at(there.port or 5432, there.hostname or HOST))
        await pool.ask(bool)
        return pool

    errors = {"PostgresError": _PostgresError, "InterfaceError": _PostgresError}
    with given_modules({"asyncpg": SimpleNamespace(create_pool=create_pool, **errors)}):
        yield


class _Pool:
    def __init__(self, server):
        self.server, self.rows = server, server.keeps.setdefault("rows", [])

    def ask(self, do, *arguments):
        return asked(self.server, _PostgresError, do, *arguments)

    async def execute(self, command, *values):
        if command.startswith("insert"):
            places = map(int, NUMBER.findall(command))
            await self.ask(self.rows.append, tuple(values[place - 1] for place in places))
        else:
            self.server.told.append(command)
            await self.ask(bool)

    async def fetch(self, command):
        self.server.told.append(command)
        return await self.ask(list, self.rows)
