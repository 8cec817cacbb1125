"""How the bundle is doing, for an operator: counts and ages over all users, nothing of any of them. Reads only.

Used by the operator's tools on the MCP server. Two functions of the database answer it, because row-level security hides other people's
rows from the role these functions run with.
"""

import os
from typing import Any

import orjson

from shared.config import EventSettings
from shared.db.direct import fetch_json
from shared.events.catalogue import types_of
from shared.services.task_documents import instant_sql

_OVERVIEW = "SELECT operations_overview($1::jsonb)"
_LETTERS = f"""SELECT coalesce(json_agg(json_build_object(
    'id', id, 'consumer', consumer, 'event_id', event_id, 'type', event_type, 'reason', reason, 'attempts', attempts, 'state', state,
    'first_seen_at', {instant_sql("first_seen_at")})), '[]'::json) FROM operations_dead_letters($1, $2, $3)"""  # noqa: S608 - our own columns


def overview() -> dict[str, Any]:
    """Return outbox, consumers, dead letters, reminders, deliveries and cron functions with their counts and ages in seconds.

    ``revision`` is that of the function asked; what other revisions there are only the cluster knows.
    """
    consumers = {name: types_of(tuple(topics)) for name, topics in EventSettings.load().consumers.items()}
    raw = fetch_json(_OVERVIEW, [orjson.dumps(consumers).decode()], user_id=None)
    found: dict[str, Any] = orjson.loads(raw or b"{}")
    return {**found, "revision": os.environ.get("K_REVISION", "")}


def dead_letters(state: str, consumer: str, limit: int) -> list[dict[str, Any]]:
    """Return dead letters, newest first, without what they carry.

    Args:
        state: open, replayed or discarded.
        consumer: whose; empty for all.
        limit: 100 at most.
    """
    found: list[dict[str, Any]] = orjson.loads(fetch_json(_LETTERS, [state, consumer, limit], user_id=None) or b"[]")
    return found
