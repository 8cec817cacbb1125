"""Series over HTTP: create, preview, pause, resume, skip, end, and changes of this one, this and following, all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from functions.recurring_tasks.main import RecurringTask, RecurringTaskList, RulePreview
from shared import clock
from tests.integration.recurring.conftest import RECURRING, SERIES, Planner


def day(offset: int) -> str:
    """Return the date so many days from today, UTC."""
    return (clock.now().date() + timedelta(days=offset)).isoformat()


def test_what_is_answered_is_what_is_documented(planner: Planner) -> None:
    """Create, list page by page, get: the schema of the API, newest first."""
    made = [
        planner.series("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", f"{day(1)}T09:00", template={"title": str(n)})
        for n in range(3)
    ]
    assert made[0]["description"] == "every 2 weeks on Mon and Thu"
    page = planner.get(f"{SERIES}?limit=2", app=RECURRING)
    TypeAdapter(RecurringTaskList).validate_json(page.data)
    rest = planner.get(f"{SERIES}?limit=2&cursor={page.json['next_cursor']}", app=RECURRING).json
    assert [item["id"] for item in page.json["items"] + rest["items"]] == [series["id"] for series in reversed(made)]
    assert rest["next_cursor"] is None
    one = planner.get(f"{SERIES}/{made[0]['id']}", app=RECURRING)
    TypeAdapter(RecurringTask).validate_json(one.data)
    assert one.headers["ETag"] == f'"{one.json["version"]}"'


def test_a_task_becomes_the_first_instance(planner: Planner) -> None:
    """It keeps its id, due time and sub-tasks; a second series of it is a conflict."""
    task = planner.post(
        "/api/tasks", {"title": "Rent", "due_at": f"{day(3)}T09:00", "due_tz": "Europe/Berlin", "tags": ["home"]}
    ).json
    planner.post("/api/tasks", {"title": "Transfer", "parent_id": task["id"]})
    reply = planner.post(SERIES, {"rrule": "FREQ=DAILY", "task_id": task["id"]}, app=RECURRING)
    assert reply.status_code == 201, reply.text
    series = reply.json
    assert (series["task_id"], series["time_zone"], series["dtstart"]) == (
        task["id"],
        "Europe/Berlin",
        f"{day(3)}T09:00:00",
    )
    assert [subtask["title"] for subtask in series["template"]["subtasks"]] == ["Transfer"]
    again = planner.post(SERIES, {"rrule": "FREQ=DAILY", "task_id": task["id"]}, app=RECURRING)
    assert again.status_code == 409
    planner.complete(task)
    planner.deliver()
    following = planner.waiting(series)
    assert (following["title"], following["tags"], following["due_local"]) == ("Rent", ["home"], f"{day(4)}T09:00:00")
    assert following["subtasks"] == {"total": 1, "completed": 0}


def test_a_repeated_request_makes_one_series(planner: Planner) -> None:
    """The same Idempotency-Key answers the same series, with one instance."""
    body = {"rrule": "FREQ=DAILY", "dtstart": day(1), "template": {"title": "Once"}}
    first, second = (
        planner.post(SERIES, body, app=RECURRING, headers={"Idempotency-Key": "series-1"}) for _ in range(2)
    )
    assert (first.status_code, first.json["id"]) == (201, second.json["id"])
    assert len(planner.instances(first.json)) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"rrule": "every monday"}, "rrule"),
        ({"rrule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "rrule"),
        ({"rrule": "FREQ=DAILY;UNTIL=20200101T000000Z", "dtstart": "2019-01-01T09:00"}, "rrule"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"dtstart": "tomorrow"}, "dtstart"),
        ({"dtstart": None}, "dtstart"),
        ({"template": None}, "template"),
        ({"template": {"title": " "}}, "template.title"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_wrong_input_names_its_field(planner: Planner, fields: dict[str, Any], field: str) -> None:
    """422, and no series is left behind."""
    body = {
        "rrule": "FREQ=DAILY",
        "dtstart": f"{day(1)}T09:00",
        "time_zone": "UTC",
        "template": {"title": "x"},
        **fields,
    }
    reply = planner.post(SERIES, body, app=RECURRING)
    assert (reply.status_code, reply.json["errors"][0]["field"]) == (422, field), reply.text
    assert planner.get(SERIES, app=RECURRING).json["items"] == []


def test_a_rule_from_1900_costs_nothing(planner: Planner) -> None:
    """The preview begins today; the first instance is of today too."""
    rule = {"rrule": "FREQ=DAILY", "dtstart": "1900-01-01T09:00", "time_zone": "UTC"}
    for reply in (
        planner.post(f"{SERIES}/preview", rule, app=RECURRING),
        planner.get(f"{SERIES}/preview?rrule=FREQ%3DDAILY&dtstart=1900-01-01T09:00&time_zone=UTC", app=RECURRING),
    ):
        TypeAdapter(RulePreview).validate_json(reply.data)
        assert reply.json["items"][0] == {"local": f"{day(0)}T09:00:00", "utc": f"{day(0)}T09:00:00Z"}
        assert len(reply.json["items"]) == 10
        assert reply.json["description"].startswith("every day")
    series = planner.series(rule["rrule"], rule["dtstart"])
    assert planner.waiting(series)["occurrence_key"] == f"{day(0)}T09:00:00"


def test_previews_show_the_change_of_clocks(planner: Planner) -> None:
    """From any day on: wall time stays, the gap moves forward, the instants follow."""
    body = {"rrule": "FREQ=DAILY", "dtstart": "2027-03-27T02:30", "time_zone": "Europe/Berlin", "count": 3}
    items = planner.post(f"{SERIES}/preview", body, app=RECURRING).json["items"]
    assert items == [
        {"local": "2027-03-27T02:30:00", "utc": "2027-03-27T01:30:00Z"},
        {"local": "2027-03-28T03:30:00", "utc": "2027-03-28T01:30:00Z"},
        {"local": "2027-03-29T02:30:00", "utc": "2027-03-29T00:30:00Z"},
    ]
    series = planner.series("FREQ=MONTHLY", "2027-01-31")
    found = planner.get(f"{SERIES}/{series['id']}/preview?count=2&after=2027-01-31", app=RECURRING).json["items"]
    assert [item["local"] for item in found] == ["2027-02-28", "2027-03-31"]


def test_pause_and_resume(planner: Planner) -> None:
    """A paused series makes no instance; resumed, the next one is in the future."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T00:00")
    assert planner.act(series, "pause")["paused_at"] is not None
    planner.complete(planner.waiting(series))
    planner.deliver()
    assert planner.instances(series, "open") == []
    assert planner.act(series, "resume")["paused_at"] is None
    due = datetime.fromisoformat(planner.waiting(series)["due_at"])
    assert due > datetime.now(UTC)
    planner.deliver()
    assert len(planner.instances(series, "open")) == 1


def test_skip_moves_the_open_instance(planner: Planner) -> None:
    """The same task, at the next occurrence; a later one can be left out ahead; the last one ends the series."""
    series = planner.series("FREQ=DAILY;COUNT=4", f"{day(1)}T09:00")
    task = planner.waiting(series)
    assert planner.act(series, "skip")["next_occurrence"]["local"] == f"{day(2)}T09:00:00"
    assert planner.waiting(series)["id"] == task["id"]
    ahead = planner.post(f"{SERIES}/{series['id']}/skip?occurrence_key={day(3)}T09:00:00", app=RECURRING)
    assert ahead.json["exdates"] == [f"{day(1)}T09:00:00", f"{day(3)}T09:00:00"]
    planner.complete(task)
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(4)}T09:00:00"
    assert planner.act(series, "skip")["ended_at"] is not None
    planner.deliver()
    assert planner.instances(series, "open") == []


def test_end_keeps_the_open_instance_as_the_last(planner: Planner) -> None:
    """Nothing follows it, and what has ended cannot be changed."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    assert planner.act(series, "end")["ended_at"] is not None
    planner.complete(planner.waiting(series))
    planner.deliver()
    assert planner.instances(series, "open") == []
    assert planner.post(f"{SERIES}/{series['id']}/resume", app=RECURRING).status_code == 409
    assert planner.get(f"{SERIES}/{series['id']}/preview", app=RECURRING).json == {"items": []}


def test_this_one(planner: Planner) -> None:
    """One instance is renamed and put off; the next one is as the series says."""
    series = planner.series("FREQ=WEEKLY", f"{day(1)}T09:00", template={"title": "Meet"})
    planner.change(series, scope="this", dtstart=f"{day(2)}T15:00", template={"title": "Meet in town"})
    task = planner.waiting(series)
    assert (task["title"], task["due_local"]) == ("Meet in town", f"{day(2)}T15:00:00")
    planner.complete(task)
    planner.deliver()
    following = planner.waiting(series)
    assert (following["title"], following["due_local"]) == ("Meet", f"{day(8)}T09:00:00")
    refused = planner.patch(f"{SERIES}/{series['id']}", {"scope": "this", "rrule": "FREQ=DAILY"}, app=RECURRING)
    assert refused.status_code == 422


def test_this_and_following(planner: Planner) -> None:
    """The series is cut: what was done stays with the first, the open instance goes to the second with what changed; COUNT is shared."""
    series = planner.series("FREQ=DAILY;COUNT=5", f"{day(1)}T09:00", template={"title": "Walk"})
    planner.complete(planner.waiting(series))
    planner.deliver()
    task = planner.waiting(series)
    second = planner.change(series, scope="following", dtstart=f"{day(2)}T18:00", template={"title": "Evening walk"})
    assert second["id"] != series["id"]
    moved = planner.waiting(second)
    assert (moved["id"], moved["title"], moved["due_local"]) == (task["id"], "Evening walk", f"{day(2)}T18:00:00")
    assert planner.again(series)["ended_at"] is not None
    for _ in range(4):
        planner.complete(planner.waiting(second))
        planner.deliver()
    assert len(planner.instances(series) + planner.instances(second)) == 5
    assert planner.again(second)["ended_at"] is not None


def test_all(planner: Planner) -> None:
    """The open instance gets what changed; history stays; the web app's change of the rule alone is of all."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Read"})
    planner.complete(planner.waiting(series))
    planner.deliver()
    done = planner.instances(series, "completed")[0]
    changed = planner.change(series, rrule="FREQ=DAILY;INTERVAL=3", mode="schedule")
    assert changed["id"] == series["id"]
    assert planner.waiting(series)["occurrence_key"] == f"{day(4)}T09:00:00"
    planner.change(
        series,
        template={"title": "Read a book", "reminders": [{"minutes_before": 5}], "subtasks": [{"title": "Find it"}]},
    )
    task = planner.waiting(series)
    assert (task["title"], task["subtasks"]["total"], len(task["reminders"])) == ("Read a book", 1, 1)
    assert planner.get(f"/api/tasks/{done['id']}").json["title"] == "Read"


def test_a_cut_repeated_after_a_lost_answer_is_one_cut(planner: Planner) -> None:
    """The same Idempotency-Key answers the same second series; without a key the first part says that it has ended."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    planner.complete(planner.waiting(series))
    planner.deliver()
    path = f"{SERIES}/{series['id']}"
    change = {"scope": "following", "rrule": "FREQ=DAILY;INTERVAL=2"}
    headers = {"Idempotency-Key": "cut-1", "If-Match": planner.get(path, app=RECURRING).headers["ETag"]}
    first, again = (planner.patch(path, change, app=RECURRING, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(planner.get(SERIES, app=RECURRING).json["items"]) == 2
    assert planner.patch(path, change, app=RECURRING).status_code == 409


def test_another_time_for_all_keeps_the_day(planner: Planner) -> None:
    """Done today and moved to a later hour: tomorrow is next, not today again, and a day that was left out stays out."""
    series = planner.series("FREQ=DAILY", f"{day(0)}T00:00")
    planner.complete(planner.waiting(series))
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(1)}T00:00:00"
    planner.change(series, dtstart=f"{day(0)}T23:58")
    assert planner.waiting(series)["occurrence_key"] == f"{day(1)}T23:58:00"
    planner.act(series, "skip")
    planner.change(series, dtstart=f"{day(0)}T23:59")
    assert planner.waiting(series)["occurrence_key"] == f"{day(2)}T23:59:00"
    assert planner.again(series)["exdates"] == [f"{day(1)}T23:59:00"]


def test_a_new_name_for_all_leaves_the_one_put_off_where_it_is(planner: Planner) -> None:
    """Only what changed changes; from the open one on it goes along into the second part as it is."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    planner.complete(planner.waiting(series))
    planner.deliver()
    planner.change(series, scope="this", dtstart=f"{day(5)}T15:00")
    planner.change(series, template={"title": "Feed the cat"})
    task = planner.waiting(series)
    assert (task["title"], task["due_local"]) == ("Feed the cat", f"{day(5)}T15:00:00")
    second = planner.change(series, scope="following", template={"title": "Feed the cats"})
    moved = planner.waiting(second)
    assert (moved["id"], moved["title"], moved["due_local"]) == (task["id"], "Feed the cats", f"{day(5)}T15:00:00")


def test_a_stale_version_is_refused(planner: Planner) -> None:
    """If-Match with another version: 412."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    planner.act(series, "pause")
    stale = planner.patch(
        f"{SERIES}/{series['id']}", {"mode": "completion"}, app=RECURRING, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412


def test_nobody_sees_or_changes_another_persons_series(planner: Planner) -> None:
    """Every route answers 404, and a foreign task or parent is not found."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    other = Planner()
    path = f"{SERIES}/{series['id']}"
    replies = [
        other.get(path, app=RECURRING), other.patch(path, {"mode": "completion"}, app=RECURRING), other.delete(path, app=RECURRING),
        other.get(f"{path}/preview", app=RECURRING), *(other.post(f"{path}/{act}", app=RECURRING) for act in ("pause", "resume", "skip", "end")),
        other.post(SERIES, {"rrule": "FREQ=DAILY", "dtstart": day(1), "task_id": series["task_id"]}, app=RECURRING),
    ]  # fmt: skip
    assert [reply.status_code for reply in replies] == [404] * 9
    assert other.get(SERIES, app=RECURRING).json["items"] == []
    assert planner.again(series)["version"] == series["version"]


def test_words_in_the_language_of_the_person(planner: Planner) -> None:
    """German for a German locale."""
    from sqlalchemy import text

    from shared.db.engine import transaction

    with transaction(planner.user_id) as connection:
        connection.execute(text("UPDATE users SET locale = 'de-AT' WHERE id = :id"), {"id": planner.user_id})
    series = planner.series("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", f"{day(1)}T09:00")
    assert series["description"] == "alle 2 Wochen am Mo und Do"
