"""What the notifier and the notifications function need to know to reach people."""

import base64
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from shared.config import Settings

_LOOPBACK = "127.0.0.1"
_KEY_BYTES = 32


class ActionSettings(Settings):
    """The key of one-time links and buttons, and where they lead."""

    key: bytes = Field(alias="ACTION_KEY", repr=False)
    public_url: str = Field("http://localhost:8080", alias="PUBLIC_URL")

    @field_validator("key", mode="before")
    @classmethod
    def _parse_key(cls, value: Any) -> Any:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value


class PushSettings(Settings):
    """How we name ourselves to push services."""

    private_key: bytes = Field(alias="VAPID_PRIVATE_KEY", repr=False)
    subject: str = Field(alias="VAPID_SUBJECT")
    public_url: str = Field("http://localhost:8080", alias="PUBLIC_URL")
    test_origin: str | None = Field(None, alias="PUSH_ALLOWED_TEST_ORIGIN")

    @field_validator("private_key", mode="before")
    @classmethod
    def _parse_key(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        if len(raw) != _KEY_BYTES:
            raise ValueError("a VAPID key is 32 bytes, base64url")
        return raw

    @model_validator(mode="after")
    def _only_in_tests(self) -> Self:
        """Refuse a back door in front of the internet: the test origin is this machine, and we are not public."""
        if self.test_origin is None:
            return self
        parts = urlsplit(self.test_origin)
        exact = f"{parts.scheme}://{_LOOPBACK}:{parts.port or 0}"
        if parts.scheme not in {"http", "https"} or self.test_origin != exact or not parts.port:
            raise ValueError("PUSH_ALLOWED_TEST_ORIGIN is http(s)://127.0.0.1:port")
        if self.public_url.startswith("https://"):
            raise ValueError("PUSH_ALLOWED_TEST_ORIGIN is refused where PUBLIC_URL is https")
        return self


class MailboxSettings(Settings):
    """Where this machine keeps mails instead of sending them, for functions that send none."""

    mailbox_dir: str | None = Field(None, alias="MAILBOX_DIR")


class EmailSettings(Settings):
    """How e-mail leaves: Amazon SES, an SMTP server, or a folder on this machine."""

    transport: Literal["mailbox", "smtp", "ses"] = Field("mailbox", alias="EMAIL_TRANSPORT")
    sender: str = Field("ObsidianList <reminders@localhost>", alias="EMAIL_FROM")
    mailbox_dir: str | None = Field(None, alias="MAILBOX_DIR")
    smtp_url: str | None = Field(None, alias="SMTP_URL", repr=False)
    smtp_ca_file: str | None = Field(None, alias="SMTP_CA_FILE")
    aws_region: str = Field("eu-central-1", alias="AWS_REGION")
    ses_topic_arn: str | None = Field(None, alias="SES_TOPIC_ARN")
    ses_configuration_set: str | None = Field(None, alias="SES_CONFIGURATION_SET")
    ses_per_second: float = Field(10.0, alias="SES_PER_SECOND", gt=0)
    public_url: str = Field("http://localhost:8080", alias="PUBLIC_URL")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"mailbox": ("MAILBOX_DIR", self.mailbox_dir), "smtp": ("SMTP_URL", self.smtp_url)}.get(self.transport)
        if needed is not None and not needed[1]:
            raise ValueError(f"EMAIL_TRANSPORT={self.transport} needs {needed[0]}")
        return self
