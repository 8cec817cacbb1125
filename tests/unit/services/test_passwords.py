"""Which passwords are accepted, and how they are kept."""

import pytest

from shared.errors import InvalidInput, Unavailable
from shared.services import passwords

GOOD = "twelve green umbrellas"


@pytest.mark.parametrize(
    "password",
    [
        "password", "Password1", "PASSWORD123", "12345678", "qwertyuiop", "iloveyou", "1q2w3e4r", "abcdefgh", "hgfedcba", "23456789", "aaaaaaaa",
        "aaaaabbbbb", "        ", "anna.berg@example.org", "ANNA.BERG", "anna.berg1", "example.org", "obsidianlist", "obsidianlist1",
        "berghain", "12berghain",
    ],
)  # fmt: skip
def test_too_easy(password):
    """Well known passwords, runs of characters and one's own name or address are refused."""
    with pytest.raises(InvalidInput) as caught:
        passwords.check_new_password(password, email="Anna.Berg@example.org", display_name="Anna Berghain")
    assert caught.value.field == "password"


@pytest.mark.parametrize("password", ["", "1234567", "a" * 129, "xY3$567"])
def test_length(password):
    """Eight to 128 characters, counted as characters and not as bytes."""
    with pytest.raises(InvalidInput):
        passwords.check_new_password(password, email="anna@example.org")
    passwords.check_new_password("\U0001f9c0\U0001f40c\U0001f335\U0001f41d" * 32, email="anna@example.org")


@pytest.mark.parametrize(
    "password",
    [GOOD, "anna likes long walks", "x9 example.org gate", "Tr0ub4dor&3", "пароль-для-списка", "a b c d e f"],
)
def test_good_enough(password):
    """Long phrases are fine, also with a piece of one's name in them."""
    passwords.check_new_password(password, email="anna@example.org", display_name="Anna")


def test_list_is_usable():
    """Every listed password could be chosen (long enough) and is found however it is written."""
    common = passwords._common_passwords()
    assert len(common) > 400
    assert all(8 <= len(word) <= 128 and word == word.casefold() for word in common)
    assert GOOD not in common


def test_hash():
    """Two hashes of one password differ, both verify, and only with exactly that password."""
    first, second = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password(first, GOOD)
    assert passwords.verify_password(second, GOOD)
    for other in (GOOD + " ", " " + GOOD, GOOD.upper(), "", GOOD + "\0", GOOD[:-1]):
        assert not passwords.verify_password(first, other)


def test_nobody():
    """No password is that of an account that does not exist."""
    for password in ("", GOOD, passwords.NOBODYS_HASH):
        assert passwords.verify_password(None, password) is False


def test_bytes_after_nul_count():
    """A password does not end at a NUL character."""
    stored = passwords.hash_password("secret\0one!")
    assert passwords.verify_password(stored, "secret\0one!")
    assert not passwords.verify_password(stored, "secret\0two!")


def test_waiting_is_bounded(monkeypatch):
    """When both places stay taken, a further sign-in is told to come back instead of waiting for ever; the places survive."""
    monkeypatch.setattr(passwords, "_LONGEST_WAIT_SECONDS", 0.01)
    with passwords._slot(), passwords._slot(), pytest.raises(Unavailable):
        passwords.hash_password(GOOD)
    assert passwords.hash_password(GOOD)
