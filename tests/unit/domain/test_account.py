"""Addresses that can be delivered to, names, locales and times of day."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import account
from shared.domain.errors import DomainError

CASES_FILE = Path(__file__).parents[4] / "shared" / "cases" / "isemail.json"

# What each verdict of the collection means here. Accepted: what is valid, and names that DNS did not know on the day the cases were
# written (asking DNS is not this rule's business). RFC5321_TLD is a bare top-level name, which the collection accepts for `io`.
# Refused: everything with quotes, comments, folding, brackets or lengths beyond SMTP's, however legal in a header.
ACCEPTED = {"ISEMAIL_VALID", "ISEMAIL_DNSWARN_NO_RECORD", "ISEMAIL_DNSWARN_NO_MX_RECORD", "ISEMAIL_RFC5321_TLD"}


@pytest.mark.skipif(
    not CASES_FILE.exists(),
    reason=f"the case collection is not beside this checkout (looked for ../shared/cases/{CASES_FILE.name})",
)
def test_collected_cases():
    """Every case of the collection is accepted or refused by its verdict."""
    cases = json.loads(CASES_FILE.read_text())["cases"]
    wrong = [case for case in cases if account.is_deliverable(case["address"]) != (case["diagnosis"] in ACCEPTED)]
    assert wrong == []


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.com", "Anna.B+lists@mail.example.co.uk", "o'hara@example.com", "a@b.c", "1@2x.de", "user@xn--mnchen-3ya.de",
        "a" * 64 + "@example.com", "a@" + "b" * 63 + ".de",
    ],
)  # fmt: skip
def test_deliverable(address):
    """Dot-atoms before a host name are taken as written."""
    assert account.check_email(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "anna", "@example.com", "anna@", "a@b@c.de", ".anna@example.com", "anna.@example.com", "an..na@example.com",
        "anna@example..com", "anna@-example.com", "anna@example-.com", "anna@192.0.2.1", "anna@[192.0.2.1]", '"anna"@example.com',
        "anna@example.com ", " anna@example.com", "anna@example.com\n", "anna@exa\nmple.com", "an\0na@example.com",
        "Anna <anna@example.com>", "anna@example.com,all@example.com", "anna(x)@example.com", "änna@example.com", "anna@exämple.com",
        "anna@example.com.", "a" * 65 + "@example.com", "a@" + "b" * 64 + ".de", "a@" + "b." * 130 + "de", "anna\uff20example.com",
    ],
)  # fmt: skip
def test_not_deliverable(address):
    """Anything else is refused by the field's name."""
    with pytest.raises(DomainError) as caught:
        account.check_email(address)
    assert caught.value.field == "email"


@given(st.text(max_size=400))
def test_any_text(text):
    """Any text gets a verdict, and what is accepted cannot end a header line or name a second address."""
    if account.is_deliverable(text):
        assert text.isascii()
        assert not set(text) & set(' \t\r\n\0<>(),:;[]"\\')


@given(st.from_regex(r"[a-zA-Z0-9.+-]{1,40}@[a-zA-Z0-9.-]{1,40}", fullmatch=True))
def test_key_of_a_deliverable_address(address):
    """Case makes no other account, and the key of a deliverable address is deliverable."""
    assert (
        account.email_key(address)
        == account.email_key(address.upper())
        == account.email_key(account.email_key(address))
    )
    if account.is_deliverable(address):
        assert account.is_deliverable(account.email_key(address))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("en", "en"),
        ("DE", "de"),
        ("en-gb", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("fil", "fil"),
    ],
)
def test_locale(given, expected):
    """A language tag is kept in its usual writing."""
    assert account.canonical_locale(given) == expected


@pytest.mark.parametrize(
    "wrong", ["", "e", "en_GB", "english", "en-", "-en", "en-GB-x-private", "en\n", "d\u0435", "en-G1"]
)
def test_no_locale(wrong):
    """Anything else is refused."""
    with pytest.raises(DomainError):
        account.canonical_locale(wrong)


@pytest.mark.parametrize("wrong", ["24:00", "9:00", "09:60", "09:00:00", "", "09:00\n", "\uff10\uff19:00", "-1:00"])
def test_no_clock_time(wrong):
    """A time of day has two digits each, hours to 23."""
    assert account.check_clock_time("23:59") == "23:59"
    with pytest.raises(DomainError):
        account.check_clock_time(wrong)


def test_display_name():
    """A name is one trimmed NFC line of at most 100 characters, or nothing."""
    assert account.clean_display_name("  Zoe\u0308 ") == "Zoë"
    assert account.clean_display_name(" \n ") == ""
    for wrong in ("a" * 101, "a\nb", "a\u202eb", "a\0"):
        with pytest.raises(DomainError) as caught:
            account.clean_display_name(wrong)
        assert caught.value.field == "display_name"
