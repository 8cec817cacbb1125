"""Mail that really leaves: an SMTP server, Amazon SES as moto keeps it, and what Amazon tells about bounces."""

import base64
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from werkzeug.test import Client

from functions.notifications.main import notifications
from shared import clock
from shared.config import forget_settings
from shared.services.delivery import ses_events, transport
from shared.services.delivery.mail import compose
from shared.services.delivery.wording import Subject
from shared.services.notification_preferences import get_preferences
from tests.integration.reminders.scenario import person

pytestmark = [pytest.mark.usefixtures("system_env"), pytest.mark.timeout(60)]
ARN = "arn:aws:sns:eu-central-1:123456789012:mail"
URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"


class Inbox:
    """An SMTP server's handler that keeps mails and may refuse recipients."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def smtp(system_env: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """Run an SMTP server and send through it."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    system_env.setenv("EMAIL_TRANSPORT", "smtp")
    system_env.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    forget_settings()
    yield inbox
    controller.stop()


def mail(user: Any, to: str = "somebody@example.com") -> Any:
    """Compose a reminder."""
    return compose(
        Subject("reminder", "Blumen gießen", "Due", is_late=False, locale="en"), user, to, clock.uuid7(), clock.uuid7()
    )


def test_smtp_takes_a_mail(smtp: Inbox) -> None:
    """Text, HTML and the one-click header arrive."""
    user = person()
    outcome = transport.send_mail(user, clock.uuid7(), mail(user))
    assert outcome.state == "sent"
    assert b"List-Unsubscribe:" in smtp.mails[0]
    assert b"text/html" in smtp.mails[0]


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "failed"), ("451 try later", "retry")])
def test_smtp_refusals_are_final_or_not_by_their_class(smtp: Inbox, answer: str, state: str) -> None:
    """5xx is for good, 4xx is not."""
    smtp.answer = answer
    user = person()
    assert transport.send_mail(user, clock.uuid7(), mail(user)).state == state
    assert smtp.mails == []


def test_an_smtp_server_that_is_away_is_tried_again(system_env: pytest.MonkeyPatch) -> None:
    """A refused connection is no verdict about the mail."""
    system_env.setenv("EMAIL_TRANSPORT", "smtp")
    system_env.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    forget_settings()
    user = person()
    assert transport.send_mail(user, clock.uuid7(), mail(user)).state == "retry"


def test_without_tls_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere that offers no STARTTLS gets no mail."""

    class Plain:
        def __init__(self, *_arguments: Any, **_options: Any) -> None:
            self.closed = False

        def ehlo(self) -> None: ...
        def has_extn(self, _name: str) -> bool:
            return False

        def starttls(self, **_options: Any) -> None:
            raise transport.smtplib.SMTPNotSupportedError("no STARTTLS")

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(transport.smtplib, "SMTP", Plain)
    with pytest.raises(transport.smtplib.SMTPNotSupportedError):
        transport._connect("smtp", "mail.example.com", 587, ssl.create_default_context())


def test_ses_gets_the_raw_mail_once(system_env: pytest.MonkeyPatch) -> None:
    """Moto's store is the oracle: one message, to one person, ours as composed."""
    system_env.setenv("EMAIL_TRANSPORT", "ses")
    system_env.setenv("AWS_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        system_env.setenv(name, "testing")
    system_env.setenv("EMAIL_FROM", "ObsidianList <reminders@example.com>")
    forget_settings()
    with mock_aws():
        import boto3

        transport._ses.cache_clear()
        user = person()
        refused = transport.send_mail(user, clock.uuid7(), mail(user))
        assert refused.state == "failed"  # the sender is not verified yet
        boto3.client("sesv2", region_name="eu-central-1").create_email_identity(EmailIdentity="reminders@example.com")
        boto3.client("ses", region_name="eu-central-1").verify_email_identity(EmailAddress="reminders@example.com")
        outcome = transport.send_mail(user, clock.uuid7(), mail(user))
        assert outcome.state == "sent", outcome
        [sent] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
        assert outcome.provider_id == sent.id
        assert set(sent.destinations) == {"somebody@example.com"}  # moto joins the envelope's and the header's
        assert transport._ses("eu-central-1").meta.config.retries["total_max_attempts"] == 1
    transport._ses.cache_clear()


@pytest.fixture
def amazon(system_env: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> Iterator[rsa.RSAPrivateKey]:
    """Give us a topic, and Amazon's host a certificate whose key we hold."""
    system_env.setenv("SES_TOPIC_ARN", ARN)
    system_env.setenv("EMAIL_TRANSPORT", "mailbox")
    system_env.setenv("MAILBOX_DIR", "unused")
    forget_settings()
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    certificate = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    real = ses_events._fetch

    def fetch(url: str, region: str) -> bytes:
        return certificate.public_bytes(Encoding.PEM) if url == URL else real(url, region)

    ses_events._certificate.cache_clear()
    monkeypatch.setattr(ses_events, "_fetch", fetch)
    yield key
    ses_events._certificate.cache_clear()


def signed(key: rsa.RSAPrivateKey, event: dict[str, Any], **changes: str) -> dict[str, str]:
    """Return an SNS notification of an SES event; ``changes`` are made after it was signed."""
    message = {
        "Type": "Notification", "MessageId": "1", "TopicArn": ARN, "Message": json.dumps(event),
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }  # fmt: skip
    text = "".join(f"{name}\n{message[name]}\n" for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return (
        message
        | {"SignatureVersion": "2", "Signature": base64.b64encode(signature).decode(), "SigningCertURL": URL}
        | changes
    )


def bounce(user: Any, kind: str = "Permanent", address: str = "") -> dict[str, Any]:
    """Return a bounce event of SES."""
    recipients = [{"emailAddress": address or f"{user}@example.com"}]
    return {
        "eventType": "Bounce", "mail": {"tags": {"user_id": [str(user)]}},
        "bounce": {"bounceType": kind, "bouncedRecipients": recipients},
    }  # fmt: skip


def post(message: Any) -> Any:
    """Post it as SNS does, with its text/plain."""
    return Client(notifications.wsgi).post(
        "/api/email/ses-events", data=json.dumps(message), content_type="text/plain; charset=UTF-8"
    )


def test_a_permanent_bounce_stops_mail_until_the_person_asks_again(amazon: rsa.RSAPrivateKey) -> None:
    """Signed by Amazon, about the present address."""
    user = person()
    assert post(signed(amazon, bounce(user, "Transient"))).json == {"outcome": "ignored"}
    assert post(signed(amazon, bounce(user, address="old@example.com"))).json == {"outcome": "ignored"}
    assert get_preferences(user)["email_suppressed"] is None
    assert post(signed(amazon, bounce(user))).json == {"outcome": "suppressed"}
    assert get_preferences(user)["email_suppressed"]["reason"] == "bounce"


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": "{}"},
        {"TopicArn": "arn:aws:sns:eu-central-1:999999999999:other"},
        {"Timestamp": "2020-01-01T00:00:00.000Z"},
        {"SignatureVersion": "3"},
        {"Signature": "AAAA"},
        {"SigningCertURL": "https://evil.example/SimpleNotificationService-0123abcd.pem"},
        {
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123abcd.pem"
        },
        {"SigningCertURL": "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/evil.pem"},
        {"SigningCertURL": "https://x@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"},
    ],
)
def test_what_amazon_did_not_sign_changes_nothing(amazon: rsa.RSAPrivateKey, changes: dict[str, str]) -> None:
    """Edited, of another topic, old, or with a certificate from elsewhere."""
    user = person()
    assert post(signed(amazon, bounce(user), **changes)).status_code == 403
    assert get_preferences(user)["email_suppressed"] is None
