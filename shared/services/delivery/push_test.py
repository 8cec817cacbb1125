"""The test message a person sends to a device of their own from the settings; called by the notifications function."""

from typing import Any
from uuid import UUID

from shared import clock
from shared.db.direct import fetch_json
from shared.services import push_subscriptions, rate_limit
from shared.services.delivery.push import Device, Message, send_push, topic_of
from shared.services.delivery.wording import word

_BURST, _PER_SECOND = 5, 5 / 60


def send_test(user_id: UUID, device_id: UUID) -> dict[str, Any]:
    """Send it and return whether the push service took it; a device it no longer knows is forgotten.

    Raises:
        NotFound: the person has no such device.
        TooManyRequests: more than five a minute.
    """
    rate_limit.take(f"push-test:{user_id}", _BURST, _PER_SECOND)
    device = push_subscriptions.find(user_id, device_id)
    locale = (fetch_json("SELECT locale FROM users WHERE id = $1", [str(user_id)], user_id=user_id) or b"en").decode()
    data = {
        "title": word("test_title", locale),
        "body": word("test_body", locale),
        "tag": "test",
        "url": "/settings/",
        "actions": [],
    }
    outcome = send_push(Device(device.endpoint, device.p256dh, device.auth), Message(data, topic_of(clock.uuid7()), 60))
    if outcome.state == "gone":
        push_subscriptions.remove(user_id, device_id)
    if outcome.state == "sent":
        push_subscriptions.mark_working(user_id, device_id)
    return {"delivered": outcome.state == "sent", "detail": outcome.reason or "the push service took it"}
