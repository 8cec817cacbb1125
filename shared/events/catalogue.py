"""The catalogue of events: every type, its topic, its payload and its version.

Producers build a payload model and hand it to the outbox; consumers get it back validated. AsyncAPI document and JSON Schemas in
``kafka/`` are generated from here. An additive change raises ``schema_version`` and keeps the type (readers ignore unknown fields
and default missing ones); a breaking change is a new type with ``.v2``, produced beside the old one until nobody reads that.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

TASK_EVENTS = "task-events"
REMINDERS = "reminders"
NOTIFICATIONS = "notifications"
DEAD_LETTERS = "dead-letters"


class Payload(BaseModel):
    """Base of payloads: readers ignore what a newer producer added."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Change(Payload):
    """One field before and after; long texts stay in the event log and are null here."""

    before: Any = None
    after: Any = None


class TaskSnapshot(Payload):
    """What consumers decide by without loading the row."""

    title: str = Field(max_length=500)
    status: str
    priority: str = "none"
    due_on: date | None = None
    due_at: datetime | None = None
    parent_id: UUID | None = None
    recurring_task_id: UUID | None = None
    occurrence_key: str | None = None
    completed_at: datetime | None = None
    deleted_at: datetime | None = None


class TaskEvent(Payload):
    """A task changed."""

    task_id: UUID
    user_id: UUID
    version: int = Field(ge=1)
    changes: dict[str, Change] = Field(default_factory=dict)
    task: TaskSnapshot


class TagEvent(Payload):
    """A tag changed."""

    tag_id: UUID
    user_id: UUID
    version: int = Field(ge=1)
    name: str
    changes: dict[str, Change] = Field(default_factory=dict)


class AccountEvent(Payload):
    """An account changed; never carries a secret or an address."""

    user_id: UUID
    version: int = Field(ge=1)
    changes: dict[str, Change] = Field(default_factory=dict)
    subject: str = ""


class AccountMailEvent(Payload):
    """A mail about an account waits in its ledger; carries neither the address nor the link."""

    mail_id: UUID
    user_id: UUID
    version: int = Field(ge=1)
    kind: str


class SeriesEvent(Payload):
    """A recurring task changed."""

    recurring_task_id: UUID
    user_id: UUID
    version: int = Field(ge=1)
    title: str = ""
    changes: dict[str, Change] = Field(default_factory=dict)


class ReminderEvent(Payload):
    """A reminder is due: its occurrence waits in the ledger."""

    occurrence_id: UUID
    user_id: UUID
    task_id: UUID
    version: int = 1
    late: bool = False


class NotificationEvent(Payload):
    """What became of one delivery, or a notification that appeared in the app."""

    notification_id: UUID
    user_id: UUID
    version: int = 1
    task_id: UUID | None = None
    occurrence_id: UUID | None = None
    channel: str = ""
    title: str = ""
    reason: str = ""


@dataclass(frozen=True)
class EventType:
    """One type of event.

    Attributes:
        name: short name, past tense (``task.completed``).
        topic: where it is published.
        payload: its model.
        meaning: one sentence.
        schema_version: raised by additive changes.
        major: raised by breaking ones; part of the type on the wire.
    """

    name: str
    topic: str
    payload: type[Payload]
    meaning: str
    schema_version: int = 1
    major: int = 1

    @property
    def wire_type(self) -> str:
        """The CloudEvents type, ``app.task.completed.v1``."""
        return f"app.{self.name}.v{self.major}"

    @property
    def subject_prefix(self) -> str:
        """The first segment of the CloudEvents subject, ``tasks`` for ``task.completed``."""
        return self.name.partition(".")[0].replace("_", "-") + "s"


def _types(topic: str, payload: type[Payload], **meanings: str) -> list[EventType]:
    return [EventType(name.replace("__", "."), topic, payload, meaning) for name, meaning in meanings.items()]


_ALL = [
    *_types(
        TASK_EVENTS, TaskEvent,
        task__created="A task was created.",
        task__updated="Fields of a task changed.",
        task__completed="A task was completed.",
        task__reopened="A completed task was opened again.",
        task__deleted="A task went to the trash.",
        task__restored="A task came back from the trash.",
        task__purged="A task was deleted for good.",
        task__moved="A task got another place or parent.",
    ),
    *_types(
        TASK_EVENTS, TagEvent,
        tag__created="A tag was created.",
        tag__updated="A tag was renamed or recoloured.",
        tag__merged="A tag was merged into another.",
        tag__deleted="A tag was deleted.",
    ),
    *_types(
        TASK_EVENTS, AccountEvent,
        user__registered="An account was made.",
        user__updated="Profile or settings changed.",
        user__password_changed="The password changed and every session ended.",  # noqa: S106 - the name of an event
        user__password_reset_requested="Somebody asked for a link to set a new password.",  # noqa: S106 - the name of an event
        user__password_reset="A new password was set by a mailed link and every session ended.",  # noqa: S106 - the name of an event
        user__email_confirmed="The address was confirmed by a mailed link.",
        user__email_change_requested="A change of the address waits for its confirmation.",
        user__email_change_cancelled="A waiting change of the address was taken back.",
        user__email_changed="The new address was confirmed and replaced the old one.",
        user__sessions_revoked="A refresh token was used twice; its family was revoked.",
        user__token_created="A personal API token was created.",  # noqa: S106 - the name of an event
        user__token_revoked="A personal API token was revoked.",  # noqa: S106 - the name of an event
    ),
    *_types(
        TASK_EVENTS, SeriesEvent,
        recurring_task__created="A recurring task was created.",
        recurring_task__updated="A recurring task changed.",
        recurring_task__paused="A recurring task was paused.",
        recurring_task__resumed="A recurring task was resumed.",
        recurring_task__skipped="One occurrence was skipped.",
        recurring_task__ended="A recurring task ended.",
    ),
    *_types(REMINDERS, ReminderEvent, reminder__due="A reminder's time has come."),
    # On the notifier's topic: it alone sends mail, and it reads no other.
    *_types(REMINDERS, AccountMailEvent, account_mail__requested="A mail about an account is to be sent."),
    *_types(
        NOTIFICATIONS, NotificationEvent,
        notification__created="A notification appeared in the app.",
        notification__delivered="A channel accepted a notification.",
        notification__failed="A channel refused a notification for good.",
        notification__suppressed="A notification was not sent on purpose.",
    ),
]  # fmt: skip

BY_NAME = {event_type.name: event_type for event_type in _ALL}
BY_WIRE_TYPE = {event_type.wire_type: event_type for event_type in _ALL}


def types_of(topics: tuple[str, ...]) -> list[str]:
    """Return the short names of all events of ``topics``."""
    return [event_type.name for event_type in _ALL if event_type.topic in topics]
