"""Smoke test: one change travels through every part of the bundle.

Run by `helm test` inside the cluster and by hand anywhere (SMOKE_URL is the one origin; or AUTH_URL, TASKS_URL and AUDIT_URL one by
one). Registers a throwaway account, creates and completes a task, and waits until both changes stand in the audit trail: by then the
event went through PostgreSQL, the outbox, Kafka, a KafkaSource and a consumer. The account is deleted again, whatever happened.
Standard library only: it runs in the functions' image and in a bare Python.
"""

# ruff: noqa: T201 - what it prints is the test's log
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from typing import Any

ORIGIN = os.environ.get("SMOKE_URL", "http://127.0.0.1:8080")
AUTH = os.environ.get("AUTH_URL", ORIGIN)
TASKS = os.environ.get("TASKS_URL", ORIGIN)
AUDIT = os.environ.get("AUDIT_URL", ORIGIN)
# Cold starts of the functions and of the consumer, and a sweep of the relay, all fit in.
PATIENCE_SECONDS = float(os.environ.get("SMOKE_PATIENCE_SECONDS", "120"))


def call(method: str, url: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
    """Return the JSON of one request; an HTTP error raises with its status."""
    headers = {"Accept": "application/json", "User-Agent": "obsidianlist-smoke"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if method == "POST":
        headers["Idempotency-Key"] = secrets.token_hex(16)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - the operator's own URL
    with urllib.request.urlopen(request, timeout=90) as reply:  # noqa: S310
        text = reply.read()
    return json.loads(text) if text else None


def wait_for_trail(task_id: str, token: str, expected: set[str]) -> float:
    """Return the seconds until the task's trail holds every expected type."""
    started = time.monotonic()
    while True:
        trail = call("GET", f"{AUDIT}/api/audit?task_id={task_id}", token=token)["items"]
        seen = {entry["type"].removeprefix("app.").removesuffix(".v1") for entry in trail}
        waited = time.monotonic() - started
        if expected <= seen:
            return waited
        if waited > PATIENCE_SECONDS:
            missing = ", ".join(sorted(expected - seen))
            raise TimeoutError(f"after {waited:.0f} s the audit trail still lacks {missing}")
        time.sleep(1)


def main() -> None:
    """Run the journey; the exit status tells how it ended."""
    # Below .invalid: nobody's, so no mail about the account leaves (shared/services/delivery/transport.py).
    password = secrets.token_urlsafe(24)
    account = {
        "email": f"smoke-{secrets.token_hex(6)}@smoke.invalid",
        "password": password,
        "display_name": "Smoke test",
    }
    token = call("POST", f"{AUTH}/api/auth/register", account)["access_token"]
    print("registered")
    try:
        task = call("POST", f"{TASKS}/api/tasks", {"title": "Smoke test", "priority": "low"}, token)
        call("POST", f"{TASKS}/api/tasks/{task['id']}/complete", {}, token)
        print(f"task {task['id']} created and completed")
        seconds = wait_for_trail(task["id"], token, {"task.created", "task.completed"})
        print(f"both events came through Kafka into the audit trail after {seconds:.1f} s")
    finally:
        call("DELETE", f"{AUTH}/api/auth/me", {"password": password}, token)
        print("account deleted")


if __name__ == "__main__":
    try:
        main()
    except (urllib.error.URLError, TimeoutError, KeyError, ValueError) as error:
        detail = error.read().decode(errors="replace")[:500] if isinstance(error, urllib.error.HTTPError) else ""
        sys.exit(f"smoke test failed: {error} {detail}")
