"""Due times and repetitions as words: ISO dates first, then the grammar of quick add."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from shared import clock
from shared.domain.errors import DomainError
from shared.domain.zone import to_local
from shared.errors import InvalidInput

_CARRIER = "task"
_WEEKEND = re.compile(r"^(?:this |the )?(?:weekend|wochenende)$", re.IGNORECASE)


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

    for phrase, language in product(_ways_to_say(text), dict.fromkeys((locale, "en", "de"))):
        try:
            found = quick_add.parse(f"{_CARRIER} {phrase}", now=clock.now(), zone=zone, locale=language)
        except DomainError:
            continue
        if len(found) == 1 and found[0].title.strip() == _CARRIER and (found[0].due_on or found[0].due_local):
            parsed = found[0]
            return ReadDue(parsed.due_on, parsed.due_local, parsed.rrule, str(parsed.mode or "schedule"))
    raise InvalidInput(
        f"“{text[:60]}” is not a time I can read. Try: 2026-12-31, 2026-12-31T09:00, tomorrow 9am, next friday.",
        field=field,
    )


def _ways_to_say(text: str) -> list[str]:
    """Return a phrase, and as it would stand in a task: "the 15th" is "on the 15th" there, "8" is "at 8", the weekend begins on Saturday."""
    plain = re.sub(r"^(?:the|der|die|das|den|dem|am|on) ", "", text, flags=re.IGNORECASE)
    plain = _WEEKEND.sub("saturday", plain)
    ways = [text, plain, f"on {plain}", f"on the {plain}", f"am {plain}"]
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", plain):
        ways.append(f"{plain}.")
    if re.fullmatch(r"\d{1,2}", plain):
        ways.append(f"at {plain}")
    if plain.casefold() == "after tomorrow":
        ways.append("day after tomorrow")
    return list(dict.fromkeys(ways))
