"""The query language of task lists reads, points at mistakes and writes itself back."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import filters
from shared.domain.errors import DomainError
from shared.domain.filters import FilterError, TaskFilter
from shared.domain.task import Priority
from tests.unit.domain.naughty import naughty_strings

TODAY = date(2026, 11, 23)  # a Monday
ID = "0190f3c2-7b1e-7000-8000-000000abcdef"
HIGH, URGENT, LOW, NONE, MEDIUM = Priority.HIGH, Priority.URGENT, Priority.LOW, Priority.NONE, Priority.MEDIUM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", TaskFilter()),
        ("milk", TaskFilter(text="milk")),
        ('pay "the rent" -old', TaskFilter(text='pay "the rent" -old')),
        ("„genau so“", TaskFilter(text='"genau so"')),
        ("see http://example.com 10:30", TaskFilter(text="see http://example.com 10:30")),
        ("is:open", TaskFilter()),
        ("is:done", TaskFilter(status="completed")),
        ("-is:open", TaskFilter(status="completed")),
        ("STATUS:All", TaskFilter(status="all")),
        ("is:overdue", TaskFilter(due="overdue")),
        ("is:trash", TaskFilter(trash=True, status="all")),
        ("is:trash is:done", TaskFilter(trash=True, status="completed")),
        ("priority:high", TaskFilter(priorities=(HIGH,))),
        ("priority:urgent,high", TaskFilter(priorities=(HIGH, URGENT))),
        ("priority:p1 priority:p4", TaskFilter(priorities=(LOW, URGENT))),
        ("priority>=high", TaskFilter(priorities=(HIGH, URGENT))),
        ("priority<medium", TaskFilter(priorities=(NONE, LOW))),
        ("-priority:none", TaskFilter(priorities=(LOW, MEDIUM, HIGH, URGENT))),
        ("no:priority", TaskFilter(priorities=(NONE,))),
        ("tag:home", TaskFilter(tags=("home",))),
        ("#home", TaskFilter(tags=("home",))),
        ('#"two words"', TaskFilter(tags=("two words",))),
        ("tag:b,a", TaskFilter(tags=("a", "b"), tag_match="any")),
        ("tag:b tag:a", TaskFilter(tags=("a", "b"), tag_match="all")),
        ("-tag:work", TaskFilter(excluded_tags=("work",))),
        ('tag:home -tag:"on hold",work', TaskFilter(tags=("home",), excluded_tags=("on hold", "work"))),
        ("due:today", TaskFilter(due="today")),
        ("no:due", TaskFilter(due="none")),
        ("has:due", TaskFilter(due="any")),
        ("due<+7d", TaskFilter(due_before=date(2026, 11, 30))),
        ("due<=7d", TaskFilter(due_before=date(2026, 12, 1))),
        ("due>today due<=fri", TaskFilter(due_after=TODAY, due_before=date(2026, 11, 28))),
        ("due>=monday", TaskFilter(due_after=date(2026, 11, 22))),
        ("due:2026-12-24", TaskFilter(due_after=date(2026, 12, 23), due_before=date(2026, 12, 25))),
        ("due<+3m", TaskFilter(due_before=date(2027, 2, 23))),
        ("completed>-1w", TaskFilter(status="completed", completed_after=date(2026, 11, 16))),
        (
            "completed:yesterday",
            TaskFilter(status="completed", completed_after=date(2026, 11, 21), completed_before=TODAY),
        ),
        ("parent:none", TaskFilter(parent="none")),
        (f"parent:{ID}", TaskFilter(parent=UUID(ID))),
        (
            'priority:high tag:home due<+7d "exact words" -word is:done',
            TaskFilter(
                status="completed",
                priorities=(HIGH,),
                tags=("home",),
                due_before=date(2026, 11, 30),
                text='"exact words" -word',
            ),
        ),
    ],
)
def test_queries_are_read(text, expected):
    """Each piece sets its field; the filter written out is read back the same."""
    assert filters.parse(text, TODAY) == expected
    assert filters.parse(filters.format(expected), date(2030, 1, 1)) == expected


@pytest.mark.parametrize(
    ("text", "position", "detail"),
    [
        ("due<yesteryear", 4, "2026-12-24"),
        ("milk due:2026-02-30", 9, "+7d"),
        ("priority:hihg", 9, "urgent"),
        ("priority:high,", 14, "value here"),
        ("priority:high,low,x", 18, "p1"),
        ("priorty:high", 0, "Unknown filter priorty"),
        ("a -foo:bar", 3, "in quotes"),
        ("tag:", 4, "value here"),
        ("tag:a,b tag:c", 8, "any of them"),
        ('say "never closed', 4, "never closed"),
        ('tag:"never closed', 4, "value here"),
        ("tag<home", 3, "cannot be compared"),
        ("is:maybe", 3, "upcoming"),
        ("is:open is:done", 11, "already given"),
        ("due<today due<+7d", 14, "already given"),
        ("due:today,overdue", 10, "one value"),
        ("-due:today", 0, "minus"),
        ("-is:all", 0, "Only open and completed"),
        ("parent:x", 7, "id of a task"),
        ("parent:none -parent:none", 12, "minus"),
        ("-priority<=urgent", 0, "No priority"),
        (f"tag:{'x' * 51}", 4, "50"),
        ("no:due due<today", 0, "not due before"),
        ("is:all completed:today", 0, "Only completed"),
        ("x" * 4001, 4000, "4000"),
        ("due<99999d", 4, "fri"),
        ("due<9999-12-31", 4, "fri"),
        ("due<20261224", 4, "fri"),
    ],
)
def test_mistakes_are_pointed_at(text, position, detail):
    """An error names the character at fault and what would be right."""
    with pytest.raises(FilterError) as caught:
        filters.parse(text, TODAY)
    assert (caught.value.position, caught.value.field) == (position, "filter")
    assert detail in caught.value.detail


@pytest.mark.parametrize(
    ("given_filter", "text"),
    [
        (TaskFilter(), ""),
        (TaskFilter(tags=("b", "a"), tag_match="none"), "-tag:a,b"),
        (TaskFilter(tags=("two words", "a")), 'tag:a,"two words"'),
        (TaskFilter(tags=("b", "a"), tag_match="all", due="any"), "tag:a tag:b due:any"),
        (TaskFilter(trash=True), "is:trash status:open"),
        (TaskFilter(text='find tag:x -#y http://z "open'), 'find "tag:x" -"#y" http://z "open"'),
    ],
)
def test_filters_are_written(given_filter, text):
    """A filter has one shortest query; search words that look like filters are quoted."""
    assert filters.format(given_filter) == text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due": "none", "due_before": TODAY}, "due"),
        ({"status": "all", "completed_after": TODAY}, "status"),
        ({"tags": ("a,b",)}, "tag"),
        ({"text": "x" * 501}, "q"),
    ],
)
def test_contradictions_are_refused(fields, field):
    """Conditions that no task can meet, and wrong names, are errors of their field."""
    with pytest.raises(DomainError) as caught:
        TaskFilter(**fields)
    assert caught.value.field == field


PIECES = st.sampled_from(
    [
        "milk",
        '"two',
        'words"',
        "-word",
        '-"a',
        'b"',
        "#home",
        "-tag:x",
        "tag:a,b",
        "priority:high",
        "priority<high",
        "is:done",
        "-is:done",
        "is:trash",
        "due<+7d",
        "due>=mon",
        "no:due",
        "completed:today",
        "parent:none",
        'ab"cd"',
        "-",
        "--",
        '""',
        '-""',
        "#",
        "#,",
        "tag:",
        "due<",
        '"',
        "http://x",
        "a:b",
        "“q”",
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=8).map(" ".join))
def test_any_query_is_read_or_pointed_at(text):
    """Whatever is typed is a filter that survives being written, or an error inside the text."""
    parsed: TaskFilter | None = None
    position = 0
    try:
        parsed = filters.parse(text, TODAY)
    except FilterError as error:
        position = error.position
    assert 0 <= position <= len(text)
    assert parsed is None or filters.parse(filters.format(parsed), TODAY) == parsed


@given(st.text(max_size=100))
def test_any_search_text_can_be_written(text):
    """A search text from the API, whatever it holds, adds no condition when the filter is written and read."""
    parsed = filters.parse(filters.format(TaskFilter(text=text, due="today")), TODAY)
    assert parsed == TaskFilter(text=parsed.text, due="today")


def test_naughty_strings_are_read_or_pointed_at():
    """The naughty strings are filters or filter errors."""
    for text in naughty_strings():
        try:
            filters.parse(text, TODAY)
        except FilterError:
            continue
