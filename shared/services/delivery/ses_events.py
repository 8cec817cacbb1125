"""Bounces and complaints of Amazon SES, told through Amazon SNS: they stop e-mail to an address; a bounce for now repeats the mail.

Called by the notifications function with the raw body of a public route. Nothing in it counts before the signature holds: the topic is the
configured one, the certificate comes from Amazon's own host (a URL in a message is otherwise an invitation to SSRF) and signs exactly the
fields SNS documents. Source: "Verifying the signatures of Amazon SNS messages".
"""

import base64
import re
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.account import email_key
from shared.errors import Forbidden, InvalidInput, NotFound, Unavailable
from shared.services.delivery.settings import EmailSettings
from shared.services.notification_preferences import suppress_email

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem")
_MAX_AGE = timedelta(hours=1)
_MOST_SENT = 3
_REOPEN = text(
    "UPDATE reminder_occurrences SET state = 'due', updated_at = now() WHERE state = 'done' AND user_id = :user_id"
    " AND id = (SELECT occurrence_id FROM deliveries WHERE id = :id AND user_id = :user_id AND state = 'sent' AND attempts < :most)"
)
_AGAIN = text(
    "UPDATE deliveries d SET state = 'planned', not_before = now() + interval '30 minutes', lease_until = NULL, sent_at = NULL,"
    " last_error = 'it bounced for now' FROM reminder_occurrences o WHERE d.id = :id AND d.user_id = :user_id AND d.state = 'sent'"
    " AND d.attempts < :most AND o.id = d.occurrence_id AND o.state IN ('due', 'expired_visible') RETURNING d.id"
)
_MAX_BYTES = 64 * 1024


def receive(body: bytes) -> str:
    """Take one SNS message and return what came of it: suppressed, planned (again), ignored or subscribed.

    Raises:
        NotFound: no topic is configured.
        InvalidInput: not an SNS message.
        Forbidden: another topic, too old, or the signature does not hold.
        Unavailable: Amazon's host does not answer; SNS repeats what got a 5xx, never what got a 4xx.
    """
    arn = EmailSettings.load().ses_topic_arn
    if not arn:
        raise NotFound("This server takes no events of a mail service.")
    message = _parse(body)
    if message.get("TopicArn") != arn:
        raise Forbidden("The message is of another topic.")
    region = arn.split(":")[3]
    _verify(message, region)
    if message["Type"] == "SubscriptionConfirmation":
        _fetch(str(message.get("SubscribeURL")), region)
        return "subscribed"
    return _apply(_parse(message["Message"].encode()))


def _apply(event: dict[str, Any]) -> str:
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    bounce = event.get("bounce") or {}
    user_id, delivery_id = _tag(event, "user_id"), _tag(event, "delivery_id")
    recipients = [
        *(bounce.get("bouncedRecipients") or []),
        *((event.get("complaint") or {}).get("complainedRecipients") or []),
    ]
    current = fetch_json("SELECT email_key FROM users WHERE id = $1", [user_id], user_id=user_id) if user_id else None
    # Somebody who changed the address meanwhile keeps getting mail at the new one.
    if (
        user_id is None
        or current is None
        or current.decode() not in {email_key(str(r.get("emailAddress"))) for r in recipients}
    ):
        return "ignored"
    if kind == "Complaint" or (kind == "Bounce" and bounce.get("bounceType") == "Permanent"):
        suppress_email(user_id, kind.lower())
        return "suppressed"
    is_for_now = kind == "Bounce" and bounce.get("bounceType") == "Transient"
    return "planned" if is_for_now and delivery_id and _send_again(user_id, delivery_id) else "ignored"


def _tag(event: dict[str, Any], name: str) -> UUID | None:
    try:
        return UUID(str((((event.get("mail") or {}).get("tags") or {}).get(name) or [""])[0]))
    except ValueError:
        return None


def _send_again(user_id: UUID, delivery_id: UUID) -> bool:
    """Plan a mail that bounced for now (a full mailbox, a server in trouble) once more, half an hour from now, up to three times."""
    from shared.db.engine import transaction

    with transaction(user_id) as connection:
        key = {"id": delivery_id, "user_id": user_id, "most": _MOST_SENT}
        # The reminder first, as every sender locks; it is open again until the mail has gone.
        connection.execute(_REOPEN, key)
        return connection.execute(_AGAIN, key).one_or_none() is not None


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        raise InvalidInput("This is not a message of Amazon SNS.", status=400)
    return message


def _verify(message: dict[str, Any], region: str) -> None:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    names = _SIGNED.get(str(message.get("Type")))
    if names is None or not all(isinstance(message.get(name, ""), str) for name in names):
        raise InvalidInput("This is not a message of Amazon SNS.", status=400)
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()
    algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}.get(str(message.get("SignatureVersion")))
    try:
        if algorithm is None or not _is_recent(message["Timestamp"]):
            raise Forbidden("The message is too old or signed in an unknown way.")
        certificate = x509.load_pem_x509_certificate(_certificate(str(message.get("SigningCertURL")), region))
        key = certificate.public_key()
        if (
            not isinstance(key, rsa.RSAPublicKey)
            or not certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc
        ):
            raise Forbidden("The message's certificate is not valid.")
        key.verify(base64.b64decode(str(message.get("Signature"))), signed, padding.PKCS1v15(), algorithm())
    except (InvalidSignature, ValueError, KeyError) as error:
        raise Forbidden("The message's signature does not hold.") from error


def _is_recent(timestamp: str) -> bool:
    from datetime import datetime

    moment = datetime.fromisoformat(timestamp)
    return moment.tzinfo is not None and abs(clock.now() - moment) < _MAX_AGE


@lru_cache(maxsize=4)
def _certificate(url: str, region: str) -> bytes:
    if not _CERTIFICATE_PATH.fullmatch(urlsplit(url).path):
        raise Forbidden("The message's certificate is not Amazon's.")
    return _fetch(url, region)


def _fetch(url: str, region: str) -> bytes:
    """Read a URL of a message, if it is one of Amazon SNS in the topic's region."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc != f"sns.{region}.amazonaws.com":
        raise Forbidden("The message points to another host than Amazon's.")
    import requests

    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=(3, 10), allow_redirects=False, stream=True) as response:
                if response.status_code == HTTPStatus.OK:
                    return bytes(next(response.iter_content(_MAX_BYTES), b""))
                status = response.status_code
    except requests.RequestException as error:
        raise Unavailable("Amazon SNS does not answer.") from error
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable("Amazon SNS is in trouble.")
    raise Forbidden("The message points to nothing at Amazon's.")
