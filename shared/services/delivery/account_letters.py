"""What mails about an account say, in English and German, and the mails themselves.

Called by ``shared.services.delivery.account_mails``. Always: nothing a person chose stands in them but addresses, because anybody can have them
sent to anybody; the link's secret stands behind the ``#``, which browsers send to no server and in no Referer.
"""

from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import UUID

from shared.services.delivery.mail import begin_mail, one_line, render
from shared.services.delivery.settings import EmailSettings
from shared.services.delivery.wording import language

# kind -> page the link leads to; the others lead to the settings.
_PAGES = {"confirm_address": "confirm-email", "change_address": "confirm-email", "reset_password": "reset-password"}
_SETTINGS = "settings"
_WHY = {
    "en": "You get this e-mail because it concerns the safety of your account.",
    "de": "Du bekommst diese E-Mail, weil es um die Sicherheit deines Kontos geht.",
}


class Letter(NamedTuple):
    """What a mail says: its subject and heading, a paragraph, and the words of its button."""

    heading: str
    line: str
    button: str


_LETTERS: dict[str, dict[str, Letter]] = {
    "en": {
        "confirm_address": Letter(
            "Confirm your e-mail address",
            "Confirm that this address is yours, so that reminders can be sent to it. The link works for seven days.",
            "Confirm the address",
        ),
        "change_address": Letter(
            "Confirm your new e-mail address",
            "You asked to use this address for your ObsidianList account. The change happens when you open this link; it works for a day.",
            "Use this address",
        ),
        "change_notice": Letter(
            "Your e-mail address is about to change",
            "Somebody signed in to your account asked to change its address to {about}. It changes when that address is confirmed."
            " If it was not you, change your password now: that also stops the change.",
            "Open the settings",
        ),
        "address_in_use": Letter(
            "You have an account already",
            "Somebody asked to use this address for another ObsidianList account. It belongs to yours, so nothing was changed."
            " If it was you: sign in with this address, or set a new password there.",
            "Open ObsidianList",
        ),
        "address_changed": Letter(
            "Your e-mail address was changed",
            "Your account's address is now {about}. Nothing more will be sent to this one. If it was not you, ask whoever runs this server for help.",
            "Open the settings",
        ),
        "reset_password": Letter(
            "Set a new password",
            "Somebody, probably you, asked for a new password. The link works once and for an hour. If it was not you, do nothing: your password stays.",
            "Set a new password",
        ),
        "password_changed": Letter(
            "Your password was changed",
            "Your password was just changed, and every device was signed out. API tokens go on: look through them if you are not sure."
            " If it was not you, set a new password at once by “Forgot password?” on the sign-in page.",
            "Open the settings",
        ),
        "sessions_revoked": Letter(
            "A sign-in was ended for your safety",
            "A key of one of your sign-ins was used twice, as if somebody had copied it. That sign-in was ended; sign in again there."
            " If you cannot explain it, change your password.",
            "Open the settings",
        ),
    },
    "de": {
        "confirm_address": Letter(
            "Bestätige deine E-Mail-Adresse",
            "Bestätige, dass diese Adresse dir gehört, damit Erinnerungen an sie geschickt werden können. Der Link gilt sieben Tage.",
            "Adresse bestätigen",
        ),
        "change_address": Letter(
            "Bestätige deine neue E-Mail-Adresse",
            "Du möchtest diese Adresse für dein ObsidianList-Konto verwenden. Geändert wird sie, wenn du diesen Link öffnest; er gilt einen Tag.",
            "Diese Adresse verwenden",
        ),
        "change_notice": Letter(
            "Deine E-Mail-Adresse soll geändert werden",
            "Jemand, der in deinem Konto angemeldet ist, möchte die Adresse in {about} ändern. Geändert wird sie, wenn jene Adresse bestätigt ist."
            " Warst du das nicht, ändere jetzt dein Passwort: Das hält auch die Änderung auf.",
            "Einstellungen öffnen",
        ),
        "address_in_use": Letter(
            "Du hast schon ein Konto",
            "Jemand wollte diese Adresse für ein anderes ObsidianList-Konto verwenden. Sie gehört zu deinem, deshalb wurde nichts geändert."
            " Warst du das: Melde dich mit dieser Adresse an oder setze dort ein neues Passwort.",
            "ObsidianList öffnen",
        ),
        "address_changed": Letter(
            "Deine E-Mail-Adresse wurde geändert",
            "Die Adresse deines Kontos ist jetzt {about}. An diese hier wird nichts mehr geschickt. Warst du das nicht, wende dich an den Betreiber"
            " dieses Servers.",
            "Einstellungen öffnen",
        ),
        "reset_password": Letter(
            "Neues Passwort setzen",
            "Jemand, vermutlich du, hat um ein neues Passwort gebeten. Der Link gilt einmal und eine Stunde lang. Warst du das nicht, tu nichts: Dein"
            " Passwort bleibt.",
            "Neues Passwort setzen",
        ),
        "password_changed": Letter(
            "Dein Passwort wurde geändert",
            "Dein Passwort wurde gerade geändert und jedes Gerät abgemeldet. API-Token gelten weiter: Sieh sie durch, wenn du unsicher bist."
            " Warst du das nicht, setze sofort ein neues über „Passwort vergessen?“ auf der Anmeldeseite.",
            "Einstellungen öffnen",
        ),
        "sessions_revoked": Letter(
            "Eine Anmeldung wurde zu deiner Sicherheit beendet",
            "Ein Schlüssel einer deiner Anmeldungen wurde zweimal benutzt, als hätte ihn jemand kopiert. Diese Anmeldung wurde beendet; melde dich"
            " dort neu an. Kannst du es dir nicht erklären, ändere dein Passwort.",
            "Einstellungen öffnen",
        ),
    },
}


def compose(kind: str, locale: str, *, to: str, mail_id: UUID, about: str, token: str) -> EmailMessage:
    """Return the mail of a kind in the person's language, ready to send.

    Raises:
        ValueError: the address is none.
    """
    heading, line, button = _LETTERS[language(locale)][kind]
    url = EmailSettings.load().public_url.rstrip("/")
    values: dict[str, Any] = {
        "language": language(locale), "heading": heading, "lines": [line.format(about=one_line(about))], "open": button,
        "url": f"{url}/{_PAGES[kind]}/#token={token}" if token else f"{url}/{_SETTINGS}/", "why": _WHY[language(locale)],
        "unsubscribe": "", "unsubscribe_url": "",
    }  # fmt: skip
    return render(begin_mail(heading, to, mail_id), values)
