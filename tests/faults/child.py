"""One step of the event protocol in a process of its own, so that a failpoint can kill it: ``python -m tests.faults.child STEP JSON``.

Started by the tests of this folder with the environment of a function and ``FAILPOINTS``; prints one JSON line when it survives.
"""

import json
import sys
from collections.abc import Callable
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

if __name__ == "__main__":
    sys.stdout.write(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2])), default=str) + "\n")
