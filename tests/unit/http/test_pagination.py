"""Cursors: what comes back is what went in, and nobody else can make one."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.http.pagination import decode_cursor, encode_cursor
from tests.support.environment import function_environment

VALUES = st.lists(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=40)), min_size=1, max_size=4
)


@pytest.fixture(autouse=True, scope="module")
def environment() -> Iterator[None]:
    """Set the keys of a function."""
    with function_environment({}):
        yield


@given(key=VALUES, question=st.text(max_size=60))
def test_a_cursor_carries_its_sort_key(key: list[object], question: str) -> None:
    """Any texts and numbers, in characters that need no escaping in an address."""
    cursor = encode_cursor(question, key)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(question, cursor, len(key)) == key


@given(key=VALUES, data=st.data())
def test_no_changed_cursor_is_taken(key: list[object], data: st.DataObject) -> None:
    """One byte more, less or different, and it is not ours."""
    cursor = encode_cursor("q", key)
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    for wrong in (changed, raw[:-1], raw + b"x", raw[12:]):
        with pytest.raises(InvalidInput) as caught:
            decode_cursor("q", base64.urlsafe_b64encode(wrong).rstrip(b"=").decode(), len(key))
        assert "cursor" in str(caught.value.detail)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever stands there is refused by name, never an error of ours."""
    with pytest.raises(InvalidInput):
        decode_cursor("q", text, 2)


def test_a_cursor_belongs_to_its_question_and_its_order() -> None:
    """Other filters, another order or another number of sort keys: it would skip or repeat rows."""
    cursor = encode_cursor("status=open&sort=rank", ["a0", "id"])
    for question, length in (("status=all&sort=rank", 2), ("status=open&sort=rank", 3)):
        with pytest.raises(InvalidInput, match="other filters"):
            decode_cursor(question, cursor, length)


def test_a_cursor_of_another_key_is_not_ours() -> None:
    """After a change of the key old cursors end; the client begins anew."""
    cursor = encode_cursor("q", [1])
    other = {"CURSOR_KEY": base64.b64encode(b"z" * 32).decode()}
    with function_environment(other), pytest.raises(InvalidInput, match="not one this server made"):
        decode_cursor("q", cursor, 1)
