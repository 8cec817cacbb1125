"""From a text to tasks: the order in which the small parsers look at a line.

Called by the parse endpoint, chat and MCP through the package. The order matters: quotations first (they are literal), tags and
priority (they make room at the edges), recurrences (their weekdays are no dates), reminders (their durations and times are
no due times), and then what is due. A line longer than `MAX_LINE_LENGTH` is a title as it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from shared.domain.errors import DomainError
from shared.domain.quick_add import labels, marks
from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.groups import Group, accept, due_of, read_group
from shared.domain.quick_add.line import Line, read_line
from shared.domain.quick_add.piece import Clock
from shared.domain.quick_add.recurrences import Recurrence, read_recurrence
from shared.domain.quick_add.reminders import Reminder, read_reminder
from shared.domain.quick_add.result import Kind, ParsedReminder, ParsedTask, Token
from shared.domain.quick_add.schedule import Schedule, plan_once, plan_recurrence
from shared.domain.quick_add.title import title_of
from shared.domain.recurrence import describe, parse_rrule
from shared.domain.task import Priority
from shared.domain.zone import to_local

MAX_LENGTH = 20_000
MAX_TASKS = 100
MAX_LINE_LENGTH = 2000
MAX_REMINDERS = 5

Fallback = Callable[[str], date | datetime | None]
Span = tuple[int, int]

_BULLET = re.compile(r"(?:[-*•\u2013] +)?(?:\[[ xX]?\] +)?")
_NUMBERED = re.compile(r"[0-9]{1,3}[.)] +")
_FALLBACK_WORDS = 4


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
    reader = _Reader(
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
        tasks.append(replace(reader.read(line, start), notes=notes))
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


class _Reader:
    """One person's way of reading lines."""

    def __init__(
        self,
        clock: Clock,
        zone: str,
        locale: str,
        *,
        ignored_spans: list[Span],
        ignored_kinds: frozenset[Kind],
        fallback: Fallback | None,
    ) -> None:
        self._clock = clock
        self._zone = zone
        self._locale = locale
        self._spans = ignored_spans
        self._kinds = ignored_kinds
        english_or_german = locale.lower().startswith(("en", "de"))
        self._fallback = None if english_or_german else fallback

    def read(self, text: str, start: int) -> ParsedTask:
        """Return the task of one line that begins at an offset of the input."""
        if len(text) > MAX_LINE_LENGTH:
            return ParsedTask(text)
        marked = _Draft(self, text, start)
        marked.read_marks()
        full = marked.copy()
        full.read_times()
        if full.title:
            return full.task()
        if marked.title:
            return marked.task()  # nothing but times: a task called "Tomorrow"
        return ParsedTask(text)

    def wants(self, kind: Kind) -> bool:
        """Tell whether tokens of a kind are looked for."""
        return kind not in self._kinds

    def literal(self, line: Line, offset: int) -> set[int]:
        """Return the words within spans that the person took back."""
        spans = [(start - offset, end - offset) for start, end in self._spans if start < offset + len(line.text)]
        return {
            index
            for index, word in enumerate(line.words)
            if any(word.start < end and start < word.end for start, end in spans)
        }

    @property
    def clock(self) -> Clock:
        """The person's moment."""
        return self._clock

    def plan(self, recurrence: Recurrence | None, groups: list[Group]) -> Schedule | None:
        """Return the schedule of a line; None if its recurrence never occurs."""
        if recurrence is None:
            return plan_once(groups, self._clock)
        return plan_recurrence(recurrence, groups, self._clock, self._zone)

    def describe(self, rrule: str, due: date | datetime | None) -> str:
        """Return a rule in words."""
        return describe(parse_rrule(rrule), self._locale, due.time() if isinstance(due, datetime) else None)

    def look_up(self, line: Line) -> tuple[int, int, date | datetime] | None:
        """Return (start, end, day or wall time) of the longest phrase at an edge that the fallback can read."""
        free = [index for index, word in enumerate(line.words) if line.low(index)]
        if self._fallback is None or not free:
            return None
        count = min(_FALLBACK_WORDS, len(free) - 1)
        spans = [(free[-size], free[-1] + 1) for size in range(count, 0, -1)]
        spans += [(free[0], free[size - 1] + 1) for size in range(count, 0, -1)]
        for start, end in spans:
            if line.is_free(start, end) and line.opens(start) and line.closes(end):
                due = self._fallback(line.text[line.words[start].start : line.words[end - 1].end])
                if due is not None:
                    return start, end, due
        return None

    @property
    def zone(self) -> str:
        """The person's zone."""
        return self._zone


class _Draft:
    """A task in the making: the words of its line, the tokens found so far."""

    def __init__(self, reader: _Reader, text: str, offset: int) -> None:
        self._reader = reader
        self._offset = offset
        self.line = read_line(text)
        self.line.literal = reader.literal(self.line, offset)
        self._tokens: list[Token] = []
        self._tags: dict[str, str] = {}
        self._priority = Priority.NONE
        self._reminders: list[ParsedReminder] = []
        self._schedule = Schedule()

    def copy(self) -> "_Draft":
        """Return a draft that goes on from here by itself."""
        other = _Draft(self._reader, self.line.text, self._offset)
        other.line.taken = set(self.line.taken)
        other.line.literal = set(self.line.literal)
        other._tokens, other._tags, other._priority = list(self._tokens), dict(self._tags), self._priority
        return other

    @property
    def title(self) -> str:
        """What is left of the line."""
        return title_of(self.line, unquote=any(token.kind == "quoted" for token in self._tokens))

    def task(self) -> ParsedTask:
        """Return what was understood."""
        due = self._schedule.due
        timed = isinstance(due, datetime)
        return ParsedTask(
            title=self.title,
            priority=self._priority,
            tags=tuple(self._tags.values()),
            due_on=None if isinstance(due, datetime) else due,
            due_local=due if isinstance(due, datetime) else None,
            due_tz=self._reader.zone if timed else None,
            rrule=self._schedule.rrule,
            mode=self._schedule.mode,
            reminders=tuple(self._reminders),
            tokens=tuple(sorted(self._tokens, key=lambda token: token.start)),
        )

    def read_marks(self) -> None:
        """Find quotations, tags and the priority."""
        clock = self._reader.clock
        if self._reader.wants("quoted"):
            for mark in list(marks.quotations(self.line)):
                self._add("quoted", mark.start, mark.end, mark.value, mark.value)
                self.line.literal.update(range(mark.start, mark.end))
        if self._reader.wants("tag"):
            for mark in list(marks.tags(self.line)):
                self._tags.setdefault(mark.value.casefold(), mark.value)
                self._take("tag", mark.start, mark.end, mark.value, f"#{mark.value}")
        priority = marks.priority(self.line) if self._reader.wants("priority") else None
        if priority is not None:
            self._priority = Priority(priority.value)
            label = labels.priority_label(priority.value, clock)
            self._take("priority", priority.start, priority.end, priority.value, label)

    def read_times(self) -> None:
        """Find the recurrence, the reminders and the due time."""
        recurrence = self._recurrence() if self._reader.wants("recurrence") else None
        if recurrence is not None:
            self.line.take(recurrence.start, recurrence.end)
        introduced = self._read_reminders() if self._reader.wants("reminder") else False
        groups = accept(self.line, self._groups(repeats=recurrence is not None)) if self._reader.wants("due") else []
        schedule = self._reader.plan(recurrence, groups)
        if schedule is None and recurrence is not None:
            self.line.taken.difference_update(range(recurrence.start, recurrence.end))
            recurrence, schedule = None, self._reader.plan(None, groups)
        self._schedule = schedule or Schedule()
        self._add_due(recurrence)
        if self._schedule.due is None and self._reader.wants("due"):
            self._read_fallback()
        if introduced:
            self._finish_introduction()

    def _recurrence(self) -> Recurrence | None:
        index = 0
        while index < len(self.line.words):
            found = read_recurrence(self.line, index, self._reader.clock)
            if found is not None and self._counts(found):
                return found
            index = found.end if found else index + 1
        return None

    def _counts(self, found: Recurrence) -> bool:
        """Tell whether a word such as ``weekly`` repeats the task: at the end, or beside a time."""
        end = found.end
        while end < len(self.line.words) and (end in self.line.taken or self.line.low(end) in {".", "!", ","}):
            end += 1
        at_end = end == len(self.line.words)
        return not found.adverb or at_end or read_group(self.line, end, self._reader.clock) is not None

    def _groups(self, *, repeats: bool) -> list[Group]:
        groups: list[Group] = []
        index = 0
        while index < len(self.line.words):
            group = read_group(self.line, index, self._reader.clock)
            if group is not None and (repeats or "from" not in group.leads):
                groups.append(group)
            index = group.end if group else index + 1
        return groups

    def _read_reminders(self) -> bool:
        """Find reminders; return whether the text begins with ``remind me to``."""
        introduced, index = False, 0
        while index < len(self.line.words) and len(self._reminders) < MAX_REMINDERS:
            at_start = not any(before not in self.line.taken for before in range(min(index, 3)))
            found = read_reminder(self.line, index, self._reader.clock, at_start=at_start and index <= 3)  # noqa: PLR2004
            if found is None:
                index += 1
                continue
            introduced = introduced or found.minutes == 0
            self._add_reminder(found)
            index = found.end
        return introduced

    def _add_reminder(self, found: Reminder) -> None:
        clock = self._reader.clock
        if found.minutes is not None:
            self._reminders.append(ParsedReminder(minutes_before=found.minutes))
            label = labels.minutes_label(found.minutes, clock)
            self._take("reminder", found.start, found.end, str(found.minutes), label)
        elif found.when is not None:
            at = due_of(found.when.day, found.when.at, clock)
            if at is None:
                return
            wall_time = at if isinstance(at, datetime) else datetime.combine(at, v.DAYPARTS["morning"])
            self._reminders.append(ParsedReminder(at=wall_time))
            label = labels.due_label(wall_time, clock)
            self._take("reminder", found.start, found.end, wall_time.isoformat(timespec="seconds"), label)

    def _finish_introduction(self) -> None:
        """Drop ``to`` or ``an`` that followed the time in ``remind me tomorrow to ...``."""
        free = (index for index, _ in enumerate(self.line.words) if index not in self.line.taken)
        first = next(free, None)
        if first is not None and self.line.low(first) in v.REMIND_LINKS:
            self.line.take(first, first + 1)

    def _add_due(self, recurrence: Recurrence | None) -> None:
        clock, rrule = self._reader.clock, self._schedule.rrule
        if recurrence is not None and rrule is not None:
            label = self._reader.describe(rrule, self._schedule.due)
            self._take("recurrence", recurrence.start, recurrence.end, rrule, label)
        for group in self._schedule.used:
            said = due_of(group.day, group.at, clock)
            if group.day is None and group.at is not None:
                value = label = f"{group.at:%H:%M}"
            elif said is not None:
                value = said.isoformat(timespec="seconds") if isinstance(said, datetime) else said.isoformat()
                label = labels.due_label(said, clock)
            else:
                continue
            self._take("due", group.start, group.end, value, label)

    def _read_fallback(self) -> None:
        found = self._reader.look_up(self.line)
        if found is None:
            return
        start, end, due = found
        due = due.replace(tzinfo=None, microsecond=0) if isinstance(due, datetime) else due
        self._schedule = replace(self._schedule, due=due)
        value = due.isoformat(timespec="seconds") if isinstance(due, datetime) else due.isoformat()
        self._take("due", start, end, value, labels.due_label(due, self._reader.clock))

    def _take(self, kind: Kind, start: int, end: int, value: str, label: str) -> None:
        self._add(kind, start, end, value, label)
        self.line.take(start, end)

    def _add(self, kind: Kind, start: int, end: int, value: str, label: str) -> None:
        first, last = self.line.words[start].start, self.line.words[end - 1].end
        text = self.line.text[first:last]
        self._tokens.append(Token(kind, self._offset + first, self._offset + last, text, value, label))
