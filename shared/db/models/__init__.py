"""Every table as a SQLAlchemy model: the schema in one place to read, and what Alembic's autogenerate compares the database with.

The migrations make the schema; a contract test holds that a migrated database and these models are the same, both ways. The services write
SQL: their statements are one round trip each and measured, and a unit of work would hide that. Models are for what is neither hot nor
clever, for new migrations, and for tools. Importing this costs what SQLAlchemy's ORM costs, so nothing imports it at start.
"""

from shared.db.models.accounts import (
    ApiToken,
    IdempotencyKey,
    OAuthClient,
    OAuthCode,
    OAuthToken,
    RateLimit,
    RefreshToken,
    UsedActionToken,
    User,
)
from shared.db.models.assistant import Conversation, Message, PendingAction
from shared.db.models.base import Base
from shared.db.models.events import (
    AuditLog,
    ConsumerAttempt,
    CronRun,
    DeadLetter,
    LoggedEvent,
    PendingEvent,
    ProcessedEvent,
)
from shared.db.models.reminders import (
    Delivery,
    Notification,
    NotificationPreferences,
    PushSubscription,
    ReminderOccurrence,
    ReminderRule,
)
from shared.db.models.tasks import RecurringTask, Tag, Task, TaskTag

__all__ = [
    "ApiToken",
    "AuditLog",
    "Base",
    "ConsumerAttempt",
    "Conversation",
    "CronRun",
    "DeadLetter",
    "Delivery",
    "IdempotencyKey",
    "LoggedEvent",
    "Message",
    "Notification",
    "NotificationPreferences",
    "OAuthClient",
    "OAuthCode",
    "OAuthToken",
    "PendingAction",
    "PendingEvent",
    "ProcessedEvent",
    "PushSubscription",
    "RateLimit",
    "RecurringTask",
    "RefreshToken",
    "ReminderOccurrence",
    "ReminderRule",
    "Tag",
    "Task",
    "TaskTag",
    "UsedActionToken",
    "User",
]
