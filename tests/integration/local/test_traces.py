"""Traces: one from a person's request to the effect in a consumer, over PostgreSQL and Kafka; nothing of the person in it."""

import re
import subprocess
import sys

import pytest

from tests.support.bundle import running_bundle, wait_until
from tests.support.collector import running_collector

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


def _find(spans, name):
    return next((span for span in spans if span.name == name), None)


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Run a bundle that sends its spans to a collector; yields both."""
    with running_collector() as collector:
        data = tmp_path_factory.mktemp("traced")
        with running_bundle(
            data, OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint, OTEL_BSP_SCHEDULE_DELAY="200"
        ) as bundle:
            yield bundle, collector


def test_one_trace_from_the_request_to_the_trail(traced):
    """The request, the publication and the consumers' work hang below each other, in the caller's own trace."""
    bundle, collector = traced
    user = bundle.register()
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    answer = user.client.post("/api/tasks", json={"title": "A secret title", "tags": ["Privat"]}, headers=headers)
    assert answer.status_code == 201
    user.wait_for_audit(1, task_id=answer.json()["id"])
    wanted = ("POST /api/tasks", "publish task-events", "process task.created")

    def _arrived():
        return all(_find(collector.of_trace(TRACE), name) for name in wanted)

    wait_until(_arrived, seconds=20, what=lambda: str([span.name for span in collector.of_trace(TRACE)]))
    request, published, processed = (_find(collector.of_trace(TRACE), name) for name in wanted)
    assert request.parent_span_id.hex() == CALLER
    assert published.parent_span_id == request.span_id
    assert processed.parent_span_id == published.span_id
    assert {span.name for span in collector.of_trace(TRACE)} == set(wanted)
    sent = str(collector.of_trace(TRACE))
    assert not re.search(f"secret title|Privat|{re.escape(user.email)}", sent)
    user.close()


def test_an_unsampled_trace_is_not_recorded(traced):
    """Whoever began the trace decided that nobody keeps it; the context still travels with the event."""
    bundle, collector = traced
    user = bundle.register()
    unsampled = TRACE.replace("4bf9", "5bf9")
    headers = {"traceparent": f"00-{unsampled}-{CALLER}-00"}
    task = user.client.post("/api/tasks", json={"title": "x"}, headers=headers).json()
    user.wait_for_audit(1, task_id=task["id"])
    kept = user.client.post(
        "/api/tasks", json={"title": "y"}, headers={"traceparent": f"00-{TRACE}-{CALLER}-01"}
    ).json()
    user.wait_for_audit(1, task_id=kept["id"])
    wait_until(lambda: sum(span.name == "process task.created" for span in collector.of_trace(TRACE)) > 1, seconds=20)
    assert collector.of_trace(unsampled) == []
    user.close()


def test_nothing_is_loaded_where_traces_are_off():
    """A function without an endpoint never imports OpenTelemetry: the cold start does not pay for it."""
    program = (
        "import sys; from shared import tracing; import functions.tasks.main\n"
        "with tracing.span('x', kind='server', parent='00-" + TRACE + "-" + CALLER + "-01'):\n"
        "    assert tracing.current_trace_id() == '" + TRACE + "'\n"
        "assert tracing.current_traceparent() is None\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
    outcome = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "[]"
