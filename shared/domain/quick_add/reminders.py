"""Reminders: ``remind me 10 min before``, ``reminder 1h``, ``erinnere mich 1 Tag vorher``, ``remind me to ... at 5``.

Called by `interpret` after recurrences and before dates.
"""

from dataclasses import dataclass

from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.amounts import read_duration
from shared.domain.quick_add.groups import Group, read_group
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.piece import Clock
from shared.domain.reminder import MAX_MINUTES_BEFORE

_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}


@dataclass(frozen=True, slots=True)
class Reminder:
    """Words ``start`` up to before ``end``: some minutes before the due time, or a time of its own."""

    start: int
    end: int
    minutes: int | None = None
    when: Group | None = None


def read_reminder(line: Line, index: int, clock: Clock, *, at_start: bool) -> Reminder | None:
    """Return the reminder that begins at a word.

    At the start of a text ``remind me to`` introduces the task itself: a reminder when it is due.
    """
    start = index
    if line.low(index) in {"with", "mit"}:
        index += 1
    if line.low(index) in v.ARTICLES:
        index += 1
    verb, noun = line.low(index) in v.REMIND, line.low(index) in v.REMINDER
    if not (verb or noun) or not line.opens(index):
        return None
    index += 1
    me = line.low(index) in v.ME
    while line.low(index) in v.ME:
        index += 1
    index += line.low(index) == ":"
    before = _before(line, index, sure=noun)
    if before is not None:
        return Reminder(start, before[1], minutes=before[0])
    if verb and not me:
        return None  # "remind Bob" is a task
    if verb and at_start:
        return Reminder(start, index + (line.low(index) in v.REMIND_LINKS), minutes=0)
    when = read_group(line, index, clock)
    return None if when is None else Reminder(start, when.end, when=when)


def _before(line: Line, index: int, *, sure: bool) -> tuple[int, int] | None:
    duration = read_duration(line, index)
    if duration is None or duration[1] not in _MINUTES:
        return None
    count, unit, end = duration
    after = end
    if line.low(end) in v.BEFORE:
        after = end + 1
    elif (line.low(end), line.low(end + 1)) in {("in", "advance"), ("im", "voraus")}:
        after = end + 2
    minutes = count * _MINUTES[unit]
    fits = (after > end or sure) and line.closes(after) and minutes <= MAX_MINUTES_BEFORE
    return (minutes, after) if fits else None
