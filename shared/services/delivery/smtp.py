"""Mail through an SMTP server, over TLS, on connections that are kept for the next mail.

Called by :mod:`shared.services.delivery.transport`. A new connection costs three round trips of TCP and TLS and a password check; in a
minute with thousands of mails that is most of the work. Only what the server says of the recipient or of the mail itself is a verdict:
a wrong password or a server in trouble says nothing about this mail, which is tried again.
"""

import os
import smtplib
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from shared.services.delivery.outcome import Outcome

READ_SECONDS = 10.0
IDLE_SECONDS = 20.0
_KEPT = 8
_PERMANENT = 500
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class _Noting(smtplib.SMTP):
    """An SMTP connection that knows whether the text of a mail was handed over: from there on, no answer means doubt."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the text over."""
        self.handed_over = True
        return super().data(msg)


class _NotingOverTls(_Noting, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


@dataclass
class _Idle:
    server: _Noting
    key: tuple[str, str | None]
    since: float


_idle: list[_Idle] = []
_lock = threading.Lock()


def send(message: EmailMessage, smtp_url: str, ca_file: str | None) -> Outcome:
    """Hand a mail over and say what came of it."""
    key = smtp_url, ca_file
    kept = _take(key)
    if kept is not None:
        outcome = _attempt(kept, message, key)
        if outcome.state != "retry" or outcome.is_doubtful or not _is_gone(kept):
            return outcome
    try:
        server = _connect(urlsplit(smtp_url), ca_file)
    except smtplib.SMTPResponseException as error:
        return Outcome("retry", f"the mail server refused us with {error.smtp_code}")
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("retry", f"the mail server did not take it: {type(error).__name__}")
    return _attempt(server, message, key)


def _attempt(server: _Noting, message: EmailMessage, key: tuple[str, str | None]) -> Outcome:
    server.handed_over = False
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        _keep(server, key)
        return _verdict([code for code, _ in error.recipients.values()])
    except smtplib.SMTPDataError as error:
        _keep(server, key)
        return _verdict([error.smtp_code])
    except smtplib.SMTPNotSupportedError:
        _keep(server, key)
        return Outcome("failed", "the mail server takes no such address")
    except smtplib.SMTPResponseException as error:
        server.close()
        return Outcome("retry", f"the mail server refused us with {error.smtp_code}")
    except (smtplib.SMTPException, OSError) as error:
        server.close()
        reason = f"the mail server did not take it: {type(error).__name__}"
        return Outcome("retry", reason, is_doubtful=server.handed_over)
    _keep(server, key)
    return Outcome("sent", provider_id=str(message["Message-ID"]))


def _verdict(codes: list[int]) -> Outcome:
    code = max(codes, default=0)
    return Outcome("failed" if code >= _PERMANENT else "retry", f"the mail server answered {code}")


def _connect(url: SplitResult, ca_file: str | None) -> _Noting:
    host, context = url.hostname or "", ssl.create_default_context(cafile=ca_file)
    if url.scheme == "smtps":
        server: _Noting = _NotingOverTls(host, url.port or 465, timeout=READ_SECONDS, context=context)
    else:
        server = _Noting(host, url.port or 587, timeout=READ_SECONDS)
    try:
        server.ehlo()
        # Without TLS only to this very machine: passwords and titles do not cross a network in the clear.
        if url.scheme != "smtps" and (server.has_extn("starttls") or host not in _LOCAL):
            server.starttls(context=context)
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _take(key: tuple[str, str | None]) -> _Noting | None:
    """Return a connection of an earlier mail, the one used last; those that were idle for long are closed."""
    with _lock:
        fresh = [each for each in _idle if each.key == key and time.monotonic() - each.since < IDLE_SECONDS]
        stale = [each for each in _idle if each not in fresh]
        taken = fresh.pop() if fresh else None
        _idle[:] = fresh
    for each in stale:
        each.server.close()
    return taken.server if taken else None


def _keep(server: _Noting, key: tuple[str, str | None]) -> None:
    if _is_gone(server):
        return
    with _lock:
        if len(_idle) < _KEPT:
            _idle.append(_Idle(server, key, time.monotonic()))
            return
    server.close()


def _is_gone(server: _Noting) -> bool:
    return server.sock is None


def forget_connections() -> None:
    """Say good-bye on what is kept (tests, shutdown)."""
    with _lock:
        kept, _idle[:] = list(_idle), []
    for each in kept:
        with suppress(smtplib.SMTPException, OSError):
            each.server.quit()


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - it may have been held at the fork
    _lock = threading.Lock()
    _idle.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
