"""Ranks always leave room for one more between two neighbours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import rank
from shared.domain.errors import DomainError


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, "a0V"),
        ("a0", None, "a1"),
        ("az", None, "b00"),
        (None, "a0", "Zz"),
        (None, "a0V", "a0"),
        ("a0", "a1", "a0V"),
        ("a0", "a2", "a1"),
        ("a0V", "a1", "a0k"),
        ("a0", "a0V", "a0F"),
        ("Zz", "a0", "ZzV"),
        ("a0", "a01", "a00V"),
        ("z" * 27, None, "z" * 27 + "V"),
        (None, "A" + "0" * 25 + "1", "A" + "0" * 26 + "V"),
        (None, "A" + "0" * 26 + "V", "A" + "0" * 26 + "F"),
    ],
)
def test_between(before, after, expected):
    """A new rank is short and lies strictly between its neighbours."""
    assert rank.between(before, after) == expected
    assert (before or "") < expected < (after or "~")


@pytest.mark.parametrize("wrong", ["", "a", "0", "a00", "b0", "a0é", "a 1", "A" + "0" * 26, "a" + "1" * 64])
def test_no_rank(wrong):
    """What is no rank is refused by name."""
    with pytest.raises(DomainError) as caught:
        rank.between(wrong, None)
    assert caught.value.field == "rank"


def test_neighbours_must_ascend():
    """Equal and swapped neighbours are refused."""
    for before, after in (("a1", "a1"), ("a2", "a1")):
        with pytest.raises(DomainError, match="ascending"):
            rank.between(before, after)


@settings(deadline=None)
@given(st.lists(st.integers(0, 1_000_000), max_size=120))
def test_inserting_anywhere_keeps_the_order(positions):
    """However tasks are inserted, the ranks ascend and stay ranks."""
    ranks: list[str] = []
    for position in positions:
        at = position % (len(ranks) + 1)
        before = ranks[at - 1] if at else None
        after = ranks[at] if at < len(ranks) else None
        ranks.insert(at, rank.check(rank.between(before, after)))
    assert rank.is_ascending(ranks)


@pytest.mark.parametrize("at_end", [True, False])
def test_ten_thousand_at_one_end_stay_short(at_end):
    """Appending or prepending one after the other does not lengthen ranks."""
    edge = rank.first()
    for _ in range(10_000):
        edge = rank.between(edge, None) if at_end else rank.between(None, edge)
    assert len(edge) <= 4


def test_a_worn_gap_asks_for_rebalancing():
    """Inserting into one shrinking gap ends in a clear error instead of an endless string."""

    def wear_out(low: str, high: str) -> None:
        for step in range(1000):
            middle = rank.between(low, high)
            low, high = (middle, high) if step % 2 else (low, middle)

    with pytest.raises(DomainError, match="rebalancing"):
        wear_out("a1", "a2")


@given(st.integers(0, 3000))
def test_spread_ranks_ascend_with_room_between(count):
    """Rebalanced ranks ascend, and between any two another fits in one more digit."""
    ranks = [rank.check(each) for each in rank.spread(count)]
    assert len(ranks) == count
    assert rank.is_ascending(ranks)
    assert len({len(each) for each in ranks}) <= 1
    if count > 1:
        at = count * 31 % (count - 1)
        assert len(rank.between(ranks[at], ranks[at + 1])) <= len(ranks[at])


@settings(deadline=None)
@given(st.integers(0, 300), st.sampled_from([(None, None), ("a0", "a1"), (None, "Zz"), ("b00", None), ("a0V", "a0W")]))
def test_evenly_spread_ranks_ascend_between_their_borders(count, borders):
    """As many as wanted, each a rank, strictly between the borders, and short."""
    found = rank.evenly(*borders, count)
    assert len(found) == count
    assert rank.is_ascending([borders[0] or "A", *found, borders[1] or "zz"])
    assert all(len(rank.check(one)) < 16 for one in found)
