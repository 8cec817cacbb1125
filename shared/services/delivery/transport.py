"""How a mail leaves this process: the mailbox folder, an SMTP server, or Amazon SES.

Called by the notifier, never inside a transaction. One attempt a call: whether there is another decides the delivery ledger, because
a timeout may hide a mail that was sent.
"""

from email.message import EmailMessage
from functools import cache
from typing import Any
from uuid import UUID

from shared.errors import TooManyRequests
from shared.services.delivery.mailbox import write_mail
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.settings import EmailSettings

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
_BUSY = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "LimitExceededException",
        "SendingPausedException",
    }
)
_SERVER_ERROR = 500
# RFC 6761: never a host. The smoke test registers there, and a bounce for each release would count against us.
_NOBODYS = (".invalid", "@invalid")


def leaves_this_machine() -> bool:
    """Return whether mail really goes to the address, not into the person's own folder here."""
    return EmailSettings.load().transport != "mailbox"


def send_mail(user_id: UUID, delivery_id: UUID, message: EmailMessage) -> Outcome:
    """Hand a mail over and say what came of it. Success means that the next server took it."""
    transport = EmailSettings.load().transport
    if transport == "mailbox":
        return Outcome("sent", provider_id=write_mail(user_id, delivery_id, message))
    if str(message["To"]).casefold().endswith(_NOBODYS):
        return Outcome("failed", "an address below .invalid is nobody's")
    if transport == "ses":
        return _send_ses(user_id, delivery_id, message)
    from shared.services.delivery import smtp

    settings = EmailSettings.load()
    return smtp.send(message, settings.smtp_url or "", settings.smtp_ca_file)


def _send_ses(user_id: UUID, delivery_id: UUID, message: EmailMessage) -> Outcome:
    from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, HTTPClientError

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
        # Come back in bounce events, which Amazon signs: so a bounce finds its person without a look-up across people.
        "EmailTags": [{"Name": "user_id", "Value": str(user_id)}, {"Name": "delivery_id", "Value": str(delivery_id)}],
    }
    if settings.ses_configuration_set:
        request["ConfigurationSetName"] = settings.ses_configuration_set
    try:
        answer = _ses(settings.aws_region).send_email(**request)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Outcome("retry" if code in _BUSY or status >= _SERVER_ERROR else "failed", f"Amazon SES answered {code}")
    except BotoCoreError as error:
        # Without a connection nothing was sent; once there is one, a lost answer says nothing about the mail.
        is_doubtful = isinstance(error, HTTPClientError) and not isinstance(error, ConnectTimeoutError)
        return Outcome("retry", f"no answer from Amazon SES: {type(error).__name__}", is_doubtful=is_doubtful)
    return Outcome("sent", provider_id=answer["MessageId"])


@cache
def _ses(region: str) -> Any:
    import boto3
    from botocore.config import Config

    # The library's own retries could send a mail twice after a lost answer.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    return boto3.client("sesv2", region_name=region, config=config)
