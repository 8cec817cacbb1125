"""Publishes what was left behind and again what a consumer has not seen: ``python -m knative.local.republish``.

Run by the supervisor after each start of the in-memory broker, which begins empty. Exactly-once effects do not depend on it:
a consumer that did see an event knows its id. Their order does depend on what is missing being back in the outbox before anything newer is
published, so the supervisor calls ``put_back`` before anybody can write.
"""

import sys
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.events import reconciler

# The longest retention of a topic in kafka/topics.yaml: a real broker would still hold what is younger.
LOOK_BACK = timedelta(days=14)


def put_back(database_url: str, consumers: dict[str, list[str]]) -> None:
    """Put what a consumer has not seen back into the outbox, without SQLAlchemy: the supervisor has no other use for it.

    Raises:
        pg8000.exceptions.Error, OSError: the database is away.
    """
    from pg8000.native import Connection

    url = urlsplit(database_url)
    with closing(
        Connection(
            unquote(url.username or ""),
            host=url.hostname or "",
            port=url.port or 0,
            password=unquote(url.password or ""),
            database=url.path[1:],
        )
    ) as connection:

        def run(sql: str, values: dict[str, Any]) -> list[UUID]:
            return [row[0] for row in connection.run(sql, **values) or ()]

        reconciler.put_back(run, consumers, older_than_seconds=0, within=LOOK_BACK)


def main() -> None:
    """Publish again and print the count by consumer. Environment: as for functions of the system's role."""
    from shared.events.relay import relay

    counts = reconciler.republish_missing(older_than_seconds=0, within=LOOK_BACK)
    left_behind = relay()["published"]
    sys.stdout.write(f"left in the outbox: {left_behind}; not seen by a consumer: {counts}\n")


if __name__ == "__main__":
    main()
