"""Settings: every wrong variable in one message, read once, and no secret in what they show of themselves."""

import base64
from collections.abc import Iterator

import pytest

from shared.config import (
    ConfigurationError,
    CursorSettings,
    DatabaseSettings,
    EventSettings,
    HttpSettings,
    KafkaSettings,
    TokenSettings,
    forget_settings,
)

KEY = base64.b64encode(b"k" * 32).decode()
NAMES = (
    *(
        "DATABASE_URL",
        "THREADS",
        "DATABASE_POOL_TIMEOUT_SECONDS",
        "EVENT_SIGNING_KEYS",
        "EVENT_CONSUMERS",
        "CURSOR_KEY",
    ),
    *(
        "CORS_ORIGINS",
        "TRUSTED_PROXY_HOPS",
        "PUBLIC_URL",
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_SASL_MECHANISM",
        "KAFKA_SASL_PASSWORD",
    ),
    *("KAFKA_SASL_USERNAME", "JWT_PUBLIC_KEYS", "JWT_PRIVATE_KEY"),
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Start with an empty environment."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    forget_settings()
    yield monkeypatch
    forget_settings()


def test_every_wrong_variable_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    """An operator mends them in one go."""
    environment.setenv("THREADS", "many")
    environment.setenv("DATABASE_POOL_TIMEOUT_SECONDS", "-1")
    with pytest.raises(ConfigurationError) as caught:
        DatabaseSettings.load()
    for name in ("DATABASE_URL", "THREADS", "DATABASE_POOL_TIMEOUT_SECONDS"):
        assert name in str(caught.value)


def test_an_empty_variable_is_a_missing_one(environment: pytest.MonkeyPatch) -> None:
    """Kubernetes sets what a value leaves out to an empty text."""
    environment.setenv("DATABASE_URL", "")
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        DatabaseSettings.load()


def test_settings_are_read_once(environment: pytest.MonkeyPatch) -> None:
    """A process keeps what it started with."""
    environment.setenv("DATABASE_URL", "postgresql://a@b/c")
    first = DatabaseSettings.load()
    environment.setenv("DATABASE_URL", "postgresql://x@y/z")
    assert DatabaseSettings.load() is first
    forget_settings()
    assert DatabaseSettings.load().url == "postgresql://x@y/z"


@pytest.mark.parametrize("value", ["no colon", f":{KEY}", "k1:c2hvcnQ=", "k1:***", f"k1:{KEY},k2:c2hvcnQ="])
def test_a_weak_or_broken_signing_key_is_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    """Every key has an id and at least the length of the hash."""
    environment.setenv("EVENT_SIGNING_KEYS", value)
    with pytest.raises(ConfigurationError, match="EVENT_SIGNING_KEYS"):
        EventSettings.load()


def test_keys_and_consumers(environment: pytest.MonkeyPatch) -> None:
    """The first key signs, all verify; consumers name their topics."""
    environment.setenv("EVENT_SIGNING_KEYS", f"new:{KEY}, old:{KEY}")
    environment.setenv("EVENT_CONSUMERS", '{"audit-writer": ["task-events", "notifications"]}')
    settings = EventSettings.load()
    assert list(settings.signing_keys) == ["new", "old"]
    assert settings.consumers == {"audit-writer": ("task-events", "notifications")}


def test_lists_are_split_at_commas_and_tls_follows_the_public_address(environment: pytest.MonkeyPatch) -> None:
    """Blanks and empty parts do not count."""
    environment.setenv("CORS_ORIGINS", "https://a.example, ,https://b.example,")
    environment.setenv("PUBLIC_URL", "https://tasks.example")
    settings = HttpSettings.load()
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.secure
    environment.setenv("TRUSTED_PROXY_HOPS", "9")
    forget_settings()
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXY_HOPS"):
        HttpSettings.load()


def test_kafka_options_are_those_of_librdkafka(environment: pytest.MonkeyPatch) -> None:
    """With and without SASL."""
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "k:9092")
    assert "sasl.mechanism" not in KafkaSettings.load().client_options()
    environment.setenv("KAFKA_SASL_MECHANISM", "SCRAM-SHA-256")
    environment.setenv("KAFKA_SASL_USERNAME", "me")
    environment.setenv("KAFKA_SASL_PASSWORD", "s3cret")
    forget_settings()
    options = KafkaSettings.load().client_options()
    assert (options["sasl.username"], options["sasl.password"]) == ("me", "s3cret")


def test_nothing_secret_is_in_what_settings_show(environment: pytest.MonkeyPatch) -> None:
    """A settings object in a traceback or a log shows no key."""
    environment.setenv("EVENT_SIGNING_KEYS", f"k1:{KEY}")
    environment.setenv("CURSOR_KEY", KEY)
    environment.setenv("JWT_PUBLIC_KEYS", "{}")
    environment.setenv("JWT_PRIVATE_KEY", KEY)
    environment.setenv("DATABASE_URL", "postgresql://app:s3cret@db/x")
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "k:9092")
    environment.setenv("KAFKA_SASL_PASSWORD", "s3cret")
    for model in (EventSettings, HttpSettings, CursorSettings, TokenSettings, DatabaseSettings, KafkaSettings):
        shown = repr(model.load())
        assert ("kkkk" in shown, KEY in shown, "s3cret" in shown) == (False, False, False), model
