"""The KafkaSink of the dead letters: writes an event that nobody took to the dead letter topic.

Called by ``kafka_source`` when a delivery has failed for good. On a cluster this is a ``KafkaSink`` object with content mode
``binary``; its receiver answers only after the broker's acknowledgement, and so does ``send``.
"""

import base64
import threading
from typing import Any

from knative.local.cloud_event import CloudEvent
from knative.local.delivery import Attempt

ACKNOWLEDGEMENT_SECONDS = 10


class KafkaSink:
    """A topic as an event sink. Thread-safe."""

    def __init__(self, connection: dict[str, Any], topic: str) -> None:
        from confluent_kafka import Producer

        self.topic = topic
        limits = {"acks": "all", "enable.idempotence": True, "message.timeout.ms": ACKNOWLEDGEMENT_SECONDS * 1000}
        self._producer: Any = Producer(connection | limits | {"partitioner": "murmur2_random", "log_level": 3})

    def send(self, event: CloudEvent) -> Attempt:
        """Write the event; 202 after the acknowledgement, 503 without one. Keyed by its partitionkey extension."""
        acknowledged = threading.Event()
        errors: list[str] = []

        def _report(error: Any, _message: Any) -> None:
            if error is not None:
                errors.append(str(error))
            acknowledged.set()

        try:
            self._producer.produce(
                self.topic,
                value=event.data,
                key=event.attributes.get("partitionkey"),
                headers=event.kafka_headers(),
                on_delivery=_report,
            )
        except (BufferError, RuntimeError, ValueError) as error:
            return Attempt(status=503, error=str(error))
        self._producer.flush(ACKNOWLEDGEMENT_SECONDS + 1)
        if errors or not acknowledged.is_set():
            return Attempt(status=503, error=errors[0] if errors else "no acknowledgement")
        return Attempt(status=202)


def dead_letter(event: CloudEvent, destination: str, failure: Attempt) -> CloudEvent:
    """Return the event with what is known of its failure.

    ``knativeerrordest``, ``knativeerrorcode`` (if there was an answer) and ``knativeerrordata`` (base64 of at most 1024 bytes
    of the answer, or of the connection's error), and every response header ``Kne-<name>`` as extension ``<name>``.
    """
    extensions = {name.lower()[4:]: value for name, value in failure.headers if name.lower().startswith("kne-")}
    extensions["knativeerrordest"] = destination
    if failure.status is not None:
        extensions["knativeerrorcode"] = str(failure.status)
    data = failure.body or failure.error.encode()
    extensions["knativeerrordata"] = base64.b64encode(data[:1024]).decode()
    return CloudEvent(event.attributes | extensions, event.content_type, event.data)
