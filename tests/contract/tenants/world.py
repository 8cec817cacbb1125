"""People with one thing of each kind, and a fingerprint of everything that is theirs."""

import uuid
from typing import Any

from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from tests.support.api import gateway
from tests.support.client import Person

_ROWS = {
    "notification": "INSERT INTO notifications (id, user_id, kind, title) VALUES (:id, :user, 'system', 'n')",
    "device": (
        "INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth)"
        " VALUES (:id, :user, 'https://fcm.googleapis.com/' || CAST(:id AS text), 'k', 'a')"
    ),
    "conversation": "INSERT INTO conversations (id, user_id, title) VALUES (:id, :user, 'c')",
    "session": (
        "INSERT INTO refresh_tokens (id, user_id, family_id, token_hash, expires_at, family_expires_at)"
        " VALUES (:id, :user, :id, decode(md5(CAST(:id AS text)), 'hex'), now() + interval '1 day', now() + interval '1 day')"
    ),
    "connection": (
        "INSERT INTO oauth_tokens (id, user_id, family_id, token_hash, client_id, client_name, resource, scopes, expires_at)"
        " VALUES (:id, :user, :id, decode(md5(CAST(:id AS text)), 'hex'), 'c', 'c', 'r', '{tasks:read}', now() + interval '1 day')"
    ),
    "action": (
        "INSERT INTO pending_actions (id, user_id, origin, action, preview, expires_at)"
        " VALUES (:id, :user, 'chat', '{}', '{}', now() + interval '1 hour')"
    ),
}
# What a request of somebody else may touch: keys and counters are not a person's data.
_NOT_COMPARED = {"idempotency_keys", "outbox_pending"}


def make(person: Person, kind: str) -> str:
    """Make a new thing of a person and return its id."""
    if kind in _ROWS:
        thing = clock.uuid7()
        with transaction(person.user_id) as connection:
            connection.execute(text(_ROWS[kind]), {"id": thing, "user": person.user_id})
        return str(thing)
    if kind in {"letter", "mail"}:
        return str(uuid.uuid4())
    if kind == "occurrence":
        body = {"title": "t", "due_at": "2030-03-01T09:00:00Z", "reminders": [{"minutes_before": 5}]}
        task = _created(person.post("/api/tasks", body))
        with transaction(None) as connection:
            statement = text(
                "UPDATE reminder_occurrences SET state = 'due' WHERE task_id = :id RETURNING CAST(id AS text)"
            )
            return str(connection.execute(statement, {"id": task}).scalar_one())
    name = uuid.uuid4().hex[:12]
    path, body = {
        "task": ("/api/tasks", {"title": name}),
        "tag": ("/api/tags", {"name": name}),
        "token": ("/api/auth/tokens", {"name": name, "scopes": ["tasks:read"]}),
        "series": (
            "/api/recurring-tasks",
            {"rrule": "FREQ=DAILY", "dtstart": "2027-03-01T09:00:00", "template": {"title": name}},
        ),
    }[kind]
    return _created(person.post(path, body))


def _created(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def new_person() -> Person:
    """Return a person whose client reaches every function."""
    return Person(gateway())


def fingerprint(person: Person) -> list[tuple[str, str]]:
    """Return a digest of a person's rows in every table."""
    with transaction(None) as connection:
        tables = connection.execute(
            text(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND column_name = 'user_id' AND table_name NOT LIKE 'event_log\\_%' ORDER BY 1"
            )
        ).scalars()
        return [
            (
                table,
                connection.execute(
                    text(
                        f"SELECT md5(string_agg(CAST(t AS text), '|' ORDER BY CAST(t AS text))) FROM {table} t WHERE user_id = :id"
                    ),
                    {"id": person.user_id},
                ).scalar_one()
                or "",
            )
            for table in tables
            if table not in _NOT_COMPARED
        ]
