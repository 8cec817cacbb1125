"""The event path: catalogue, CloudEvents in Kafka, outbox, inbox, dead letters and reconciliation."""
