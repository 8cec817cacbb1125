"""What a chip says, in English or German.

Called by `interpret`. The web app may format `Token.value` itself for other locales.
"""

from datetime import date, datetime

from shared.domain.quick_add.piece import Clock
from shared.domain.reminder import MINUTES_PER_DAY

_DAYS = (("Mon", "Mo"), ("Tue", "Di"), ("Wed", "Mi"), ("Thu", "Do"), ("Fri", "Fr"), ("Sat", "Sa"), ("Sun", "So"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PRIORITIES = {"urgent": "dringend", "high": "hoch", "medium": "mittel", "low": "niedrig", "none": "keine"}
_MINUTES_PER_HOUR = 60


def due_label(due: date | datetime, clock: Clock) -> str:
    """Return ``Fri 27 Nov, 18:00`` or ``Fr 27.11., 18:00``, with the year if it is another one."""
    year = "" if due.year == clock.today.year else str(due.year)
    weekday = _DAYS[due.weekday()][clock.german]
    if clock.german:
        day = f"{weekday} {due.day}.{due.month}.{year}"
    else:
        day = f"{weekday} {due.day} {_MONTHS[due.month - 1]} {year}".rstrip()
    return f"{day}, {due:%H:%M}" if isinstance(due, datetime) else day


def priority_label(priority: str, clock: Clock) -> str:
    """Return the priority's name."""
    return _PRIORITIES[priority] if clock.german else priority


def minutes_label(minutes: int, clock: Clock) -> str:
    """Return ``10 min before`` or ``10 min vorher``, in hours and days where they are whole."""
    if minutes == 0:
        return "zur Fälligkeit" if clock.german else "when due"
    if minutes % MINUTES_PER_DAY == 0:
        amount = f"{minutes // MINUTES_PER_DAY} {'T' if clock.german else 'd'}"
    elif minutes % _MINUTES_PER_HOUR == 0:
        amount = f"{minutes // _MINUTES_PER_HOUR} {'Std' if clock.german else 'h'}"
    else:
        amount = f"{minutes} min"
    return f"{amount} {'vorher' if clock.german else 'before'}"
