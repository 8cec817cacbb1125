"""Lists of tasks: one filter in, one SQL statement out, JSON built in PostgreSQL.

Used by the tasks function, chat and MCP. Always: every statement is scoped by user (on top of row-level security), every order ends in the
unique id, and no text of a person becomes SQL: names come from the tables below, values are parameters.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson

from shared.clock import now
from shared.db.direct import fetch_json
from shared.domain import search, search_sql
from shared.domain.errors import DomainError
from shared.domain.filters import FilterError, TaskFilter, parse
from shared.domain.task import tag_key
from shared.domain.zone import today
from shared.errors import InvalidInput
from shared.http.pagination import decode_cursor, encode_cursor
from shared.services.task_documents import document_sql

SortName = Literal["rank", "due", "priority", "created", "updated", "completed", "title", "relevance"]
OrderName = Literal["asc", "desc"]

# name -> (SQL key, its type, default order). Each key with the id after it is unique.
_SORTS: dict[str, tuple[str, str, OrderName]] = {
    "rank": ("t.rank", 'text COLLATE "C"', "asc"),
    "due": ("t.due_order", "timestamp", "asc"),
    "priority": ("t.priority_order", "smallint", "desc"),
    "created": ("t.id", "uuid", "desc"),
    "updated": ("t.updated_at", "timestamptz", "desc"),
    "completed": ("coalesce(t.completed_at, '-infinity')", "timestamptz", "desc"),
    "title": ("lower(t.title)", "text", "asc"),
    "relevance": ("r.relevance", "numeric", "desc"),
}


@dataclass(frozen=True)
class TaskQuestion:
    """What a list asks for.

    Attributes:
        filter: which tasks.
        sort: by what; ``relevance`` needs a search text.
        order: the direction; the sort's own when ``None``.
        limit: 1 to 200.
        cursor: where the page before ended.
        total: whether to count all.
    """

    filter: TaskFilter
    sort: SortName = "rank"
    order: OrderName | None = None
    limit: int = 50
    cursor: str | None = None
    total: bool = False


class _Parameters:
    """Collects values and hands out their placeholders."""

    def __init__(self, *values: Any) -> None:
        self.values: list[Any] = list(values)

    def add(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def list_tasks(user_id: UUID, question: TaskQuestion) -> bytes:
    """Return a page as the JSON of :class:`~shared.services.task_documents.TaskList`.

    Raises:
        InvalidInput: the cursor is not of this question, or relevance is asked for without a search text.
    """
    parameters = _Parameters(user_id)
    statement, fingerprint = _statement(user_id, question, parameters)
    raw = fetch_json(statement, parameters.values, user_id=user_id) or b"[null,null]\n[]"
    # The first line is what the cursor needs, the rest are the items exactly as PostgreSQL wrote them.
    head, _, items = raw.partition(b"\n")
    last, total = orjson.loads(head)
    cursor = b'"' + encode_cursor(fingerprint, last).encode() + b'"' if last else b"null"
    body = b'{"items":' + items + b',"next_cursor":' + cursor
    return body + (b',"total":%d}' % total if total is not None else b"}")


def user_today(user_id: UUID) -> date:
    """Return the user's calendar day."""
    raw = fetch_json("select time_zone from users where id = $1", [user_id], user_id=user_id)
    return today(now(), raw.decode() if raw else "UTC")


def parse_filter(user_id: UUID, text: str) -> TaskFilter:
    """Read the query language with the user's calendar day.

    Raises:
        InvalidInput: naming the character at fault as ``position``.
    """
    try:
        return parse(text, user_today(user_id))
    except FilterError as error:
        raise InvalidInput(error.detail, field="filter", position=error.position) from error
    except DomainError as error:
        raise InvalidInput(error.detail, field="filter") from error


def _statement(user_id: UUID, question: TaskQuestion, parameters: _Parameters) -> tuple[str, str]:
    wanted = question.filter
    sort = question.sort
    conditions = _conditions(wanted, parameters)
    ranked = ""
    query = search.parse(wanted.text) if wanted.text else None
    if query is not None and query.is_empty:
        conditions.append(f"t.title ILIKE {parameters.add(search.like_pattern(wanted.text), 'text')}")
        sort = "rank" if sort == "relevance" else sort
    elif query is not None:
        plan = search.plan(query, user_id)
        is_ranked = sort == "relevance"
        # Typed as tsquery in the protocol, so that each is read once and not once a candidate.
        strict = parameters.add(plan.strict, "tsquery") if is_ranked else "NULL"
        matches = search_sql.matches_sql(
            parameters.add(plan.match, "tsquery"),
            strict=strict,
            status=parameters.add(None if wanted.status == "all" else wanted.status, "text"),
            trash=wanted.trash,
            newest=_newest(wanted) if is_ranked else None,
        )
        if is_ranked:
            ranked = search_sql.ranked_sql(
                matches,
                " AND ".join(conditions),
                strict=strict,
                units=[parameters.add(unit, "tsquery") for unit in plan.units],
                exact=parameters.add(plan.exact, "tsquery"),
                loose=parameters.add(plan.loose, "tsquery"),
            )
            conditions = ["true"]
        else:
            conditions.append(f"t.id IN (SELECT m.id FROM {matches} AS m (id))")  # noqa: S608 - built from constants
    elif sort == "relevance":
        raise InvalidInput("Sorting by relevance needs a search text (q).", field="sort")
    key, kind, default_order = _SORTS[sort]
    order = question.order or default_order
    fingerprint = f"{user_id}|{wanted!r}|{sort}|{order}"
    # Of up to a thousand tasks that were ranked, no more than a page is looked up again.
    source, identity = ("ranked r", "r.id") if ranked else ("tasks t", "t.id")
    counted = list(conditions)
    if question.cursor is not None:
        after = decode_cursor(fingerprint, question.cursor, 2)
        comparison = ">" if order == "asc" else "<"
        conditions.append(
            f"({key}, {identity}) {comparison} ({parameters.add(str(after[0]), kind)}, {parameters.add(after[1], 'uuid')})"
        )
    limit = parameters.add(question.limit, "int")
    chosen = f"{source} WHERE {' AND '.join(conditions)} ORDER BY {key} {order}, {identity} {order} LIMIT {limit} + 1"
    total = f"(SELECT count(*) FROM {source} WHERE {' AND '.join(counted)})" if question.total else "NULL"  # noqa: S608
    if ranked:
        ranked += f",\nbest AS (SELECT r.* FROM {chosen})"  # noqa: S608 - as the whole statement
        chosen = "best r JOIN tasks t USING (id) WHERE t.user_id = $1"
    with_parts = [part for part in (_ZONE if _needs_zone(wanted) else "", ranked) if part]
    prefix = ",\n".join([*with_parts, ""]) if with_parts else ""
    statement = f"""WITH {prefix}page AS MATERIALIZED (
    SELECT t.*, {key} AS sort_key, row_number() OVER (ORDER BY {key} {order}, t.id {order}) AS position FROM {chosen}),
tag_names AS (
    SELECT x.task_id, json_agg(g.name ORDER BY g.name_key) AS names FROM task_tags x JOIN tags g ON g.id = x.tag_id
     WHERE x.task_id IN (SELECT id FROM page) GROUP BY x.task_id),
children AS (
    SELECT c.parent_id, json_build_object('total', count(*), 'completed', count(*) FILTER (WHERE c.status = 'completed')) AS counts
      FROM tasks c WHERE c.parent_id IN (SELECT id FROM page) AND c.deleted_at IS NULL GROUP BY c.parent_id)
SELECT json_build_array(
        (SELECT json_build_array(sort_key::text, id) FROM page
          WHERE position = {limit} AND EXISTS (SELECT FROM page WHERE position = {limit} + 1)),
        {total})::text
    || E'\\n' || coalesce(json_agg({document_sql("p", "n.names", "k.counts")} ORDER BY p.position)::text, '[]')
  FROM page p LEFT JOIN tag_names n ON n.task_id = p.id LEFT JOIN children k ON k.parent_id = p.id
 WHERE p.position <= {limit}"""  # noqa: S608 - built from the tables above; every value is a parameter
    return statement, fingerprint


def _newest(wanted: TaskFilter) -> int:
    """Return how many matches to take from the index: more where other conditions will throw some away."""
    alone = TaskFilter(text=wanted.text, status=wanted.status, trash=wanted.trash)
    return search_sql.MAX_CANDIDATES if wanted == alone else search_sql.MAX_FILTERED


_ZONE = "zone AS MATERIALIZED (SELECT u.time_zone AS name, (now() AT TIME ZONE u.time_zone)::date AS today FROM users u WHERE u.id = $1)"
_TODAY = "(SELECT today FROM zone)"


def _start(day: str) -> str:
    return f"(({day})::timestamp AT TIME ZONE (SELECT name FROM zone))"  # noqa: S608 - a placeholder


def _needs_zone(wanted: TaskFilter) -> bool:
    dated = wanted.due_before or wanted.due_after or wanted.completed_before or wanted.completed_after
    return bool(dated) or wanted.due in {"overdue", "today", "upcoming"}


def _conditions(wanted: TaskFilter, parameters: _Parameters) -> list[str]:
    found = ["t.user_id = $1", "t.deleted_at IS NOT NULL" if wanted.trash else "t.deleted_at IS NULL"]
    if wanted.status != "all":
        found.append(f"t.status = {parameters.add(wanted.status, 'varchar')}")
    if wanted.priorities:
        found.append(f"t.priority = ANY ({parameters.add([p.value for p in wanted.priorities], 'varchar[]')})")
    if wanted.parent == "none":
        found.append("t.parent_id IS NULL")
    elif wanted.parent is not None:
        found.append(f"t.parent_id = {parameters.add(wanted.parent, 'uuid')}")
    found += _tag_conditions(wanted, parameters)
    found += _due_conditions(wanted, parameters)
    return found


def _tag_conditions(wanted: TaskFilter, parameters: _Parameters) -> list[str]:
    found = []
    tagged = (
        "(SELECT count(*) FROM task_tags x JOIN tags g ON g.id = x.tag_id"
        " WHERE x.task_id = t.id AND g.user_id = $1 AND g.name_key = ANY ({keys}))"
    )
    if wanted.tags:
        keys = parameters.add([tag_key(name) for name in wanted.tags], "text[]")
        least = len(wanted.tags) if wanted.tag_match == "all" else 1
        found.append(f"{tagged.format(keys=keys)} >= {least}")
    if wanted.excluded_tags:
        keys = parameters.add([tag_key(name) for name in wanted.excluded_tags], "text[]")
        found.append(f"{tagged.format(keys=keys)} = 0")
    return found


def _due_conditions(wanted: TaskFilter, parameters: _Parameters) -> list[str]:
    found = []
    start, end = _start(_TODAY), _start(f"{_TODAY} + 1")
    by_choice = {
        "none": "t.due_on IS NULL AND t.due_at IS NULL",
        "any": "(t.due_on IS NOT NULL OR t.due_at IS NOT NULL)",
        "overdue": f"(t.due_on < {_TODAY} OR t.due_at < now())",
        "today": f"(t.due_on = {_TODAY} OR (t.due_at >= {start} AND t.due_at < {end}))",
        "upcoming": f"(t.due_on > {_TODAY} OR t.due_at >= {end})",
    }
    if wanted.due is not None:
        found.append(by_choice[wanted.due])
    if wanted.due_before is not None:
        day = parameters.add(wanted.due_before, "date")
        found.append(f"(t.due_on < {day} OR t.due_at < {_start(day)})")
    if wanted.due_after is not None:
        day = parameters.add(wanted.due_after, "date")
        found.append(f"(t.due_on > {day} OR t.due_at >= {_start(f'{day} + 1')})")
    if wanted.completed_before is not None:
        found.append(f"t.completed_at < {_start(parameters.add(wanted.completed_before, 'date'))}")
    if wanted.completed_after is not None:
        found.append(f"t.completed_at >= {_start(parameters.add(wanted.completed_after, 'date') + ' + 1')}")
    return found
