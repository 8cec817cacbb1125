"""What a person can choose about ``make run``, read from the environment once.

Called by the supervisor. Everything else in the environment is passed on to the functions unchanged (``LLM_BASE_URL``,
``SMTP_URL``, ``OPERATOR_EMAILS`` ...).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


class SettingsError(Exception):
    """A value nobody can start with; the message says which and what is possible."""


@dataclass(frozen=True)
class PlatformSettings:
    """The supervisor's settings."""

    host: str
    port: int
    data_dir: Path
    kafka: str  # memory, apache or external
    database_url: str | None
    workers: int
    threads: int
    build_web: bool
    public_url: str


def load_settings(environment: Mapping[str, str] = os.environ) -> PlatformSettings:
    """Return the settings.

    Raises:
        SettingsError: a variable has a value that means nothing.
    """
    port = _number(environment, "PORT", 8080, highest=65535)
    kafka = "external" if environment.get("KAFKA_BOOTSTRAP_SERVERS") else environment.get("KAFKA") or "memory"
    if kafka not in ("memory", "apache", "external"):
        raise SettingsError(
            f"KAFKA is {kafka!r}; possible: memory, apache (or KAFKA_BOOTSTRAP_SERVERS of a real cluster)"
        )
    return PlatformSettings(
        host=environment.get("HOST") or "127.0.0.1",
        port=port,
        data_dir=(REPOSITORY / (environment.get("DATA_DIR") or ".local")).resolve(),
        kafka=kafka,
        database_url=environment.get("DATABASE_URL") or None,
        workers=_number(environment, "WORKERS", 2, highest=64),
        threads=_number(environment, "THREADS", 8, highest=256),
        build_web=environment.get("WEB_BUILD", "1") != "0",
        public_url=environment.get("PUBLIC_URL") or f"http://localhost:{port}",
    )


def _number(environment: Mapping[str, str], name: str, default: int, *, highest: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise SettingsError(f"{name} is {text!r}; it must be a number from 1 to {highest}")
    return int(text)
