"""Passwords: which ones are accepted, how they are hashed, and that hashing never takes the machine down.

Called by the account service. Always: a password is used exactly as it was received (no trimming, no normalisation: ASVS 6.2.8), at
most two hashes are computed at a time in a process (19 MiB each), and checking a password of an unknown account costs what
checking a real one does.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.domain.account import email_key
from shared.errors import InvalidInput, Unavailable

MIN_LENGTH = 8
MAX_LENGTH = 128
_CONCURRENT_HASHES = 2
_LONGEST_WAIT_SECONDS = 10.0
_SHORTEST_WORD = 4
_LEAST_REST = 4
_LEAST_DISTINCT = 3
_COMMON = Path(__file__).with_name("common_passwords.txt")

# Source: OWASP Password Storage Cheat Sheet, second recommendation for Argon2id (19 MiB, two passes, one lane).
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)
_slots = threading.BoundedSemaphore(_CONCURRENT_HASHES)

# A hash of 32 random bytes nobody kept, made with the parameters above; a test holds the two together.
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$D5l/Vi9Wr8lTu/C1IChGyA$HKg3r+BxPDDfdyCT7/xwwIxz3tF575XGeUdQLLC7mxw"


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store.

    Raises:
        Unavailable: too many hashes are waiting.
    """
    with _slot():
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether ``password`` is the one of ``stored``; ``None`` (no such account) takes as long and is always false.

    Raises:
        Unavailable: too many hashes are waiting.
    """
    with _slot():
        try:
            return _hasher.verify(stored or NOBODYS_HASH, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with older parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, email: str, display_name: str = "", field: str = "password") -> None:
    """Refuse a password that guessing tools try first.

    Raises:
        InvalidInput: wrong length, well known, of hardly any different characters, or little more than the person's own name.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidInput(f"Expected {MIN_LENGTH} to {MAX_LENGTH} characters.", field=field)
    folded = password.casefold()
    if folded in _common_passwords() or _is_run(folded):
        raise InvalidInput("This password is among the first that are guessed; choose another.", field=field)
    if any(len(folded.replace(word, "")) < _LEAST_REST for word in _own_words(email, display_name) if word in folded):
        raise InvalidInput("The password is little more than your name or address; choose another.", field=field)


def _own_words(email: str, display_name: str) -> set[str]:
    address = email_key(email)
    local_part, _, domain = address.partition("@")
    words = {address, local_part, domain, domain.partition(".")[0], *display_name.casefold().split()}
    return {word for word in words | {"obsidianlist"} if len(word) >= _SHORTEST_WORD}


def _is_run(folded: str) -> bool:
    """Whether the characters follow each other (abcdefgh, 87654321) or are hardly different (aaaaaaab)."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1}) or len(set(folded)) < _LEAST_DISTINCT


@cache
def _common_passwords() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=_LONGEST_WAIT_SECONDS):
        raise Unavailable("Too many people are signing in at this moment; try again shortly.")
    try:
        yield
    finally:
        _slots.release()
