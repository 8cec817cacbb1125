"""One line becoming a task: its words, and the tokens found so far.

Called by `interpret`. The order of the steps matters: quotations first (they are literal), tags and priority (they make room at the
edges), recurrences (their weekdays are no dates), reminders (their durations and times are no due times), then what is due.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

from shared.domain.quick_add import labels, marks
from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.context import Reader
from shared.domain.quick_add.groups import Group, accept, due_of, read_group
from shared.domain.quick_add.line import read_line
from shared.domain.quick_add.recurrences import Recurrence, read_recurrence
from shared.domain.quick_add.reminders import Reminder, read_reminder
from shared.domain.quick_add.result import Kind, ParsedReminder, ParsedTask, Token
from shared.domain.quick_add.schedule import Schedule
from shared.domain.quick_add.title import title_of
from shared.domain.task import Priority

MAX_REMINDERS = 5


class Draft:
    """A task in the making: the words of its line, the tokens found so far."""

    def __init__(self, reader: Reader, text: str, offset: int) -> None:
        self._reader = reader
        self._offset = offset
        self.line = read_line(text)
        self.line.literal = reader.literal(self.line, offset)
        self._tokens: list[Token] = []
        self._tags: dict[str, str] = {}
        self._priority = Priority.NONE
        self._reminders: list[ParsedReminder] = []
        self._moments: list[Reminder] = []
        self._schedule = Schedule()

    def copy(self) -> "Draft":
        """Return a draft that goes on from here by itself."""
        other = Draft(self._reader, self.line.text, self._offset)
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
        groups = accept(self.line, self._groups(), repeats=recurrence is not None) if self._reader.wants("due") else []
        schedule = self._reader.plan(recurrence, groups)
        if schedule is None and recurrence is not None:
            self.line.taken.difference_update(range(recurrence.start, recurrence.end))
            recurrence, schedule = None, self._reader.plan(None, groups)
        self._schedule = schedule or Schedule()
        self._add_due(recurrence)
        if self._schedule.due is None and self._reader.wants("due"):
            self._read_fallback()
        for moment in self._moments:
            self._add_moment(moment)
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

    def _groups(self) -> list[Group]:
        groups: list[Group] = []
        index = 0
        while index < len(self.line.words):
            group = read_group(self.line, index, self._reader.clock)
            if group is not None:
                groups.append(group)
            index = group.end if group else index + 1
        return groups

    def _read_reminders(self) -> bool:
        """Find reminders; return whether the text begins with ``remind me to``."""
        introduced, index = False, 0
        while index < len(self.line.words) and len(self._reminders) + len(self._moments) < MAX_REMINDERS:
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
        elif found.when is not None and (found.when.day or found.when.at):
            self.line.take(found.start, found.end)
            self._moments.append(found)  # which day a time alone means, the due day decides

    def _add_moment(self, found: Reminder) -> None:
        group, clock = found.when, self._reader.clock
        if group is None:
            return
        at = (self._before_due(group.at) if group.day is None else None) or due_of(group.day, group.at, clock)
        if at is None:
            return
        wall_time = at if isinstance(at, datetime) else datetime.combine(at, v.DAYPARTS["morning"])
        self._reminders.append(ParsedReminder(at=wall_time))
        label = labels.due_label(wall_time, clock)
        self._add("reminder", found.start, found.end, wall_time.isoformat(timespec="seconds"), label)

    def _before_due(self, at: time | None) -> datetime | None:
        """Return the last time clocks show a time until the task is due; None when that is over, or the task is not due."""
        due = self._schedule.due
        if at is None or due is None:
            return None
        moment = datetime.combine(due, at)
        if isinstance(due, datetime) and moment > due:
            moment -= timedelta(days=1)
        return moment if moment > self._reader.clock.now else None

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
