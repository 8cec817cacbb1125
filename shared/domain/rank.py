"""Manual order as fractional index strings: a rank can always be made between two others without touching them.

Called by the task service when a task is created or moved, and where ranks have grown long and make room. Always:
a rank is 1 to 64 characters of ``0-9A-Za-z``, ends in anything but ``0``, and sorts as bytes: the column needs
``COLLATE "C"``. Two people may make the same rank at the same time, so lists break ties by id.

A rank reads as digits of base 62 after the point (``V`` is a half). Appending one after the other with plain halving would
add a digit every six tasks; so the first character says how many digits the whole part has, as in fractional
indexing after Greenspan ("Implementing Fractional Indexing"): ten thousand appended tasks stay at four characters.
"""

from itertools import pairwise

from shared.domain.errors import DomainError

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAX_LENGTH = 64
REBALANCE_LENGTH = 32
"""A new rank longer than this is the sign to give the tasks around it new ranks."""

_VALUE = {digit: value for value, digit in enumerate(DIGITS)}
_ZERO = DIGITS[0]
_LARGEST = DIGITS[-1]
_HEADS = DIGITS[10:]  # A-Z: 26 to 1 digits below zero; a-z: 1 to 26 digits from zero on
_SMALLEST_WHOLE = "A" + _ZERO * 26


def first() -> str:
    """Return the rank of the first task of an empty list."""
    return "a0" + DIGITS[31]


def check(rank: str, field: str = "rank") -> str:
    """Return the rank if it is one.

    Raises:
        DomainError: it is not.
    """
    is_rank = (
        1 < len(rank) <= MAX_LENGTH
        and rank[0] in _HEADS
        and all(digit in _VALUE for digit in rank)
        and len(rank) >= _whole_length(rank[0])
        and (len(rank) == _whole_length(rank[0]) or rank[-1] != _ZERO)
        and rank != _SMALLEST_WHOLE
    )
    if not is_rank:
        raise DomainError(field, "Expected the rank of a task.")
    return rank


def between(before: str | None, after: str | None) -> str:
    """Return a rank after `before` and before `after`; None stands for the end of the list on that side.

    Raises:
        DomainError: the two are not in ascending order (equal ranks: rebalance), not ranks, or the result would be longer
            than 64 characters (rebalance).
    """
    if before is not None:
        check(before)
    if after is not None:
        check(after)
    if before is not None and after is not None and before >= after:
        raise DomainError("rank", "Expected two neighbours in ascending order.")
    rank = _between(before, after)
    if len(rank) > MAX_LENGTH:
        raise DomainError("rank", "The ranks of this list need rebalancing.")
    return rank


def spread(count: int) -> list[str]:
    """Return `count` ascending ranks of equal length with wide gaps, for rebalancing a whole list."""
    base = len(DIGITS)
    length = 2
    while base**length < (count + 1) * base:
        length += 1
    step = base**length // (count + 1)
    return ["a0" + _digits((i + 1) * step, length) for i in range(count)]


def evenly(before: str | None, after: str | None, count: int) -> list[str]:
    """Return `count` ascending ranks between two, by halving, so that they are as short as they can be.

    Raises:
        DomainError: as `between`.
    """
    if count == 0:
        return []
    middle = between(before, after)
    left = (count - 1) // 2
    return [*evenly(before, middle, left), middle, *evenly(middle, after, count - 1 - left)]


def is_ascending(ranks: list[str]) -> bool:
    """Tell whether every rank is after the one before it."""
    return all(low < high for low, high in pairwise(ranks))


def _digits(value: int, length: int) -> str:
    text = ""
    for _ in range(length):
        value, digit = divmod(value, len(DIGITS))
        text = DIGITS[digit] + text
    return text[:-1] + DIGITS[max(1, _VALUE[text[-1]])]  # a rank never ends in 0


def _whole_length(head: str) -> int:
    return ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2


def _split(rank: str) -> tuple[str, str]:
    length = _whole_length(rank[0])
    return rank[:length], rank[length:]


def _between(before: str | None, after: str | None) -> str:
    if before is None and after is None:
        return first()
    if before is None:
        return _before(after or "")
    if after is None:
        return _after(before)
    low, low_part = _split(before)
    high, high_part = _split(after)
    if low == high:
        return low + _middle(low_part, high_part)
    following = _increment(low)
    if following is not None and following < after:
        return following
    return low + _middle(low_part, None)


def _before(after: str) -> str:
    whole, part = _split(after)
    if part and whole != _SMALLEST_WHOLE:
        return whole
    smaller = _decrement(whole)
    if smaller is None or smaller == _SMALLEST_WHOLE:
        return _SMALLEST_WHOLE + _middle("", part if smaller is None else None)
    return smaller


def _after(before: str) -> str:
    whole, part = _split(before)
    return _increment(whole) or whole + _middle(part, None)


def _middle(low: str, high: str | None) -> str:
    """Return a fraction strictly between two; None is one. Neither argument ends in 0, nor does the result."""
    if high is not None:
        same = 0
        while same < len(high) and (low[same] if same < len(low) else _ZERO) == high[same]:
            same += 1
        if same:
            return high[:same] + _middle(low[same:], high[same:])
    low_digit = _VALUE[low[0]] if low else 0
    high_digit = _VALUE[high[0]] if high is not None else len(DIGITS)
    if high_digit - low_digit > 1:
        return DIGITS[(low_digit + high_digit) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[low_digit] + _middle(low[1:], None)


def _increment(whole: str) -> str | None:
    head, digits = whole[0], whole[1:].rstrip(_LARGEST)
    if digits:
        grown = digits[:-1] + DIGITS[_VALUE[digits[-1]] + 1]
        return head + grown.ljust(len(whole) - 1, _ZERO)
    if head == _HEADS[-1]:
        return None
    head = _HEADS[_HEADS.index(head) + 1]
    return head + _ZERO * (_whole_length(head) - 1)


def _decrement(whole: str) -> str | None:
    head, digits = whole[0], whole[1:].rstrip(_ZERO)
    if digits:
        shrunk = digits[:-1] + DIGITS[_VALUE[digits[-1]] - 1]
        return head + shrunk.ljust(len(whole) - 1, _LARGEST)
    if head == _HEADS[0]:
        return None
    head = _HEADS[_HEADS.index(head) - 1]
    return head + _LARGEST * (_whole_length(head) - 1)
