"""Encryption of a stream in pieces, so that neither side ever holds all of it, and a cut-off or reordered one is noticed.

AES-256-GCM in chunks under a key of this stream's own (HKDF of the backup key and a random salt); each chunk's nonce is its number and
whether it is the last. Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (2015), the STREAM construction.
"""

import os
import struct
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"OLBACKUP1"
_SALT_BYTES = 16
_TAG_BYTES = 16
CHUNK_BYTES = 1024 * 1024


class SealBrokenError(Exception):
    """The stream was cut off, changed, or sealed with another key."""


def seal(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the sealed form of a stream.

    Args:
        pieces: of any length.
        key: 32 bytes.
    """
    salt = os.urandom(_SALT_BYTES)
    cipher = _cipher(key, salt)
    yield _MAGIC + salt
    number, waiting = 0, b""
    for chunk in _chunks(pieces, CHUNK_BYTES):
        if waiting:
            yield cipher.encrypt(_nonce(number, last=False), waiting, salt)
            number += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(number, last=True), waiting, salt)


def unseal(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the plain stream; nothing that is not proven comes out.

    Raises:
        SealBrokenError: before any of the wrong part was yielded. What came before is right, but the stream is not whole.
    """
    sealed = _with_head(pieces)
    head = next(sealed)
    if head[: len(_MAGIC)] != _MAGIC or len(head) != len(_MAGIC) + _SALT_BYTES:
        raise SealBrokenError("this is no sealed backup")
    salt = head[len(_MAGIC) :]
    cipher = _cipher(key, salt)
    number, waiting = 0, b""
    try:
        for chunk in _chunks(sealed, CHUNK_BYTES + _TAG_BYTES):
            if waiting:
                yield cipher.decrypt(_nonce(number, last=False), waiting, salt)
                number += 1
            waiting = chunk
        yield cipher.decrypt(_nonce(number, last=True), waiting, salt)
    except InvalidTag:
        raise SealBrokenError(f"chunk {number} is missing, changed or sealed with another key") from None


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"obsidianlist backup").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">xxxQ?", number, last)


def _with_head(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first 25 bytes alone, then the rest as it comes."""
    wanted, buffer = len(_MAGIC) + _SALT_BYTES, b""
    given = iter(pieces)
    while len(buffer) < wanted:
        piece = next(given, None)
        if piece is None:
            break
        buffer += piece
    yield buffer[:wanted]
    yield buffer[wanted:]
    yield from given


def _chunks(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)
