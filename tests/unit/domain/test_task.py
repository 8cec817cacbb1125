"""What a task and a tag may hold."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import task
from shared.domain.errors import DomainError
from shared.domain.task import Priority, TaskDue
from tests.unit.domain.naughty import naughty_strings


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  Pay rent ", "Pay rent"),
        ("Cafe\u0301", "Café"),
        ("x" * 500, "x" * 500),
        ("e\u0301" * 500, "é" * 500),
        ("👩‍💻 שלום", "👩‍💻 שלום"),
        ("tab at the end\t", "tab at the end"),
    ],
)
def test_titles_are_cleaned(text, title):
    """Titles are trimmed and composed; their length counts after that."""
    assert task.clean_title(text) == title


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "1 to 500"),
        (" \n ", "1 to 500"),
        ("x" * 501, "1 to 500"),
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\tb", "U+0009"),
        ("a\x85b", "U+0085"),
        ("a\u2028b", "U+2028"),
        ("a\ud800b", "U+D800"),
        ("invoice\u202efdp.exe", "U+202E"),
        ("a\u2066b", "U+2066"),
    ],
)
def test_titles_are_refused(text, detail):
    """What a database refuses, breaks the line or disguises the text is refused, and the character is named."""
    with pytest.raises(DomainError) as caught:
        task.clean_title(text)
    assert caught.value.field == "title"
    assert detail in caught.value.detail


def test_notes_keep_lines_and_tabs():
    """Notes keep line feeds and tabs; Windows line ends become line feeds."""
    assert task.clean_notes("- a\r\n\t- b\n") == "- a\n\t- b"
    assert task.clean_notes("") == ""


@pytest.mark.parametrize("text", ["x" * 20_001, "🎉" * 16_385, "a\0", "a\rb", "\x1b[2J", "\udfff"])
def test_notes_are_refused(text):
    """Notes are bounded in characters and in bytes, and hold no other control characters."""
    with pytest.raises(DomainError) as caught:
        task.clean_notes(text)
    assert caught.value.field == "notes"


@given(st.text(st.characters(exclude_categories=[])))
def test_any_title_is_stored_as_returned_or_refused(text):
    """A title that passed once passes again unchanged, in UTF-8 and in NFC."""
    try:
        title = task.clean_title(text)
    except DomainError:
        return
    assert task.clean_title(title) == title
    assert title.encode().decode() == title


def test_naughty_strings_pass_or_are_refused():
    """Every naughty string is a title, or a domain error says why not."""
    for text in naughty_strings():
        try:
            assert task.clean_title(text)
        except DomainError:
            continue


@pytest.mark.parametrize(
    ("text", "name"),
    [(" home ", "home"), ("two  words", "two words"), ("C#", "C#"), ("über-uns", "über-uns"), ("1", "1")],
)
def test_tag_names_are_cleaned(text, name):
    """Tag names are trimmed; inner space is single."""
    assert task.clean_tag_name(text) == name


@pytest.mark.parametrize("text", ["", "#", "#home", "a,b", 'a"b', "a\nb", "x" * 51, "a\u202eb"])
def test_tag_names_are_refused(text):
    """Names that quick add and the query language could not write are refused."""
    with pytest.raises(DomainError) as caught:
        task.clean_tag_name(text)
    assert caught.value.field == "tags"


def test_tags_are_unique_without_case():
    """Tags that differ in case or form only are one; the first spelling stays."""
    assert task.tag_key("STRASSE") == task.tag_key("straße")
    assert task.clean_tag_names(["Home", "work", "HOME"]) == ["Home", "work"]
    with pytest.raises(DomainError, match="50"):
        task.clean_tag_names([f"t{i}" for i in range(51)])


def test_colors_are_a_closed_list():
    """Only the colours the web app draws are accepted."""
    assert task.check_color("teal") == "teal"
    with pytest.raises(DomainError, match="gray"):
        task.check_color("#fff")


@pytest.mark.parametrize(
    ("name", "color"),
    [("home", "purple"), ("HOME", "purple"), ("work", "red"), ("garden", "green"), ("Küche", "teal"), ("日本", "red")],
)
def test_a_tag_nobody_coloured_has_the_colour_of_its_name(name, color):
    """The colour follows from the name whatever its case, and never changes (the web app counts the same)."""
    assert task.tag_color(name) == color


def test_priorities_are_ordered():
    """None is the least priority and urgent the highest."""
    assert sorted(Priority, key=lambda priority: priority.level) == ["none", "low", "medium", "high", "urgent"]


@pytest.mark.parametrize(
    ("parent_depth", "height", "fits"), [(0, 3, True), (1, 2, True), (2, 1, True), (2, 2, False), (3, 1, False)]
)
def test_depth(parent_depth, height, fits):
    """A tree has three levels, whatever is moved below whatever."""
    if fits:
        task.check_depth(parent_depth, height)
        return
    with pytest.raises(DomainError) as caught:
        task.check_depth(parent_depth, height)
    assert caught.value.field == "parent_id"


NINE = datetime.fromisoformat("2026-07-01T09:00")


@pytest.mark.parametrize(
    ("on", "at", "zone", "due", "local"),
    [
        (None, None, None, None, None),
        (date(2026, 7, 1), None, None, TaskDue(on=date(2026, 7, 1)), None),
        (None, NINE, None, TaskDue(at=datetime(2026, 7, 1, 7, tzinfo=UTC), zone="Europe/Berlin"), NINE),
        (None, NINE, "Asia/Tokyo", TaskDue(at=datetime(2026, 7, 1, 0, tzinfo=UTC), zone="Asia/Tokyo"), NINE),
        (
            None,
            NINE.replace(tzinfo=timezone(timedelta(hours=-5))),
            None,
            TaskDue(at=datetime(2026, 7, 1, 14, tzinfo=UTC), zone="Europe/Berlin"),
            datetime.fromisoformat("2026-07-01T16:00"),
        ),
    ],
)
def test_due_times_are_planned(on, at, zone, due, local):
    """A day stays a day; a wall time and an instant become an instant with the zone it was planned in."""
    planned = task.plan_due(on, at, zone, "Europe/Berlin")
    assert planned == due
    assert (planned and planned.local) == local


@pytest.mark.parametrize(
    ("on", "at", "zone", "field"),
    [
        (date(2026, 7, 1), NINE, None, "due_on"),
        (None, None, "Europe/Berlin", "due_tz"),
        (None, NINE, "Mars/Olympus", "due_tz"),
        (date(1969, 12, 31), None, None, "due_on"),
        (None, datetime.fromisoformat("0001-01-01"), None, "due_at"),
        (None, datetime.fromisoformat("9999-12-31"), "Pacific/Pago_Pago", "due_at"),
        (None, datetime.max.replace(tzinfo=UTC), "Asia/Tokyo", "due_at"),
    ],
)
def test_due_times_are_refused(on, at, zone, field):
    """Two due times, a zone alone, unknown zones and years out of range name their field."""
    with pytest.raises(DomainError) as caught:
        task.plan_due(on, at, zone, "Europe/Berlin")
    assert caught.value.field == field
