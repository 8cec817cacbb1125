"""How a fired reminder reaches its user."""

# ruff: noqa: DTZ001 - wall times without a zone are what is tested

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.delivery import (
    Channel,
    DueReminder,
    QuietHours,
    Reach,
    choose_channels,
    combine_late,
    push_ttl_seconds,
    quiet_until,
    schedule_within_cap,
)
from shared.domain.errors import DomainError
from shared.domain.zone import to_local

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = QuietHours(time(22), time(7), "Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "UTC")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (NIGHT, "2026-06-10T19:59:59", "2026-06-10T19:59:59"),  # 21:59:59 in Berlin
        (NIGHT, "2026-06-10T20:00", "2026-06-11T05:00"),  # 22:00, until 07:00 the next day
        (NIGHT, "2026-06-11T04:59:59", "2026-06-11T05:00"),  # after midnight
        (NIGHT, "2026-06-11T05:00", "2026-06-11T05:00"),
        (NIGHT, "2026-03-28T22:00", "2026-03-29T05:00"),  # the night of 23 hours
        (NIGHT, "2026-10-24T21:00", "2026-10-25T06:00"),  # the night of 25 hours
        (QuietHours(time(13), time(14), "UTC"), "2026-06-10T13:30", "2026-06-10T14:00"),
        (QuietHours(time(13), time(13), "UTC"), "2026-06-10T13:00", "2026-06-10T13:00"),  # empty
        (None, "2026-06-10T23:00", "2026-06-10T23:00"),
        # ends at 02:30, which comes twice: over at the first, so the second 02:15 disturbs nobody
        (QuietHours(time(22), time(2, 30), "Europe/Berlin"), "2026-10-25T00:15", "2026-10-25T00:30"),
        (QuietHours(time(22), time(2, 30), "Europe/Berlin"), "2026-10-25T01:15", "2026-10-25T01:15"),
        # ends at 02:30, which is skipped: at 03:30
        (QuietHours(time(22), time(2, 30), "Europe/Berlin"), "2026-03-29T01:15", "2026-03-29T01:30"),
    ],
)
def test_quiet_hours_defer_to_their_end(quiet: QuietHours | None, at: str, expected: str) -> None:
    """Inside the span a notification waits for its end; outside it goes at once."""
    assert quiet_until(quiet, _utc(at)) == _utc(expected)


def test_urgent_disturbs() -> None:
    """An urgent task's reminder passes the quiet hours, a high one waits."""
    night = _utc("2026-06-10T22:00")
    assert quiet_until(NIGHT, night, priority="urgent") == night
    assert quiet_until(NIGHT, night, priority="high") > night


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
)
def test_quiet_hours_only_ever_defer(at: datetime, start: time, end: time, zone: str) -> None:
    """A deferred notification is later, by two days at most, and free to go when its time has come."""
    quiet = QuietHours(start, end, zone)
    free = quiet_until(quiet, at)
    assert at <= free <= at + timedelta(days=2)
    assert free == at or to_local(free, zone).time() != start


def test_refuses_quiet_hours_that_cannot_be() -> None:
    """Quiet hours need a zone of the database and times without an offset."""
    with pytest.raises(DomainError, match="time_zone"):
        QuietHours(time(22), time(7), "Nowhere")
    with pytest.raises(DomainError, match="quiet_hours"):
        QuietHours(time(22, tzinfo=UTC), time(7), "UTC")


@pytest.mark.parametrize(
    ("wanted", "push_count", "email", "expected"),
    [
        ("push email in_app", 1, True, "push email in_app"),
        ("push", 2, True, "push"),
        ("push", 0, True, "email"),  # falls back
        ("push", 0, False, "in_app"),  # nothing else reaches the user
        ("email", 1, False, "in_app"),  # a suppressed address does not turn into a push nobody asked for
        ("push email", 0, True, "email"),
        ("in_app", 1, True, "in_app"),
        ("", 1, True, ""),
    ],
)
def test_channels(wanted: str, push_count: int, email: bool, expected: str) -> None:
    """Each wish is met by what can carry it, push by e-mail if no device listens, all else by the app."""
    chosen = choose_channels([Channel(name) for name in wanted.split()], Reach(push_count, email))
    assert chosen == {Channel(name) for name in expected.split()}


def test_no_mail_in_place_of_a_push_for_who_said_no() -> None:
    """Without a device it stays in the app; e-mail that is wanted as such is not touched by that."""
    reach = Reach(0, is_email_usable=True, may_fall_back=False)
    assert choose_channels([Channel.PUSH], reach) == {Channel.IN_APP}
    assert choose_channels([Channel.PUSH, Channel.EMAIL], reach) == {Channel.EMAIL}


def _due(user: int, task: int, minutes_ago: int) -> DueReminder:
    number = (user * 100 + task) * 100_000 + minutes_ago
    return DueReminder(UUID(int=number), UUID(int=user), UUID(int=task), NOW - timedelta(minutes=minutes_ago))


REMINDERS = st.lists(
    st.builds(_due, st.integers(1, 3), st.integers(1, 4), st.integers(0, 200)), unique_by=lambda due: due.occurrence_id
)


@given(REMINDERS)
def test_late_reminders_of_one_task_become_one(late: list[DueReminder]) -> None:
    """One reminder per user and task goes out, the latest; every other is named by the one that stands for it."""
    combined = combine_late(late)
    assert len(combined) == len({(due.user_id, due.task_id) for due in late})
    assert sorted([*combined, *(old for olds in combined.values() for old in olds)], key=str) == sorted(late, key=str)
    for sent, stands_for in combined.items():
        assert all(old.task_id == sent.task_id and old.fire_at <= sent.fire_at for old in stands_for)


@given(REMINDERS, st.integers(1, 5), st.integers(0, 7))
def test_a_storm_stays_within_the_cap_and_loses_none(due: list[DueReminder], cap: int, sent: int) -> None:
    """No window carries more than the cap for a user, what was sent before counts, and every reminder gets a time."""
    window = timedelta(minutes=1)
    counts = {UUID(int=1): sent}
    scheduled = schedule_within_cap(due, now=NOW, cap=cap, window=window, sent_counts=counts)
    assert sorted((one.occurrence_id for one, _ in scheduled)) == sorted(one.occurrence_id for one in due)
    per_window = Counter((one.user_id, at) for one, at in scheduled)
    assert all(number <= cap for number in per_window.values())
    if sent and sent <= cap:
        assert per_window[UUID(int=1), NOW] <= cap - sent
    for (first, first_at), (second, second_at) in product(scheduled, scheduled):
        if first.user_id == second.user_id and first.fire_at < second.fire_at:
            assert first_at <= second_at


def test_refuses_a_cap_that_sends_nothing() -> None:
    """A cap of zero would defer for ever."""
    with pytest.raises(DomainError):
        schedule_within_cap([], now=NOW, cap=0, window=timedelta(minutes=1), sent_counts={})


@pytest.mark.parametrize(
    ("useless_in", "expected"),
    [(None, 86_400), (timedelta(hours=1), 3_600), (timedelta(days=3), 86_400), (timedelta(0), 60), (timedelta(-1), 60)],
)
def test_push_lifetime(useless_in: timedelta | None, expected: int) -> None:
    """A push lives until it is useless, a day at most, and never zero seconds."""
    assert push_ttl_seconds(NOW, None if useless_in is None else NOW + useless_in) == expected
