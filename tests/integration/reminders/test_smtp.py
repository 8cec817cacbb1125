"""Mail that leaves through an SMTP server: what is a verdict, what is tried again, and what nobody can know."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.smtp import AuthResult

from shared import clock
from shared.config import forget_settings
from shared.services.delivery import smtp, transport
from shared.services.reminder_sweep import DOUBT, sweep_due
from tests.integration.reminders.scenario import deliveries, due_reminder, events, person, run
from tests.integration.reminders.test_notifier import notify
from tests.support.mail_server import Inbox, mail, mail_server, server_that_hangs_up

pytestmark = [pytest.mark.usefixtures("system_env"), pytest.mark.timeout(60)]


def send_through(environment: pytest.MonkeyPatch, url: str) -> None:
    """Have mails sent through a server."""
    environment.setenv("EMAIL_TRANSPORT", "smtp")
    environment.setenv("SMTP_URL", url)
    forget_settings()


@pytest.fixture
def inbox(system_env: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """Run an SMTP server and send through it."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        send_through(system_env, f"smtp://127.0.0.1:{port}")
        yield inbox


def test_smtp_takes_a_mail(inbox: Inbox) -> None:
    """Text, HTML and the one-click header arrive."""
    user = person()
    outcome = transport.send_mail(user, clock.uuid7(), mail(user))
    assert outcome.state == "sent"
    assert b"List-Unsubscribe:" in inbox.mails[0]
    assert b"text/html" in inbox.mails[0]


@pytest.mark.parametrize("address", ["smoke-1@smoke.invalid", "Smoke@INVALID"])
def test_nothing_leaves_for_an_address_that_is_nobodys(inbox: Inbox, address: str) -> None:
    """The smoke test's account costs no bounce, which a mail provider counts."""
    user = person()
    message = mail(user)
    message.replace_header("To", address)
    assert transport.send_mail(user, clock.uuid7(), message).state == "failed"
    assert inbox.mails == []
    assert inbox.peers == set()


def test_a_connection_serves_many_mails(inbox: Inbox) -> None:
    """Also after a refused recipient."""
    user = person()
    for answer in ("250 OK", "550 no such user", "250 OK"):
        inbox.answer = answer
        transport.send_mail(user, clock.uuid7(), mail(user))
    assert (len(inbox.mails), len(inbox.peers)) == (2, 1)


def test_a_kept_connection_that_ended_meanwhile_costs_nothing(inbox: Inbox) -> None:
    """The second mail goes at once, over a new connection."""
    user = person()
    for _ in range(2):
        assert transport.send_mail(user, clock.uuid7(), mail(user)).state == "sent"
        smtp._idle[0].server.sock.shutdown(socket.SHUT_RDWR)
    assert (len(inbox.mails), len(inbox.peers)) == (2, 2)


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_a_task_says_is_mailed_to_confirmed_addresses_only(inbox: Inbox, confirmed: bool) -> None:
    """Anybody can register with anybody's address; until its owner opened the link there, nothing leaves for it."""
    user = person(confirmed=confirmed, email=True)
    occurrence = due_reminder(user)
    sweep_due()
    notify(occurrence)
    [delivery] = deliveries(user, "email")
    assert (delivery.state, len(inbox.mails)) == (("sent", 1) if confirmed else ("suppressed", 0))


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "failed"), ("451 try later", "retry")])
def test_refusals_are_final_or_not_by_their_class(inbox: Inbox, answer: str, state: str) -> None:
    """5xx is for good, 4xx is not."""
    inbox.answer = answer
    user = person()
    assert transport.send_mail(user, clock.uuid7(), mail(user)).state == state
    assert inbox.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_is_no_verdict_about_the_mail(system_env: pytest.MonkeyPatch) -> None:
    """The operator mends it and the reminder goes: it is tried again."""
    inbox, user = Inbox(), person()
    options = {
        "auth_required": True, "auth_require_tls": False,
        "authenticator": lambda _s, _x, _e, _m, data: AuthResult(success=data.password == b"right", handled=False),
    }  # fmt: skip
    with mail_server(inbox, **options) as port:
        send_through(system_env, f"smtp://me:wrong@127.0.0.1:{port}")
        outcome = transport.send_mail(user, clock.uuid7(), mail(user))
        assert (outcome.state, "535" in outcome.reason) == ("retry", True)
        send_through(system_env, f"smtp://me:right@127.0.0.1:{port}")
        assert transport.send_mail(user, clock.uuid7(), mail(user)).state == "sent"
    assert len(inbox.mails) == 1


def test_a_server_that_is_away_is_tried_again(system_env: pytest.MonkeyPatch) -> None:
    """A refused connection is no verdict about the mail, and leaves no doubt about it."""
    send_through(system_env, "smtp://127.0.0.1:9")
    user = person()
    outcome = transport.send_mail(user, clock.uuid7(), mail(user))
    assert (outcome.state, outcome.is_doubtful) == ("retry", False)


def test_nobody_gets_a_third_copy_of_a_mail_that_may_have_been_sent(system_env: pytest.MonkeyPatch) -> None:
    """The server takes the text and hangs up, twice; a plain failure in between does not wipe out the doubt."""
    user = person(email=True)
    identity = due_reminder(user)
    sweep_due()
    with server_that_hangs_up(2) as (port, taken):
        for url in (f"smtp://127.0.0.1:{port}", "smtp://127.0.0.1:9", f"smtp://127.0.0.1:{port}"):
            send_through(system_env, url)
            notify(identity)
            assert deliveries(user)[0].last_error == DOUBT
            run("UPDATE deliveries SET not_before = now() WHERE user_id = :u", u=user)
        notify(identity)
    assert len(taken) == 2
    assert deliveries(user)[0].state == "failed"
    assert [event.payload["channel"] for event in events(user, "notification.failed")] == ["email"]


def test_without_tls_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere that offers no STARTTLS gets no mail."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        real = socket.create_connection

        def at_home(_address: Any, *arguments: Any, **options: Any) -> socket.socket:
            return real(("127.0.0.1", port), *arguments, **options)

        monkeypatch.setattr(socket, "create_connection", at_home)
        with pytest.raises(smtp.smtplib.SMTPNotSupportedError):
            smtp._connect(urlsplit("smtp://mail.example.com:587"), None)
    assert inbox.peers == set()
