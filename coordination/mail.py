"""Sending one letter at a time by SMTP, and telling apart what became of it. No Flask."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from types import TracebackType

from email_validator import EmailNotValidError, validate_email

from coordination.clock import now
from coordination.config import Settings

TIMEOUT = 20  # seconds for each answer of the mail server


class NotSent(Exception):
    """The letter did not leave and may be tried again; the text says why."""


class Refused(Exception):
    """The mail server refuses this address for good; the text is its own."""


class Unclear(Exception):
    """The server stopped answering after it had been given the letter: nobody knows whether it left."""


def address(text: str) -> str:
    """An e-mail address as it is written in a letter's head. Raises ValueError with the reason for anything else."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def message(sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """A plain text letter in UTF-8. Raises ValueError for a line break in what goes into its head."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, address(to), subject
    made["Date"] = format_datetime(now())
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body, cte="base64")
    return made


@dataclass
class Mailer:
    """A connection to the mail server of the settings, opened at the first letter and again where it broke off.

    Use it as a context manager; `send` raises NotSent, Refused or Unclear.
    """

    settings: Settings
    _open: smtplib.SMTP | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is not None:
            try:
                self._open.quit()
            except (OSError, smtplib.SMTPException):
                self._open.close()
            self._open = None

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand one letter to the server."""
        try:
            ready = message(self.settings.smtp_from, to, subject, body)
        except ValueError as error:
            raise Refused(str(error)) from None
        given = False
        try:
            server = self._connected()
            self._said(server, server.mail(self.settings.smtp_from), NotSent)
            code, text = server.rcpt(str(ready["To"]))
            # 4xx means "not now", as with greylisting; 5xx that it will not be taken tomorrow either.
            self._said(server, (code, text), Refused if code >= 500 else NotSent)
            given = True
            self._said(
                server, server.data(ready.as_bytes(policy=ready.policy.clone(linesep="\r\n"))), NotSent
            )
        except smtplib.SMTPDataError as error:  # the server declined before it was given anything
            self._forget()
            raise NotSent(_text(error.smtp_code, error.smtp_error)) from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._forget()
            raise (Unclear if given else NotSent)(str(error) or type(error).__name__) from None

    def _said(self, server: smtplib.SMTP, answer: tuple[int, bytes], failure: type[Exception]) -> None:
        code, text = answer
        if code not in (250, 251):
            try:
                server.rset()
            except (OSError, smtplib.SMTPException):
                self._forget()
            raise failure(_text(code, text))

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        s = self.settings
        secure = ssl.create_default_context()
        if s.smtp_port == 465:
            server: smtplib.SMTP = smtplib.SMTP_SSL(s.smtp_host, s.smtp_port, timeout=TIMEOUT, context=secure)
        else:
            server = smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=TIMEOUT)
        try:
            if s.smtp_starttls and s.smtp_port != 465:
                server.starttls(context=secure)
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password)
            else:
                server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        self._open = server
        return server

    def _forget(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _text(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())[:300]
