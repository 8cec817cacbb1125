"""How a mail leaves this process: the mailbox folder, an SMTP server, or Amazon SES.

Called by the notifier, never inside a transaction. One attempt a call: whether there is another decides the delivery ledger, because
a timeout may hide a mail that was sent.
"""

import smtplib
import ssl
from email.message import EmailMessage
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.errors import TooManyRequests
from shared.services.delivery.mailbox import write_mail
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.settings import EmailSettings

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_BUSY = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "LimitExceededException",
        "SendingPausedException",
    }
)
_PERMANENT_SMTP = 500


def send_mail(user_id: UUID, delivery_id: UUID, message: EmailMessage) -> Outcome:
    """Hand a mail over and say what came of it. Success means that the next server took it."""
    transport = EmailSettings.load().transport
    if transport == "mailbox":
        return Outcome("sent", provider_id=write_mail(user_id, delivery_id, message))
    return _send_ses(user_id, message) if transport == "ses" else _send_smtp(message)


def _send_smtp(message: EmailMessage) -> Outcome:
    settings = EmailSettings.load()
    url = urlsplit(settings.smtp_url or "")
    host, context = url.hostname or "", ssl.create_default_context(cafile=settings.smtp_ca_file)
    try:
        with _connect(url.scheme, host, url.port, context) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused([code for code, _ in error.recipients.values()])
    except smtplib.SMTPResponseException as error:
        return _refused([error.smtp_code])
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("retry", f"the mail server did not take it: {type(error).__name__}")
    return Outcome("sent", provider_id=str(message["Message-ID"]))


def _connect(scheme: str, host: str, port: int | None, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=READ_SECONDS, context=context)
    server = smtplib.SMTP(host, port or 587, timeout=READ_SECONDS)
    try:
        server.ehlo()
        # Without TLS only to this very machine: passwords and titles do not cross a network in the clear.
        if server.has_extn("starttls") or host not in _LOCAL:
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server


def _refused(codes: list[int]) -> Outcome:
    code = max(codes, default=0)
    return Outcome("failed" if code >= _PERMANENT_SMTP else "retry", f"the mail server answered {code}")


def _send_ses(user_id: UUID, message: EmailMessage) -> Outcome:
    from botocore.exceptions import BotoCoreError, ClientError

    from shared.services.rate_limit import take

    settings = EmailSettings.load()
    try:
        take("email:ses", settings.ses_per_second, settings.ses_per_second)
    except TooManyRequests as error:
        return Outcome("retry", "our own sending rate", retry_after_seconds=error.retry_after_seconds)
    request: dict[str, Any] = {
        "FromEmailAddress": str(message["From"]),
        "Destination": {"ToAddresses": [str(message["To"])]},
        "Content": {"Raw": {"Data": message.as_bytes()}},
        # Comes back in bounce events, which Amazon signs: so a bounce finds its person without a look-up across people.
        "EmailTags": [{"Name": "user_id", "Value": str(user_id)}],
    }
    if settings.ses_configuration_set:
        request["ConfigurationSetName"] = settings.ses_configuration_set
    try:
        answer = _ses(settings.aws_region).send_email(**request)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Outcome(
            "retry" if code in _BUSY or status >= _PERMANENT_SMTP else "failed", f"Amazon SES answered {code}"
        )
    except BotoCoreError as error:
        return Outcome("retry", f"no answer from Amazon SES: {type(error).__name__}")
    return Outcome("sent", provider_id=answer["MessageId"])


@cache
def _ses(region: str) -> Any:
    import boto3
    from botocore.config import Config

    # The library's own retries could send a mail twice after a lost answer.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    return boto3.client("sesv2", region_name=region, config=config)
