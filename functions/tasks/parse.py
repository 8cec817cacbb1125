"""Quick add over HTTP: what a typed text means, as tasks and the tokens they were read from. Nothing is stored.

Its route is added to the tasks function; the web app, chat and MCP show the tokens and create the tasks, recurring ones at
/api/recurring-tasks with ``rrule``, ``dtstart`` and ``mode`` from here.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from shared import clock
from shared.domain.errors import DomainError
from shared.http.request import Reply, Request, wrong_field
from shared.http.router import Router
from shared.http.schema import Input, Output
from shared.logging import get_logger
from shared.services.task_documents import PriorityName

if TYPE_CHECKING:
    from shared.domain.quick_add import Fallback, ParsedTask, Token

log = get_logger(__name__)
_EXAMPLE = "Pay rent every 1st at 9 !high #home"
_LOCALE = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"
# A moment no clock shows: dateparser gives it back where a phrase names a day alone.
_ODD_MICROSECOND = 123_457
# A text waits this long for a connection at most, and a device's clock is this far ahead.
_TYPED_BEFORE, _TYPED_AFTER = timedelta(days=366), timedelta(days=1)


def _storable(text: str) -> str:
    for character in text:
        if character < " " and character not in "\n\t\r" or character == "\x7f":  # noqa: RUF021
            raise DomainError("text", f"The character U+{ord(character):04X} is not allowed here.")
    return text


class ParseInput(Input):
    """A text to understand: each line a task, indented lines its notes."""

    text: Annotated[str, Field(max_length=20_000, examples=[_EXAMPLE]), AfterValidator(_storable)]
    time_zone: str | None = Field(
        default=None, max_length=64, examples=["Europe/Berlin"], description="the person's own when left out"
    )
    locale: str | None = Field(
        default=None, max_length=35, pattern=_LOCALE, examples=["de-DE"], description="the person's own when left out"
    )
    typed_at: AwareDatetime | None = Field(
        default=None,
        examples=["2026-11-23T09:00:00Z"],
        description="when it was typed, for a text that waited for a connection: its tomorrow is the day after; now when left out",
    )


class ParsedReminder(Output):
    """A reminder as understood."""

    minutes_before: int | None
    at: str | None = Field(description="wall time in the task's zone")


class Parsed(Output):
    """A task as understood."""

    title: str
    notes: str
    priority: PriorityName
    tags: list[str]
    due_on: date | None
    due_at: str | None = Field(description="due_local as an instant, UTC")
    due_local: str | None
    due_tz: str | None
    rrule: str | None = Field(examples=["FREQ=MONTHLY;BYMONTHDAY=1"])
    dtstart: str | None = Field(description="with rrule: its first occurrence, local")
    mode: Literal["schedule", "completion"]
    reminders: list[ParsedReminder]


class ParsedToken(Output):
    """A piece of the text that was understood; the ones that are not wanted are sent again in quotation marks."""

    kind: Literal["due", "recurrence", "tag", "priority", "reminder", "quoted"]
    start: int = Field(description="offset in the whole text, in code points")
    end: int
    text: str
    value: str
    label: str = Field(description="for a person, in the language of the locale", examples=["every month on the 1st"])


class ParsedItem(Output):
    """A task with the tokens it was read from."""

    task: Parsed
    tokens: list[ParsedToken]


class ParseResult(Output):
    """One item a task, in order."""

    items: list[ParsedItem]


def add_routes(router: Router) -> None:
    """Add POST /api/tasks/parse."""
    router.post(
        "/api/tasks/parse",
        body=ParseInput,
        response=ParseResult,
        idempotent=False,
        errors=(422,),
        examples={"text": _EXAMPLE},
    )(parse_text)


def parse_text(request: Request, body: ParseInput) -> Reply:
    """Understand quick-add text: due dates, recurrences, tags, priorities and reminders, in English or German; dates in more languages."""
    from shared.domain.quick_add import parse

    zone, locale = body.time_zone, body.locale
    if zone is None or locale is None:
        own_zone, own_locale = _person(request.user_id)
        zone, locale = zone or own_zone, locale or own_locale
    try:
        now = _typed_at(body.typed_at)
        found = parse(body.text, now=now, zone=zone, locale=locale, fallback=dates_of(locale, zone, now))
    except DomainError as error:
        raise wrong_field(error) from error
    return Reply(
        {"items": [{"task": _task(task), "tokens": [_token(token) for token in task.tokens]} for task in found]}
    )


def _typed_at(moment: datetime | None) -> datetime:
    now = clock.now()
    if moment is None:
        return now
    if not -_TYPED_BEFORE <= moment - now <= _TYPED_AFTER:
        raise DomainError("typed_at", "A text is understood up to a year after it was typed.")
    return moment.astimezone(now.tzinfo)


def dates_of(locale: str, zone: str, now: datetime | None = None) -> "Fallback":
    """Return a reader of whole phrases in the locale's language; dateparser is loaded when the first phrase is tried."""
    # One moment for all phrases of a text: a reader keeps its base, and a day alone is known by the base's time of day.
    base = _local(now or clock.now(), zone)
    readers: dict[str, Callable[[str], Any]] = {}

    def read(phrase: str) -> date | datetime | None:
        if not any(character.isalpha() for character in phrase):
            return None  # a number alone is no date here
        try:
            if "read" not in readers:
                readers["read"] = _dateparser(locale, base)
            found = readers["read"](phrase)
        except Exception as error:  # noqa: BLE001 - it takes arbitrary text and fails in many ways; what it cannot read is no date
            log.info("dates.unreadable", locale=locale, error=repr(error)[:200])
            return None
        moment: datetime | None = found.date_obj
        if moment is None or found.period not in {"day", "time"}:
            return None
        return moment.date() if moment.time() == base.time() else moment.replace(tzinfo=None, microsecond=0)

    return read


def _dateparser(locale: str, base: datetime) -> Callable[[str], Any]:
    from dateparser.date import DateDataParser

    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "RETURN_TIME_AS_PERIOD": True}
    language = locale.replace("_", "-").partition("-")[0].lower()
    reader: Callable[[str], Any] = DateDataParser(languages=[language], settings=settings).get_date_data
    return reader


def _local(moment: datetime, zone: str) -> datetime:
    from shared.domain.zone import to_local

    return to_local(moment, zone).replace(microsecond=_ODD_MICROSECOND)


def _person(user_id: UUID) -> tuple[str, str]:
    import orjson

    from shared.db.direct import fetch_json

    raw = fetch_json("select json_build_array(time_zone, locale) from users where id = $1", [user_id], user_id=user_id)
    zone, locale = orjson.loads(raw) if raw else ("UTC", "en")
    return zone, locale


def _task(task: "ParsedTask") -> dict[str, Any]:
    from shared.domain.zone import to_instant

    local = task.due_local
    instant = to_instant(local, task.due_tz) if local is not None and task.due_tz is not None else None
    return {
        "title": task.title, "notes": task.notes, "priority": task.priority.value, "tags": list(task.tags), "due_on": task.due_on,
        "due_at": instant and instant.isoformat().replace("+00:00", "Z"), "due_local": local and local.isoformat(timespec="seconds"),
        "due_tz": task.due_tz, "rrule": task.rrule, "dtstart": task.dtstart, "mode": task.mode.value,
        "reminders": [
            {"minutes_before": reminder.minutes_before, "at": reminder.at and reminder.at.isoformat(timespec="seconds")}
            for reminder in task.reminders
        ],
    }  # fmt: skip


def _token(token: "Token") -> dict[str, Any]:
    return {name: getattr(token, name) for name in ("kind", "start", "end", "text", "value", "label")}
