"""A real mail server on the loopback interface that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from dataclasses import replace
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from coordination.config import Settings


class Post:
    """`refused`: answers to RCPT by address; `data_answer`: to the letter itself; `silent`: hang up instead."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refused: dict[str, str] = {}
        self.data_answer = ""
        self.silent = False
        self._lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802  (aiosmtpd's name)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.silent:
            server.transport.abort()
            return ""
        if self.data_answer:
            return self.data_answer
        with self._lock:
            self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.recipients += envelope.rcpt_tos
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def serve(post: Post) -> Controller:
    """The server, started; stop it at the end."""
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    return controller


def mailing(settings: Settings, port: int) -> Settings:
    """The settings with this server as the mail server."""
    return replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_from="koordynacja@urzad.example",
        smtp_starttls=False,
        public_url="https://koordynacja.example",
    )
