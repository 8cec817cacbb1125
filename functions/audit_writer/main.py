"""The audit writer: takes every event of task-events and notifications and writes it into the trail of its owner."""

from shared.events.consumer import Consumer
from shared.services.audit_trail import write_entry

consumer = Consumer("audit-writer")
consumer.on("*")(write_entry)

audit_writer = consumer.entry_point()
