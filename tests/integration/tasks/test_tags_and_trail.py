"""Tags, and the trail that the audit writer makes of events."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.db.engine import transaction
from shared.events.envelope import attributes, parse

TAGS, AUDIT = 1, 2


def test_a_tag_is_unique_whatever_its_case(ada):
    """A second tag of the same name in another case is a conflict that names the field."""
    assert ada.post("/api/tags", {"name": "Küche", "color": "red"}, app=TAGS).status_code == 201
    answer = ada.post("/api/tags", {"name": "KÜCHE"}, app=TAGS)
    assert answer.status_code == 409
    assert answer.json["errors"][0]["field"] == "name"


def test_a_new_tag_has_a_colour(ada):
    """A tag made with a task, by a change of one, or by itself has the colour of its name; a chosen colour, gray too, stays."""
    made = ada.post("/api/tasks", {"title": "x", "tags": ["home"]}).json
    ada.patch(f"/api/tasks/{made['id']}", {"tags": ["home", "work"]})
    ada.post("/api/tags", {"name": "garden"}, app=TAGS)
    ada.post("/api/tags", {"name": "waiting", "color": "gray"}, app=TAGS)
    ada.post("/api/tasks", {"title": "y", "tags": ["waiting"]})
    colors = {tag["name"]: tag["color"] for tag in ada.get("/api/tags", app=TAGS).json["items"]}
    assert colors == {"garden": "green", "home": "purple", "waiting": "gray", "work": "red"}


def test_a_renamed_tag_keeps_its_tasks(ada):
    """Renaming a tag changes it on every task at once."""
    task = ada.post("/api/tasks", {"title": "x", "tags": ["old"]}).json
    tag = next(t for t in ada.get("/api/tags", app=TAGS).json["items"] if t["name"] == "old")
    assert tag["task_count"] == 1
    assert ada.patch(f"/api/tags/{tag['id']}", {"name": "new", "color": "teal"}, app=TAGS).json["color"] == "teal"
    assert ada.get(f"/api/tasks/{task['id']}").json["tags"] == ["new"]


def test_merging_moves_every_task(ada):
    """After a merge the first tag is gone and its tasks carry the second once."""
    task = ada.post("/api/tasks", {"title": "x", "tags": ["a", "b"]}).json
    tags = {t["name"]: t["id"] for t in ada.get("/api/tags", app=TAGS).json["items"]}
    assert ada.post(f"/api/tags/{tags['a']}/merge", {"into_id": tags["b"]}, app=TAGS).json["task_count"] == 1
    assert ada.get(f"/api/tasks/{task['id']}").json["tags"] == ["b"]
    assert ada.get(f"/api/tags/{tags['a']}", app=TAGS).status_code == 404
    assert ada.post(f"/api/tags/{tags['b']}/merge", {"into_id": tags["b"]}, app=TAGS).status_code == 422


def test_deleting_a_tag_keeps_its_tasks(ada):
    """Only the tag goes."""
    task = ada.post("/api/tasks", {"title": "x", "tags": ["gone"]}).json
    tag = next(t for t in ada.get("/api/tags", app=TAGS).json["items"] if t["name"] == "gone")
    assert ada.delete(f"/api/tags/{tag['id']}", app=TAGS).status_code == 204
    assert ada.get(f"/api/tasks/{task['id']}").json["tags"] == []


def test_tags_of_others_are_not_found(ada, new_person):
    """Another person's tag answers 404 to everything, and does not block a name."""
    tag = ada.post("/api/tags", {"name": "mine"}, app=TAGS).json
    eve = new_person()
    for method, suffix, body in [("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None),
                                 ("POST", "/merge", {"into_id": tag["id"]})]:  # fmt: skip
        assert eve.call(method, f"/api/tags/{tag['id']}{suffix}", body, app=TAGS).status_code in {404, 422}
    assert eve.post("/api/tags", {"name": "mine"}, app=TAGS).status_code == 201


def _deliver_all(user_id, times=1):
    """Deliver every event of a person to the audit writer, as KafkaSource would."""
    from functions.audit_writer.main import consumer

    with transaction(None) as connection:
        rows = connection.execute(
            text("SELECT *, payload::text AS body FROM event_log WHERE user_id = :id ORDER BY created_at"),
            {"id": user_id},
        ).all()
    outcomes = []
    for row in rows:
        data = row.body.encode()
        values = attributes(
            event_id=row.event_id, name=row.type, user_id=row.user_id, aggregate_id=row.aggregate_id,
            sequence=row.aggregate_version, time=row.created_at, data=data,
        )  # fmt: skip
        event = parse({**values, "content-type": "application/json"}, data)
        outcomes += [consumer.process(event) for _ in range(times)]
    return outcomes


def test_the_trail_shows_before_and_after_newest_first(ada):
    """Each change is one entry with its fields, long texts included, however often its event arrives."""
    task = ada.post("/api/tasks", {"title": "one", "notes": "n" * 5000}).json
    ada.patch(f"/api/tasks/{task['id']}", {"title": "two", "notes": "short"})
    assert set(_deliver_all(ada.user_id, times=3)) == {"done", "duplicate"}
    entries = ada.get(f"/api/audit?task_id={task['id']}", app=AUDIT).json["items"]
    assert [entry["type"] for entry in entries] == ["task.updated", "task.created"]
    assert entries[0]["changes"]["title"] == {"before": "one", "after": "two"}
    assert len(entries[0]["changes"]["notes"]["before"]) == 5000
    assert entries[0]["actor"] == {"user_id": str(ada.user_id), "origin": "web"}


@pytest.mark.parametrize(
    ("query", "count"), [("type=task.created", 3), ("type=task.*", 4), ("type=tag.*", 0), ("limit=2", 2)]
)
def test_the_trail_filters_by_type(ada, query, count):
    """A type, or a prefix with a star."""
    made = [ada.post("/api/tasks", {"title": str(n)}).json for n in range(3)]
    ada.post(f"/api/tasks/{made[0]['id']}/complete")
    _deliver_all(ada.user_id)
    assert len(ada.get(f"/api/audit?{query}", app=AUDIT).json["items"]) == count


@pytest.mark.parametrize("query", ["since=5", "until=1732752000", "since=tomorrow"])
def test_the_trail_takes_times_as_people_write_them(ada, query):
    """A number is no time, and is named."""
    answer = ada.get(f"/api/audit?{query}", app=AUDIT)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.partition("=")[0]


def test_the_trail_pages_and_filters_by_time(ada):
    """Pages of one add up; since and until bound the time."""
    for n in range(3):
        ada.post("/api/tasks", {"title": str(n)})
    _deliver_all(ada.user_id)
    titles, cursor = [], ""
    while True:
        page = ada.get(f"/api/audit?limit=1{cursor}", app=AUDIT).json
        titles += [entry["title"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert titles == ["2", "1", "0"]
    newest = ada.get("/api/audit?limit=1", app=AUDIT).json["items"][0]["occurred_at"]
    assert len(ada.get(f"/api/audit?since={newest}", app=AUDIT).json["items"]) == 1
    assert len(ada.get(f"/api/audit?until={newest}", app=AUDIT).json["items"]) == 2


def test_an_event_with_other_data_is_refused(ada):
    """A signed event whose data is not what the log holds has no effect: not even a leaked key can rewrite the past."""
    from functions.audit_writer.main import consumer
    from shared import clock
    from shared.errors import InvalidMessage

    task = ada.post("/api/tasks", {"title": "true"}).json
    with transaction(None) as connection:
        row = connection.execute(text("SELECT * FROM event_log WHERE aggregate_id = :id"), {"id": task["id"]}).one()
    data = b'{"task_id":"%s","user_id":"%s","version":1,"task":{"title":"forged","status":"open"}}' % (
        str(row.aggregate_id).encode(), str(row.user_id).encode(),
    )  # fmt: skip
    values = attributes(
        event_id=row.event_id, name=row.type, user_id=row.user_id, aggregate_id=row.aggregate_id, sequence=1,
        time=row.created_at, data=data,
    )  # fmt: skip
    with pytest.raises(InvalidMessage):
        consumer.process(parse({**values, "content-type": "application/json"}, data))
    assert clock.now() - row.created_at < timedelta(minutes=5)
    assert ada.get(f"/api/audit?task_id={task['id']}", app=AUDIT).json["items"] == []
