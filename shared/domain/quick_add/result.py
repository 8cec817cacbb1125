"""What quick add returns: tasks, and the tokens it understood.

Used by the parse endpoint, the web app's chips and chat.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.domain.recurrence import Mode
from shared.domain.task import Priority

Kind = Literal["due", "recurrence", "tag", "priority", "reminder", "quoted"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text that was understood.

    Attributes:
        kind: what it became.
        start: offset in the whole input, in code points.
        end: offset after it.
        text: the input from start to end.
        value: what was understood: ISO date or local time, RRULE, tag, priority, minutes, or the quoted text.
        label: for a person, in the language of the locale.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ParsedReminder:
    """Either some minutes before the task is due, or at a wall time of its own."""

    minutes_before: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedTask:
    """One task as understood; nothing is validated or stored yet.

    Attributes:
        title: the text without the tokens; never empty.
        notes: the indented lines below it.
        due_on: whole day, or None.
        due_local: wall time in `due_tz`, or None; never both.
        due_tz: IANA zone, with `due_local` only.
        rrule: recurrence whose first occurrence is the due time.
        mode: whether the next occurrence follows the schedule or the completion.
    """

    title: str
    notes: str = ""
    priority: Priority = Priority.NONE
    tags: tuple[str, ...] = ()
    due_on: date | None = None
    due_local: datetime | None = None
    due_tz: str | None = None
    rrule: str | None = None
    mode: Mode = Mode.SCHEDULE
    reminders: tuple[ParsedReminder, ...] = ()
    tokens: tuple[Token, ...] = ()

    @property
    def dtstart(self) -> str | None:
        """Return the due time as DTSTART text of the recurrence; None without one."""
        if self.rrule is None:
            return None
        return self.due_local.isoformat(timespec="seconds") if self.due_local else str(self.due_on)
