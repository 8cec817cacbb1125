"""Token buckets in PostgreSQL: one limit for all pods, kept by the database's clock.

Called by every service that must bound how often something happens. One statement a request; the row lock makes requests that
arrive at once wait for each other, so no two of them get the last token. Housekeeping deletes buckets nobody touched for a day.
"""

import math

from shared.db.direct import fetch_json
from shared.errors import TooManyRequests

_ANSWER_WHEN_UNSEEN = 1.0  # the bucket was made by a request that committed after this statement began

# $1 bucket, $2 capacity, $3 tokens a second, $4 tokens wanted; answers null when they were there, else the seconds to wait.
_TAKE = """
WITH taken AS (
    INSERT INTO rate_limits AS r (bucket, tokens, updated_at)
    VALUES ($1, $2::float8 - $4::float8, clock_timestamp())
    ON CONFLICT (bucket) DO UPDATE SET
        tokens = least($2::float8, r.tokens + greatest(0, extract(epoch FROM clock_timestamp() - r.updated_at)) * $3::float8) - $4::float8,
        updated_at = clock_timestamp()
    WHERE least($2::float8, r.tokens + greatest(0, extract(epoch FROM clock_timestamp() - r.updated_at)) * $3::float8) >= $4::float8
    RETURNING tokens
)
SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN '0' ELSE coalesce(
    (SELECT greatest(0.001, ($4::float8 - r.tokens) / $3::float8 - extract(epoch FROM clock_timestamp() - r.updated_at))::text
     FROM rate_limits r WHERE r.bucket = $1),
    '') END
"""

_GIVE_BACK = """
UPDATE rate_limits SET tokens = least($2::float8, tokens + $3::float8) WHERE bucket = $1 RETURNING bucket
"""


def take(bucket: str, capacity: float, refill_per_second: float, cost: float = 1.0) -> None:
    """Take ``cost`` tokens out of a bucket, which starts full.

    Args:
        bucket: who and what, such as ``login:address:192.0.2.1``; no personal data beyond an address or a hash.
        capacity: tokens of a full bucket: the burst.
        refill_per_second: tokens that come back each second: the lasting rate.
        cost: tokens this request is worth; at most ``capacity``.

    Raises:
        TooManyRequests: too few are left; carries the seconds until they are there. Nothing was taken.
        Unavailable: the database is away: nobody passes a limit that cannot be counted.
    """
    raw = fetch_json(_TAKE, [bucket, capacity, refill_per_second, cost], user_id=None, read_only=False)
    wait = float(raw) if raw else _ANSWER_WHEN_UNSEEN
    if wait:
        raise TooManyRequests("Too many requests; wait a little.", retry_after_seconds=math.ceil(wait))


def give_back(bucket: str, capacity: float, amount: float = 1.0) -> None:
    """Return tokens taken for something that turned out to be harmless, up to a full bucket."""
    fetch_json(_GIVE_BACK, [bucket, capacity, amount], user_id=None, read_only=False)
