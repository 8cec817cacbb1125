"""Settings from the environment, one frozen model per need.

A function asks for the models it uses (``DatabaseSettings.load()``); a missing or malformed variable fails at start
with every wrong name in one message, not at the first request that needs it. Values are read once per process.
"""

import base64
import json
import os
from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class ConfigurationError(Exception):
    """The environment is not fit to start with; the message lists every wrong variable."""


class Settings(BaseModel):
    """Base: every field's alias is the variable's name."""

    # Built at the first load: a function has a use for two or three of these.
    model_config = ConfigDict(frozen=True, populate_by_name=True, defer_build=True)

    @classmethod
    def load(cls) -> Self:
        """Return the settings of this process.

        Raises:
            ConfigurationError: naming every missing or malformed variable.
        """
        settings: Self = _load(cls)
        return settings


@cache
def _load(model: type[Any]) -> Any:
    names = {field.alias for field in model.model_fields.values() if field.alias}
    values = {name: os.environ[name] for name in names if os.environ.get(name)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise ConfigurationError(f"cannot start, the environment is incomplete: {wrong}") from None


def forget_settings() -> None:
    """Read the environment again at the next ``load`` (tests change it)."""
    _load.cache_clear()


def _comma_list(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class DatabaseSettings(Settings):
    """How to reach PostgreSQL as the role this function runs with."""

    url: str = Field(alias="DATABASE_URL", repr=False)
    statement_timeout_ms: int = Field(7_000, alias="DATABASE_STATEMENT_TIMEOUT_MS", ge=100)
    pool_size: int = Field(8, alias="THREADS", ge=1, le=1000)
    pool_timeout_seconds: float = Field(3.0, alias="DATABASE_POOL_TIMEOUT_SECONDS", gt=0)


class KafkaSettings(Settings):
    """How to reach the broker."""

    bootstrap_servers: str = Field(alias="KAFKA_BOOTSTRAP_SERVERS")
    security_protocol: str = Field("PLAINTEXT", alias="KAFKA_SECURITY_PROTOCOL")
    sasl_mechanism: str | None = Field(None, alias="KAFKA_SASL_MECHANISM")
    sasl_username: str | None = Field(None, alias="KAFKA_SASL_USERNAME")
    sasl_password: str | None = Field(None, alias="KAFKA_SASL_PASSWORD", repr=False)
    ca_location: str | None = Field(None, alias="KAFKA_SSL_CA_LOCATION")

    def client_options(self) -> dict[str, Any]:
        """Return librdkafka's connection options."""
        options: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "socket.keepalive.enable": True,
        }
        if self.sasl_mechanism:
            options["sasl.mechanism"] = self.sasl_mechanism
            options["sasl.username"] = self.sasl_username or ""
            options["sasl.password"] = self.sasl_password or ""
        if self.ca_location:
            options["ssl.ca.location"] = self.ca_location
        return options


class EventSettings(Settings):
    """Keys that sign events, and who must have seen each one."""

    signing_keys: dict[str, bytes] = Field(alias="EVENT_SIGNING_KEYS", repr=False)
    consumers: dict[str, tuple[str, ...]] = Field(default_factory=dict, alias="EVENT_CONSUMERS")

    @field_validator("signing_keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        keys: dict[str, bytes] = {}
        for part in value.split(","):
            key_id, _, secret = part.strip().partition(":")
            keys[key_id] = base64.b64decode(secret, validate=True)
            if len(keys[key_id]) < 32 or not key_id:  # noqa: PLR2004 - RFC 2104: at least the hash's length
                raise ValueError("each key is kid:base64 of at least 32 bytes")
        return keys

    @field_validator("consumers", mode="before")
    @classmethod
    def _parse_consumers(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


class HttpSettings(Settings):
    """What the HTTP edge needs to know of its surroundings."""

    public_url: str = Field("http://localhost:8080", alias="PUBLIC_URL")
    cors_origins: tuple[str, ...] = Field((), alias="CORS_ORIGINS")
    trusted_proxy_hops: int = Field(0, alias="TRUSTED_PROXY_HOPS", ge=0, le=5)
    trusted_proxies: tuple[str, ...] = Field((), alias="TRUSTED_PROXIES")

    _lists = field_validator("cors_origins", "trusted_proxies", mode="before")(_comma_list)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS, so that ``__Host-`` cookies work."""
        return self.public_url.startswith("https://")


class CursorSettings(Settings):
    """The key of what a function hands out signed and takes back: cursors, forms, a confirmation that waits. People's functions only."""

    key: bytes = Field(alias="CURSOR_KEY", repr=False)

    @field_validator("key", mode="before")
    @classmethod
    def _parse_key(cls, value: Any) -> Any:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value


class BackupSettings(Settings):
    """Where backups go and what opens them; keys as ``kid:base64[,kid:base64]``, the first seals."""

    bucket: str = Field(alias="BACKUP_S3_BUCKET", min_length=3)
    prefix: str = Field("", alias="BACKUP_S3_PREFIX")
    endpoint_url: str = Field("", alias="BACKUP_S3_ENDPOINT")
    keys: dict[str, bytes] = Field(alias="BACKUP_KEYS", repr=False, min_length=1)
    keep_days: int = Field(14, alias="BACKUP_KEEP_DAYS", ge=1)
    client_programs: str = Field(
        "", alias="BACKUP_CLIENT_PROGRAMS", description="folder of pg_dump and pg_restore; empty: PATH"
    )

    @field_validator("keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition(":") for pair in _comma_list(value)]
        keys = {key_id: base64.b64decode(secret, validate=True) for key_id, _, secret in pairs}
        if not all(key_id and len(secret) == 32 for key_id, secret in keys.items()):  # noqa: PLR2004 - AES-256
            raise ValueError("a backup key is kid:base64 of 32 bytes")
        return keys

    @property
    def key(self) -> tuple[str, bytes]:
        """The key that seals, with its id."""
        return next(iter(self.keys.items()))

    def key_of(self, key_id: str) -> bytes:
        """Return the key of an id.

        Raises:
            ConfigurationError: it is not among ours.
        """
        if key_id not in self.keys:
            raise ConfigurationError(f"BACKUP_KEYS lacks {key_id}, which sealed this backup")
        return self.keys[key_id]


class TokenSettings(Settings):
    """Keys of the access tokens: every function verifies, only ``auth`` signs."""

    public_keys: dict[str, Any] = Field(alias="JWT_PUBLIC_KEYS")
    private_key: bytes | None = Field(None, alias="JWT_PRIVATE_KEY", repr=False)
    issuer: str = Field("http://localhost:8080", alias="PUBLIC_URL")
    operator_emails: tuple[str, ...] = Field((), alias="OPERATOR_EMAILS")

    _operators = field_validator("operator_emails", mode="before")(_comma_list)

    @field_validator("public_keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("private_key", mode="before")
    @classmethod
    def _parse_private(cls, value: Any) -> Any:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value
