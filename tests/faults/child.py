"""One step of the event protocol in a process of its own, so that a failpoint can kill it.

``python -m tests.faults.child`` reads one order a line, ``{step, arguments, environment, failpoints}``, forks a process for it, and answers
``{status, output, errors}``. Everything is imported before the fork, as functions-framework does it, so that a step costs what it does and
not what Python's start does; connections, producers and threads are made in the child.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID


def call(who: str, method: str, path: str, body: Any, key: str | None) -> dict[str, Any]:
    """Send one request to the tasks function as a signed-in person and wait until its events are published."""
    from functions.tasks.main import tasks
    from shared.events import outbox
    from tests.support.client import Person

    headers = {"Idempotency-Key": key} if key else {}
    answer = Person(tasks.wsgi, user_id=UUID(who)).call(method, path, body, headers=headers)
    outbox.finish(5)
    return {"status": answer.status_code, "body": answer.json, "replayed": "Idempotency-Replayed" in answer.headers}


def drain(aggregates: list[str]) -> dict[str, Any]:
    """Publish what is pending of some tasks."""
    from shared.events.outbox import drain as drain_outbox

    return {"published": drain_outbox([UUID(aggregate) for aggregate in aggregates])}


def sweep() -> dict[str, Any]:
    """Run the relay once."""
    from shared.events.relay import relay

    return relay()


def consume(headers: dict[str, str], data: str) -> dict[str, Any]:
    """Hand one event to the audit writer, as KafkaSource does."""
    from werkzeug.test import Client

    from functions.audit_writer.main import audit_writer

    answer = Client(audit_writer.wsgi).post("/", headers=headers, data=data.encode(), content_type="application/json")
    return {"status": answer.status_code, "body": answer.json}


def replay(operator: str) -> dict[str, Any]:
    """Replay every open dead letter."""
    from shared.events import outbox
    from shared.services import dead_letters

    result = dead_letters.replay(UUID(operator), ids=[], rate_per_second=500)
    outbox.finish(5)
    return result


def rotate(token: str) -> dict[str, Any]:
    """Use a refresh token."""
    from shared.services import refresh_tokens

    return {"successor": refresh_tokens.rotate(token, "test").successor.token}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    step.__name__: step for step in (call, drain, sweep, consume, replay, rotate)
}

LONGEST_SECONDS = 60
_HEAVY = (
    *("confluent_kafka", "sqlalchemy", "functions.audit_writer.main", "functions.tasks.main", "shared.events.relay"),
    *("shared.services.dead_letters", "shared.services.refresh_tokens", "tests.support.client"),
)


def run(order: dict[str, Any], output: Any, errors: Any) -> int:
    """Run a step as the child; return the exit code."""
    from shared import failpoints
    from shared.config import forget_settings

    signal.alarm(LONGEST_SECONDS)
    os.dup2(errors.fileno(), 2)
    os.environ.update(order["environment"])
    forget_settings()
    failpoints._arm(order["failpoints"])
    try:
        output.write(json.dumps(STEPS[order["step"]](**order["arguments"]), default=str))
        output.flush()
    except BaseException:  # noqa: BLE001 - a child ends with a status, whatever happened
        errors.write(traceback.format_exc())
        errors.flush()
        return 1
    return 0


def serve() -> None:
    """Answer orders until the input ends."""
    for module in _HEAVY:
        import_module(module)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            child = os.fork()
            if child == 0:
                os._exit(run(json.loads(line), output, errors))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            errors.seek(0)
            sys.stdout.write(json.dumps({"status": status, "output": output.read(), "errors": errors.read()}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    serve()
