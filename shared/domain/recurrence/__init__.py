"""Recurring tasks: RFC 5545 rules, the occurrences of a series, and what a person does to a series.

`create_series` for input of a person, `Series.from_text` for stored rows; then `occurrences`, `next_after`, `advance`,
`skip`, `split`, `describe`. Pure: no clock, no storage.
"""

from shared.domain.recurrence.changes import (
    Mode,
    Split,
    advance,
    anchor_day,
    create_series,
    pin_anchor_day,
    skip,
    split,
)
from shared.domain.recurrence.parse import parse_rrule
from shared.domain.recurrence.rule import ByDay, Frequency, RecurrenceError, RecurrenceRule
from shared.domain.recurrence.series import Occurrence, Series, Walk, find, key_of, next_after, occurrences
from shared.domain.recurrence.words import describe

__all__ = [
    "ByDay",
    "Frequency",
    "Mode",
    "Occurrence",
    "RecurrenceError",
    "RecurrenceRule",
    "Series",
    "Split",
    "Walk",
    "advance",
    "anchor_day",
    "create_series",
    "describe",
    "find",
    "key_of",
    "next_after",
    "occurrences",
    "parse_rrule",
    "pin_anchor_day",
    "skip",
    "split",
]
