"""Structured JSON logs, one line an event, with the ids of the request, trace and event at work.

Fields are an allow-list by habit (ids, counts, codes) and a redactor by force: a value under a name that could hold a
secret never reaches the output, whoever logs it and however deep it lies; what looks like a token or a password in a text, such as an
exception's, goes too.
"""

import contextvars
import os
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any

_SECRET_NAMES = re.compile(
    r"authorization|cookie|token|secret|password|p256dh|^auth$|endpoint|email|key$", re.IGNORECASE
)
_SECRET_TEXTS = re.compile(
    r"(?<=bearer )\S+|\bol[a-z]_[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    re.IGNORECASE,
)
_REDACTED = "[redacted]"
_context: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("log_context", default={})  # noqa: B039


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Add ``values`` to every line logged inside the block (request id, trace id, event id)."""
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)


def _merge_context(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in _context.get().items():
        event.setdefault(name, value)
    return event


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        event[name] = _without_secrets(name, value)
    return event


def _without_secrets(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return _REDACTED if value is not None and _SECRET_NAMES.search(name) else value
    if _SECRET_NAMES.search(name):
        return _REDACTED
    if isinstance(value, Mapping):
        return {key: _without_secrets(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_without_secrets("", inner) for inner in value]
    return _SECRET_TEXTS.sub(_REDACTED, value if isinstance(value, str) else str(value))


@cache
def _configure() -> Any:
    import logging
    from json import dumps

    import structlog

    level = logging.getLevelName(os.environ.get("LOG_LEVEL", "INFO").upper())
    structlog.configure(
        processors=[
            _merge_context,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: dumps(value, default=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level if isinstance(level, int) else 20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    return structlog


class Logger:
    """A logger that loads structlog at its first line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        return getattr(_configure().get_logger(module=self._name), method)


def get_logger(name: str) -> Logger:
    """Return the logger of a module: ``log.info("event.name", field=value)``."""
    return Logger(name)
