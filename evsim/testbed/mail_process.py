"""A mail server as a process: it takes every mail, writes it into a mailbox and sends it nowhere."""

import asyncio
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP

from evsim.testbed.roles import Process, serve
from evsim.testbed.wire import HOST, port_of

__all__ = ["MAILBOX", "MailProcess"]

MAILBOX = "mails.mbox"


class MailProcess(Process):
    async def start(self):
        self._mailbox = (Path(self.folder) / MAILBOX).open("ab", buffering=0)
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(self, hostname="evsim"), HOST, self.port)
        return port_of(server)

    async def handle_DATA(self, server, session, envelope):
        """A mail has come (the name is aiosmtpd's)."""
        mail = message_from_bytes(envelope.content)
        self._mailbox.write(b"From evsim\n" + envelope.content.replace(b"\r\n", b"\n") + b"\n")
        self.journal.note("mail", mail["X-Evsim-Row"], mail["Subject"])
        return "250 OK"


if __name__ == "__main__":
    serve(MailProcess)
