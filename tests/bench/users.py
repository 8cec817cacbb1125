"""What a person feels: 100 users with a second of thought between requests, and how soon a change stands in the trail.

Both through the real bundle, as ``make run`` starts it.
"""

import time

from tests.bench.figures import Figure, percentile
from tests.bench.load import Call, think
from tests.bench.settings import EVENTS, SECONDS, THINKING_USERS
from tests.bench.stage import Stage
from tests.support.bundle import running_bundle

_TASKS_IN_BULK = 100
_ANSWER_SECONDS = 10.0


def users(stage: Stage) -> list[Figure]:
    """Measure and return the figures."""
    with running_bundle(stage.directory / "bundle") as bundle:
        people = [bundle.register() for _ in range(THINKING_USERS // 10)]
        for person in people:
            steps = [{"action": "create", "task": {"title": f"Call about the plan {n}"}} for n in range(_TASKS_IN_BULK)]
            for _ in range(10):
                person.client.post("/api/tasks/bulk", json={"operations": steps}).raise_for_status()
        tokens = [person.tokens["access_token"] for person in people]
        calls = [Call("GET", "/api/tasks?limit=50", token) for token in tokens]
        calls += [Call("GET", "/api/tasks?q=call+plan&limit=20", token) for token in tokens]
        calls += [Call("POST", "/api/tasks", token, '{"title": "Call the dentist"}') for token in tokens]
        felt = think(bundle.port, calls, max(10.0, SECONDS * 2), stage.directory)
        person = bundle.register()
        waits = []
        for number in range(EVENTS):
            task = person.create_task(f"Event {number}")
            started = time.perf_counter()
            while not person.client.get("/api/audit", params={"task_id": task["id"]}).json()["items"]:
                if time.perf_counter() - started > _ANSWER_SECONDS:
                    break
                time.sleep(0.002)
            waits.append((time.perf_counter() - started) * 1000)
    half, most = percentile(waits, 0.5), percentile(waits, 0.95)
    return [
        Figure(
            "API p95, 100 users, 1 s think time",
            felt.p95,
            "ms",
            50,
            25,
            500,
            note=f"p50 {felt.p50:.1f} ms, {felt.per_second:.0f}/s",
        ),
        Figure(
            "event latency, answer to audit row, p95",
            most,
            "ms",
            150,
            60,
            2000,
            note=f"p50 {half:.0f} ms, asked every 2 ms",
        ),
    ]
