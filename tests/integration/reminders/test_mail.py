"""Mail through Amazon SES as moto keeps it, and what Amazon tells about bounces."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
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
from shared.services.notification_preferences import get_preferences
from shared.services.reminder_sweep import sweep_due
from tests.integration.reminders.scenario import deliveries, due_reminder, person, run, states
from tests.integration.reminders.test_notifier import notify
from tests.support.client import Person
from tests.support.mail_server import mail

pytestmark = [pytest.mark.usefixtures("system_env"), pytest.mark.timeout(60)]
ARN = "arn:aws:sns:eu-central-1:123456789012:mail"
URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"


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


def test_a_lost_answer_of_ses_leaves_a_doubt(system_env: pytest.MonkeyPatch) -> None:
    """The request was read and the connection ended: it may have been sent, and the ledger is told so."""
    server = socket.create_server(("127.0.0.1", 0))

    def read_and_hang_up() -> None:
        connection, _ = server.accept()
        with connection:
            while b"\r\n\r\n" not in connection.recv(65_536):
                pass

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        system_env.setenv(name, "testing")
    system_env.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.getsockname()[1]}")
    system_env.setenv("EMAIL_TRANSPORT", "ses")
    forget_settings()
    transport._ses.cache_clear()
    hanging_up = threading.Thread(target=read_and_hang_up)
    hanging_up.start()
    user = person()
    outcome = transport.send_mail(user, clock.uuid7(), mail(user))
    hanging_up.join(10)
    server.close()
    assert (outcome.state, outcome.is_doubtful) == ("retry", True)
    away = transport.send_mail(user, clock.uuid7(), mail(user))
    assert (away.state, away.is_doubtful) == ("retry", False)  # nobody listens any more: certainly not sent
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


def signed(key: rsa.RSAPrivateKey, event: dict[str, Any], version: str = "2", **changes: str) -> dict[str, str]:
    """Return an SNS notification of an SES event; ``changes`` are made after it was signed."""
    return sealed(key, {"Type": "Notification", "Message": json.dumps(event)}, version) | changes


def sealed(key: rsa.RSAPrivateKey, fields: dict[str, str], version: str = "2") -> dict[str, str]:
    """Return a message of our topic as SNS signs it: SHA-1 in version 1, SHA-256 in version 2."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {"MessageId": "1", "TopicArn": ARN, "Timestamp": now, **fields}
    text = "".join(f"{name}\n{message[name]}\n" for name in sorted(message))
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - what SNS does
    signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
    return message | {"SignatureVersion": version, "Signature": signature, "SigningCertURL": URL}


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


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_permanent_bounce_stops_mail_until_the_person_asks_again(amazon: rsa.RSAPrivateKey, version: str) -> None:
    """Signed by Amazon, about the present address; the settings say so, and wanting mail again lifts it."""
    user = person()
    assert post(signed(amazon, bounce(user, "Transient"))).json == {"outcome": "ignored"}
    assert post(signed(amazon, bounce(user, address="old@example.com"))).json == {"outcome": "ignored"}
    assert get_preferences(user)["email_suppressed"] is None
    assert post(signed(amazon, bounce(user), version)).json == {"outcome": "suppressed"}
    settings = Person(notifications.wsgi, user_id=user)
    shown = settings.get("/api/notification-preferences").json["email_suppressed"]
    assert (shown["reason"], shown["since"][:10]) == ("bounce", datetime.now(UTC).date().isoformat())
    settings.patch("/api/notification-preferences", {"quiet_hours": {"enabled": True}})
    assert get_preferences(user)["email_suppressed"] is not None
    lifted = settings.patch("/api/notification-preferences", {"channels": {"reminder": {"email": True}}}).json
    assert lifted["email_suppressed"] is None


def test_a_bounce_for_now_repeats_the_mail(
    amazon: rsa.RSAPrivateKey, tmp_path: Path, system_env: pytest.MonkeyPatch
) -> None:
    """Half an hour later, twice at most, whatever is told twice; never of a task that was done meanwhile."""
    system_env.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()
    user = person(email=True)
    identity = due_reminder(user)
    sweep_due()
    notify(identity)
    event = bounce(user, "Transient")
    for sent in (1, 2):
        [row] = deliveries(user)
        assert (row.state, row.attempts) == ("sent", sent)
        event["mail"]["tags"]["delivery_id"] = [str(row.id)]
        assert post(signed(amazon, event)).json == {"outcome": "planned"}
        assert post(signed(amazon, event)).json == {"outcome": "ignored"}
        notify(identity)
        assert deliveries(user)[0].state == "planned"  # not yet
        run("UPDATE deliveries SET not_before = now() WHERE user_id = :u", u=user)
        notify(identity)
    assert post(signed(amazon, event)).json == {"outcome": "ignored"}
    assert (deliveries(user)[0].state, states(user)) == ("sent", {"done": 1})
    run("UPDATE deliveries SET attempts = 1 WHERE user_id = :u", u=user)
    assert post(signed(amazon, event)).json == {"outcome": "planned"}
    run("UPDATE tasks SET status = 'completed', completed_at = now() WHERE user_id = :u", u=user)
    run("UPDATE deliveries SET not_before = now() WHERE user_id = :u", u=user)
    notify(identity)
    assert deliveries(user)[0].state == "cancelled"


def test_a_complaint_stops_mail(amazon: rsa.RSAPrivateKey) -> None:
    """Whoever calls a mail spam gets no other, also where the event is named as SES names it for a topic of an identity."""
    user = person()
    event = {
        "notificationType": "Complaint", "mail": {"tags": {"user_id": [str(user)]}},
        "complaint": {"complainedRecipients": [{"emailAddress": f"{user}@EXAMPLE.com"}]},
    }  # fmt: skip
    assert post(signed(amazon, event)).json == {"outcome": "suppressed"}
    assert get_preferences(user)["email_suppressed"]["reason"] == "complaint"


def test_a_subscription_is_confirmed_at_amazon_only(amazon: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """The URL of a signed confirmation is fetched if it is Amazon's in our region; when Amazon is away SNS shall ask again."""
    fetched: list[str] = []
    certificate = ses_events._fetch(URL, "eu-central-1")

    def fetch(url: str, region: str) -> bytes:
        if url == URL:
            return certificate
        fetched.append(url)
        return b""

    def confirmation(url: str) -> dict[str, str]:
        fields = {"Type": "SubscriptionConfirmation", "Message": "You have chosen", "SubscribeURL": url, "Token": "t"}
        return sealed(amazon, fields)

    assert post(confirmation("https://169.254.169.254/latest/meta-data")).status_code == 403
    assert post(confirmation("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription")).status_code == 403
    monkeypatch.setattr(ses_events, "_fetch", fetch)
    url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    assert post(confirmation(url)).json == {"outcome": "subscribed"}
    assert fetched == [url]


def test_a_certificate_that_cannot_be_fetched_now_is_asked_for_again(
    amazon: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, which SNS repeats; a 403 would lose the bounce."""
    import requests

    def away(*_arguments: Any, **_options: Any) -> Any:
        raise requests.ConnectionError

    user = person()
    other = URL.replace("0123abcd", "4567abcd")
    monkeypatch.setattr(requests.Session, "get", away)
    assert post(signed(amazon, bounce(user), SigningCertURL=other)).status_code == 503
    assert get_preferences(user)["email_suppressed"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": "{}"},
        {"TopicArn": "arn:aws:sns:eu-central-1:999999999999:other"},
        {"Timestamp": "2020-01-01T00:00:00.000Z"},
        {"Timestamp": "2026-01-01T00:00:00"},
        {"Timestamp": "yesterday"},
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
