"""The rules of a task and a tag: texts, priority, due time, nesting, colours.

Called by the task and tag services and by quick add, chat and MCP through them. Always: a text that passed is in NFC,
trimmed, within its bounds in code points and in UTF-8 bytes, and holds no character that PostgreSQL or JSON refuses or
that can disguise what a title says.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from shared.domain.errors import DomainError
from shared.domain.zone import get_zone, to_instant, to_local

TITLE_MAX_LENGTH = 500
NOTES_MAX_LENGTH = 20_000
NOTES_MAX_BYTES = 65_536
TAG_MAX_LENGTH = 50
MAX_TAGS = 50
MAX_DEPTH = 3
FIRST_DUE_ON = date(1970, 1, 1)
LAST_DUE_ON = date(9999, 12, 30)  # one day less than Python's last, so that every zone can show it

TAG_COLORS = ("gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")

QUOTATION_MARKS = "“”„‟«»"  # read as " wherever a person types a query

# C0 and C1 controls, DEL, lone surrogates, and the two code points that are no characters.
_FORBIDDEN = "\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_IN_NOTES = re.compile(f"[{_FORBIDDEN}]")
_IN_LINES = re.compile(f"[\t\n\u2028\u2029{_FORBIDDEN}\u202a-\u202e\u2066-\u2069]")


class Priority(StrEnum):
    """How much a task matters; compare by `level`."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def level(self) -> int:
        """Return 0 for none to 4 for urgent, the order of ``sort=priority``."""
        return list(Priority).index(self)


class Status(StrEnum):
    """Whether a task still waits to be done."""

    OPEN = "open"
    COMPLETED = "completed"


def clean_title(text: str, field: str = "title") -> str:
    """Return the title in NFC without surrounding space: one line of 1 to 500 characters.

    Raises:
        DomainError: empty or too long, or it holds a control character, a line break or a bidirectional override
            (which shows a text in another order than it is stored).
    """
    return _clean_line(text, field, TITLE_MAX_LENGTH)


def clean_notes(text: str, field: str = "notes") -> str:
    """Return the notes in NFC with line feeds as line ends: at most 20,000 characters and 64 KiB.

    Raises:
        DomainError: too long, or it holds a control character other than line feed and tab.
    """
    notes = _normalize(text.replace("\r\n", "\n"), field, _IN_NOTES)
    if len(notes) > NOTES_MAX_LENGTH or len(notes.encode()) > NOTES_MAX_BYTES:
        raise DomainError(field, f"Expected at most {NOTES_MAX_LENGTH} characters and {NOTES_MAX_BYTES} bytes.")
    return notes


def clean_tag_name(text: str, field: str = "tags") -> str:
    """Return the tag's name as it is shown: 1 to 50 characters on one line, spaces single, no leading ``#``.

    Raises:
        DomainError: the name breaks one of these rules, or holds a comma or a quotation mark, which the query language needs.
    """
    name = " ".join(_clean_line(text, field, TAG_MAX_LENGTH).split())
    if name.startswith("#"):
        raise DomainError(field, "A tag's name is written without the leading #.")
    if any(mark in name for mark in '",' + QUOTATION_MARKS):
        raise DomainError(field, "A tag's name cannot hold a comma or a quotation mark.")
    return name


def tag_key(name: str) -> str:
    """Return what makes a tag unique for its user: names that differ only in case or compatibility forms share it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def tag_color(name: str) -> str:
    """Return the colour of a tag nobody chose one for: the same name has the same colour everywhere, and gray is left to choice.

    The web app knows the same rule (frontend/src/features/tags/color.ts), so that a new tag does not change its colour when it is saved.
    """
    number = 2_166_136_261  # FNV-1a over code points
    for character in tag_key(name):
        number = ((number ^ ord(character)) * 16_777_619) & 0xFFFFFFFF
    return TAG_COLORS[1 + (number ^ number >> 16) % (len(TAG_COLORS) - 1)]


def clean_tag_names(names: list[str], field: str = "tags") -> list[str]:
    """Return the tags of one task in their order, each once.

    Raises:
        DomainError: a name is wrong, or there are more than 50.
    """
    unique: dict[str, str] = {}
    for name in names:
        clean = clean_tag_name(name, field)
        unique.setdefault(tag_key(clean), clean)
    if len(unique) > MAX_TAGS:
        raise DomainError(field, f"Expected at most {MAX_TAGS} tags.")
    return list(unique.values())


def check_color(color: str, field: str = "color") -> str:
    """Return the colour if it is one of `TAG_COLORS`.

    Raises:
        DomainError: it is not.
    """
    if color not in TAG_COLORS:
        raise DomainError(field, f"Expected one of {', '.join(TAG_COLORS)}.")
    return color


def check_depth(parent_depth: int, subtree_height: int = 1, field: str = "parent_id") -> None:
    """Check that a task fits below a parent.

    Args:
        parent_depth: 1 for a parent at the top, 2 for its sub-task; 0 for no parent.
        subtree_height: levels of the task that moves, itself included.
        field: the input field that names the parent.

    Raises:
        DomainError: the tree would have more than three levels.
    """
    if parent_depth + subtree_height > MAX_DEPTH:
        raise DomainError(field, f"Sub-tasks go {MAX_DEPTH} levels deep at most.")


@dataclass(frozen=True, slots=True)
class TaskDue:
    """When a task is due: a whole day (`on`) or an instant (`at`, UTC) with the zone it was planned in; never both.

    Raises:
        DomainError: both or neither, an unknown zone, or a year outside 1970 to 9999.
    """

    on: date | None = None
    at: datetime | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if (self.on is None) == (self.at is None):
            raise DomainError("due_on", "A task is due on a day (due_on) or at a time (due_at), not both.")
        if self.on is not None:
            _check_day(self.on, "due_on")
        if self.at is not None:
            if self.zone is None or self.at.tzinfo is not UTC:
                raise DomainError("due_tz", "A due time needs its time zone.")
            get_zone(self.zone, "due_tz")
            _check_day(self.at.date(), "due_at")

    @property
    def local(self) -> datetime | None:
        """Return the wall time in the zone; None for a whole day."""
        return None if self.at is None or self.zone is None else to_local(self.at, self.zone)


def plan_due(on: date | None, at: datetime | None, zone: str | None, default_zone: str) -> TaskDue | None:
    """Return the due time of input fields, None for none.

    Args:
        on: a whole day.
        at: an aware instant, or a naive wall time in the zone.
        zone: IANA name; the user's own (`default_zone`) when absent.
        default_zone: the user's zone.

    Raises:
        DomainError: see `TaskDue`; a zone without a time is wrong too.
    """
    if at is None:
        if zone is not None:
            raise DomainError("due_tz", "A time zone needs a due time (due_at).")
        return None if on is None else TaskDue(on=on)
    zone = zone or default_zone
    get_zone(zone, "due_tz")
    _check_day(at.date(), "due_at")
    instant = to_instant(at, zone) if at.tzinfo is None else at.astimezone(UTC)
    return TaskDue(on=on, at=instant.replace(tzinfo=UTC), zone=zone)


def _check_day(day: date, field: str) -> None:
    if not FIRST_DUE_ON <= day <= LAST_DUE_ON:
        raise DomainError(field, "Expected a date in the years 1970 to 9999.")


def _normalize(text: str, field: str, forbidden: re.Pattern[str]) -> str:
    wrong = forbidden.search(text)
    if wrong:
        raise DomainError(field, f"The character U+{ord(wrong[0]):04X} is not allowed here.")
    return unicodedata.normalize("NFC", text).strip()


def _clean_line(text: str, field: str, max_length: int) -> str:
    line = _normalize(text.strip(), field, _IN_LINES)
    if not 1 <= len(line) <= max_length:
        raise DomainError(field, f"Expected 1 to {max_length} characters.")
    return line
