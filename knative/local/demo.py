"""``make demo``: fills a running bundle with an account, 200 tasks and their tags, through the HTTP API alone.

Run by a person while ``make run`` is up. Running it again logs in and adds nothing. The password is made once per data
directory, printed, and kept in its ``secrets.json``. Dates are spread around today, so there is always something overdue,
due today and coming up; everything else is the same every time.
"""

import json
import random
import sys
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from knative.local.demo_tasks import AREAS, NOTES, SUBTASKS
from knative.local.keys import demo_password
from knative.local.settings import PlatformSettings, load_settings

EMAIL = "demo@example.com"
BULK = 100
TASK_COUNT = sum(map(len, AREAS.values()))
PRIORITIES = ("none", "medium", "high", "urgent")
COLOURS = {
    "work": "blue",
    "home": "orange",
    "errands": "yellow",
    "health": "green",
    "learning": "purple",
    "travel": "teal",
    "garden": "green",
    "finance": "red",
    "waiting": "gray",
}


class DemoError(Exception):
    """The API is not there or refused something."""


class Api:
    """The HTTP API as the demo account."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._token = ""

    def call(self, method: str, path: str, body: Any = None, *, accept: tuple[int, ...] = (200, 201)) -> Any:
        """Call the API and return its JSON; None if it answered with a status that is not in ``accept``.

        Raises:
            DemoError: nothing answers.
        """
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._base_url + path, data, headers, method=method)  # noqa: S310 - http by construction
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in accept:
                    return None
                raise DemoError(f"{method} {path} answered {error.code}: {error.read().decode()[:500]}") from None
        except urllib.error.URLError as error:
            raise DemoError(f"nothing answers at {self._base_url} ({error.reason}); start it with `make run`") from None

    def sign_in(self, password: str) -> None:
        """Register the demo account, or log in if it exists."""
        account = {"email": EMAIL, "password": password, "display_name": "Demo", "time_zone": "Europe/Berlin"}
        session = self.call("POST", "/api/auth/register", account, accept=(409,))
        if session is None:
            session = self.call("POST", "/api/auth/login", {"email": EMAIL, "password": password})
        self._token = session["access_token"]

    def bulk(self, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run operations in batches and return their results in order."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(operations), BULK):
            answer = self.call("POST", "/api/tasks/bulk", {"operations": operations[start : start + BULK]})
            results += answer["results"]
        return results


def fill(api: Api, today: date) -> int:
    """Create what is missing; return the number of tasks created."""
    page = api.call("GET", "/api/tasks?status=all&total=true&limit=1")
    if page["total"] >= TASK_COUNT:
        return 0
    for name, colour in COLOURS.items():
        api.call("POST", "/api/tags", {"name": name, "color": colour}, accept=(409,))
    chance = random.Random(4711)  # noqa: S311 - the same demo every time
    tasks = [_task(area, text, chance, today) for area, texts in AREAS.items() for text in texts]
    chance.shuffle(tasks)
    created = api.bulk([{"action": "create", "task": task} for task in tasks])
    ids = {result["task"]["title"]: result["id"] for result in created}
    steps = [
        {"action": "create", "task": {"title": step, "parent_id": ids[parent]}}
        for parent, steps in SUBTASKS.items()
        for step in steps
    ]
    made = api.bulk(steps)
    done = [result["id"] for result in created if chance.random() < 0.3]  # noqa: PLR2004 - three in ten
    done += [result["id"] for result in made if chance.random() < 0.4]  # noqa: PLR2004
    parents = {ids[parent] for parent in SUBTASKS}
    api.bulk([{"action": "complete", "id": task_id} for task_id in done if task_id not in parents])
    return len(created) + len(made)


def _task(area: str, text: str, chance: random.Random, today: date) -> dict[str, Any]:
    """Return the fields of one task: its area as tag, a date for two in three, a time for some of those."""
    title = text.rstrip("! ")
    priority = PRIORITIES[text.count("!") if text.endswith("!") else 0]
    task: dict[str, Any] = {"title": title, "priority": priority, "tags": [area]}
    if chance.random() < 0.12:  # noqa: PLR2004 - one in eight waits for somebody
        task["tags"].append("waiting")
    if title in NOTES:
        task["notes"] = NOTES[title]
    day = today + timedelta(days=min(int(abs(chance.gauss(0, 25))), 120) - chance.choice((0, 0, 0, 4, 12)))
    kind = chance.random()
    if kind < 0.2:  # noqa: PLR2004 - at a time of day, with a reminder
        at = time(chance.choice((8, 9, 10, 12, 14, 16, 18, 20)), chance.choice((0, 15, 30)))
        task |= {"due_at": datetime.combine(day, at).isoformat(), "due_tz": "Europe/Berlin"}
        if day > today:
            task["reminders"] = [{"minutes_before": chance.choice((10, 30, 60))}]
    elif kind < 0.67:  # noqa: PLR2004 - all day
        task["due_on"] = day.isoformat()
    return task


def main() -> None:
    """Fill the bundle that runs on PORT and print how to look at it."""
    settings: PlatformSettings = load_settings()
    secrets_file = settings.data_dir / "secrets.json"
    if not secrets_file.exists():
        sys.exit(f"demo: nothing was ever started with the data in {settings.data_dir}; start it with `make run`")
    password = demo_password(secrets_file)
    api = Api(f"http://{settings.host}:{settings.port}")
    try:
        api.sign_in(password)
        count = fill(api, datetime.now(UTC).date())
    except DemoError as error:
        sys.exit(f"demo: {error}")
    sys.stdout.write(f"{count} tasks created.\n" if count else "The demo tasks are there already.\n")
    sys.stdout.write(f"\n  {settings.public_url}\n  e-mail    {EMAIL}\n  password  {password}\n")


if __name__ == "__main__":
    main()
