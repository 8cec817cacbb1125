"""The notifications function, as the app calls it: every statement runs under row-level security."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pg8000.native import Connection
from sqlalchemy import text
from werkzeug.test import Client

from functions.notifications.main import notifications
from functions.tasks.main import tasks
from shared import clock
from shared.db.engine import transaction
from shared.services.delivery.tokens import action_token, unsubscribe_token
from tests.support.client import Person
from tests.support.database import Database

pytestmark = [pytest.mark.usefixtures("app_env"), pytest.mark.timeout(120)]


def keys() -> dict[str, str]:
    """Return the keys of a new browser subscription."""
    point = (
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return {
        "p256dh": base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        "auth": base64.urlsafe_b64encode(b"s" * 16).decode(),
    }


def endpoint() -> str:
    """Return a new endpoint at a real push service's host."""
    return f"https://fcm.googleapis.com/fcm/send/{clock.uuid7()}"


def came(person: Person) -> tuple[str, str]:
    """Make a task with a reminder that has come; return the ids of task and occurrence."""
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    task = person.post("/api/tasks", {"title": "Call", "reminders": [{"at": at}]}, app=1).json
    with transaction(person.user_id) as connection:
        occurrence = connection.execute(
            text("UPDATE reminder_occurrences SET state = 'due' WHERE task_id = :t RETURNING id"), {"t": task["id"]}
        ).scalar_one()
    return task["id"], str(occurrence)


@pytest.fixture(autouse=True)
def owner(postgres: Database) -> Iterator[None]:
    """Let `someone` write accounts: the app role cannot."""
    url = urlsplit(postgres.owner_url)
    connection = Connection(
        url.username, host=url.hostname, port=url.port, password=url.password, database=postgres.name
    )
    _owner.append(connection)
    yield
    _owner.pop()
    connection.close()


_owner: list[Connection] = []


def someone() -> Person:
    """Return a new person of both functions."""
    user_id = clock.uuid7()
    _owner[0].run(
        "INSERT INTO users (id, email, email_key, password_hash) VALUES (:id, :email, :email, 'none')",
        id=user_id, email=f"{user_id}@example.com",
    )  # fmt: skip
    return Person(notifications.wsgi, tasks.wsgi, user_id=user_id)


def test_preferences_have_defaults_and_change_by_path() -> None:
    """PATCH leaves the rest, PUT returns it to the defaults, unknown names are refused."""
    person = someone()
    before = person.get("/api/notification-preferences").json
    assert before["channels"]["reminder"] == {"push": True, "email": True, "in_app": True}
    changed = person.patch("/api/notification-preferences", {"channels": {"reminder": {"email": False}}}).json
    assert changed["channels"]["reminder"] == {"push": True, "email": False, "in_app": True}
    night = {"enabled": True, "start": "21:30", "end": "06:00"}
    replaced = person.call("PUT", "/api/notification-preferences", {"quiet_hours": night}).json
    assert replaced["quiet_hours"] == night
    assert replaced["channels"] == before["channels"]
    assert person.patch("/api/notification-preferences", {"quiet_hours": {"start": "25:00"}}).status_code == 422
    assert person.patch("/api/notification-preferences", {"nonsense": 1}).status_code == 422
    assert person.call("PUT", "/api/notification-preferences", replaced).status_code == 200


def test_inbox_pages_and_counts_unread() -> None:
    """Newest first; reading one and all; nobody else sees any of it."""
    person, other = someone(), someone()
    with transaction(person.user_id) as connection:
        for number in range(5):
            connection.execute(
                text("INSERT INTO notifications (id, user_id, kind, title) VALUES (:id, :u, 'system', :t)"),
                {"id": clock.uuid7(), "u": person.user_id, "t": f"N{number}"},
            )
    page = person.get("/api/notifications?limit=3").json
    assert [item["title"] for item in page["items"]] == ["N4", "N3", "N2"]
    assert page["unread_count"] == 5
    rest = person.get(f"/api/notifications?limit=3&cursor={page['next_cursor']}").json
    assert [item["title"] for item in rest["items"]] == ["N1", "N0"]
    assert rest["next_cursor"] is None
    first = page["items"][0]["id"]
    assert person.post(f"/api/notifications/{first}/read").status_code == 204
    assert other.post(f"/api/notifications/{first}/read").status_code == 404
    assert person.get("/api/notifications").json["unread_count"] == 4
    assert person.post("/api/notifications/read-all").json == {"read": 4}
    assert other.get("/api/notifications").json == {"items": [], "unread_count": 0, "next_cursor": None}


def test_devices_register_once_and_hide_their_endpoint() -> None:
    """The same endpoint again is the same device; the endpoint is a secret."""
    person = someone()
    body = {"endpoint": endpoint(), "keys": keys(), "user_agent": "Firefox"}
    first = person.post("/api/push-subscriptions", body)
    again = person.post("/api/push-subscriptions", body)
    assert (first.status_code, first.json["id"]) == (201, again.json["id"])
    listed = person.get("/api/push-subscriptions")
    assert [item["endpoint_host"] for item in listed.json["items"]] == ["fcm.googleapis.com"]
    assert body["endpoint"] not in listed.text
    assert person.delete(f"/api/push-subscriptions/{first.json['id']}").status_code == 204
    assert person.delete(f"/api/push-subscriptions/{first.json['id']}").status_code == 404


def test_a_browser_goes_over_to_who_signs_in_there() -> None:
    """With both keys the device changes hands; with other keys it does not."""
    first, second = someone(), someone()
    body = {"endpoint": endpoint(), "keys": keys()}
    first.post("/api/push-subscriptions", body)
    assert second.post("/api/push-subscriptions", {**body, "keys": keys()}).status_code == 409
    assert second.post("/api/push-subscriptions", body).status_code == 201
    assert first.get("/api/push-subscriptions").json["items"] == []


@pytest.mark.parametrize(
    "broken", [{"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": base64.urlsafe_b64encode(b"\4" + b"x" * 64).decode()}]
)
def test_keys_nothing_can_be_encrypted_for_are_refused(broken: dict[str, str]) -> None:
    """A point off the curve or a short secret is refused at once, not at the first reminder."""
    assert (
        someone().post("/api/push-subscriptions", {"endpoint": endpoint(), "keys": keys() | broken}).status_code == 422
    )


def test_snooze_makes_a_child_and_a_completion_cancels_it() -> None:
    """Ten minutes from now, once more if asked again, never for a task that is done or somebody else's."""
    person = someone()
    task_id, occurrence = came(person)
    answer = person.post(f"/api/reminders/{occurrence}/snooze", {"minutes": 10})
    assert answer.status_code == 200
    assert (
        timedelta(minutes=9)
        < datetime.fromisoformat(answer.json["fire_at"]) - datetime.now(UTC)
        < timedelta(minutes=11)
    )
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    assert person.post(f"/api/reminders/{occurrence}/snooze", {"until": until}).status_code == 200
    with transaction(person.user_id) as connection:
        query = text("SELECT state FROM reminder_occurrences WHERE task_id = :t ORDER BY id")
        assert connection.execute(query, {"t": task_id}).scalars().all() == ["snoozed", "cancelled", "pending"]
    assert someone().post(f"/api/reminders/{occurrence}/snooze", {"minutes": 10}).status_code == 404
    assert person.post(f"/api/reminders/{occurrence}/snooze", {}).status_code == 422
    person.post(f"/api/tasks/{task_id}/complete", app=1)
    assert person.post(f"/api/reminders/{occurrence}/snooze", {"minutes": 10}).status_code == 409
    with transaction(person.user_id) as connection:
        assert "pending" not in connection.execute(query, {"t": task_id}).scalars().all()


def test_a_button_works_once_and_without_signing_in() -> None:
    """Done completes the task; pressed again it says so; a forged token does nothing."""
    person = someone()
    task_id, occurrence = came(person)
    token = action_token("done", person.user_id, UUID(occurrence))
    stranger = Client(notifications.wsgi)
    assert stranger.post("/api/reminders/actions", json={"token": token}).json == {"action": "done", "repeated": False}
    assert stranger.post("/api/reminders/actions", json={"token": token}).json == {"action": "done", "repeated": True}
    assert person.get(f"/api/tasks/{task_id}", app=1).json["status"] == "completed"
    forged = ("A" if token[0] != "A" else "B") + token[1:]
    assert stranger.post("/api/reminders/actions", json={"token": forged}).status_code == 422
    with clock.shifted(8 * 24 * 3600):
        assert stranger.post("/api/reminders/actions", json={"token": token}).status_code == 422


def test_one_click_ends_mails_of_a_kind() -> None:
    """Opening the link changes nothing (link checkers do that); posting to it does."""
    person = someone()
    path = f"/api/email/unsubscribe?token={unsubscribe_token(person.user_id, 'reminder')}"
    stranger = Client(notifications.wsgi)
    page = stranger.get(path)
    assert page.status_code == 200
    assert "<form" in page.text
    assert person.get("/api/notification-preferences").json["channels"]["reminder"]["email"] is True
    assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    after = person.get("/api/notification-preferences").json
    assert (after["channels"]["reminder"]["email"], after["channels"]["digest"]["email"]) == (False, True)
    assert after["email_fallback"] is False  # else a push without a device would go on coming as mail


def test_public_key_is_a_point_browsers_accept() -> None:
    """65 bytes, uncompressed, base64url without padding."""
    key = Client(notifications.wsgi).get("/api/push-subscriptions/public-key").json["public_key"]
    assert len(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))) == 65
