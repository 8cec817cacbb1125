"""Lists of recurring tasks: one statement that answers JSON, no SQLAlchemy, so that a cold function shows them at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.db.direct import fetch_json
from shared.domain.recurrence import Mode
from shared.http.pagination import decode_cursor, encode_cursor
from shared.services.recurring_documents import document
from shared.services.recurring_rows import COLUMNS, OPEN_INSTANCE, SeriesRow

_LIST = f"""SELECT coalesce(json_agg(page ORDER BY page.id DESC), '[]') FROM (
    SELECT {COLUMNS}, o.id AS open_id, o.occurrence_key AS open_key, u.locale
      FROM recurring_tasks s JOIN users u ON u.id = s.user_id {OPEN_INSTANCE}
     WHERE s.user_id = $1 AND ($2::uuid IS NULL OR s.id < $2::uuid) ORDER BY s.id DESC LIMIT $3) page"""  # noqa: S608 - our own columns
_INSTANTS = ("dtstart", "paused_at", "ended_at", "created_at", "updated_at")


def list_recurring_tasks(user_id: UUID, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return a page of recurring tasks, newest first, as the JSON of ``RecurringTaskList``.

    Raises:
        InvalidInput: the cursor is not one of this list.
    """
    question = f"recurring-tasks|{user_id}"
    before = decode_cursor(question, cursor, 1)[0] if cursor else None
    rows = orjson.loads(fetch_json(_LIST, [user_id, before, limit + 1], user_id=user_id) or b"[]")
    items = [document(_row(row), row["locale"], row["open_key"], row["open_id"]) for row in rows[:limit]]
    more = len(rows) > limit
    return {"items": items, "next_cursor": encode_cursor(question, [rows[limit - 1]["id"]]) if more else None}


def _row(values: dict[str, Any]) -> SeriesRow:
    found = {name: values[name] for name in SeriesRow.__dataclass_fields__}
    found |= {name: datetime.fromisoformat(found[name]) for name in _INSTANTS if found[name] is not None}
    return SeriesRow(**{**found, "exdates": tuple(found["exdates"]), "mode": Mode(found["mode"])})
