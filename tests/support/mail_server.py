"""SMTP servers on 127.0.0.1 and a reminder to send through them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller

from shared import clock
from shared.services.delivery import smtp
from shared.services.delivery.mail import compose
from shared.services.delivery.wording import Subject


def mail(user: UUID, to: str = "somebody@example.com") -> EmailMessage:
    """Compose a reminder."""
    subject = Subject("reminder", "Blumen gießen", "Due", is_late=False, locale="en")
    return compose(subject, user, to, clock.uuid7(), clock.uuid7())


class Inbox:
    """An SMTP server's handler that keeps mails and may refuse recipients."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.peers: set[Any] = set()
        self.answer = "250 OK"

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        self.peers.add(session.peer)
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 OK"


@contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """Serve SMTP for the block and return the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        smtp.forget_connections()
        controller.stop()


@contextmanager
def server_that_hangs_up(count: int) -> Iterator[tuple[int, list[bytes]]]:
    """Take ``count`` mails whole and end each connection without an answer; return the port and what was taken."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[bytes] = []

    def serve() -> None:
        for _ in range(count):
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(b"220 here\r\n")
                while not (line := stream.readline()).upper().startswith(b"DATA"):
                    stream.write(b"250 fine\r\n" if line else b"")
                stream.write(b"354 go on\r\n")
                lines = []
                while (line := stream.readline()) not in {b".\r\n", b""}:
                    lines.append(line)
                taken.append(b"".join(lines))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], taken
    finally:
        listener.close()
        smtp.forget_connections()
