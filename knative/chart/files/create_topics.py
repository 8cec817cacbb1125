"""Creates the bundle's topics on whatever broker the functions use; run by the chart's topics Job before the functions start.

TOPICS is the chart's kafka.topics as JSON; the broker comes from the functions' own environment. A topic that exists is left as it
is: more partitions would move keys to other partitions and break the order of a task's events, so a difference is told, not mended.
"""

# ruff: noqa: T201 - what it prints is the Job's log

import json
import os
import sys
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from shared.config import KafkaSettings

BROKERS_DEFAULT = -1


def main() -> int:
    """Create what is missing; the exit status says whether every topic is as wanted."""
    topics: dict[str, dict[str, Any]] = json.loads(os.environ["TOPICS"])
    admin = AdminClient(KafkaSettings.load().client_options())
    existing = admin.list_topics(timeout=30).topics
    differing = 0
    for name in sorted(set(topics) & set(existing)):
        partitions = len(existing[name].partitions)
        wanted = topics[name]["partitions"]
        print(
            f"{name}: exists with {partitions} partitions" + (f", {wanted} are wanted" if partitions != wanted else "")
        )
        differing += partitions != wanted
    return 1 if create(admin, {name: topics[name] for name in set(topics) - set(existing)}) or differing else 0


def create(admin: AdminClient, topics: dict[str, dict[str, Any]]) -> int:
    """Create the topics; return how many the broker refused."""
    wanted = [
        NewTopic(
            name,
            num_partitions=int(topic["partitions"]),
            replication_factor=BROKERS_DEFAULT,
            config={key: text(value) for key, value in topic["config"].items()},
        )
        for name, topic in sorted(topics.items())
    ]
    refused = 0
    for name, future in admin.create_topics(wanted, request_timeout=30).items() if wanted else ():
        try:
            future.result()
            print(f"{name}: created")
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                continue  # another Job was faster
            print(f"{name}: {error}", file=sys.stderr)
            refused += 1
    return refused


def text(value: Any) -> str:
    """Return a setting as Kafka spells it; Helm hands whole numbers on as floats."""
    return str(int(value)) if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
