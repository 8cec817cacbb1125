"""Traces: one from a request over the outbox and Kafka to the effect in a consumer. Optional.

Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` nothing is loaded and the caller's trace context only passes through, so that a trace of somebody
else's keeps together; that costs a context variable. With it OpenTelemetry's SDK records spans and sends them by OTLP over HTTP; it is
loaded at a process's first span, never at import, and it reads its own variables (``OTEL_TRACES_SAMPLER`` and the like).

Always: a span tells names of routes and events, ids of events, and status codes; never a path with its query, a title, or an error's text.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from shared.span import Kind, Span

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_NOTHING = Span()


def current_traceparent() -> str | None:
    """Return the W3C trace context at work, for whatever goes on elsewhere: an event, a request."""
    return _current.get()


def current_trace_id() -> str | None:
    """Return the id of the trace at work, for the log."""
    found = _TRACEPARENT.match(_current.get() or "")
    return found[1] if found else None


@contextmanager
def span(name: str, *, kind: Kind, parent: str | None, **attributes: str | int) -> Iterator[Span]:
    """Measure the block as a span below ``parent``.

    Args:
        name: a route or an operation, nothing of a person.
        kind: as OpenTelemetry means it.
        parent: a W3C ``traceparent``; what is none counts as absent.
        attributes: see :meth:`Span.tell`.
    """
    above = parent if parent and _TRACEPARENT.match(parent) else None
    if not _is_on():
        token = _current.set(above)
        try:
            yield _NOTHING
        finally:
            _current.reset(token)
        return
    from shared.tracing_sdk import recorded

    with recorded(_tracer(os.getpid()), name, kind, above, attributes) as (found, traceparent):
        token = _current.set(traceparent)
        try:
            yield found
        finally:
            _current.reset(token)


def finish(seconds: float) -> None:
    """Before a process ends: send what was recorded."""
    loaded: Any = sys.modules.get("shared.tracing_sdk")
    if loaded is not None:
        loaded.flush(seconds)


def _is_on() -> bool:
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))


@cache
def _tracer(_process: int) -> Any:
    # By process: the exporter's thread does not survive a fork.
    from shared.tracing_sdk import make_tracer

    return make_tracer()
