"""How a series goes on: exactly one next instance, whatever is delivered twice, late or out of order; and undo."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from shared import clock
from tests.integration.recurring.conftest import RECURRING, SERIES, Planner


def day(offset: int) -> str:
    """Return the date so many days from today, UTC."""
    return (clock.now().date() + timedelta(days=offset)).isoformat()


def test_the_first_instance_is_a_task_with_everything_of_the_template(planner: Planner) -> None:
    """Due, priority, tags, reminders and sub-tasks of two levels are there at once."""
    template = {
        "title": "Report", "notes": "long", "priority": "high", "tags": ["work"], "reminders": [{"minutes_before": 10}],
        "subtasks": [{"title": "Figures", "subtasks": [{"title": "Sales"}]}, {"title": "Text", "tags": ["writing"]}],
    }  # fmt: skip
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", "Europe/Berlin", template=template)
    task = planner.waiting(series)
    assert series["task_id"] == task["id"]
    assert (task["title"], task["notes"], task["priority"], task["tags"]) == ("Report", "long", "high", ["work"])
    assert (task["due_local"], task["due_tz"]) == (f"{day(1)}T09:00:00", "Europe/Berlin")
    assert task["occurrence_key"] == f"{day(1)}T09:00:00"
    assert [reminder["minutes_before"] for reminder in task["reminders"]] == [10]
    children = planner.get(f"/api/tasks?parent_id={task['id']}").json["items"]
    assert [child["title"] for child in children] == ["Figures", "Text"]
    assert children[0]["subtasks"]["total"] == 1
    assert children[1]["tags"] == ["writing"]


def test_completing_makes_the_next_one_with_subtasks_and_reminders(planner: Planner) -> None:
    """A sub-task and a reminder that were added to an instance are there the next time, open; an edit of its title is not."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Plan the day", "tags": ["home"]})
    task = planner.waiting(series)
    child = planner.post(
        "/api/tasks", {"title": "Look at the calendar", "parent_id": task["id"], "due_on": day(1)}
    ).json
    absolute = f"{day(1)}T07:30:00Z"
    edit = {"title": "Plan this day", "priority": "urgent", "reminders": [{"minutes_before": 30}, {"at": absolute}]}
    assert planner.patch(f"/api/tasks/{task['id']}", edit).status_code == 200
    planner.complete(task)
    planner.deliver()
    following = planner.waiting(series)
    assert (following["title"], following["priority"], following["tags"]) == ("Plan the day", "none", ["home"])
    assert following["due_at"] == f"{day(2)}T09:00:00.000000Z"
    assert [(r["minutes_before"], r["at"]) for r in following["reminders"]] == [
        (30, None),
        (None, f"{day(2)}T07:30:00Z"),
    ]
    template = planner.again(series)["template"]
    assert template["reminders"] == [
        {"minutes_before": r["minutes_before"], "at": r["at"]} for r in following["reminders"]
    ]
    assert following["rank"] == task["rank"]
    (copy,) = planner.get(f"/api/tasks?parent_id={following['id']}").json["items"]
    assert (copy["title"], copy["status"], copy["due_on"]) == (child["title"], "open", day(2))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_delivered_twice_late_or_out_of_order(planner: Planner, seed: int) -> None:
    """Any shuffled multiset of events leads to the same instances."""
    chance = random.Random(seed)
    series = planner.series("FREQ=DAILY;COUNT=4", f"{day(1)}T09:00")
    for _ in range(4):
        planner.complete(planner.waiting(series))
        events = planner.events()
        many = [event for event in events for _ in range(chance.randint(1, 3))]
        chance.shuffle(many)
        planner.deliver(many)
        planner.deliver(events)
    keys = [task["occurrence_key"] for task in planner.instances(series)]
    assert keys == [f"{day(n)}T09:00:00" for n in range(1, 5)]
    assert planner.again(series)["ended_at"] is not None


def test_a_series_that_follows_the_default_goes_on_following_it(planner: Planner) -> None:
    """Reminders nobody chose are not written into the template."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Run"})
    planner.complete(planner.waiting(series))
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(2)}T09:00:00"
    after = planner.again(series)
    assert (after["template"]["reminders"], after["version"]) == (None, series["version"])


def test_reminders_survive_an_instance_deleted_for_good(planner: Planner) -> None:
    """Its successor has no predecessor to take them from: the template has them, moved by as much as the due time."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Run"})
    wanted = [{"minutes_before": 30}, {"at": f"{day(1)}T07:30:00Z"}]
    assert planner.patch(f"/api/tasks/{planner.waiting(series)['id']}", {"reminders": wanted}).status_code == 200
    planner.complete(planner.waiting(series))
    planner.deliver()
    planner.delete(f"/api/tasks/{planner.waiting(series)['id']}?permanent=true")
    planner.deliver()
    third = planner.waiting(series)
    assert third["occurrence_key"] == f"{day(3)}T09:00:00"
    assert [(r["minutes_before"], r["at"]) for r in third["reminders"]] == [(30, None), (None, f"{day(3)}T07:30:00Z")]


def test_old_events_arriving_late_change_nothing(planner: Planner) -> None:
    """The completion of an earlier instance, held back until two later ones were done, makes no instance."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    planner.deliver()
    held = []
    for _ in range(2):
        planner.complete(planner.waiting(series))
        events = planner.events()
        held += events
        from functions.recurrence.main import settle_series
        from shared.db.engine import transaction

        # As another delivery of the same event would, without the inbox's memory.
        completed = next(event for event in events if event.name == "task.completed")
        for _ in range(3):
            with transaction(completed.user_id) as connection:
                settle_series(connection, completed)
    planner.deliver(list(reversed(held)))
    assert len(planner.instances(series)) == 3


def test_undo_before_the_next_one_was_touched_takes_it_back(planner: Planner) -> None:
    """Reopening leaves one open instance, and completing again makes the same next one again."""
    series = planner.series(
        "FREQ=WEEKLY", f"{day(1)}T09:00", template={"title": "Shop", "subtasks": [{"title": "Milk"}]}
    )
    first = planner.waiting(series)
    for _ in range(2):
        planner.complete(first)
        planner.deliver()
        assert planner.waiting(series)["occurrence_key"] == f"{day(8)}T09:00:00"
        assert planner.post(f"/api/tasks/{first['id']}/reopen").status_code == 200
        planner.deliver()
        assert planner.waiting(series)["id"] == first["id"]


def test_undo_after_the_next_one_was_touched_keeps_both(planner: Planner) -> None:
    """What somebody worked on is never removed."""
    series = planner.series("FREQ=WEEKLY", f"{day(1)}T09:00")
    first = planner.waiting(series)
    planner.complete(first)
    planner.deliver()
    planner.patch(f"/api/tasks/{planner.waiting(series)['id']}", {"notes": "bring bags"})
    planner.post(f"/api/tasks/{first['id']}/reopen")
    planner.deliver()
    assert len(planner.instances(series, "open")) == 2


def test_undo_and_redo_delivered_in_any_order(planner: Planner) -> None:
    """complete, reopen, complete: whatever order the consumer sees, one next instance."""
    for seed in range(4):
        series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": f"Order {seed}"})
        planner.deliver()
        first = planner.waiting(series)
        planner.complete(first)
        planner.post(f"/api/tasks/{first['id']}/reopen")
        planner.complete(first)
        events = planner.events()
        random.Random(seed).shuffle(events)
        planner.deliver(events)
        assert planner.waiting(series)["occurrence_key"] == f"{day(2)}T09:00:00"


def test_a_patch_that_completes_among_other_changes_counts(planner: Planner) -> None:
    """PATCH with a status is a completion as well, and it wipes no recurrence."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    task = planner.waiting(series)
    changed = planner.patch(f"/api/tasks/{task['id']}", {"title": "Done", "due_on": None, "status": "completed"}).json
    assert changed["recurring_task_id"] == series["id"]
    assert changed["occurrence_key"] == task["occurrence_key"]
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(2)}T09:00:00"


def test_late_completion_goes_to_the_future(planner: Planner) -> None:
    """Three weeks late: the next instance is the first after now, and the days between are not made up for."""
    series = planner.series_of_days_ago(21, rrule="FREQ=DAILY", dtstart=f"{day(-21)}T00:00")
    planner.complete(planner.waiting(series))
    planner.deliver()
    due = datetime.fromisoformat(planner.waiting(series)["due_at"])
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(days=1)


def test_after_completion_counts_from_the_day_of_completion(planner: Planner) -> None:
    """Every three days after completion, at the same time of day, in the series' own zone."""
    zone = "Pacific/Auckland"
    series = planner.series_of_days_ago(
        10, rrule="FREQ=DAILY;INTERVAL=3", dtstart=f"{day(-9)}T08:00", time_zone=zone, mode="completion"
    )
    planner.complete(planner.waiting(series))
    planner.deliver()
    from shared.domain.zone import today

    expected = today(clock.now(), zone) + timedelta(days=3)
    assert planner.waiting(series)["due_local"] == f"{expected}T08:00:00"


def test_months_clamp_and_keep_the_anchor_day(planner: Planner) -> None:
    """31 January, 28 February, 31 March, through real completions."""
    series = planner.series("FREQ=MONTHLY", "2027-01-31T09:00", "Europe/Berlin")
    seen = []
    for _ in range(5):
        task = planner.waiting(series)
        seen.append(task["due_local"])
        planner.complete(task)
        planner.deliver()
    assert seen == [f"2027-{end}T09:00:00" for end in ("01-31", "02-28", "03-31", "04-30", "05-31")]


def test_wall_time_survives_the_change_of_clocks(planner: Planner) -> None:
    """Daily at 02:30 in Berlin: shifted forward in the gap, the first instant in the overlap, 02:30 again afterwards."""
    for start, instants in {
        "2027-03-27T02:30": ["2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30"],
        "2027-10-30T02:30": ["2027-10-30T00:30", "2027-10-31T00:30", "2027-11-01T01:30"],
    }.items():
        series = planner.series("FREQ=DAILY", start, "Europe/Berlin", template={"title": start})
        for instant in instants:
            task = planner.waiting(series)
            assert task["due_at"] == f"{instant}:00.000000Z"
            planner.complete(task)
            planner.deliver()


def test_an_instance_put_off_is_followed_by_a_later_one(planner: Planner) -> None:
    """Moved to day 4 and done early: the next is day 5, not the day after the planned one."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    task = planner.waiting(series)
    planner.patch(f"/api/tasks/{task['id']}", {"due_at": f"{day(4)}T09:00:00Z"})
    planner.complete(task)
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(5)}T09:00:00"


def test_throwing_an_instance_away_leaves_it_out(planner: Planner) -> None:
    """The series goes on; restoring takes the untouched next one back; deleting for good goes on too."""
    series = planner.series(
        "FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Run", "subtasks": [{"title": "Stretch"}]}
    )
    first = planner.waiting(series)
    planner.delete(f"/api/tasks/{first['id']}")
    planner.deliver()
    second = planner.waiting(series)
    assert second["occurrence_key"] == f"{day(2)}T09:00:00"
    assert second["subtasks"]["total"] == 1
    planner.post(f"/api/tasks/{first['id']}/restore")
    planner.deliver()
    assert planner.waiting(series)["id"] == first["id"]
    planner.delete(f"/api/tasks/{first['id']}?permanent=true")
    planner.deliver()
    assert planner.waiting(series)["occurrence_key"] == f"{day(2)}T09:00:00"


def test_instances_below_another_task(planner: Planner) -> None:
    """They stay below it; when it is done the next one comes to the top; when it is thrown away nothing comes."""
    parent = planner.post("/api/tasks", {"title": "House"}).json
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Sweep", "parent_id": parent["id"]})
    planner.complete(planner.waiting(series))
    planner.deliver()
    assert planner.waiting(series)["parent_id"] == parent["id"]
    planner.complete(parent)
    planner.deliver()
    assert planner.waiting(series)["parent_id"] is None
    other = planner.post("/api/tasks", {"title": "Garden"}).json
    gone = planner.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Mow", "parent_id": other["id"]})
    planner.delete(f"/api/tasks/{other['id']}")
    planner.deliver()
    assert planner.instances(gone) == []
    planner.post(f"/api/tasks/{other['id']}/restore")
    planner.deliver()
    assert planner.waiting(gone)["parent_id"] == other["id"]


def test_system_is_named_as_the_origin(planner: Planner) -> None:
    """The trail shows that the next instance was made by the system."""
    from sqlalchemy import text

    from shared.db.engine import transaction

    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    planner.complete(planner.waiting(series))
    planner.deliver()
    with transaction(None) as connection:
        origins = (
            connection.execute(
                text("SELECT origin FROM event_log WHERE aggregate_id = :id"), {"id": planner.waiting(series)["id"]}
            )
            .scalars()
            .all()
        )
    assert origins == ["system"]


def test_a_deleted_series_leaves_ordinary_tasks(planner: Planner) -> None:
    """Nothing follows them any more."""
    series = planner.series("FREQ=DAILY", f"{day(1)}T09:00")
    task = planner.waiting(series)
    assert planner.delete(f"{SERIES}/{series['id']}", app=RECURRING).status_code == 204
    planner.complete(task)
    planner.deliver()
    left = planner.get(f"/api/tasks/{task['id']}").json
    assert (left["recurring_task_id"], left["status"]) == (None, "completed")
    assert planner.get("/api/tasks").json["items"] == []
