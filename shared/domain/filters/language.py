"""Read the query language of task lists.

Called by the task list (``filter=``), saved views, chat and MCP. Always: an input gives a `TaskFilter` or one
`FilterError` that points at the character; time is linear in the length, which is bounded.

The language: pieces joined by AND, in any order.

    word "exact words" -word -"exact words"        full-text search
    status:open|completed|all  is:open|done|all|overdue|today|upcoming|trash
    priority:high,urgent  priority>=high  p1 to p4 as values  -priority:none
    tag:home  #home  tag:a,b (any of them)  tag:a tag:b (all)  -tag:home  tag:"two words"
    due:today|overdue|upcoming|none|any  due:2026-12-24  due<+7d  due>=mon  no:due  has:due
    completed:yesterday  completed>-7d  parent:none  parent:<id>
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

from shared.domain.errors import DomainError
from shared.domain.filters.days import EXPECTED, parse_day
from shared.domain.filters.value import DueChoice, TaskFilter
from shared.domain.task import QUOTATION_MARKS, Priority, clean_tag_name

MAX_LENGTH = 4000

KEY = re.compile(r"([A-Za-z]+)(:|<=?|>=?)(?!//)")
_WORD = re.compile(r"\S+")
_ITEM = re.compile(r'"([^"]*)"|([^\s,"]+)')
QUOTES = dict.fromkeys(map(ord, QUOTATION_MARKS), '"')
_DAY = timedelta(days=1)
_LEVELS = {"p1": Priority.URGENT, "p2": Priority.HIGH, "p3": Priority.MEDIUM, "p4": Priority.LOW}
_STATUS = {"open": "open", "done": "completed", "completed": "completed", "all": "all"}
_OPPOSITE = {"open": "completed", "completed": "open"}


class FilterError(DomainError):
    """A query that cannot be read.

    Attributes:
        position: offset of the character at fault, in code points from the start of the query.
    """

    def __init__(self, position: int, detail: str) -> None:
        super().__init__("filter", detail)
        self.position = position


@dataclass(frozen=True, slots=True)
class _Condition:
    """One ``key:value`` piece; `items` are the values with their offsets."""

    start: int
    negated: bool
    key: str
    operator: str
    items: list[tuple[int, str]]

    def one(self) -> tuple[int, str]:
        if len(self.items) > 1:
            raise FilterError(self.items[1][0], f"{self.key} takes one value.")
        return self.items[0]


@dataclass(slots=True)
class _Draft:
    """The fields gathered so far."""

    today: date
    fields: dict[str, Any] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)

    def put(self, position: int, name: str, value: object) -> None:
        if self.fields.setdefault(name, value) != value:
            raise FilterError(position, f"{name.replace('_', ' ').capitalize()} is already given.")


def parse(text: str, today: date) -> TaskFilter:
    """Read a query; relative days count from `today`, the user's calendar day.

    Raises:
        FilterError: something cannot be read; its `position` is where.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, f"Expected at most {MAX_LENGTH} characters.")
    draft = _Draft(today)
    plain = text.translate(QUOTES)
    position = 0
    while (word := _WORD.search(plain, position)) is not None:
        position = _read(plain, word.start(), draft)
    draft.fields["text"] = " ".join(draft.text)
    if draft.fields.get("trash"):
        draft.fields.setdefault("status", "all")
    try:
        return TaskFilter(**draft.fields)
    except DomainError as error:
        raise FilterError(0, error.detail) from error


def _read(text: str, start: int, draft: _Draft) -> int:
    """Read the piece at `start`; return the offset after it."""
    negated = text[start] == "-"
    at = start + negated
    if text[at : at + 1] == '"':
        end = text.find('"', at + 1) + 1
        if not end:
            raise FilterError(at, "This quotation mark is never closed.")
        draft.text.append(text[start:end])
        return end
    if text[at : at + 1] == "#" and (name := _ITEM.match(text, at + 1)):
        _tag(draft, _Condition(start, negated, "tag", ":", [(at + 1, _value(name))]))
        return name.end()
    key = KEY.match(text, at)
    if key is None:
        return _plain_word(text, start, draft)
    items, end = _items(text, key.end())
    condition = _Condition(start, negated, key[1].lower(), key[2], items)
    reader = _READERS.get(condition.key)
    if reader is None:
        known = ", ".join(_READERS)
        raise FilterError(at, f"Unknown filter {key[1]}; known are {known}. Put words to search for in quotes.")
    if condition.operator != ":" and condition.key not in _COMPARED:
        raise FilterError(key.start(2), f"{condition.key} cannot be compared; write {condition.key}: instead.")
    reader(draft, condition)
    return end


def _plain_word(text: str, start: int, draft: _Draft) -> int:
    word = _WORD.match(text, start)
    end = word.end() if word else start + 1
    quote = text.find('"', start, end)
    end = quote if quote > start else end  # a phrase may follow without a space
    draft.text.append(text[start:end])
    return end


def _items(text: str, start: int) -> tuple[list[tuple[int, str]], int]:
    items = []
    while True:
        item = _ITEM.match(text, start)
        if item is None:
            raise FilterError(start, "Expected a value here.")
        items.append((start, _value(item)))
        start = item.end() + 1
        if text[item.end() : start] != ",":
            return items, item.end()


def _value(item: re.Match[str]) -> str:
    return str(item[1] if item[1] is not None else item[2])


def _choice(condition: _Condition, choices: dict[str, str]) -> tuple[int, str]:
    position, value = condition.one()
    if value.lower() not in choices:
        raise FilterError(position, f"Expected one of {', '.join(choices)}.")
    return position, choices[value.lower()]


def _not_negated(condition: _Condition) -> None:
    if condition.negated:
        raise FilterError(condition.start, f"{condition.key} cannot be excluded with a minus.")


def _status(draft: _Draft, condition: _Condition) -> None:
    position, status = _choice(condition, _STATUS)
    if condition.negated and status not in _OPPOSITE:
        raise FilterError(condition.start, "Only open and completed can be excluded.")
    draft.put(position, "status", _OPPOSITE[status] if condition.negated else status)


def _is(draft: _Draft, condition: _Condition) -> None:
    position, value = _choice(condition, {name: name for name in (*_STATUS, "overdue", "today", "upcoming", "trash")})
    if value in _STATUS:
        _status(draft, condition)
        return
    _not_negated(condition)
    if value == "trash":
        draft.put(position, "trash", value=True)
    else:
        draft.put(position, "due", value)


def _priority(draft: _Draft, condition: _Condition) -> None:
    named = {str(priority): priority for priority in Priority} | _LEVELS
    chosen: set[Priority] = set()
    for position, value in condition.items:
        if value.lower() not in named:
            raise FilterError(position, f"Expected one of {', '.join(named)}.")
        chosen |= _compared(condition.operator, named[value.lower()])
    if condition.negated:
        chosen = set(Priority) - chosen
    if not chosen:
        raise FilterError(condition.start, "No priority is left.")
    draft.fields["priorities"] = (*draft.fields.get("priorities", ()), *chosen)


def _compared(operator: str, bound: Priority) -> set[Priority]:
    return {
        priority
        for priority in Priority
        if (priority is bound and operator in {":", "<=", ">="})
        or (priority.level < bound.level and operator.startswith("<"))
        or (priority.level > bound.level and operator.startswith(">"))
    }


def _tag(draft: _Draft, condition: _Condition) -> None:
    names = []
    for position, value in condition.items:
        try:
            names.append(clean_tag_name(value))
        except DomainError as error:
            raise FilterError(position, error.detail) from error
    kind = "excluded_tags" if condition.negated else "tags"
    given = draft.fields.get(kind, ())
    if not condition.negated:
        any_of = len(names) > 1 or draft.fields.get("tag_match") == "any"
        if given and any_of:
            raise FilterError(condition.start, "Write either tag:a,b (any of them) or tag:a tag:b (all of them).")
        draft.fields["tag_match"] = "any" if any_of else "all"
    draft.fields[kind] = (*given, *names)


def _due(draft: _Draft, condition: _Condition) -> None:
    _not_negated(condition)
    position, value = condition.one()
    if condition.operator == ":" and value.lower() in get_args(DueChoice):
        draft.put(position, "due", value.lower())
    else:
        _bounds(draft, condition)


def _completed(draft: _Draft, condition: _Condition) -> None:
    _not_negated(condition)
    _bounds(draft, condition)


def _bounds(draft: _Draft, condition: _Condition) -> None:
    position, value = condition.one()
    day = parse_day(value, draft.today)
    if day is None:
        raise FilterError(position, f"Expected {EXPECTED}.")
    operator = condition.operator
    if operator in {":", "<", "<="}:
        draft.put(position, f"{condition.key}_before", day if operator == "<" else day + _DAY)
    if operator in {":", ">", ">="}:
        draft.put(position, f"{condition.key}_after", day if operator == ">" else day - _DAY)


def _parent(draft: _Draft, condition: _Condition) -> None:
    _not_negated(condition)
    position, value = condition.one()
    try:
        draft.put(position, "parent", "none" if value.lower() == "none" else UUID(value))
    except ValueError as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError(position, "Expected none or the id of a task.") from error


def _no(draft: _Draft, condition: _Condition) -> None:
    position, value = _choice(condition, {"due": "due", "priority": "priority", "parent": "parent"})
    if value == "due":
        draft.put(position, "due", "any" if condition.negated else "none")
        return
    _not_negated(condition)
    if value == "parent":
        draft.put(position, "parent", "none")
    else:
        draft.put(position, "priorities", (Priority.NONE,))


def _has(draft: _Draft, condition: _Condition) -> None:
    position, _ = _choice(condition, {"due": "due"})
    draft.put(position, "due", "none" if condition.negated else "any")


_READERS: dict[str, Callable[[_Draft, _Condition], None]] = {
    "status": _status,
    "is": _is,
    "priority": _priority,
    "tag": _tag,
    "due": _due,
    "completed": _completed,
    "parent": _parent,
    "no": _no,
    "has": _has,
}
_COMPARED = frozenset({"priority", "due", "completed"})
