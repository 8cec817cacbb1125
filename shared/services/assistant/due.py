"""Due times and repetitions as words: ISO dates first, then the grammar of quick add."""

from dataclasses import dataclass
from datetime import date, datetime

from shared import clock
from shared.domain.errors import DomainError
from shared.domain.zone import to_local
from shared.errors import InvalidInput

_CARRIER = "task"


@dataclass(frozen=True)
class ReadDue:
    """What a phrase means: a day or a wall time in the person's zone, and a rule when it repeats."""

    on: date | None = None
    local: datetime | None = None
    rrule: str | None = None
    mode: str = "schedule"


def read_due(text: str, zone: str, locale: str = "en", *, field: str = "due") -> ReadDue:
    """Return what ``text`` means for a person in ``zone``.

    Raises:
        InvalidInput: it is neither a date nor a phrase the grammar knows; the message says what to try.
    """
    text = text.strip()
    try:
        return ReadDue(on=date.fromisoformat(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _phrase(text, zone, locale, field)
    return ReadDue(local=moment if moment.tzinfo is None else to_local(moment, zone))


def _phrase(text: str, zone: str, locale: str, field: str) -> ReadDue:
    from shared.domain import quick_add  # its grammar costs a third of what a cold search does

    for language in dict.fromkeys((locale, "en", "de")):
        try:
            found = quick_add.parse(f"{_CARRIER} {text}", now=clock.now(), zone=zone, locale=language)
        except DomainError:
            continue
        if len(found) == 1 and found[0].title.strip() == _CARRIER and (found[0].due_on or found[0].due_local):
            parsed = found[0]
            return ReadDue(parsed.due_on, parsed.due_local, parsed.rrule, str(parsed.mode or "schedule"))
    raise InvalidInput(
        f"“{text[:60]}” is not a time I can read. Try: 2026-12-31, 2026-12-31T09:00, tomorrow 9am, next friday.",
        field=field,
    )
