"""Where effects go: rows of a database (SQLite), and mails to a mail server that keeps them.

Both are read when the run is over: what stands there is what happened, whatever a process that was killed had noted.
"""

import asyncio
import re
import smtplib
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from time import monotonic_ns

from evsim.testbed.wire import HOST

__all__ = ["DATABASE", "rows_written", "store_of"]

DATABASE = "effects.sqlite"


def store_of(stores, service):
    """The store of the effects of a service: mails where `stores` gives it the port of a mail server."""
    port = stores["mail"].get(service)
    return _Database(stores["folder"]) if port is None else _MailServer(port)


def rows_written(folder):
    """``(row, effect, time)`` of all that stands in the database."""
    path = Path(folder) / DATABASE
    if not path.exists():
        return []
    with sqlite3.connect(path) as database:
        rows = database.execute("select row, effect, time from effects").fetchall()
    database.close()
    return rows


class _Database:
    """A SQLite file. A commit outlives the process that made it, though not a failure of power."""

    def __init__(self, folder):
        self._database = sqlite3.connect(Path(folder) / DATABASE, isolation_level=None, timeout=10)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = off")
        self._database.execute("create table if not exists effects (row text, effect text, time integer)")

    async def write(self, row, effect):
        self._database.execute("insert into effects values (?, ?, ?)", (row, effect, monotonic_ns()))


class _MailServer:
    """An SMTP server on this machine; a connection for each mail that is sent at one time."""

    def __init__(self, port):
        self._port, self._idle = port, []

    async def write(self, row, effect):
        await asyncio.to_thread(self._send, row, effect)

    def _send(self, row, effect):
        mail = EmailMessage()
        customer = re.match(r"\d+\.(\d+)", row)[1]
        mail["From"], mail["To"] = "mailing-list@evsim.example", f"customer-{customer}@evsim.example"
        mail["Subject"], mail["X-Evsim-Row"] = effect, row
        mail.set_content("You're successfully registered.\n")
        connection = self._idle.pop() if self._idle else smtplib.SMTP(HOST, self._port, timeout=10)
        connection.send_message(mail)
        self._idle.append(connection)
