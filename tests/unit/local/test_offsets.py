"""Which offsets may be committed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.offsets import OffsetTracker


@pytest.mark.rule("contiguous-offsets")
def test_a_gap_holds_the_commit_back() -> None:
    """Offsets 5 to 8: 6 and 8 done commit nothing, 5 done commits up to 6, 7 done commits all."""
    tracker = OffsetTracker()
    for offset in (5, 6, 7, 8):
        tracker.received(offset)
    tracker.finished(6)
    tracker.finished(8)
    assert tracker.to_commit() is None
    tracker.finished(5)
    assert tracker.to_commit() == 7
    tracker.committed(7)
    assert tracker.to_commit() is None
    tracker.finished(7)
    assert tracker.to_commit() == 9
    assert tracker.in_flight == 0


@pytest.mark.rule("contiguous-offsets")
@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.randoms())
def test_a_commit_never_passes_an_unfinished_record(gaps: list[int], random: object) -> None:
    """Whatever the order of completion and the gaps that compaction left."""
    offsets = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    tracker = OffsetTracker()
    for offset in offsets:
        tracker.received(offset)
    unfinished = list(offsets)
    shuffled = list(offsets)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for offset in shuffled:
        tracker.finished(offset)
        unfinished.remove(offset)
        commit = tracker.to_commit()
        assert commit is None or all(commit <= left for left in unfinished)
    assert tracker.to_commit() == offsets[-1] + 1
