"""The part of ``shared.tracing`` that needs OpenTelemetry's SDK; imported only where traces are on."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.span import Kind, Span

_KINDS = {"server": trace.SpanKind.SERVER, "producer": trace.SpanKind.PRODUCER, "consumer": trace.SpanKind.CONSUMER}
_propagator = TraceContextTextMapPropagator()
_providers: dict[int, TracerProvider] = {}


class RecordedSpan(Span):
    """A span of the SDK."""

    def __init__(self, recorded: trace.Span) -> None:
        self._recorded = recorded

    def name(self, name: str) -> None:
        """See :class:`shared.span.Span`."""
        self._recorded.update_name(name)

    def tell(self, **attributes: str | int) -> None:
        """See :class:`shared.span.Span`."""
        self._recorded.set_attributes(_dotted(attributes))


def make_tracer() -> trace.Tracer:
    """Return a tracer of this process; its exporter reads the ``OTEL_`` variables."""
    service = (
        os.environ.get("OTEL_SERVICE_NAME") or os.environ.get("K_SERVICE") or os.environ.get("FUNCTION", "obsidianlist")
    )
    known = {"service.name": service, "service.version": os.environ.get("K_REVISION", "")}
    provider = TracerProvider(resource=Resource.create(known))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _providers[os.getpid()] = provider
    return provider.get_tracer("obsidianlist")


@contextmanager
def recorded(
    tracer: trace.Tracer, name: str, kind: Kind, parent: str | None, attributes: Mapping[str, str | int]
) -> Iterator[tuple[Span, str | None]]:
    """Record the block; yields the span and the trace context for what it sets off."""
    context = _propagator.extract({"traceparent": parent}) if parent else trace.set_span_in_context(trace.INVALID_SPAN)
    with tracer.start_as_current_span(
        # An exception's text may hold what a person typed: its type alone says enough.
        name, context, _KINDS[kind], _dotted(attributes), record_exception=False, set_status_on_exception=False
    ) as span:  # fmt: skip
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        try:
            yield RecordedSpan(span), carrier.get("traceparent")
        except Exception as error:
            span.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


def flush(seconds: float) -> None:
    """Send what waits, for at most ``seconds``."""
    provider = _providers.get(os.getpid())
    if provider is not None:
        provider.force_flush(int(seconds * 1000))


def _dotted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("__", "."): value for name, value in attributes.items()}
