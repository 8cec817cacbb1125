"""The event log's partitions by use: months ahead are made, months behind go, and none goes that something open points into."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from shared import clock
from shared.db.connection import connect
from shared.db.engine import transaction
from shared.services.housekeeping import EVENT_LOG_MONTHS, tidy
from tests.support.database import Database, DatabaseServer
from tests.support.environment import function_environment

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def postgres(postgres_server: DatabaseServer) -> Iterator[Database]:
    """A database for each test: partitions are the state that is asked for here."""
    database = postgres_server.clone()
    yield database
    postgres_server.drop(database)


@pytest.fixture(autouse=True)
def housekeeper(postgres: Database) -> Iterator[None]:
    """Work as the housekeeping function does, which owns no table."""
    with function_environment({"DATABASE_URL": postgres.system_url, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}):
        yield


def month(offset: int) -> date:
    """Return the first day of the month ``offset`` months from now."""
    months = clock.now().year * 12 + clock.now().month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def partitions() -> set[str]:
    """Return the months that have a partition."""
    sql = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event_log'::regclass"
    with transaction(None) as connection:
        return set(connection.execute(text(sql)).scalars()) - {"event_log_default"}


def name(offset: int) -> str:
    """Return the name of the partition of that month."""
    return f"event_log_{month(offset):%Y_%m}"


def old_event(offset: int = -EVENT_LOG_MONTHS - 1) -> UUID:
    """Write an event of long ago, which stands in the default partition, and make that month's partition."""
    event_id = clock.uuid7()
    with transaction(None) as connection:
        connection.execute(
            text(
                "INSERT INTO event_log (event_id, user_id, aggregate_id, aggregate_version, type, schema_version, payload, created_at)"
                " VALUES (:id, :id, :id, 1, 'task.created', 1, '{}', (:day)::date + interval '3 days')"
            ),
            {"id": event_id, "day": month(offset)},
        )
        connection.execute(text("SELECT ensure_event_partition(:day)"), {"day": month(offset)})
        where = "SELECT tableoid::regclass::text FROM event_log WHERE event_id = :id"
        assert connection.execute(text(where), {"id": event_id}).scalar_one() == name(offset)
    return event_id


def run(sql: str, **values: object) -> None:
    """Run one statement as the system."""
    with transaction(None) as connection:
        connection.execute(text(sql), values)


def test_the_months_ahead_are_made_again(postgres: Database) -> None:
    """Today's and three more: one that is missing comes back with its row-level security, and a second round makes none."""
    assert {name(offset) for offset in range(4)} <= partitions()
    assert "partitions_made" not in tidy()
    connection = connect(postgres.owner_url, timeout_seconds=10)
    connection.autocommit = True
    connection.cursor().execute(f"DROP TABLE {name(3)}")
    connection.end()
    assert tidy()["partitions_made"] == 1
    secured = "SELECT relrowsecurity FROM pg_class WHERE relname = :name"
    with transaction(None) as session:
        assert session.execute(text(secured), {"name": name(3)}).scalar_one() is True
    assert "partitions_made" not in tidy()


def test_an_old_month_goes_and_a_younger_one_stays() -> None:
    """The month that reaches exactly to the limit is kept, the one before it is dropped with its events."""
    gone, kept = old_event(), old_event(-EVENT_LOG_MONTHS)
    assert tidy()["partitions_dropped"] == 1
    assert name(-EVENT_LOG_MONTHS - 1) not in partitions()
    assert name(-EVENT_LOG_MONTHS) in partitions()
    with transaction(None) as connection:
        left = set(connection.execute(text("SELECT event_id FROM event_log")).scalars())
    assert kept in left
    assert gone not in left


def test_a_month_with_an_event_not_yet_published_stays() -> None:
    """Until the broker has acknowledged it: dropping the month would lose the event for good."""
    event_id = old_event()
    run(
        "INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at, next_attempt_at)"
        " VALUES (:id, :id, :id, 1, 'task-events', now(), now() + interval '1 day')",
        id=event_id,
    )
    assert "partitions_dropped" not in tidy()
    assert name(-EVENT_LOG_MONTHS - 1) in partitions()
    run("DELETE FROM outbox_pending WHERE event_id = :id", id=event_id)
    assert tidy()["partitions_dropped"] == 1


@pytest.mark.parametrize("answer", ["replayed", "discarded"])
def test_a_month_with_an_open_dead_letter_stays(answer: str) -> None:
    """Until an operator has answered the letter."""
    event_id = old_event()
    run(
        "INSERT INTO dead_letters (id, consumer, event_id, event_type, reason, payload)"
        " VALUES (:id, 'audit-writer', :event, 'task.created', 'refused', '')",
        id=clock.uuid7(),
        event=str(event_id),
    )
    assert "partitions_dropped" not in tidy()
    assert name(-EVENT_LOG_MONTHS - 1) in partitions()
    run("UPDATE dead_letters SET state = :answer WHERE event_id = :event", answer=answer, event=str(event_id))
    assert tidy()["partitions_dropped"] == 1
