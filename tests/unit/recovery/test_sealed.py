"""Sealed streams: what comes out is what went in, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recovery.sealed import CHUNK_BYTES, SealBrokenError, seal, unseal

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_round_trip(pieces):
    """Any stream, however it is cut, comes back whole."""
    assert b"".join(unseal(seal(pieces, KEY), KEY)) == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_sizes_around_a_chunk(size):
    """Chunk borders are no special case; the same text never seals alike twice."""
    data = b"x" * size
    once, again = b"".join(seal([data], KEY)), b"".join(seal([data], KEY))
    assert b"".join(unseal([once], KEY)) == data
    assert once != again


@pytest.mark.parametrize("spoil", ["cut", "cut at a chunk", "flip", "swap", "append", "key", "empty"])
def test_what_is_not_whole_is_refused(spoil):
    """Cut off, changed, reordered, lengthened or sealed by someone else: an error, and never a wrong byte."""
    data = bytes(range(256)) * (3 * CHUNK_BYTES // 256)
    sealed = b"".join(seal([data], KEY))
    step = CHUNK_BYTES + 16
    spoiled = {
        "cut": sealed[:-5],
        "cut at a chunk": sealed[: 25 + 2 * step],
        "flip": sealed[:5000] + bytes([sealed[5000] ^ 1]) + sealed[5001:],
        "swap": sealed[:25] + sealed[25 + step : 25 + 2 * step] + sealed[25 : 25 + step] + sealed[25 + 2 * step :],
        "append": sealed + sealed[-step:],
        "key": sealed,
        "empty": b"",
    }[spoil]
    out = bytearray()
    with pytest.raises(SealBrokenError):
        for piece in unseal([spoiled], OTHER if spoil == "key" else KEY):
            out += piece
    assert data.startswith(bytes(out))
