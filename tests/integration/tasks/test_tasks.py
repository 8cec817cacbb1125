"""Tasks through the function's door: every operation, its rules, its errors and its events."""

import orjson
import pytest
from sqlalchemy import text

from functions.tasks.main import tasks
from shared import failpoints
from shared.db.ambient import joined
from shared.db.engine import transaction
from shared.domain import rank
from shared.services.task_documents import Task
from tests.support.client import Person


def _create(person, **fields):
    answer = person.post("/api/tasks", {"title": "A task", **fields})
    assert answer.status_code == 201, answer.json
    return answer.json


def _events(task_id):
    with transaction(None) as connection:
        return connection.execute(
            text(
                "SELECT type, aggregate_version AS version, payload FROM event_log WHERE aggregate_id = :id ORDER BY 2"
            ),
            {"id": task_id},
        ).all()


def test_a_created_task_matches_its_model(ada):
    """What PostgreSQL builds is exactly what the API documents."""
    task = _create(
        ada, title="Pay the rent", notes="**now**", priority="high", tags=["Home"], due_at="2027-03-01T09:00",
        reminders=[{"minutes_before": 10}],
    )  # fmt: skip
    assert Task.model_validate_json(ada.get(f"/api/tasks/{task['id']}").data).model_dump(mode="json")["tags"] == [
        "Home"
    ]
    assert task["due_at"] == "2027-03-01T08:00:00.000000Z"
    assert (task["due_local"], task["due_tz"]) == ("2027-03-01T09:00:00", "Europe/Berlin")
    assert task["version"] == 1


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", W/"1"', "*"])
def test_an_unchanged_task_is_not_sent_again(ada, known):
    """304 and nothing else to who has this very version; the task again once it changed."""
    path = f"/api/tasks/{ada.post('/api/tasks', {'title': 'x'}).json['id']}"
    unchanged = ada.get(path, headers={"If-None-Match": known})
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", '"1"')
    assert "Content-Type" not in unchanged.headers
    ada.patch(path, {"title": "y"})
    changed = ada.get(path, headers={"If-None-Match": '"1"'})
    assert (changed.status_code, changed.json["title"]) == (200, "y")


def test_creation_answers_with_the_version_as_etag(ada):
    """A client can send the ETag straight back as If-Match."""
    answer = ada.post("/api/tasks", {"title": "x"})
    assert answer.headers["ETag"] == '"1"'
    assert (
        ada.patch(f"/api/tasks/{answer.json['id']}", {"title": "y"}, headers={"If-Match": '"1"'}).headers["ETag"]
        == '"2"'
    )


def test_omitted_fields_stay_and_null_clears(ada):
    """A change is a JSON merge patch."""
    task = _create(ada, notes="keep", due_on="2027-01-01", priority="low")
    changed = ada.patch(f"/api/tasks/{task['id']}", {"due_on": None}).json
    assert (changed["notes"], changed["priority"], changed["due_on"]) == ("keep", "low", None)


def test_a_stale_version_gets_the_current_task(ada):
    """412 carries the state a client needs to show both versions."""
    task = _create(ada)
    ada.patch(f"/api/tasks/{task['id']}", {"title": "second"})
    answer = ada.patch(f"/api/tasks/{task['id']}", {"title": "third"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert answer.json["current"]["title"] == "second"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "x", "notes": "y" * 20_001}, "notes"),
        ({"title": "x", "priority": "highest"}, "priority"),
        ({"title": "x", "tags": ["#a,b"]}, "tags"),
        ({"title": "x", "due_on": "2027-13-01"}, "due_on"),
        ({"title": "x", "due_on": "2027-01-01", "due_at": "2027-01-01T09:00"}, "due_on"),
        ({"title": "x", "due_at": "2027-01-01T09:00", "due_tz": "Mars/Olympus"}, "due_tz"),
        ({"title": "x", "due_tz": "Europe/Berlin"}, "due_tz"),
        ({"title": "x", "due_at": "1900-01-01T09:00"}, "due_at"),
        ({"title": "x", "parent_id": "01937b2e-8f40-7c1a-9d3e-5a6b7c8d9e0f"}, "parent_id"),
        ({"title": "x", "reminders": [{"minutes_before": 5}]}, "reminders.0.minutes_before"),
        ({"title": "x", "reminders": [{}]}, "reminders.0"),
        ({"title": "x", "user_id": "01937b2e-8f40-7c1a-9d3e-5a6b7c8d9e0f"}, "user_id"),
        ({"title": "x", "version": 9}, "version"),
        ({"title": 5}, "title"),
    ],
)
def test_bad_input_names_the_field(ada, body, field):
    """Every wrong field is refused with 422 and its name."""
    answer = ada.post("/api/tasks", body)
    assert answer.status_code == 422, answer.json
    assert answer.content_type == "application/problem+json"
    assert field in [error["field"] for error in answer.json["errors"]]


def test_completing_takes_subtasks_along_and_is_idempotent(ada):
    """Completing a parent completes what is open below; a second time changes nothing."""
    parent = _create(ada, title="Parent")
    child = _create(ada, title="Child", parent_id=parent["id"])
    done = ada.post(f"/api/tasks/{parent['id']}/complete").json
    assert done["status"] == "completed"
    assert done["subtasks"] == {"total": 1, "completed": 1}
    assert ada.get(f"/api/tasks/{child['id']}").json["status"] == "completed"
    assert ada.post(f"/api/tasks/{parent['id']}/complete").json["version"] == done["version"]


def test_reopening_a_child_reopens_its_parent(ada):
    """No open task hangs below a completed one."""
    parent = _create(ada)
    child = _create(ada, parent_id=parent["id"])
    ada.post(f"/api/tasks/{parent['id']}/complete")
    ada.post(f"/api/tasks/{child['id']}/reopen")
    assert ada.get(f"/api/tasks/{parent['id']}").json["status"] == "open"


def test_three_levels_and_no_more(ada):
    """Sub-tasks go three levels deep, also by moving a subtree; a task never hangs below itself."""
    top = _create(ada)
    middle = _create(ada, parent_id=top["id"])
    bottom = _create(ada, parent_id=middle["id"])
    assert ada.post("/api/tasks", {"title": "x", "parent_id": bottom["id"]}).status_code == 422
    other = _create(ada)
    assert ada.post(f"/api/tasks/{top['id']}/move", {"parent_id": other["id"]}).status_code == 422
    assert ada.patch(f"/api/tasks/{top['id']}", {"parent_id": bottom["id"]}).status_code == 422
    moved = ada.post(f"/api/tasks/{middle['id']}/move", {"parent_id": other["id"]})
    assert moved.json["parent_id"] == other["id"]
    assert ada.patch(f"/api/tasks/{middle['id']}", {"parent_id": None}).json["parent_id"] is None


def test_trash_restore_and_purge(ada):
    """Deleting goes to the trash with the sub-tasks, restoring brings back what went together, purging is for good."""
    parent = _create(ada)
    child = _create(ada, parent_id=parent["id"])
    assert ada.delete(f"/api/tasks/{parent['id']}").status_code == 204
    assert ada.get("/api/tasks?trash=true&total=true").json["total"] >= 2
    assert ada.patch(f"/api/tasks/{parent['id']}", {"title": "x"}).status_code == 409
    assert ada.post(f"/api/tasks/{child['id']}/restore").status_code == 409
    assert ada.post(f"/api/tasks/{parent['id']}/restore").json["deleted_at"] is None
    assert ada.get(f"/api/tasks/{child['id']}").json["deleted_at"] is None
    assert ada.delete(f"/api/tasks/{parent['id']}?permanent=true").status_code == 204
    assert ada.get(f"/api/tasks/{child['id']}").status_code == 404
    assert [event.type for event in _events(parent["id"])][-1] == "task.purged"


def test_manual_order(ada):
    """Move puts a task right before, right after, or at the end."""
    first, second, third = (_create(ada, title=name, tags=["order"]) for name in ("1", "2", "3"))
    ada.post(f"/api/tasks/{third['id']}/move", {"before_id": first["id"]})
    ada.post(f"/api/tasks/{first['id']}/move", {"after_id": second["id"]})
    titles = [task["title"] for task in ada.get("/api/tasks?tag=order").json["items"]]
    assert titles == ["3", "2", "1"]
    ada.post(f"/api/tasks/{third['id']}/move", {})
    assert [task["title"] for task in ada.get("/api/tasks?tag=order").json["items"]] == ["2", "1", "3"]


def test_moving_between_equal_ranks_makes_room(ada):
    """Two tasks that share a rank leave no room; those around get new ranks in their order, each with a version and an event."""
    made = [_create(ada, title=str(n), tags=["equal"]) for n in range(4)]
    with transaction(None) as connection:
        connection.execute(text("UPDATE tasks SET rank = 'a0V' WHERE user_id = :id"), {"id": ada.user_id})
    ada.post(f"/api/tasks/{made[3]['id']}/move", {"after_id": made[0]["id"]})
    items = ada.get("/api/tasks?tag=equal").json["items"]
    assert [task["title"] for task in items] == ["0", "3", "1", "2"]
    assert len({task["rank"] for task in items}) == 4
    for task in items:
        events = _events(task["id"])
        assert task["version"] == events[-1].version == 2
        assert events[-1].payload["changes"]["rank"]["after"] == task["rank"]


def test_placing_at_one_spot_again_and_again_stays_short_and_touches_few(system_env):
    """Ranks stay within the bound, the order is kept, and a list of a hundred is not rewritten for it."""
    person = Person(tasks.wsgi)
    made = [_create(person, title=f"old {n}")["id"] for n in range(100)]
    expected = list(made)
    for number in range(150):
        new = _create(person, title=f"new {number}")["id"]
        moved = person.post(f"/api/tasks/{new}/move", {"after_id": made[50]})
        assert (moved.status_code, len(moved.json["rank"]) <= rank.REBALANCE_LENGTH) == (200, True)
        expected.insert(expected.index(made[50]) + 1, new)
    pages = [person.get("/api/tasks?limit=200").json]
    pages.append(person.get(f"/api/tasks?limit=200&cursor={pages[0]['next_cursor']}").json)
    items = [task for page in pages for task in page["items"]]
    assert [task["id"] for task in items] == expected
    untouched = [task for task in items if task["title"].startswith("old") and task["version"] == 1]
    assert len(untouched) > 80


def test_bulk_is_all_or_nothing(ada):
    """A step that fails undoes the ones before it and says which it was."""
    task = _create(ada, tags=["bulk"])
    answer = ada.post(
        "/api/tasks/bulk",
        {"operations": [{"action": "complete", "id": task["id"]}, {"action": "create", "task": {"title": ""}}]},
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "operations.1.task.title"
    assert ada.get(f"/api/tasks/{task['id']}").json["status"] == "open"
    done = ada.post(
        "/api/tasks/bulk",
        {"operations": [{"action": "create", "task": {"title": str(n), "tags": ["bulk"]}} for n in range(100)]},
    ).json["results"]
    assert [result["task"]["title"] for result in done] == [str(n) for n in range(100)]
    assert [t["title"] for t in ada.get("/api/tasks?tag=bulk&limit=200").json["items"]][1:] == [
        str(n) for n in range(100)
    ]


@pytest.mark.parametrize(
    ("step", "status", "field"),
    [
        ({"action": "create", "id": "TASK", "task": {"title": "x"}}, 409, "id"),
        ({"action": "create"}, 422, "task"),
        ({"action": "update", "id": "TASK"}, 422, "task"),
        ({"action": "complete", "id": "TASK", "task": {"title": "x"}}, 422, "task"),
        ({"action": "delete", "id": "TASK", "move": {}}, 422, "move"),
        ({"action": "complete"}, 422, "id"),
        ({"action": "create", "task": {}}, 422, "task.title"),
        ({"action": "update", "id": "TASK", "task": {"due_tz": "Mars/Base", "due_at": "2026-12-01T09:00"}}, 422, "task.due_tz"),
        ({"action": "create", "task": {"title": "x", "due_on": "2026-12-01", "due_at": "2026-12-01T09:00"}}, 422, "task.due_on"),
        ({"action": "create", "task": {"title": "x", "reminders": [{}]}}, 422, "task.reminders.0"),
        ({"action": "move", "id": "TASK", "move": {"before_id": "TASK"}}, 422, "move.before_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_a_wrong_step_names_the_field_where_it_stands(ada, step, status, field):
    """The path leads through the request; nothing of the bulk happens."""
    task = _create(ada)
    written = orjson.loads(orjson.dumps(step).replace(b"TASK", task["id"].encode()))
    answer = ada.post("/api/tasks/bulk", {"operations": [{"action": "complete", "id": task["id"]}, written]})
    assert answer.status_code == status, answer.json
    assert [error["field"] for error in answer.json["errors"]] == [f"operations.1.{field}"]
    assert ada.get(f"/api/tasks/{task['id']}").json["status"] == "open"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-10:00"])
def test_a_reminder_out_of_range_names_itself(ada, at):
    """A time no clock of the zone can show is the reminder's mistake, not the due time's."""
    answer = ada.post(
        "/api/tasks", {"title": "x", "due_on": "2026-12-01", "reminders": [{"minutes_before": 5}, {"at": at}]}
    )
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "reminders.1.at", "detail": "The time is out of range."}]


def test_bulk_takes_a_hundred_and_no_more(ada):
    """101 steps are refused before any of them runs."""
    step = {"action": "create", "task": {"title": "x"}}
    assert ada.post("/api/tasks/bulk", {"operations": [step] * 101}).status_code == 422


def test_an_idempotency_key_has_one_effect(ada):
    """The same request with a key again answers the same, with other parameters it is refused."""
    key = {"Idempotency-Key": "create-once"}
    first, second = (ada.post("/api/tasks", {"title": "once"}, headers=key) for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["ETag"] == first.headers["ETag"] == '"1"'
    assert ada.post("/api/tasks", {"title": "twice"}, headers=key).status_code == 422
    assert len(ada.get("/api/tasks?q=once&status=all").json["items"]) == 1


def test_a_failed_request_leaves_its_key_free(ada):
    """A key used on a refused request works with the corrected one."""
    key = {"Idempotency-Key": "second-try"}
    assert ada.post("/api/tasks", {"title": ""}, headers=key).status_code == 422
    assert ada.post("/api/tasks", {"title": "fine"}, headers=key).status_code == 201


def test_each_change_is_one_event_with_before_and_after(ada):
    """Versions have no gaps, and an event says what it changed."""
    task = _create(ada, title="one")
    ada.patch(f"/api/tasks/{task['id']}", {"title": "two", "tags": ["x"]})
    ada.patch(f"/api/tasks/{task['id']}", {"title": "two"})
    ada.post(f"/api/tasks/{task['id']}/complete")
    ada.delete(f"/api/tasks/{task['id']}")
    events = _events(task["id"])
    assert [(e.type, e.version) for e in events] == [
        ("task.created", 1), ("task.updated", 2), ("task.completed", 3), ("task.deleted", 4),
    ]  # fmt: skip
    assert events[1].payload["changes"] == {
        "title": {"before": "one", "after": "two"}, "tags": {"before": [], "after": ["x"]},
    }  # fmt: skip


def test_long_notes_stay_out_of_the_event_and_in_the_log(ada):
    """An event has room for 64 KiB: texts over 1,000 characters are only in the log's details."""
    task = _create(ada, notes="n" * 20_000)
    with transaction(None) as connection:
        row = connection.execute(
            text("SELECT payload, details FROM event_log WHERE aggregate_id = :id"), {"id": task["id"]}
        ).one()
    assert row.payload["changes"]["notes"]["after"] is None
    assert len(row.details["changes"]["notes"]["after"]) == 20_000


def test_a_change_of_zone_keeps_the_wall_time(ada):
    """Nine o'clock stays nine o'clock when only the zone changes."""
    task = _create(ada, due_at="2027-01-10T09:00")
    moved = ada.patch(f"/api/tasks/{task['id']}", {"due_tz": "America/New_York"}).json
    assert (moved["due_local"], moved["due_at"]) == ("2027-01-10T09:00:00", "2027-01-10T14:00:00.000000Z")


def test_a_day_replaces_a_time_and_the_other_way_round(ada):
    """Setting due_on clears due_at without naming it."""
    task = _create(ada, due_at="2027-01-10T09:00")
    day = ada.patch(f"/api/tasks/{task['id']}", {"due_on": "2027-01-11"}).json
    assert (day["due_on"], day["due_at"]) == ("2027-01-11", None)
    time = ada.patch(f"/api/tasks/{task['id']}", {"due_at": "2027-01-12T08:00:00+01:00"}).json
    assert (time["due_on"], time["due_at"]) == (None, "2027-01-12T07:00:00.000000Z")


def test_what_is_not_mine_is_not_found(ada, new_person):
    """Another person's task answers 404 to everything, exactly like one that does not exist."""
    task = _create(ada)
    eve = new_person()
    missing = eve.get("/api/tasks/01937b2e-8f40-7c1a-9d3e-5a6b7c8d9e0f")
    for method, suffix, body in [
        ("GET", "", None), ("PATCH", "", {"title": "x"}), ("DELETE", "", None), ("POST", "/complete", None),
        ("POST", "/reopen", None), ("POST", "/restore", None), ("POST", "/move", {}), ("DELETE", "?permanent=true", None),
    ]:  # fmt: skip
        answer = eve.call(method, f"/api/tasks/{task['id']}{suffix}", body)
        assert answer.status_code == 404
        assert answer.json["detail"] == missing.json["detail"]
    assert eve.post("/api/tasks", {"title": "x", "parent_id": task["id"]}).status_code == 422
    assert eve.get("/api/tasks?status=all").json["items"] == []


def test_a_failure_right_before_the_commit_leaves_no_transaction_behind(ada, monkeypatch):
    """The next request of the same person in the same thread begins its own, and nothing of the failed one is there."""
    task = _create(ada)
    monkeypatch.setattr(failpoints, "_armed", {"api.before_commit": ("raise", 1)})
    monkeypatch.setattr(failpoints, "_passed", {})
    assert ada.patch(f"/api/tasks/{task['id']}", {"title": "Lost"}).status_code == 500
    assert joined.get() is None
    answer = ada.patch(f"/api/tasks/{task['id']}", {"title": "Kept"})
    assert (answer.status_code, answer.json["version"], answer.json["title"]) == (200, 2, "Kept")
