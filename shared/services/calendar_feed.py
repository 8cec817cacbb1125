"""The calendar feed: a secret address at which calendar programs read a person's dated tasks as iCalendar.

Called by the notifications function. Only the hash of the secret is stored; a new address ends the old one. Always: one event a dated task,
open or completed within the last 90 days; the open instance of a series by schedule stands for all that follow, as RRULE in its own zone. A
series that counts from completion, or is paused or over, shows its open instance alone: nobody knows the dates after it. Texts are written
by the ``icalendar`` library, so no title or note can begin a line of its own. The same tasks give the same bytes.

Source: RFC 5545 (sections 3.3.10, 3.8.4.4, 3.8.5), RFC 7986 (REFRESH-INTERVAL).
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from icalendar import Calendar, Event, vDDDTypes, vRecur

from shared.config import HttpSettings
from shared.db.direct import fetch_json
from shared.domain.errors import DomainError
from shared.domain.recurrence import Series, occurrences, split
from shared.domain.zone import get_zone, to_local
from shared.errors import NotFound
from shared.services.task_documents import instant_sql

_SECRET_BYTES = 32
_LENGTH = timedelta(minutes=30)
_LISTED_OCCURRENCES = 100
_LAST_TRANSITION = date(2038, 1, 1)
_PRIORITIES = {"urgent": 1, "high": 3, "medium": 5, "low": 9}
_OWNER = "SELECT to_json(calendar_owner(decode($1, 'hex')))"
_STORE = (
    "INSERT INTO notification_preferences (user_id, calendar_token_hash) VALUES ($1, decode($2, 'hex'))"
    " ON CONFLICT (user_id) DO UPDATE SET calendar_token_hash = excluded.calendar_token_hash RETURNING 'true'::json"
)
_REVOKE = "UPDATE notification_preferences SET calendar_token_hash = NULL WHERE user_id = $1 RETURNING 'true'::json"
_ACTIVE = "SELECT to_json(calendar_token_hash IS NOT NULL) FROM notification_preferences WHERE user_id = $1"
_TASKS = f"""
SELECT json_agg(x.task ORDER BY x.id) FROM (
    SELECT t.id, json_build_object(
        'id', t.id, 'title', t.title, 'notes', t.notes, 'priority', t.priority, 'due_on', t.due_on,
        'due_local', to_char(t.due_local, 'YYYY-MM-DD"T"HH24:MI:SS'), 'due_tz', t.due_tz, 'version', t.version,
        'completed', t.completed_at IS NOT NULL, 'updated_at', {instant_sql("t.updated_at")}, 'key', t.occurrence_key,
        'tags', ARRAY(SELECT g.name FROM task_tags y JOIN tags g ON g.id = y.tag_id WHERE y.task_id = t.id ORDER BY g.name_key),
        'series', CASE WHEN t.status = 'open' AND s.mode = 'schedule' AND s.paused_at IS NULL AND s.ended_at IS NULL THEN
            json_build_object('id', s.id, 'rrule', s.rrule, 'exdates', s.exdates, 'zone', s.tzid, 'all_day', s.all_day,
                              'dtstart', to_char(s.dtstart, 'YYYY-MM-DD"T"HH24:MI:SS')) END) AS task
      FROM tasks t LEFT JOIN recurring_tasks s ON s.id = t.recurring_task_id
     WHERE t.user_id = $1 AND t.deleted_at IS NULL AND (t.due_on IS NOT NULL OR t.due_at IS NOT NULL)
       AND (t.completed_at IS NULL OR t.completed_at > now() - interval '90 days')
     ORDER BY t.due_order LIMIT 5000) x"""  # noqa: S608 - our own columns


def create_address(user_id: UUID) -> str:
    """Return a new secret address of the person's feed; the one before stops working."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    fetch_json(_STORE, [user_id, _hash(secret)], user_id=user_id, read_only=False)
    return f"{HttpSettings.load().public_url.rstrip('/')}/api/calendar/{secret}.ics"


def revoke_address(user_id: UUID) -> None:
    """Make the person's feed unreachable; without one nothing changes."""
    fetch_json(_REVOKE, [user_id], user_id=user_id, read_only=False)


def has_address(user_id: UUID) -> bool:
    """Return whether the person's feed has an address."""
    return fetch_json(_ACTIVE, [user_id], user_id=user_id) == b"true"


def feed(secret: str) -> tuple[bytes, str]:
    """Return the feed and its ETag.

    Raises:
        NotFound: no feed has this secret.
    """
    owner = fetch_json(_OWNER, [_hash(secret)], user_id=None)
    if owner is None:
        raise NotFound("There is no such calendar.")
    user_id = UUID(orjson.loads(owner))
    tasks = orjson.loads(fetch_json(_TASKS, [user_id], user_id=user_id) or b"[]")
    content = render(tasks)
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def render(tasks: list[dict[str, Any]]) -> bytes:
    """Return the iCalendar object of tasks as :data:`_TASKS` reads them."""
    calendar = Calendar()
    calendar.add("prodid", "-//ObsidianList//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "ObsidianList")
    calendar.add("x-wr-calname", "ObsidianList")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    years = []
    for task in tasks:
        for event in _events(task):
            calendar.add_component(event)
            years.append(event.decoded("dtstart").year)
    if years:
        # Only as far back as the events go: every change of clocks is two lines.
        calendar.add_missing_timezones(first_date=date(max(min(years) - 1, 1970), 1, 1), last_date=_LAST_TRANSITION)
        for zone in calendar.timezones:
            for change in zone.subcomponents:
                _correct_onset(change)
    content: bytes = calendar.to_ical()
    return content


def _correct_onset(change: Any) -> None:
    """Move the onset of a change that skips time to the wall time it begins at.

    An onset counts in the offset before it. icalendar writes the first wall time with the new offset, which is the same where clocks go
    back, and later by the length of the gap where they go forward.

    Source: RFC 5545, section 3.6.5.
    """
    gap = change.TZOFFSETTO - change.TZOFFSETFROM
    if gap <= timedelta():
        return
    change["dtstart"] = vDDDTypes(change.DTSTART - gap)
    if "rdate" in change:
        lists = change["rdate"] if isinstance(change["rdate"], list) else [change["rdate"]]
        moments = [moment.dt - gap for some in lists for moment in some.dts]
        del change["rdate"]
        change.add("rdate", moments)


def _events(task: dict[str, Any]) -> Iterator[Event]:
    due = _start(task["due_on"] or task["due_local"], task["due_tz"])
    series = _rest(task) if task["series"] else None
    if series is None:
        yield _event(task, due, task["id"])
        return
    start = _start(series.dtstart, series.zone)
    event = _event(task, start, task["series"]["id"])
    if series.rule.is_portable:
        event.add("rrule", vRecur.from_ical(str(series.rule)))
        for key in sorted(series.exdates):
            event.add("exdate", _start(key, series.zone))
    else:
        for occurrence in occurrences(series, _LISTED_OCCURRENCES)[1:]:
            event.add("rdate", _start(occurrence.local_text, series.zone))
    yield event
    first = occurrences(series, 1)
    if first and due != _start(first[0].local_text, series.zone):
        # The open instance was put off on its own.
        moved = _event(task, due, task["series"]["id"])
        moved.add("recurrence-id", start)
        yield moved


def _rest(task: dict[str, Any]) -> Series | None:
    """Return the series from the open instance on, ``None`` where that is no occurrence of it."""
    stored = task["series"]
    dtstart = stored["dtstart"][:10] if stored["all_day"] else stored["dtstart"]
    try:
        whole = Series.from_text(stored["rrule"], dtstart, stored["zone"], tuple(stored["exdates"]))
        rest = split(whole, task["key"]).following
    except DomainError:
        return None
    return replace(rest, exdates=frozenset(key for key in rest.exdates if key > rest.dtstart))


def _event(task: dict[str, Any], start: date | datetime, uid: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@obsidianlist")
    event.add("dtstamp", datetime.fromisoformat(task["updated_at"]))
    event.add("last-modified", datetime.fromisoformat(task["updated_at"]))
    event.add("sequence", task["version"])
    event.add("summary", f"\u2713 {task['title']}" if task["completed"] else task["title"])
    if task["notes"]:
        event.add("description", task["notes"])
    event.add("dtstart", start)
    event.add("duration", _LENGTH if isinstance(start, datetime) else timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if task["tags"]:
        event.add("categories", task["tags"])
    if task["priority"] in _PRIORITIES:
        event.add("priority", _PRIORITIES[task["priority"]])
    event.add("url", f"{HttpSettings.load().public_url.rstrip('/')}/?task={task['id']}")
    return event


def _start(local: str, zone: str | None) -> date | datetime:
    if len(local) == len("2026-01-31"):
        return date.fromisoformat(local)
    place = get_zone(zone or "UTC")
    # Through the instant: a time inside a gap is written as the clocks show it.
    instant = datetime.fromisoformat(local).replace(tzinfo=place)
    return to_local(instant, zone or "UTC").replace(tzinfo=place)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
