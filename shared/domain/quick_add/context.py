"""What all lines of one input are read with: the person's moment, zone and language, and what they took back.

Built by `interpret`, used by `draft`.
"""

from collections.abc import Callable
from datetime import date, datetime

from shared.domain.quick_add.groups import Group
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.piece import Clock
from shared.domain.quick_add.recurrences import Recurrence
from shared.domain.quick_add.result import Kind
from shared.domain.quick_add.schedule import Schedule, plan_once, plan_recurrence
from shared.domain.recurrence import describe, parse_rrule

Fallback = Callable[[str], date | datetime | None]
Span = tuple[int, int]

_FALLBACK_WORDS = 4


class Reader:
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
