"""The notifications function: inbox, preferences, devices, what a person does with a reminder, and the links in mails.

Buttons of notifications and links of mails come from where nobody is signed in; their tokens are signed. The calendar feed is in
``calendar.py``, the links and the mailbox in ``links.py``.
"""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from functions.notifications import links
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Instant, Output, PageQuery, PlainText

router = Router("notifications", "Notifications: inbox, preferences, devices for push, snooze, mailbox.")


class Notification(Output):
    """Something a person is told in the app."""

    id: UUID
    kind: Literal["reminder", "digest", "system"]
    title: str
    body: str
    task_id: UUID | None
    occurrence_id: UUID | None
    created_at: Instant
    read_at: Instant | None


class NotificationList(Output):
    """A page of the inbox, newest first."""

    items: list[Notification]
    unread_count: int
    next_cursor: str | None


class ListQuery(PageQuery):
    """Which part of the inbox."""

    unread: bool = False


class ReadCount(Output):
    """How many were marked."""

    read: int


class Channels(Input):
    """Channels of one kind; what is left out stays."""

    push: bool | None = None
    email: bool | None = None
    in_app: bool | None = None


class Kinds(Input):
    """Channels by kind."""

    reminder: Channels | None = None
    digest: Channels | None = None


class QuietHours(Input):
    """When only urgent reminders disturb, as wall time in the person's zone; may span midnight."""

    enabled: bool | None = None
    start: str | None = Field(None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    end: str | None = Field(None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class PreferencesChange(Input):
    """What to change; PUT puts it over the defaults, PATCH over what is."""

    channels: Kinds | None = None
    email_fallback: bool | None = None
    quiet_hours: QuietHours | None = None
    email_suppressed: None = Field(None, description="read-only; null is taken, so that a document can be sent back")


class Suppression(Output):
    """Why no e-mail is sent."""

    since: Instant
    reason: str | None


class KindChannels(Output):
    """Through which channels a kind of message comes."""

    push: bool
    email: bool
    in_app: bool


class ChannelsByKind(Output):
    """Channels of every kind of message."""

    reminder: KindChannels
    digest: KindChannels


class QuietHoursSetting(Output):
    """Quiet hours as they are, wall time in the person's zone."""

    enabled: bool
    start: str = Field(examples=["22:00"])
    end: str = Field(examples=["07:00"])


class Preferences(Output):
    """Everything a person chose."""

    channels: ChannelsByKind
    email_fallback: bool = Field(description="e-mail in place of a push that reaches no device, where e-mail is off")
    quiet_hours: QuietHoursSetting
    email_suppressed: Suppression | None


class PushKeys(Input):
    """Keys of a browser's subscription, base64url."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class NewDevice(Input):
    """A PushSubscription as the browser gives it."""

    endpoint: str = Field(min_length=1, max_length=2048)
    keys: PushKeys
    user_agent: PlainText = Field("", max_length=1000)
    expirationTime: float | None = Field(None, description="part of the browser's JSON; not used")  # noqa: N815


class Device(Output):
    """A device for push; its endpoint is a secret and stays here."""

    id: UUID
    endpoint_host: str
    user_agent: str
    created_at: Instant
    last_success_at: Instant | None
    failure_count: int


class DeviceList(Output):
    """A person's devices."""

    items: list[Device]
    next_cursor: None = None


class PublicKey(Output):
    """The key browsers subscribe with (applicationServerKey)."""

    public_key: str


class TestResult(Output):
    """What the push service said to a test message."""

    delivered: bool
    detail: str


class Snooze(Input):
    """For how long, or until when; exactly one of them."""

    minutes: int | None = Field(None, ge=1, le=43_200)
    until: datetime | None = None


class Snoozed(Output):
    """The reminder that comes next."""

    id: UUID
    task_id: UUID
    fire_at: Instant


@router.get("/api/notifications", query=ListQuery, response=NotificationList)
def list_notifications(request: Request, query: ListQuery) -> dict[str, Any]:
    """List notifications, newest first, with the number of unread ones."""
    from shared.services.inbox import list_notifications

    return list_notifications(request.user_id, limit=query.limit, cursor=query.cursor, unread=query.unread)


@router.post("/api/notifications/<uuid:notification_id>/read", scope="tasks:write", status=204, errors=(404,))
def read_notification(request: Request, notification_id: UUID) -> Reply:
    """Mark a notification as read."""
    from shared.services.inbox import mark_read

    mark_read(request.user_id, notification_id)
    return Reply(None, 204)


@router.post("/api/notifications/read-all", scope="tasks:write", response=ReadCount)
def read_all(request: Request) -> dict[str, int]:
    """Mark every notification as read."""
    from shared.services.inbox import mark_all_read

    return {"read": mark_all_read(request.user_id)}


@router.get("/api/notification-preferences", response=Preferences)
def get_preferences(request: Request) -> dict[str, Any]:
    """Get channels by kind, quiet hours, and why e-mail is off if it bounced."""
    from shared.services.notification_preferences import get_preferences

    return get_preferences(request.user_id)


@router.put(
    "/api/notification-preferences", body=PreferencesChange, response=Preferences, scope="tasks:write", errors=(422,)
)
def replace_preferences(request: Request, body: PreferencesChange) -> dict[str, Any]:
    """Set preferences; what is left out returns to its default."""
    return _change(request, body, replace=True)


@router.patch(
    "/api/notification-preferences", body=PreferencesChange, response=Preferences, scope="tasks:write", errors=(422,)
)
def change_preferences(request: Request, body: PreferencesChange) -> dict[str, Any]:
    """Change preferences; what is left out stays."""
    return _change(request, body, replace=False)


@router.get("/api/push-subscriptions/public-key", response=PublicKey, public=True)
def public_key(_request: Request) -> Reply:
    """Get the key to subscribe with."""
    from shared.services.delivery.vapid import public_key

    return Reply({"public_key": public_key()}, headers={"Cache-Control": "public, max-age=3600"})


@router.get("/api/push-subscriptions", response=DeviceList)
def list_devices(request: Request) -> dict[str, Any]:
    """List the devices that get pushes."""
    from shared.services.push_subscriptions import list_devices

    return {"items": list_devices(request.user_id), "next_cursor": None}


@router.post(
    "/api/push-subscriptions", body=NewDevice, response=Device, status=201, scope="tasks:write", errors=(409, 422)
)
def register_device(request: Request, body: NewDevice) -> dict[str, Any]:
    """Register a device, or renew it; browsers do so at each start."""
    from shared.services.push_subscriptions import register

    agent = body.user_agent or (request.header("User-Agent") or "").encode("ascii", "replace").decode()
    return register(request.user_id, body.endpoint, body.keys.p256dh, body.keys.auth, agent)


@router.post(
    "/api/push-subscriptions/<uuid:device_id>/test", response=TestResult, scope="tasks:write", errors=(404, 429)
)
def test_device(request: Request, device_id: UUID) -> dict[str, Any]:
    """Send a test message to a device and say what its push service answered."""
    from shared.services.delivery.push_test import send_test

    return send_test(request.user_id, device_id)


@router.delete("/api/push-subscriptions/<uuid:device_id>", scope="tasks:write", errors=(404,))
def remove_device(request: Request, device_id: UUID) -> Reply:
    """Forget a device."""
    from shared.services.push_subscriptions import remove

    remove(request.user_id, device_id)
    return Reply(None, 204)


@router.post(
    "/api/reminders/<uuid:occurrence_id>/snooze",
    body=Snooze,
    response=Snoozed,
    scope="tasks:write",
    errors=(404, 409, 422),
)
def snooze(request: Request, body: Snooze, occurrence_id: UUID) -> dict[str, Any]:
    """Put a reminder that came off for some minutes, or until a time."""
    from shared.services.reminder_actions import snooze

    return snooze(request.user_id, occurrence_id, minutes=body.minutes, until=body.until)


def _change(request: Request, body: PreferencesChange, *, replace: bool) -> dict[str, Any]:
    from shared.services.notification_preferences import change_preferences

    return change_preferences(request.user_id, body.model_dump(exclude_none=True), replace=replace)


links.add_routes(router)
if find_spec("functions.notifications.calendar"):  # the calendar feed is a module of its own
    import_module("functions.notifications.calendar").add_routes(router)

notifications = router.entry_point()
