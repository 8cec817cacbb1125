"""What people complain about in other task servers: each as a test of ours. The table is in ``tests/integration/chat/README.md``."""

from typing import Any

import orjson
import pytest

from functions.mcp.calls import tool_list
from tests.integration.mcp_server.conftest import ORIGIN, Browser


def call(person: Browser, token: str, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    """Return the tasks a tool answers."""
    result = person.call(token, tool, **arguments).json["result"]
    assert result["isError"] is False, result
    tasks: list[dict[str, Any]] = result["structuredContent"]["tasks"]
    return tasks


def test_an_update_keeps_the_recurrence(anna: Browser) -> None:
    """Title, tags and another time change one instance; the series goes on."""
    token = anna.connect()
    (task,) = call(anna, token, "add_tasks", tasks=[{"title": "Standup", "due": "tomorrow 9am", "repeat": "every day"}])
    call(anna, token, "update_task", task_id=task["id"], title="Daily standup", add_tags=["team"])
    (moved,) = call(anna, token, "reschedule_task", task_id=task["id"], due="tomorrow 10am")
    assert moved["repeats"] is True
    assert moved["untrusted"] == {"title": "Daily standup", "tags": ["team"]}


def test_completing_a_recurring_task_does_not_end_it(anna: Browser) -> None:
    """The done instance is done and still belongs to its series, which is active; nothing was deleted."""
    token = anna.connect()
    (task,) = call(anna, token, "add_tasks", tasks=[{"title": "Standup", "due": "tomorrow 9am", "repeat": "every day"}])
    (done,) = call(anna, token, "complete_tasks", task_ids=[task["id"]])
    assert (done["status"], done["repeats"]) == ("completed", True)
    (again,) = call(anna, token, "reopen_tasks", task_ids=[task["id"]])
    assert (again["status"], again["repeats"]) == ("open", True)


def test_priority_is_never_inverted(anna: Browser) -> None:
    """A priority is a name in and out, and sorting by it begins with the most urgent."""
    token = anna.connect()
    names = ["low", "urgent", "none", "high", "medium"]
    made = call(anna, token, "add_tasks", tasks=[{"title": name, "priority": name} for name in names])
    assert [task["priority"] for task in made] == names
    found = call(anna, token, "find_tasks", sort="priority")
    assert [task["untrusted"]["title"] for task in found] == ["urgent", "high", "medium", "low", "none"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin", "UTC"])
@pytest.mark.parametrize("due", ["2031-12-31", "2031-12-31T23:30:00", "2031-07-01T00:15:00"])
def test_dates_are_never_off_by_a_zone(anna: Browser, zone: str, due: str) -> None:
    """A day stays that day and a time that time on the person's clock, whichever side of the date line they are."""
    changed = anna.auth.patch(
        "/api/auth/me", base_url=ORIGIN, json={"time_zone": zone}, headers={"Authorization": f"Bearer {anna.session}"}
    )
    assert changed.status_code == 200, changed.text
    token = anna.connect()
    (added,) = call(anna, token, "add_tasks", tasks=[{"title": "At midnight", "due": due}])
    (moved,) = call(anna, token, "reschedule_task", task_id=added["id"], due=due)
    (found,) = call(anna, token, "find_tasks", due="any")
    assert {added["due"], moved["due"], found["due"]} == {due}
    assert found["zone"] == (zone if "T" in due else "")


def test_no_type_is_nullable_and_arguments_are_flat() -> None:
    """No null, no nested objects but the tasks to add: what models fill in wrongly elsewhere is not there."""
    for tool in tool_list():
        schema = tool["inputSchema"]
        assert b"null" not in orjson.dumps(schema), tool["name"]
        nested = [name for name, part in schema["properties"].items() if part.get("type") == "object" or "$ref" in part]
        assert nested == [], tool["name"]


def test_strings_are_taken_where_lists_are_meant(anna: Browser) -> None:
    """One title, a list as JSON text, and a single id are understood as what they mean."""
    token = anna.connect()
    (one,) = call(anna, token, "add_tasks", tasks="Buy milk")
    assert len(call(anna, token, "add_tasks", tasks='["Bread", "Butter"]')) == 2
    (done,) = call(anna, token, "complete_tasks", task_ids=one["id"])
    assert done["status"] == "completed"


def test_clearing_is_said_and_never_guessed(anna: Browser) -> None:
    """What is left out stays; a field is cleared by ``remove`` alone."""
    token = anna.connect()
    (task,) = call(
        anna, token, "add_tasks", tasks=[{"title": "Milk", "due": "2031-01-02", "tags": ["shop"], "priority": "high"}]
    )
    (after,) = call(anna, token, "update_task", task_id=task["id"], title="Oat milk")
    assert (after["due"], after["priority"], after["untrusted"]["tags"]) == ("2031-01-02", "high", ["shop"])
    (cleared,) = call(anna, token, "update_task", task_id=task["id"], remove=["due"])
    assert (cleared["due"], cleared["priority"]) == ("", "high")


def test_pages_are_small_and_none_is_lost(anna: Browser) -> None:
    """Ten by default; the cursor leads through all of them, each once."""
    token = anna.connect()
    call(anna, token, "add_tasks", tasks=[f"Task {n}" for n in range(23)])
    seen: list[str] = []
    cursor = ""
    for expected in (10, 10, 3):
        page = anna.call(token, "find_tasks", cursor=cursor).json["result"]["structuredContent"]
        assert len(page["tasks"]) == expected
        seen += [task["id"] for task in page["tasks"]]
        cursor = page.get("next_cursor", "")
    assert cursor == ""
    assert len(set(seen)) == 23
