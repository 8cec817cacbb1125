"""What the small parsers return: a piece of a due time, and how sure they are of it.

Always: a piece names a day, a time of day, or both; whether it counts decides `acceptance` from its surroundings.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum


class Strength(IntEnum):
    """How much a reading needs from its surroundings; each also holds where a lower one does."""

    BARE = 0
    """Only after a preposition: ``at 9``, ``on the 5th``."""
    WEAK = 1
    """Also at the end of the text: ``sat``, ``may 5``, ``9/11``."""
    EDGE = 2
    """Also at the beginning: ``2026-12-24``, ``18:30``."""
    STRONG = 3
    """Also within the text where it goes on with a preposition: ``call mom tomorrow about ...``."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What quick add knows about the person and the moment.

    Attributes:
        now: the wall time in the person's zone, naive.
        german: German wins where the languages differ.
        month_first: ``9/11`` is 11 September.
    """

    now: datetime
    german: bool
    month_first: bool

    @property
    def today(self) -> date:
        """Return the person's calendar day."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Piece:
    """A reading of some words.

    Attributes:
        end: index of the word after it.
        strength: what it needs to count.
        day: the calendar day, if it names one.
        at: the time of day, if it names one.
        vague: `at` comes from a part of the day (``evening``) and gives way to a time beside it.
        late: it says that it means the second half of the day.
        leads: prepositions that fit a `Strength.BARE` piece, if not the usual ones.
    """

    end: int
    strength: Strength
    day: date | None = None
    at: time | None = None
    vague: bool = False
    late: bool = False
    leads: frozenset[str] = frozenset()
