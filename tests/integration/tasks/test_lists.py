"""Lists: filters, search, order, pages, counts; and that no question finds another person's rows."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.db.engine import transaction
from shared.domain.filters import TaskFilter
from shared.services.task_documents import TaskList
from shared.services.task_lists import TaskQuestion, list_tasks


@pytest.fixture
def shelf(new_person):
    """A person with a known set of tasks."""
    person = new_person(time_zone="Pacific/Auckland")
    today = datetime.now(UTC).astimezone(__import__("zoneinfo").ZoneInfo("Pacific/Auckland")).date()
    rows = [
        {
            "title": "Overdue day",
            "due_on": str(today - timedelta(days=1)),
            "priority": "urgent",
            "tags": ["home", "bills"],
        },
        {"title": "Today all day", "due_on": str(today), "priority": "high", "tags": ["home"]},
        {"title": "Tonight", "due_at": f"{today}T23:59", "priority": "low"},
        {"title": "Next week", "due_on": str(today + timedelta(days=7)), "tags": ["work"]},
        {"title": "Some day", "notes": "the rent contract of the flat"},
    ]
    for row in rows:
        assert person.post("/api/tasks", row).status_code == 201
    return person


def _titles(person, query):
    answer = person.get(f"/api/tasks?{query}")
    assert answer.status_code == 200, answer.json
    TaskList.model_validate_json(answer.data)
    return [task["title"] for task in answer.json["items"]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Overdue day", "Today all day", "Tonight", "Next week", "Some day"]),
        ("due=overdue", ["Overdue day"]),
        ("due=today", ["Today all day", "Tonight"]),
        ("due=upcoming", ["Next week"]),
        ("due=none", ["Some day"]),
        ("due=any&sort=due&order=desc", ["Next week", "Today all day", "Tonight", "Overdue day"]),
        ("priority=urgent,high", ["Overdue day", "Today all day"]),
        ("priority=urgent&priority=low", ["Overdue day", "Tonight"]),
        ("tag=home", ["Overdue day", "Today all day"]),
        ("tag=HOME&tag=bills&tag_match=all", ["Overdue day"]),
        ("tag=home&tag_match=none", ["Tonight", "Next week", "Some day"]),
        ("tag=work&tag=bills", ["Overdue day", "Next week"]),
        ("sort=priority&limit=2", ["Overdue day", "Today all day"]),
        ("sort=title&limit=2", ["Next week", "Overdue day"]),
        ("sort=created&limit=1", ["Some day"]),
        ("q=rent", ["Some day"]),
        ("q=contr", ["Some day"]),
        ("q=%22rent+contract%22", ["Some day"]),
        ("q=rent+-flat", []),
        ("q=day&sort=title", ["Overdue day", "Some day", "Today all day"]),
        ("q=the+old+rent+contract+for+that+flat+we+left+years+ago", ["Some day"]),
        ("filter=priority%3Ahigh", ["Today all day"]),
        ("filter=tag%3Ahome+-tag%3Abills", ["Today all day"]),
        ("filter=due%3C%2B2d", ["Overdue day", "Today all day", "Tonight"]),
        ("parent_id=none&limit=1", ["Overdue day"]),
        ("trash=true", []),
        ("status=completed", []),
    ],
)
def test_each_filter(shelf, query, titles):
    """A filter finds exactly its tasks, days counted in the person's zone."""
    found = _titles(shelf, query)
    assert found == titles if "q=" not in query or "sort=" in query else sorted(found) == sorted(titles)


@pytest.mark.parametrize("sort", ["rank", "due", "priority", "created", "updated", "completed", "title"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_add_up_to_the_list(shelf, sort, order):
    """Walking pages of two gives every task once, in the order of the whole list."""
    whole = _titles(shelf, f"sort={sort}&order={order}&limit=200")
    walked, cursor = [], ""
    for _ in range(5):
        page = shelf.get(f"/api/tasks?sort={sort}&order={order}&limit=2{cursor}").json
        walked += [task["title"] for task in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert walked == whole
    assert len(whole) == 5


def test_pages_by_relevance(shelf):
    """Search results page like any other list."""
    first = shelf.get("/api/tasks?q=day&limit=2").json
    second = shelf.get(f"/api/tasks?q=day&limit=2&cursor={first['next_cursor']}").json
    titles = [task["title"] for task in first["items"] + second["items"]]
    assert sorted(titles) == ["Overdue day", "Some day", "Today all day"]


def test_the_total_counts_the_filter_and_not_the_page(shelf):
    """total=true counts everything the filter finds."""
    assert shelf.get("/api/tasks?tag=home&limit=1&total=true").json["total"] == 2
    assert "total" not in shelf.get("/api/tasks").json


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "a" * 2000, "bm9wZQ", "%00"])
def test_a_cursor_that_is_not_ours_is_refused(shelf, cursor):
    """A forged cursor answers 422 and names itself."""
    answer = shelf.get(f"/api/tasks?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_question_is_refused(shelf):
    """A cursor only continues the list it came from."""
    cursor = shelf.get("/api/tasks?limit=1").json["next_cursor"]
    assert shelf.get(f"/api/tasks?limit=1&sort=due&cursor={cursor}").status_code == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("sort=size", "sort"), ("order=up", "order"), ("status=gone", "status"),
        ("priority=highest", "priority.0"), ("due_before=soon", "due_before"), ("unknown=1", "unknown"), ("limit=1&limit=2", "limit"),
        ("sort=relevance", "sort"), ("parent_id=x", "parent_id"), ("filter=foo%3Abar", "filter"), ("q=" + "x" * 501, "q"),
        ("due_before=1732752000", "due_before"), ("due_after=2026-12-01T00:00:00Z", "due_after"), ("completed_after=5", "completed_after"),
        ("completed_after=2026-01-01&status=open", "status"), ("completed_after=2026-01-01&status=all", "status"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(shelf, query, field):
    """Every wrong parameter answers 422 with its name."""
    answer = shelf.get(f"/api/tasks?{query}")
    assert answer.status_code == 422, answer.json
    assert field in [error["field"] for error in answer.json["errors"]]


@pytest.mark.parametrize(
    ("beside", "fields"),
    [
        ("q=rent", ["q"]), ("status=all", ["status"]), ("priority=low", ["priority"]), ("tag=home&tag_match=all", ["tag", "tag_match"]),
        ("due=today", ["due"]), ("due_before=2026-12-01&due_after=2026-11-01", ["due_before", "due_after"]),
        ("completed_before=2026-12-01&completed_after=2026-11-01", ["completed_before", "completed_after"]),
        ("parent_id=none", ["parent_id"]), ("trash=true", ["trash"]), ("trash=false", ["trash"]),
    ],
)  # fmt: skip
def test_the_query_language_stands_alone(shelf, beside, fields):
    """A filter beside the query language would be dropped, so it is refused by its name."""
    answer = shelf.get(f"/api/tasks?filter=tag%3Ahome&{beside}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == fields
    assert "filter takes the place" in answer.json["detail"]


def test_order_and_pages_go_with_the_query_language(shelf):
    """What says how to list, not what, goes with the query language; so does a parameter that is there and empty."""
    question = "filter=tag%3Ahome&sort=title&order=desc&limit=1&total=true&q=&tag="
    first = shelf.get(f"/api/tasks?{question}").json
    second = shelf.get(f"/api/tasks?{question}&cursor={first['next_cursor']}").json
    assert [task["title"] for task in first["items"] + second["items"]] == ["Today all day", "Overdue day"]
    assert first["total"] == 2


def test_a_query_error_points_at_the_character(shelf):
    """The query language says where it stopped understanding."""
    answer = shelf.get("/api/tasks?filter=tag%3Ahome+due%3Amaybe")
    assert answer.status_code == 422
    assert answer.json["position"] == 13


def test_completed_between(shelf):
    """Completed tasks are found by the day of completion."""
    task = shelf.get("/api/tasks?q=Tonight").json["items"][0]
    shelf.post(f"/api/tasks/{task['id']}/complete")
    assert _titles(shelf, "completed_after=2020-01-01") == ["Tonight"]
    assert _titles(shelf, "completed_before=2020-01-01") == []


def test_a_search_reads_the_index(new_person):
    """The app role finds words through the GIN index, though row-level security bars every query of its own from it."""
    person = new_person()
    assert person.post("/api/tasks", {"title": "Call the dentist"}).status_code == 201
    scans = text("SELECT pg_stat_get_xact_numscans('tasks_search'::regclass)")
    with transaction(person.user_id) as connection:
        before = connection.execute(scans).scalar_one()
        question = TaskQuestion(TaskFilter(text="dentist"), "relevance")
        assert b"Call the dentist" in list_tasks(person.user_id, question)
        assert connection.execute(scans).scalar_one() == before + 1
