"""Where effects go: rows of a database (SQLite or PostgreSQL), and mails to a mail server that keeps them.

Both are read when the run is over: what stands there is what happened, whatever a process that was killed had noted.
"""

import asyncio
import re
import smtplib
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from time import monotonic_ns

from evsim.testbed.databases import reach, table_of
from evsim.testbed.wire import HOST

__all__ = ["make_database", "rows_written", "store_of", "write_down"]

DATABASE = "effects.sqlite"
CONNECTIONS = 8  # with PostgreSQL, of one process


def store_of(process, ports):
    """The store of the effects of a service's process; ``ports`` has that of the mail server for whose are mails."""
    if process.service in ports:
        return _MailServer(ports[process.service])
    if process.database is not None:
        return _Postgres(process.database, table_of(process.run_name), process.settings.workers)
    return _Sqlite(process.folder)


def rows_written(folder):
    """``(row, effect, time)`` of all that stands in the database."""
    database = _open(folder)
    rows = database.execute("select row, effect, time from effects").fetchall()
    database.close()
    return rows


def write_down(folder, rows):
    """Put ``(row, effect, time)`` into the run's own file."""
    database = _open(folder)
    database.executemany("insert into effects values (?, ?, ?)", rows)
    database.close()


def make_database(folder):
    """Make the run's own file, before processes open it: two that change its kind at once would lock each other out."""
    database = _open(folder)
    database.execute("pragma journal_mode = wal")
    database.execute("create table effects (row text, effect text, time integer)")
    database.close()


def _open(folder):
    database = sqlite3.connect(Path(folder) / DATABASE, isolation_level=None, timeout=10)
    database.execute("pragma synchronous = off")
    return database


class _Sqlite:
    """A SQLite file. A commit outlives the process that made it, though not a failure of power."""

    def __init__(self, folder):
        self._database = _open(folder)

    async def open(self):
        """It is open."""

    async def write(self, row, effect):
        self._database.execute("insert into effects values (?, ?, ?)", (row, effect, monotonic_ns()))


class _Postgres:
    """A table of a PostgreSQL; each effect is a transaction."""

    def __init__(self, url, table, workers):
        self._url, self._insert = url, f"insert into {table} values ($1, $2, $3)"
        self._most = min(workers, CONNECTIONS)

    async def open(self):
        self._pool = await reach(self._url, self._most)

    async def write(self, row, effect):
        await self._pool.execute(self._insert, row, effect, monotonic_ns())


class _MailServer:
    """An SMTP server on this machine; a connection for each mail that is sent at one time."""

    def __init__(self, port):
        self._port, self._idle = port, []

    async def open(self):
        """A connection is opened for the first mail."""

    async def write(self, row, effect):
        await asyncio.to_thread(self._send, row, effect)

    def _send(self, row, effect):
        mail = EmailMessage()
        customer = re.findall(r"\d+", row)[1]
        mail["From"], mail["To"] = "mailing-list@evsim.example", f"customer-{customer}@evsim.example"
        mail["Subject"], mail["X-Evsim-Row"] = effect, row
        mail.set_content("You're successfully registered.\n")
        connection = self._idle.pop() if self._idle else smtplib.SMTP(HOST, self._port, timeout=10)
        connection.send_message(mail)
        self._idle.append(connection)
