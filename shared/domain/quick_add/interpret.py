"""From a text to tasks: its lines, and what to do with a line that says nothing but when.

Called by the parse endpoint, chat and MCP through the package. A line longer than `MAX_LINE_LENGTH` is a title as it is.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.errors import DomainError
from shared.domain.quick_add.context import Fallback, Reader, Span
from shared.domain.quick_add.draft import Draft
from shared.domain.quick_add.piece import Clock
from shared.domain.quick_add.result import Kind, ParsedTask
from shared.domain.zone import to_local

MAX_LENGTH = 20_000
MAX_TASKS = 100
MAX_LINE_LENGTH = 2000

_BULLET = re.compile(r"(?:[-*•\u2013] +)?(?:\[[ xX]?\] +)?")
_NUMBERED = re.compile(r"[0-9]{1,3}[.)] +")


def parse(
    text: str,
    *,
    now: datetime,
    zone: str,
    locale: str = "en",
    ignored_spans: Iterable[Span] = (),
    ignored_kinds: Iterable[Kind] = (),
    fallback: Fallback | None = None,
) -> list[ParsedTask]:
    """Return the tasks a text describes: one for each line, indented lines being notes of the one above.

    Args:
        text: what was typed or pasted; at most 20,000 characters and 100 tasks.
        now: an aware instant.
        zone: the person's IANA zone, in which days and times are meant.
        locale: decides ``9/11``, labels, and which language wins where they differ.
        ignored_spans: places (start, end) whose tokens the person took back: they stay text.
        ignored_kinds: kinds of tokens that are not looked for.
        fallback: reads a whole phrase (``demain``, ``la semaine prochaine``) as a day or a wall time where the locale is
            neither English nor German; called at most eight times a line.

    Raises:
        DomainError: field ``text``: too long or too many tasks; field ``time_zone``: unknown.
    """
    if len(text) > MAX_LENGTH:
        raise DomainError("text", f"Expected at most {MAX_LENGTH} characters.")
    clock = clock_of(now, zone, locale)
    reader = Reader(
        clock,
        zone,
        locale,
        ignored_spans=list(ignored_spans),
        ignored_kinds=frozenset(ignored_kinds),
        fallback=fallback,
    )
    tasks: list[ParsedTask] = []
    for start, line, notes in _lines(text):
        if len(tasks) == MAX_TASKS:
            raise DomainError("text", f"Expected at most {MAX_TASKS} tasks.")
        tasks.append(replace(_read(reader, line, start), notes=notes))
    return tasks


def clock_of(now: datetime, zone: str, locale: str) -> Clock:
    """Return the moment and the conventions of a person.

    Raises:
        DomainError: field ``time_zone``: unknown.
    """
    language, _, region = locale.replace("_", "-").lower().partition("-")
    month_first = language == "en" and region in {"", "us", "ph"}
    return Clock(to_local(now, zone), german=language == "de", month_first=month_first)


def _lines(text: str) -> list[tuple[int, str, str]]:
    """Return (offset, line without its bullet, notes) of each task."""
    found: list[tuple[int, str, list[str]]] = []
    position = 0
    lines = re.split(r"\r\n|[\n\r]", text)
    many = sum(1 for line in lines if line.strip()) > 1
    for line in lines:
        start = text.index(line, position)
        position = start + len(line)
        bare = line.strip()
        if bare and found and line[:1] in " \t" and line[:2].isspace():
            found[-1][2].append(bare)
        elif bare:
            indent = len(line) - len(line.lstrip())
            bullet = _BULLET.match(bare)
            cut = bullet.end() if bullet else 0
            number = _NUMBERED.match(bare, cut) if many else None
            cut = number.end() if number else cut
            if bare[cut:]:
                found.append((start + indent + cut, bare[cut:], []))
    return [(start, line, "\n".join(notes)) for start, line, notes in found]


def _read(reader: Reader, text: str, start: int) -> ParsedTask:
    """Return the task of one line that begins at an offset of the input."""
    if len(text) > MAX_LINE_LENGTH:
        return ParsedTask(text)
    marked = Draft(reader, text, start)
    marked.read_marks()
    full = marked.copy()
    full.read_times()
    if full.title:
        return full.task()
    if marked.title:
        return marked.task()  # nothing but times: a task called "Tomorrow"
    return ParsedTask(text)
