"""``make capacity-measure``: what one request of each function costs, written into knative/capacity/costs.yaml.

The function's own processor time and PostgreSQL's are counted apart, by the operating system, over a few hundred requests sent straight to
the function's WSGI application over the stage of the benchmarks (200 users × 1,000 tasks): no network, no waiting, and a busy
machine changes processor time little.
"""

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
from werkzeug.test import Client

from tests.bench.stage import Stage, stage, user_id
from tests.support.environment import function_environment

FILE = Path(__file__).parents[2] / "knative" / "capacity" / "costs.yaml"
REPEATS, WARM = 300, 40
COLD_START_SECONDS = (
    2.0  # pod scheduled, image there, first answer: two seconds on the clusters Knative's own benchmarks describe
)
Send = Callable[[Client, dict[str, str], int], Any]
_MCP = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "find_tasks", "arguments": {"text": "dentist"}},
}


def _tasks(client: Client, headers: dict[str, str], turn: int) -> Any:
    """Send what people send: mostly lists, some searches, a few changes."""
    if turn % 20 < 12:
        return client.get("/api/tasks?limit=50", headers=headers)
    if turn % 20 < 15:
        return client.get("/api/tasks?limit=20&q=call+dentist", headers=headers)
    made = client.post("/api/tasks", json={"title": "Call the dentist"}, headers=headers)
    return made if turn % 2 else client.post(f"/api/tasks/{made.json['id']}/complete", headers=headers)


def _get(path: str) -> Send:
    return lambda client, headers, _turn: client.get(path, headers=headers)


JOBS: dict[str, Send] = {
    "tasks": _tasks,
    "tags": _get("/api/tags"),
    "notifications": _get("/api/notifications"),
    "auth": _get("/api/auth/me"),
    "audit": _get("/api/audit?limit=20"),
    "recurring-tasks": _get("/api/recurring-tasks"),
    "chat": _get("/api/chat/conversations"),
    "mcp": lambda client, headers, _turn: client.post(
        "/mcp",
        json=_MCP,
        headers={**headers, "MCP-Protocol-Version": "2025-06-18", "Accept": "application/json, text/event-stream"},
    ),
}


def main() -> int:
    """Measure and write."""
    costs: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="costs-") as folder, stage(Path(folder)) as made:
        for name, send in JOBS.items():
            role = next(function.database for function in made.functions if function.name == name)
            with function_environment(made.environment("system" if role == "system" else "app")):
                costs[name] = _measure(made, name, send)
        with function_environment(made.environment("app")):
            events = _events(made)
        with function_environment(made.environment("system")):
            costs["audit-writer"] = _measure(made, "audit-writer", _deliver(events), len(events) - WARM)
    lines = [
        f"{name}: {{cpu: {cost['cpu']:.2f}, database: {cost['database']:.2f}, cold_start: {COLD_START_SECONDS}}}"
        for name, cost in costs.items()
    ]
    head = FILE.read_text(encoding="utf-8").splitlines()[0]
    FILE.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    print("\n".join(lines))
    return 0


def _measure(made: Stage, name: str, send: Send, repeats: int = REPEATS) -> dict[str, float]:
    folder = name.replace("-", "_")
    client = Client(getattr(import_module(f"functions.{folder}.main"), folder).wsgi)
    tokens = [{"Authorization": f"Bearer {_token(made, name, n)}"} for n in (1, 2, 3)]
    for turn in range(WARM):  # warm: imports, prepared statements, caches
        answer = send(client, tokens[turn % 3], turn)
        assert answer.status_code < 300, (name, answer.status_code, answer.text[:300])
    with _counted(made) as spent:
        for turn in range(repeats):
            send(client, tokens[turn % 3], turn)
        _publish_rest()
    return {kind: seconds * 1000 / repeats for kind, seconds in spent.items()}


def _token(made: Stage, name: str, number: int) -> str:
    """Return an access token; MCP takes only those made for it."""
    if name != "mcp":
        return made.token(number)
    from shared.auth import issue_access_token
    from shared.config import TokenSettings

    with function_environment(made.environment("system")):
        audience = f"{TokenSettings.load().issuer}/mcp"
        return issue_access_token(user_id(number), ["tasks:read"], audience=audience, lifetime_seconds=7200)


@contextlib.contextmanager
def _counted(made: Stage) -> Iterator[dict[str, float]]:
    spent: dict[str, float] = {}
    server = psutil.Process(int((made.directory / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))
    before = _processor_seconds(server)
    own = time.process_time()
    yield spent
    spent["cpu"] = time.process_time() - own
    spent["database"] = _processor_seconds(server) - before


def _processor_seconds(server: psutil.Process) -> float:
    total = 0.0
    for process in server.children():
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _publish_rest() -> None:
    outbox = sys.modules.get("shared.events.outbox")
    if outbox is not None:
        outbox.finish(5)


def _events(made: Stage) -> list[tuple[dict[str, str], bytes]]:
    """Return deliveries as a KafkaSource would make them, of events that nobody has consumed."""
    from shared.events.envelope import attributes

    rows = made.run_sql(
        "SELECT event_id, type, user_id, aggregate_id, aggregate_version, created_at, payload::text FROM event_log ORDER BY created_at LIMIT :most",
        most=REPEATS + WARM,
    )
    found = []
    for event_id, name, owner, aggregate, version, moment, payload in rows:
        data = payload.encode()
        values = attributes(
            event_id=event_id,
            name=name,
            user_id=owner,
            aggregate_id=aggregate,
            sequence=version,
            time=moment,
            data=data,
        )
        found.append(({f"ce-{key}": value for key, value in values.items()}, data))
    return found


def _deliver(events: list[tuple[dict[str, str], bytes]]) -> Send:
    waiting = iter(events)
    return lambda client, _headers, _turn: client.post(
        "/", data=(event := next(waiting))[1], headers={**event[0], "Content-Type": "application/json"}
    )


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    sys.exit(main())
