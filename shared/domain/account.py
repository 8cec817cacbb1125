"""The rules of an account's fields: e-mail address, name, locale, clock time.

Called by the account service and the schemas of ``auth``. Always: an address that passed can be written into a mail header and an
SMTP envelope as it is, without quoting, encoding or look-up.
"""

import re
import unicodedata

from shared.domain.errors import DomainError
from shared.domain.task import clean_title

EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3: 256 with the angle brackets
DISPLAY_NAME_MAX_LENGTH = 100
_LOCAL_PART_MAX_LENGTH = 64
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_CLOCK_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def is_deliverable(address: str) -> bool:
    """Return whether an address is of the one form accepted here: dot-atom before the ``@``, host name behind it.

    RFC 5322 allows more: quoted local parts, comments, folding white space, domain literals, obsolete forms. Mail providers refuse
    them, and each is a way to hide a second recipient or a header, so none is accepted. Names outside ASCII are written in
    their ``xn--`` form (RFC 5891), because Amazon SES takes no other. DNS is not asked: it fails for reasons that are not the person's.
    """
    local_part, at, domain = address.rpartition("@")
    if not at or len(address) > EMAIL_MAX_LENGTH or len(local_part) > _LOCAL_PART_MAX_LENGTH:
        return False
    labels = domain.split(".")
    return (
        _LOCAL_PART.fullmatch(local_part) is not None
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()  # 255.255.255.255 is an address of a machine, not a name
    )


def check_email(address: str, field: str = "email") -> str:
    """Return the address as it was written.

    Raises:
        DomainError: it is not of the form of :func:`is_deliverable`.
    """
    if not is_deliverable(address):
        raise DomainError(field, "Expected an e-mail address such as anna@example.com.")
    return address


def email_key(address: str) -> str:
    """Return what makes two addresses the same account: NFKC and case folding, so that Anna@Example.com is anna@example.com."""
    return unicodedata.normalize("NFKC", address).casefold()


def clean_display_name(text: str, field: str = "display_name") -> str:
    """Return a name in NFC without surrounding space; empty is allowed.

    Raises:
        DomainError: longer than 100 characters, or a character that can disguise the rest.
    """
    name = clean_title(text, field) if text.strip() else ""
    if len(name) > DISPLAY_NAME_MAX_LENGTH:
        raise DomainError(field, f"Expected at most {DISPLAY_NAME_MAX_LENGTH} characters.")
    return name


def canonical_locale(text: str, field: str = "locale") -> str:
    """Return a language tag in its usual writing: ``de``, ``en-GB``, ``zh-Hant-TW``.

    Raises:
        DomainError: not language, optional script, optional region. Source: RFC 5646 section 2.1; extensions have no use here.
    """
    parts = _LOCALE.fullmatch(text)
    if parts is None:
        raise DomainError(field, "Expected a language tag such as en, de or en-GB.")
    language, script, region = parts.groups()
    return "-".join(part for part in (language.lower(), script and script.title(), region and region.upper()) if part)


def check_clock_time(text: str, field: str = "all_day_reminder_time") -> str:
    """Return a time of day ``HH:MM``.

    Raises:
        DomainError: it is none.
    """
    if _CLOCK_TIME.fullmatch(text) is None:
        raise DomainError(field, "Expected a time of day such as 09:00.")
    return text
