"""POST /api/tasks/parse: the shapes of the answer, the person's zone and language, and hostile text."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from functions.tasks.parse import ParseResult, dates_of
from shared import clock
from shared.domain.zone import today
from tests.support.client import Person

ANSWER = TypeAdapter(ParseResult)


@pytest.fixture(scope="module")
def person(system_env: pytest.MonkeyPatch) -> Person:
    """Somebody in Berlin."""
    from functions.tasks.main import tasks

    return Person(tasks.wsgi, time_zone="Europe/Berlin")


def parse(person: Person, text: str, **fields: Any) -> list[dict[str, Any]]:
    """Return the items, checked against the schema the API documents."""
    reply = person.post("/api/tasks/parse", {"text": text, **fields})
    assert reply.status_code == 200, reply.text
    ANSWER.validate_json(reply.data)
    items: list[dict[str, Any]] = reply.json["items"]
    return items


def test_everything_in_one_line(person: Person) -> None:
    """Recurrence, time, priority and tag become fields; every token says where it stands."""
    text = "Pay rent every 1st at 9 !high #home remind 10 min before"
    ((task, tokens),) = [(item["task"], item["tokens"]) for item in parse(person, text)]
    assert (task["title"], task["priority"], task["tags"]) == ("Pay rent", "high", ["home"])
    assert (task["rrule"], task["mode"], task["due_tz"]) == ("FREQ=MONTHLY;BYMONTHDAY=1", "schedule", "Europe/Berlin")
    assert task["dtstart"] == task["due_local"]
    assert task["due_local"].endswith("-01T09:00:00")
    assert task["due_at"].endswith(("T07:00:00Z", "T08:00:00Z"))
    assert task["reminders"] == [{"minutes_before": 10, "at": None}]
    assert all(text[token["start"] : token["end"]] == token["text"] for token in tokens)
    assert {token["kind"] for token in tokens} == {"recurrence", "due", "priority", "tag", "reminder"}


def test_what_is_understood_can_be_created(person: Person) -> None:
    """The due fields and reminders are what POST /api/tasks takes."""
    task = parse(person, "Call mom tomorrow 18:00 #family")[0]["task"]
    fields = {name: task[name] for name in ("title", "tags", "due_tz", "reminders")} | {"due_at": task["due_local"]}
    made = person.post("/api/tasks", fields)
    assert made.status_code == 201, made.text
    assert made.json["due_at"][:19] == task["due_at"][:19]


def test_zone_and_language_of_the_request_come_first(person: Person) -> None:
    """The zone decides which day tomorrow is, the locale which words are read."""
    zone = "Pacific/Kiritimati"
    (item,) = parse(person, "Zahnarzt morgen", time_zone=zone, locale="de")
    assert item["task"]["due_on"] == str(today(clock.now(), zone) + timedelta(days=1))
    assert item["tokens"][0]["label"] != ""


@pytest.mark.parametrize(("text", "locale"), [("Zahnarzt morgen", "de"), ("dentiste demain", "fr")])
def test_a_text_that_waited_is_read_as_on_the_day_it_was_typed(person: Person, text: str, locale: str) -> None:
    """Its tomorrow is the day after it was typed, in the languages of the grammar and in the others."""
    typed_at = clock.now() - timedelta(days=30)
    (item,) = parse(person, text, locale=locale, typed_at=typed_at.isoformat())
    assert item["task"]["due_on"] == str(today(typed_at, "Europe/Berlin") + timedelta(days=1))


def test_other_languages(person: Person) -> None:
    """A whole phrase at the edge is read in the language of the locale; words that are no dates stay."""
    (item,) = parse(person, "acheter du pain demain", locale="fr")
    assert (item["task"]["title"], item["task"]["due_on"]) == (
        "acheter du pain",
        str(today(clock.now(), "Europe/Berlin") + timedelta(days=1)),
    )
    (item,) = parse(person, "acheter du pain", locale="fr")
    assert item["task"]["due_on"] is None


def test_the_fallback_reads_days_times_and_nothing_else() -> None:
    """A day alone is a date, a time makes it a wall time, numbers and months are neither."""
    read = dates_of("fr_FR", "Europe/Berlin")
    tomorrow = today(clock.now(), "Europe/Berlin") + timedelta(days=1)
    assert read("demain") == tomorrow
    assert str(read("demain à 10h30")) == f"{tomorrow} 10:30:00"
    assert [read(text) for text in ("5", "2027", "pain", "mai")] == [None] * 4
    assert dates_of("xx", "UTC")("demain") is None


def test_the_fallback_reads_a_day_whatever_time_passes_between_phrases() -> None:
    """A reader that was made a while ago (loading it takes a second) still knows a day from a time."""
    read = dates_of("fr", "Europe/Berlin")
    tomorrow = today(clock.now(), "Europe/Berlin") + timedelta(days=1)
    assert read("demain") == tomorrow
    with clock.shifted(5):
        assert read("demain") == tomorrow


def test_several_lines_are_several_tasks(person: Person) -> None:
    """One item a line, offsets in the whole text, indented lines are notes."""
    text = "Milk #shop\n  two litres\nBread tomorrow"
    items = parse(person, text)
    assert [item["task"]["title"] for item in items] == ["Milk", "Bread"]
    assert items[0]["task"]["notes"] == "two litres"
    token = items[1]["tokens"][0]
    assert text[token["start"] : token["end"]] == "tomorrow"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x", "time_zone": "Mars/Base"}, "time_zone"),
        ({"text": "x\u0000"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "\n".join(["x"] * 101)}, "text"),
        ({"text": "x", "locale": "../../etc"}, "locale"),
        ({"text": "x", "typed_at": "2026-11-23T10:00:00"}, "typed_at"),
        ({"text": "x", "typed_at": "1999-01-01T00:00:00Z"}, "typed_at"),
        ({"text": "x", "typed_at": "9999-12-31T23:59:59-14:00"}, "typed_at"),
        ({"text": "x", "typed_at": "0001-01-01T00:00:00+14:00"}, "typed_at"),
        ({"text": 5}, "text"),
        ({}, "text"),
    ],
)
def test_wrong_input_names_its_field(person: Person, body: dict[str, Any], field: str) -> None:
    """422 with the field at fault."""
    reply = person.post("/api/tasks/parse", body)
    assert (reply.status_code, reply.json["errors"][0]["field"]) == (422, field), reply.text


def test_nobody_parses_without_a_token(person: Person) -> None:
    """The route is not public."""
    assert person.client.post("/api/tasks/parse", json={"text": "x"}).status_code == 401
