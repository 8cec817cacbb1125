"""Publishes what was left behind and again what a consumer has not seen: ``python -m knative.local.republish``.

Run by the supervisor after each start of the in-memory broker, which begins empty. Exactly-once effects do not depend on it:
a consumer that did see an event knows its id.
"""

import sys
from datetime import timedelta

from shared.events.reconciler import republish_missing
from shared.events.relay import relay

# The longest retention of a topic in kafka/topics.yaml: a real broker would still hold what is younger.
LOOK_BACK = timedelta(days=14)


def main() -> None:
    """Publish again and print the count by consumer. Environment: as for functions of the system's role."""
    left_behind = relay()["published"]
    counts = republish_missing(older_than_seconds=0, within=LOOK_BACK)
    sys.stdout.write(f"left in the outbox: {left_behind}; not seen by a consumer: {counts}\n")


if __name__ == "__main__":
    main()
