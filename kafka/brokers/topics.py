"""Creates the topics of ``kafka/topics.yaml`` on a real broker.

Called by the Apache node of one machine, by ``make run`` for an external cluster, and by the tests. The in-memory broker has no
CreateTopics; there topics appear when they are asked for.
"""

from pathlib import Path
from typing import Any

import yaml

TOPICS = Path(__file__).parent.parent / "topics.yaml"
BROKERS_DEFAULT = -1


def topic_settings() -> dict[str, Any]:
    """Return partitions and configuration by topic name."""
    settings: dict[str, Any] = yaml.safe_load(TOPICS.read_text())["topics"]
    return settings


def create_topics(admin: Any, *, replication_factor: int = BROKERS_DEFAULT) -> None:
    """Create the topics that do not exist yet; existing ones are left as they are.

    Raises:
        confluent_kafka.KafkaException: the broker refused one for another reason.
    """
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.cimpl import NewTopic

    wanted = [
        NewTopic(
            name,
            num_partitions=topic["partitions"],
            replication_factor=replication_factor,
            config={key: str(value) for key, value in topic["config"].items()},
        )
        for name, topic in topic_settings().items()
    ]
    for future in admin.create_topics(wanted, request_timeout=30).values():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def recreate_topics(bootstrap_servers: str) -> None:
    """Empty the topics (tests only)."""
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    existing = set(admin.list_topics(timeout=10).topics) & set(topic_settings())
    for future in admin.delete_topics(list(existing), operation_timeout=30).values() if existing else ():
        future.result()
    create_topics(admin)
