"""Answers that take the same time whatever happened inside.

Called where the work itself would tell a stranger whether an account exists: a mail planned costs some milliseconds that no mail does not.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# Far above what the work takes, far below what a person calls slow.
LEAST_SECONDS = 0.25


@contextmanager
def even_time(least_seconds: float = LEAST_SECONDS) -> Iterator[None]:
    """Leave the block no sooner than ``least_seconds`` after it was entered, also when it raises."""
    ends_at = time.monotonic() + least_seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, ends_at - time.monotonic()))
