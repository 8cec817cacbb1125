"""Quick add understands what people type, and leaves alone what only looks like it."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import filters, quick_add
from shared.domain.errors import DomainError
from shared.domain.quick_add import ParsedReminder, ParsedTask
from shared.domain.recurrence import Series, occurrences
from shared.domain.zone import to_instant
from tests.unit.domain.naughty import naughty_strings
from tests.unit.domain.quick_add_phrases import ENGLISH, GERMAN

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin
ZONE = "Europe/Berlin"


def parse(text: str, locale: str = "en", **options) -> ParsedTask:
    """Return the one task of a text."""
    (task,) = quick_add.parse(text, now=NOW, zone=ZONE, locale=locale, **options)
    return task


def _due(task: ParsedTask) -> str:
    return task.due_local.isoformat(timespec="minutes") if task.due_local else str(task.due_on or "")


@pytest.mark.parametrize(("text", "title", "due", "rrule"), ENGLISH)
def test_english(text, title, due, rrule):
    """English phrases give their title, due time and recurrence."""
    task = parse(text)
    assert (task.title, _due(task), task.rrule or "") == (title, due, rrule)


@pytest.mark.parametrize(("text", "title", "due", "rrule"), GERMAN)
def test_german(text, title, due, rrule):
    """German phrases give their title, due time and recurrence."""
    task = parse(text, "de")
    assert (task.title, _due(task), task.rrule or "") == (title, due, rrule)


@pytest.mark.parametrize("word", ["yesterday", "today", "tomorrow"])
def test_a_named_day_is_the_query_language_s(word):
    """What was added for a day is found by ``due:`` and that word."""
    found = filters.parse(f"due:{word}", NOW.date())
    after, before = (
        found.due_after or NOW.date() - timedelta(days=1),
        found.due_before or NOW.date() + timedelta(days=1),
    )
    assert after < date.fromisoformat(_due(parse(f"Pay rent {word}"))) < before


@pytest.mark.parametrize(
    ("text", "locale", "due"),
    [
        ("Party 9/11", "en", "2027-09-11"),
        ("Party 9/11", "en-GB", "2027-11-09"),
        ("Feier 9/12", "de", "2026-12-09"),
        ("Fete 24/12", "en-US", "2026-12-24"),
        ("Party 3.5.", "en", ""),
        ("Feier 3.5.", "de-AT", "2027-05-03"),
        ("call at 3", "en", "2026-11-23T15:00"),
        ("Anruf um 3", "de", "2026-11-24T03:00"),
        ("treffen so", "en", ""),
        ("Treffen So", "de", "2026-11-29"),
        ("Treffen am Mittwoch", "en", "2026-11-25"),
        ("meeting on wednesday", "de", "2026-11-25"),
    ],
)
def test_the_locale_decides_what_is_ambiguous(text, locale, due):
    """Both languages are always read; the locale decides the order of numbers and short words."""
    assert _due(parse(text, locale)) == due


@pytest.mark.parametrize(
    ("text", "priority", "tags", "title"),
    [
        ("Pay rent !high #home", "high", ("home",), "Pay rent"),
        ("!1 Pay rent", "urgent", (), "Pay rent"),
        ("Pay rent p2 tomorrow", "high", (), "Pay rent"),
        ("Pay rent P3", "medium", (), "Pay rent"),
        ("P1 incident report", "none", (), "P1 incident report"),
        ("urgent! Pay rent", "urgent", (), "Pay rent"),
        ("Hello world!", "none", (), "Hello world!"),
        ("Wow !high5", "none", (), "Wow !high5"),
        ("!niedrig Fenster putzen", "low", (), "Fenster putzen"),
        ("#a #B #b x", "none", ("a", "B"), "x"),
        ('buy #"two words", milk', "none", ("two words",), "buy, milk"),
        ("x #home/garden #new-york.", "none", ("home/garden", "new-york"), "x"),
        ("Fix issue #42 in C#", "none", (), "Fix issue #42 in C#"),
        ("x #über", "none", ("über",), "x"),
        (f"x #{'y' * 51}", "none", (), f"x #{'y' * 51}"),
        ("see a#b", "none", (), "see a#b"),
    ],
)
def test_marks(text, priority, tags, title):
    """Tags and priorities are explicit signs; similar signs stay text."""
    task = parse(text)
    assert (task.priority, task.tags, task.title) == (priority, tags, title)


@pytest.mark.parametrize(
    ("text", "locale", "title", "due", "reminders"),
    [
        ("Dentist friday 3pm remind me 10 min before", "en", "Dentist", "2026-11-27T15:00", [10]),
        (
            "Dentist friday 3pm remind me 1h before and bring card",
            "en",
            "Dentist and bring card",
            "2026-11-27T15:00",
            [60],
        ),
        ("Dentist friday 3pm with a reminder 30m", "en", "Dentist", "2026-11-27T15:00", [30]),
        (
            "Dentist friday 3pm reminder 1 day before, remind me 2 hours in advance",
            "en",
            "Dentist",
            "2026-11-27T15:00",
            [1440, 120],
        ),
        ("Dentist friday 3pm remind me thursday 6pm", "en", "Dentist", "2026-11-27T15:00", ["2026-11-26T18:00"]),
        ("Dentist friday 3pm remind me at 8", "en", "Dentist", "2026-11-27T15:00", ["2026-11-27T08:00"]),
        ("Dentist friday 9am remind me at 20:00", "en", "Dentist", "2026-11-27T09:00", ["2026-11-26T20:00"]),
        ("Zahnarzt freitag erinnere mich um 8", "de", "Zahnarzt", "2026-11-27", ["2026-11-27T08:00"]),
        ("Dentist remind me at 18:00", "en", "Dentist", "", ["2026-11-23T18:00"]),
        ("remind me to call Bob at 5", "en", "call Bob", "2026-11-23T17:00", [0]),
        ("Remind me tomorrow at 9 to call Bob", "en", "call Bob", "2026-11-24T09:00", [0]),
        ("Arzt morgen um 9 erinnere mich eine halbe Stunde vorher", "de", "Arzt", "2026-11-24T09:00", [30]),
        ("Arzt morgen 9 Uhr mit Erinnerung 15 min vorher", "de", "Arzt", "2026-11-24T09:00", [15]),
        ("Erinnere mich am Freitag an Oma", "de", "Oma", "2026-11-27", [0]),
        ("Write a reminder email", "en", "Write a reminder email", "", []),
        ("Remind Bob about friday", "en", "Remind Bob about friday", "", []),
    ],
)
def test_reminders(text, locale, title, due, reminders):
    """Reminders before the due time, at a time of their own, and as the introduction of a task."""
    task = parse(text, locale)
    expected = [
        ParsedReminder(each) if isinstance(each, int) else ParsedReminder(at=datetime.fromisoformat(each))
        for each in reminders
    ]
    assert (task.title, _due(task), list(task.reminders)) == (title, due, expected)


def test_tokens_say_where_and_what():
    """Every understood piece is a token with its place, its value and its words."""
    text = 'Read "A b" every 1st at 9 !high #home remind me 10 min before'
    task = parse(text)
    assert [(token.kind, token.text, token.value, token.label) for token in task.tokens] == [
        ("quoted", '"A b"', "A b", "A b"),
        ("recurrence", "every 1st", "FREQ=MONTHLY;BYMONTHDAY=1", task.tokens[1].label),
        ("due", "at 9", "09:00", "09:00"),
        ("priority", "!high", "high", "high"),
        ("tag", "#home", "home", "#home"),
        ("reminder", "remind me 10 min before", "10", "10 min before"),
    ]
    assert all(text[token.start : token.end] == token.text for token in task.tokens)
    assert "month" in task.tokens[1].label
    assert task.dtstart == "2026-12-01T09:00:00"


def test_labels_speak_the_persons_language():
    """Labels of the same day in two languages; another year is said."""
    assert [token.label for token in parse("x friday 6pm").tokens] == ["Fri 27 Nov, 18:00"]
    assert [token.label for token in parse("x Freitag 18 Uhr !hoch", "de").tokens] == ["Fr 27.11., 18:00", "hoch"]
    assert [token.label for token in parse("x 2027-01-05").tokens] == ["Tue 5 Jan 2027"]
    assert [token.label for token in parse("x Erinnerung 1 Tag vorher", "de").tokens] == ["1 T vorher"]


def test_a_token_can_be_taken_back():
    """What the person takes back stays text, and nothing smaller is found in it."""
    text = "Watch friday night lights every friday #tv tomorrow"
    task = parse(text)
    taken_back = [(token.start, token.end) for token in task.tokens if token.kind in {"recurrence", "tag"}]
    again = parse(text, ignored_spans=taken_back)
    assert (again.title, _due(again), again.rrule, again.tags) == (
        "Watch friday night lights every friday #tv",
        "2026-11-24",
        None,
        (),
    )
    assert parse(text, ignored_kinds=["due", "recurrence", "tag"]).title == text
    assert parse('"Call mom tomorrow"', ignored_kinds=["quoted"]).title == '"Call mom tomorrow"'


def test_quotations_are_literal():
    """Quoted text is never read; a title that is one quotation loses its marks."""
    assert parse('"Pay rent tomorrow"').title == "Pay rent tomorrow"
    assert parse("„Bis morgen“ lesen #buch", "de").title == "„Bis morgen“ lesen"
    assert parse('Read "#1 of !high"').tags == ()
    assert parse('Buy 5" pipe tomorrow').title == 'Buy 5" pipe'


def test_lines_are_tasks():
    """Each line is a task, without its bullet; indented lines are notes; offsets count from the start."""
    text = "- Buy milk tomorrow\r\n\n* [ ] Pay rent #home\n  see the letter\n    tomorrow\n2. Call Bob\nDone"
    tasks = quick_add.parse(text, now=NOW, zone=ZONE)
    assert [(task.title, task.notes) for task in tasks] == [
        ("Buy milk", ""),
        ("Pay rent", "see the letter\ntomorrow"),
        ("Call Bob", ""),
        ("Done", ""),
    ]
    assert all(text[token.start : token.end] == token.text for task in tasks for token in task.tokens)
    assert [token.text for task in tasks for token in task.tokens] == ["tomorrow", "#home"]
    assert quick_add.parse(" \n\t\n", now=NOW, zone=ZONE) == []


def test_completion_mode_and_ends():
    """``every!`` counts from completion; until, times and starting bound the recurrence."""
    assert parse("Water every! 3 days").mode == "completion"
    assert parse("Rasen mähen alle 2 Wochen nach Erledigung", "de").mode == "completion"
    task = parse("Walk every day until dec 1 at 7")
    assert (task.title, task.rrule, task.dtstart) == ("Walk", "FREQ=DAILY;UNTIL=20261201", "2026-11-24T07:00:00")
    assert parse("Pills every day 10 times").rrule == "FREQ=DAILY;COUNT=10"
    assert parse("Yoga every tuesday starting dec 1").dtstart == "2026-12-01"
    assert parse("Nothing").dtstart is None


def test_a_recurrence_that_never_occurs_is_text():
    """An impossible rule is not understood; the rest of the line is."""
    task = parse("Party every Feb 31 #x")
    assert (task.title, task.rrule, task.tags) == ("Party every Feb 31", None, ("x",))


def test_other_languages_by_a_fallback():
    """Whole phrases at an edge are offered to the fallback, longest first, and only for other languages."""
    asked: list[str] = []

    def french(phrase: str) -> date | datetime | None:
        asked.append(phrase)
        return {"demain": date(2026, 11, 24), "à midi": datetime.fromisoformat("2026-11-23T12:00")}.get(phrase.lower())

    task = parse("Payer le loyer demain #maison", "fr", fallback=french)
    assert (task.title, _due(task), task.tokens[0].text) == ("Payer le loyer", "2026-11-24", "demain")
    assert asked == ["le loyer demain", "loyer demain", "demain"] or asked[0] == "Payer le loyer demain"
    assert _due(parse("Demain payer", "fr", fallback=french)) == "2026-11-24"
    assert _due(parse("Manger à midi", "fr", fallback=french)) == "2026-11-23T12:00"
    asked.clear()
    parse("Payer le loyer demain", "en", fallback=french)
    parse("Payer tomorrow", "fr", fallback=french)
    assert asked == []


def test_days_change_with_the_zone():
    """Days are those of the person's zone."""
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    (berlin,) = quick_add.parse("x tomorrow", now=late, zone="Europe/Berlin")
    (new_york,) = quick_add.parse("x tomorrow", now=late, zone="America/New_York")
    assert (berlin.due_on, new_york.due_on) == (date(2026, 11, 25), date(2026, 11, 24))


def test_input_is_bounded():
    """Too long and too many are refused by name; a very long line is a title as it is."""
    for text in ("x" * 20_001, "a\n" * 101):
        with pytest.raises(DomainError) as caught:
            quick_add.parse(text, now=NOW, zone=ZONE)
        assert caught.value.field == "text"
    with pytest.raises(DomainError) as caught:
        quick_add.parse("x", now=NOW, zone="Nowhere")
    assert caught.value.field == "time_zone"
    assert parse("tomorrow " * 300).due_on is None


FRAGMENTS = st.sampled_from(
    [
        *[
            "every",
            "each",
            "monday",
            "mon",
            "and",
            ",",
            "at",
            "9",
            "am",
            "pm",
            ":",
            "30",
            "tomorrow",
            "next",
            "week",
            "in",
            "3",
            "days",
            "on",
            "the",
            "1st",
            "last",
            "of",
            "month",
            "until",
            "dec",
            "24",
            ".",
            "/",
            "#",
            "!",
            '"',
            "p1",
        ],
        *[
            "remind",
            "me",
            "before",
            "jeden",
            "zweiten",
            "Dienstag",
            "im",
            "Monat",
            "um",
            "halb",
            "neun",
            "Uhr",
            "bis",
            "heute",
            "Abend",
            "-",
            "(",
            ")",
            "'",
            "“",
            "”",
            "every!",
            "day",
            "9/11",
            "2026-02-30",
        ],
    ]
)


@given(st.lists(FRAGMENTS | st.text(max_size=4), max_size=12).map(" ".join), st.sampled_from(["en", "de", "fr"]))
def test_anything_typed_gives_tasks(text, locale):
    """Whatever is typed, every line is a task with a title; tokens lie in the text; a recurrence begins with its due time."""
    for task in quick_add.parse(text, now=NOW, zone=ZONE, locale=locale):
        assert task.title
        assert all(text[token.start : token.end] == token.text for token in task.tokens)
        assert task.due_on is None or task.due_local is None
        if task.rrule and task.dtstart:
            first = occurrences(Series.from_text(task.rrule, task.dtstart, ZONE), 1)
            assert first
            assert first[0].on == (task.due_on or (task.due_local and task.due_local.date()))
            assert not task.due_local or to_instant(task.due_local, ZONE) > NOW


@pytest.mark.parametrize(
    "piece",
    [
        "every ",
        "monday ",
        "at 9 ",
        "remind me ",
        '"',
        '"a ',
        "#a ",
        "1. ",
        "!",
        "( ",
        ", ",
        "the ",
        "9:",
        "daily , ",
        "a\u0301",
        "- ",
        "x",
    ],
)
def test_time_is_linear(piece):
    """Ten kilobytes in one line and in lines of 1,900 take well under the time a person notices."""
    text = (piece * 10_000)[:1900]
    started = time.perf_counter()
    quick_add.parse("\n".join([text] * 5), now=NOW, zone=ZONE, ignored_spans=[(0, 5), (4000, 4005)])
    quick_add.parse((piece * 10_000)[:10_000], now=NOW, zone=ZONE)
    assert time.perf_counter() - started < 2


def test_naughty_strings_give_tasks():
    """Every naughty string is read without an error."""
    for text in naughty_strings():
        for task in quick_add.parse(text, now=NOW, zone=ZONE):
            assert task.title
