"""The calendar feed: secret address, what it shows, and text that tries to write lines of its own."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from werkzeug.test import Client

from shared import clock
from tests.integration.recurring.conftest import RECURRING, SERIES, Planner
from tests.support.database import Database
from tests.support.environment import function_environment

CALENDAR = 2


class Subscriber(Planner):
    """Has the notifications function at hand too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        from functions.notifications.main import notifications

        self._clients.append(Client(notifications.wsgi))

    def address(self) -> str:
        """Make an address and return its path."""
        reply = self.post("/api/calendar", app=CALENDAR)
        assert reply.status_code == 201, reply.text
        return str(reply.json["url"]).removeprefix("http://localhost:8080")

    def feed(self, path: str) -> list[Any]:
        """Read the feed without a token, as calendar programs do."""
        reply = self._clients[CALENDAR].get(path)
        assert reply.status_code == 200, reply.text
        assert reply.headers["Content-Type"].startswith("text/calendar")
        return icalendar.Calendar.from_ical(reply.data).walk("VEVENT")


def day(offset: int) -> str:
    """Return the date so many days from today, UTC."""
    return (clock.now().date() + timedelta(days=offset)).isoformat()


def test_addresses_are_secret_replaceable_and_revocable(planner: Planner) -> None:
    """A new address ends the old one; after revoking there is none."""
    person = Subscriber(user_id=planner.user_id)
    assert person.get("/api/calendar", app=CALENDAR).json == {"active": False}
    first, second = person.address(), person.address()
    assert first != second
    client = person._clients[CALENDAR]
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert person.get("/api/calendar", app=CALENDAR).json == {"active": True}
    assert person.delete("/api/calendar", app=CALENDAR).status_code == 204
    assert client.get(second).status_code == 404
    assert client.get("/api/calendar/.ics").status_code == 404
    assert client.get("/api/calendar/%27%20OR%201=1.ics").status_code == 404


def test_dated_tasks_are_events_of_their_owner_only(planner: Planner) -> None:
    """Days and times in their zones; tasks without a date, in the trash or of others are not there; completed ones are ticked."""
    person, other = Subscriber(user_id=planner.user_id), Subscriber()
    other.post("/api/tasks", {"title": "Not yours", "due_on": day(1)})
    person.post("/api/tasks", {"title": "No date"})
    person.post("/api/tasks", {"title": "Day", "due_on": day(2), "priority": "high", "tags": ["home"]})
    person.post("/api/tasks", {"title": "Time", "due_at": f"{day(3)}T09:00", "due_tz": "America/New_York"})
    gone = person.post("/api/tasks", {"title": "Gone", "due_on": day(1)}).json
    person.delete(f"/api/tasks/{gone['id']}")
    done = person.post("/api/tasks", {"title": "Done", "due_on": day(1)}).json
    person.complete(done)
    path = person.address()
    events = {str(event["summary"]): event for event in person.feed(path)}
    assert set(events) == {"Day", "Time", "\u2713 Done"}
    assert str(events["Day"].decoded("dtstart")) == day(2)
    assert events["Day"].decoded("priority") == 3
    start = events["Time"].decoded("dtstart")
    assert (start.isoformat()[:16], str(start.tzinfo)) == (f"{day(3)}T09:00", "America/New_York")


def test_a_series_is_a_rule_with_its_zone(planner: Planner) -> None:
    """RRULE from the open instance on, EXDATE, VTIMEZONE; COUNT is what is left."""
    person = Subscriber(user_id=planner.user_id)
    series = person.series("FREQ=DAILY;COUNT=5", f"{day(1)}T09:00", "Europe/Berlin", exdates=[f"{day(3)}T09:00"])
    task = person.waiting(series)
    person.complete(task)
    planner.deliver()
    path = person.address()
    raw = person._clients[CALENDAR].get(path).text
    assert "BEGIN:VTIMEZONE" in raw
    assert "TZID:Europe/Berlin" in raw
    (event,) = [event for event in person.feed(path) if "RRULE" in event]
    assert event["rrule"].to_ical() == b"FREQ=DAILY;COUNT=4"
    assert event.decoded("dtstart").isoformat()[:16] == f"{day(2)}T09:00"
    assert event["exdate"].dts[0].dt.isoformat()[:16] == f"{day(3)}T09:00"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_the_zone_of_the_feed_is_the_zone_of_the_world(planner: Planner, zone: str) -> None:
    """Read by another library, the VTIMEZONE changes its clocks at the hour the world does, not one before or after."""
    person = Subscriber(user_id=planner.user_id)
    person.series("FREQ=DAILY", f"{day(1)}T09:00", zone)
    raw = person._clients[CALENDAR].get(person.address()).text
    read = tzical(StringIO(raw)).get(zone)
    assert read is not None
    moment = datetime(clock.now().year, 1, 1, tzinfo=UTC)
    for _ in range(2 * 366 * 48):  # two years in half hours
        moment += timedelta(minutes=30)
        assert moment.astimezone(read).replace(tzinfo=None) == moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize(
    ("rrule", "hour"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "T09:00"),
        ("FREQ=DAILY", "T02:30"),  # a wall time that clocks skip once a year, and show twice
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "T09:00"),
        ("FREQ=MONTHLY", "T09:00"),  # from the 31st: the anchor day is written out
        ("FREQ=MONTHLY;BYDAY=-1FR", ""),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=9", "T18:30"),
        ("FREQ=DAILY;INTERVAL=3;UNTIL=20270420T063000Z", "T08:30"),
        ("FREQ=YEARLY;BYMONTH=3,10;BYMONTHDAY=-1", "T02:30"),
    ],
)
def test_a_calendar_program_sees_what_we_say_comes_next(planner: Planner, rrule: str, hour: str, zone: str) -> None:
    """Expanded by another library, rule, exceptions and what is left of COUNT are the preview's, instant by instant."""
    person = Subscriber(user_id=planner.user_id)
    series = person.series(rrule, f"2027-01-31{hour}", zone)
    person.complete(person.waiting(series))
    planner.deliver()
    third = person.get(f"{SERIES}/{series['id']}/preview?count=3", app=RECURRING).json["items"][2]["local"]
    assert person.post(f"{SERIES}/{series['id']}/skip?occurrence_key={third}", app=RECURRING).status_code == 200
    coming = person.get(f"{SERIES}/{series['id']}/preview?count=60", app=RECURRING).json["items"]
    (event,) = [event for event in person.feed(person.address()) if "RRULE" in event]
    start = event.decoded("dtstart")
    wall = datetime(start.year, start.month, start.day, getattr(start, "hour", 0), getattr(start, "minute", 0))  # noqa: DTZ001
    rule = event["rrule"].to_ical().decode()
    if "UNTIL" in rule:
        until = event["rrule"]["UNTIL"][0].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        rule = re.sub("UNTIL=[0-9TZ]+", f"UNTIL={until:%Y%m%dT%H%M%S}", rule)
    left_out = {
        one.dt.strftime("%Y%m%d") for many in [event["exdate"]] for one in (many.dts if hasattr(many, "dts") else many)
    }
    found = [at for at in islice(rrulestr(rule, dtstart=wall), 61) if at.strftime("%Y%m%d") not in left_out][:60]
    expected = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in found]
    assert [item["utc"] for item in coming] == expected


def test_an_instance_put_off_overrides_its_place_in_the_rule(planner: Planner) -> None:
    """RECURRENCE-ID names the occurrence that is elsewhere."""
    person = Subscriber(user_id=planner.user_id)
    series = person.series("FREQ=WEEKLY", f"{day(1)}T09:00", "Europe/Berlin")
    person.patch(f"/api/tasks/{person.waiting(series)['id']}", {"due_at": f"{day(2)}T18:00"})
    events = person.feed(person.address())
    (moved,) = [event for event in events if "RECURRENCE-ID" in event]
    assert moved.decoded("recurrence-id").isoformat()[:16] == f"{day(1)}T09:00"
    assert moved.decoded("dtstart").isoformat()[:16] == f"{day(2)}T18:00"


def test_only_what_is_known_is_shown(planner: Planner) -> None:
    """After completion, and while paused, the open instance stands alone; a rule other calendars cannot read lists its dates."""
    person = Subscriber(user_id=planner.user_id)
    person.series("FREQ=DAILY", f"{day(1)}T09:00", mode="completion", template={"title": "After"})
    paused = person.series("FREQ=DAILY", f"{day(1)}T09:00", template={"title": "Paused"})
    person.act(paused, "pause")
    person.series("FREQ=YEARLY;BYEASTER=0", "2027-01-01", template={"title": "Easter"})
    events = {str(event["summary"]): event for event in person.feed(person.address())}
    assert "RRULE" not in events["After"]
    assert "RRULE" not in events["Paused"]
    assert "RRULE" not in events["Easter"]
    assert str(events["Easter"].decoded("dtstart")) == "2027-03-28"
    assert len(events["Easter"]["rdate"]) > 50


def test_no_text_begins_a_line_of_its_own(planner: Planner) -> None:
    """Line ends, escapes and separators in titles, notes and tags come back as they were."""
    person = Subscriber(user_id=planner.user_id)
    title = "a;b,c\\n:END:VEVENT"
    notes = "one\r\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:forged\n\u2028x" + "\u00e4" * 200
    made = person.post("/api/tasks", {"title": title, "notes": notes, "due_on": day(1), "tags": ["x;y:z\\"]})
    assert made.status_code == 201, made.text
    path = person.address()
    (event,) = person.feed(path)
    assert str(event["summary"]) == title
    assert str(event["description"]) == made.json["notes"]
    assert all(len(line) <= 75 for line in person._clients[CALENDAR].get(path).data.split(b"\r\n"))


def test_an_unchanged_feed_is_not_sent_again(planner: Planner) -> None:
    """If-None-Match answers 304 until a task changes."""
    person = Subscriber(user_id=planner.user_id)
    person.post("/api/tasks", {"title": "One", "due_on": day(1)})
    path = person.address()
    client = person._clients[CALENDAR]
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    person.post("/api/tasks", {"title": "Two", "due_on": day(1)})
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_the_app_role_finds_the_owner_and_sees_nobody_else(planner: Planner, postgres: Database, kafka: str) -> None:
    """With row-level security on, as in the cluster, the secret leads to its owner's tasks alone."""
    person, other = Subscriber(user_id=planner.user_id), Subscriber()
    person.post("/api/tasks", {"title": "Mine", "due_on": day(1)})
    other.post("/api/tasks", {"title": "Theirs", "due_on": day(1)})
    with function_environment({"DATABASE_URL": postgres.app_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}):
        path = person.address()
        assert [str(event["summary"]) for event in person.feed(path)] == ["Mine"]
        series = person.series("FREQ=DAILY", f"{day(1)}T09:00")
        assert other.get(f"{SERIES}/{series['id']}", app=RECURRING).status_code == 404
