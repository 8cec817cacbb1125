"""Token buckets: a burst, a lasting rate, and never one token for two."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import TooManyRequests
from shared.services import rate_limit


@pytest.fixture
def bucket():
    """Give a bucket nobody used."""
    return f"test:{uuid.uuid4()}"


def _tries(bucket, count, capacity=3.0, refill=0.5, cost=1.0):
    passed = 0
    for _ in range(count):
        try:
            rate_limit.take(bucket, capacity, refill, cost)
        except TooManyRequests:
            continue
        passed += 1
    return passed


def test_burst_then_rate(bucket, database):
    """A full bucket serves its capacity at once; then as many come back as time refills, never more than the capacity."""
    assert _tries(bucket, 5) == 3
    _pass_time(database, bucket, 4)
    assert _tries(bucket, 5) == 2
    _pass_time(database, bucket, 3600)
    assert _tries(bucket, 5) == 3


def test_says_when_to_return(bucket, database):
    """The wait is the time until the wanted tokens are there, in whole seconds, rounded up."""
    assert _tries(bucket, 3) == 3
    with pytest.raises(TooManyRequests) as caught:
        rate_limit.take(bucket, 3.0, 0.5)
    assert caught.value.retry_after_seconds == 2
    with pytest.raises(TooManyRequests) as caught:
        rate_limit.take(bucket, 3.0, 0.5, cost=3)
    assert caught.value.retry_after_seconds == 6
    assert caught.value.headers == {"Retry-After": "6"}
    _pass_time(database, bucket, 6)
    rate_limit.take(bucket, 3.0, 0.5, cost=3)


def test_refusals_cost_nothing(bucket, database):
    """Who keeps asking too early waits no longer for it."""
    assert _tries(bucket, 50) == 3
    _pass_time(database, bucket, 2)
    assert _tries(bucket, 1) == 1


def test_clock_going_back(bucket, database):
    """A bucket touched in the future of the database's clock neither fails nor gains."""
    assert _tries(bucket, 1) == 1
    _pass_time(database, bucket, -3600)
    assert _tries(bucket, 5) == 2


def test_give_back(bucket):
    """What is given back can be taken again, but a bucket never holds more than its capacity."""
    assert _tries(bucket, 3) == 3
    rate_limit.give_back(bucket, 3.0)
    assert _tries(bucket, 3) == 1
    for _ in range(9):
        rate_limit.give_back(bucket, 3.0)
    assert _tries(bucket, 9) == 3


def test_at_once(bucket):
    """Requests at once, also the ones that make the bucket, get no more than it holds."""
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: _tries(bucket, 5, capacity=7, refill=0.0001), range(4))) == 7


def test_buckets_are_apart(bucket):
    """An empty bucket says nothing about another."""
    assert _tries(bucket, 5) == 3
    assert _tries(bucket + "x", 5) == 3


def _pass_time(database, bucket, seconds):
    database.run(
        "UPDATE rate_limits SET updated_at = updated_at - make_interval(secs => :s) WHERE bucket = :b",
        s=float(seconds),
        b=bucket,
    )
