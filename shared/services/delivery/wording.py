"""The words of notifications in English and German: titles, times, buttons.

Called by the channels and the digest. Always: plain text in one line a value; whatever a person typed goes in as it is and is escaped
where it is rendered.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.domain.zone import to_local

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "due": "Due {when}",
        "was_due": "Was due {when}",
        "no_due": "You asked to be reminded",
        "late": "This reminder is late.",
        "subject": "Reminder: {title}",
        "digest_one": "1 reminder you missed",
        "digest_many": "{count} reminders you missed",
        "digest_intro": "While reminders could not be sent, the time of these tasks came:",
        "more": "and {count} more",
        "open": "Open the task",
        "open_app": "Open ObsidianList",
        "done": "Done",
        "snooze10": "In 10 minutes",
        "snooze60": "In 1 hour",
        "why": "You get this e-mail because reminders by e-mail are on in your settings.",
        "unsubscribe": "Switch these e-mails off",
        "unsubscribed": "You will get no more of these e-mails. Everything stays visible in the app.",
        "confirm": "Do you want no more of these e-mails?",
        "test_title": "It works",
        "test_body": "Reminders will appear on this device.",
    },
    "de": {
        "due": "Fällig {when}",
        "was_due": "War fällig {when}",
        "no_due": "Du wolltest erinnert werden",
        "late": "Diese Erinnerung kommt verspätet.",
        "subject": "Erinnerung: {title}",
        "digest_one": "1 verpasste Erinnerung",
        "digest_many": "{count} verpasste Erinnerungen",
        "digest_intro": "Während keine Erinnerungen verschickt werden konnten, waren diese Aufgaben an der Reihe:",
        "more": "und {count} weitere",
        "open": "Aufgabe öffnen",
        "open_app": "ObsidianList öffnen",
        "done": "Erledigt",
        "snooze10": "In 10 Minuten",
        "snooze60": "In 1 Stunde",
        "why": "Du bekommst diese E-Mail, weil Erinnerungen per E-Mail in deinen Einstellungen an sind.",
        "unsubscribe": "Diese E-Mails abschalten",
        "unsubscribed": "Du bekommst keine solchen E-Mails mehr. In der App bleibt alles sichtbar.",
        "confirm": "Möchtest du keine solchen E-Mails mehr?",
        "test_title": "Es funktioniert",
        "test_body": "Erinnerungen erscheinen auf diesem Gerät.",
    },
}
_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Subject:
    """What a notification is about.

    Attributes:
        kind: reminder or digest.
        title: the task's, or how many reminders were missed.
        body: one line about its due time; for a digest the titles, one a line.
        is_late: whether it is marked late.
        locale: the person's.
    """

    kind: str
    title: str
    body: str
    is_late: bool
    locale: str
    more_count: int = 0


def word(name: str, locale: str, **values: Any) -> str:
    """Return a text in the person's language, English where we have none."""
    return _WORDS[language(locale)][name].format(**values)


def language(locale: str) -> str:
    """Return the language we speak with a locale."""
    code = locale.partition("-")[0].lower()
    return code if code in _WORDS else "en"


def digest_title(count: int, locale: str) -> str:
    """Return the title of a digest."""
    return word("digest_one" if count == 1 else "digest_many", locale, count=count)


def due_text(due_on: date | None, due_at: datetime | None, zone: str, locale: str, now: datetime) -> str:
    """Return one line about when a task is due, in the person's zone; past times say so."""
    if due_at is not None:
        local = to_local(due_at, zone)
        return word("was_due" if due_at < now else "due", locale, when=f"{_day(local.date(), locale)}, {local:%H:%M}")
    if due_on is not None:
        today = to_local(now, zone).date()
        return word("was_due" if due_on < today else "due", locale, when=_day(due_on, locale))
    return word("no_due", locale)


def _day(day: date, locale: str) -> str:
    name = _DAYS[language(locale)][day.weekday()]
    if language(locale) == "de":
        return f"{name} {day:%d.%m.%Y}"
    return f"{name} {day.day} {_MONTHS[day.month - 1]} {day.year}"
