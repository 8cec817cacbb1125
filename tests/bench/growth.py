"""What growth costs: a page of a list and a search for one user with very many tasks, against one with 1,000."""

import time
from urllib.parse import quote

from tests.bench.figures import Figure, median
from tests.bench.saturation import our_server
from tests.bench.settings import MANY_FOR_LISTS, MANY_FOR_SEARCH, USERS
from tests.bench.stage import Stage, add_tasks, add_user

_REPEATS = 60


def growth(stage: Stage) -> list[Figure]:
    """Measure and return the figures."""
    import httpx

    many, middle = USERS + 1, USERS + 2
    for number, count in ((many, MANY_FOR_LISTS), (middle, MANY_FOR_SEARCH)):
        add_user(stage, number)
        add_tasks(stage, number, number, count)

    with our_server(stage) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

        def p50(number: int, path: str) -> float:
            headers = {"Authorization": f"Bearer {stage.token(number)}"}
            took = []
            for _ in range(_REPEATS):
                started = time.perf_counter()
                client.get(path, headers=headers).raise_for_status()
                took.append((time.perf_counter() - started) * 1000)
            return median(took)

        listed = "/api/tasks?limit=50"
        small, large = p50(1, listed), p50(many, listed)
        found = p50(middle, f"/api/tasks?limit=20&q={quote('dentist')}")
    return [
        Figure(
            f"list p50, {MANY_FOR_LISTS:,} own tasks : 1,000",
            large / small,
            firm=1.3,
            edge=1.2,
            note=f"{large:.1f} : {small:.1f} ms",
        ),
        Figure(
            f"search p50, {MANY_FOR_SEARCH:,} own tasks", found, "ms", 10, 6, note="a word in 1% of them, over HTTP"
        ),
    ]
