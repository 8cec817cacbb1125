"""From a due reminder to a message that arrived: a push service that decrypts, a mailbox, leases and fences."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared import clock
from shared.config import forget_settings
from shared.db.engine import transaction
from shared.errors import Conflict
from shared.services import reminder_sweep
from shared.services.delivery.dispatch import claim, mark, send_claimed
from shared.services.delivery.outcome import Outcome
from shared.services.notification_preferences import change_preferences, stop_email
from shared.services.reminder_actions import snooze
from shared.services.reminder_digest import write_digests
from shared.services.reminder_sweep import sweep_due, wake
from tests.integration.reminders.scenario import deliveries, due_reminder, events, notifications, person, run, states
from tests.support.push_service import Browser, push_service
from tests.support.sink import Answer, FakeSink

pytestmark = [pytest.mark.timeout(120)]


@pytest.fixture
def service(system_env: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeSink]:
    """Serve pushes on this machine and mails from a folder."""
    with push_service() as sink:
        system_env.setenv("PUSH_ALLOWED_TEST_ORIGIN", f"http://127.0.0.1:{sink.port}")
        system_env.setenv("EMAIL_TRANSPORT", "mailbox")
        system_env.setenv("MAILBOX_DIR", str(tmp_path))
        forget_settings()
        yield sink


def device(user: UUID, sink: FakeSink) -> Browser:
    """Register a browser."""
    browser = Browser(sink, str(clock.uuid7()))
    run(
        "INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth) VALUES (:id, :u, :e, :p, :a)",
        id=clock.uuid7(), u=user, e=browser.endpoint, p=browser.keys["p256dh"], a=browser.keys["auth"],
    )  # fmt: skip
    return browser


def notify(occurrence: UUID) -> None:
    """Do what the notifier does with one event."""
    with transaction(None) as connection:
        claims = claim(connection, occurrence)
    send_claimed(claims)


def mails(folder: Path, user: UUID) -> list[Path]:
    """Return a person's mails."""
    return sorted((folder / str(user)).glob("*.eml"))


def test_push_mail_and_inbox_arrive_once(service: FakeSink, tmp_path: Path) -> None:
    """The main job: one push that decrypts, one mail, one line in the app; the event twice changes nothing."""
    user = person(push=True, email=True, in_app=True)
    browser = device(user, service)
    identity = due_reminder(user, "Water the <b>plants</b>")
    sweep_due()
    notify(identity)
    notify(identity)
    [message] = browser.messages()
    assert (message["title"], message["tag"]) == ("Water the <b>plants</b>", str(identity))
    assert [button["action"] for button in message["actions"]] == ["done", "snooze10", "snooze60"]
    [mail] = mails(tmp_path, user)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail.read_bytes()
    assert [row.title for row in notifications(user)] == ["Water the <b>plants</b>"]
    assert {row.state for row in deliveries(user)} == {"sent"}
    assert states(user) == {"done": 1}
    assert sorted(event.payload["channel"] for event in events(user, "notification.delivered")) == ["email", "push"]
    assert len(events(user, "notification.created")) == 1


def test_headers_of_a_push(service: FakeSink) -> None:
    """It is kept for a device that is off-line, wakes it, replaces its own copy, and is signed for this origin."""
    user = person(push=True)
    browser = device(user, service)
    notify_due(user)
    headers = browser.requests[0].headers
    assert 60 <= int(headers["ttl"]) <= 86_400
    assert headers["urgency"] == "high"
    assert len(headers["topic"]) <= 32
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid t=")


def notify_due(user: UUID, **options: Any) -> UUID:
    """Sweep and deliver one reminder."""
    identity = due_reminder(user, **options)
    sweep_due()
    notify(identity)
    return identity


def test_what_is_late_wakes_nobody(service: FakeSink) -> None:
    """It comes with normal urgency, and lives as long as is left of its day."""
    user = person(push=True)
    browser = device(user, service)
    notify_due(user, ago=timedelta(hours=3))
    headers = browser.requests[0].headers
    assert headers["urgency"] == "normal"
    assert 20 * 3600 < int(headers["ttl"]) <= 21 * 3600


def test_connections_and_signatures_serve_many_messages(service: FakeSink) -> None:
    """One signature a push service and hour, valid for at most twelve hours; no cookie goes from one device to another."""
    first, second = person(push=True), person(push=True)
    browsers = device(first, service), device(second, service)
    service.answer = lambda _: Answer(201, headers={"Set-Cookie": "device=1; Path=/"})
    notify_due(first)
    notify_due(second)
    one, two = (browser.requests[0].headers for browser in browsers)
    assert one["authorization"] == two["authorization"]
    assert "cookie" not in two
    with clock.shifted(3601):
        notify_due(first)
    assert browsers[0].requests[1].headers["authorization"] != one["authorization"]


def test_unsubscribing_ends_mail_in_place_of_push_too(service: FakeSink, tmp_path: Path) -> None:
    """Somebody without a device follows the link of a mail: no more mails come, the app still tells."""
    user = person(push=True, email=True, in_app=True)
    notify_due(user)
    stop_email(user, "reminder")
    notify_due(user)
    assert len(mails(tmp_path, user)) == 1
    assert len(notifications(user)) == 2


def test_a_dead_device_of_who_wants_no_mail_leads_to_none(service: FakeSink, tmp_path: Path) -> None:
    """The fall-back after a 410 asks for the same permission."""
    user = person(push=True)
    stop_email(user, "reminder")
    device(user, service)
    service.answer = lambda _: Answer(410)
    notify(notify_due(user))
    assert mails(tmp_path, user) == []
    assert states(user) == {"done": 1}


def test_the_first_mail_of_a_storm_can_be_the_last(service: FakeSink, tmp_path: Path) -> None:
    """What was planned before somebody switched a channel off is not sent afterwards, and the ledger says why."""
    user = person(push=True, email=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    stop_email(user, "reminder")
    change_preferences(user, {"channels": {"reminder": {"push": False}}})
    notify(identity)
    assert (browser.requests, mails(tmp_path, user)) == ([], [])
    assert {row.state for row in deliveries(user)} == {"suppressed"}
    assert states(user) == {"done": 1}


def test_a_completed_task_is_not_reminded_of(service: FakeSink, tmp_path: Path) -> None:
    """The last look happens after the event was on its way."""
    user = person(push=True, email=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    run("UPDATE tasks SET status = 'completed', completed_at = now() WHERE user_id = :u", u=user)
    notify(identity)
    assert browser.requests == []
    assert mails(tmp_path, user) == []
    assert {event.payload["reason"] for event in events(user, "notification.suppressed")} == {
        "the task is done or deleted"
    }


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_device_is_forgotten_and_mail_steps_in(service: FakeSink, tmp_path: Path, status: int) -> None:
    """Without a device left the reminder goes by mail, although only push was wanted."""
    user = person(push=True)
    device(user, service)
    service.answer = lambda _: Answer(status)
    identity = notify_due(user)
    assert run("SELECT 1 FROM push_subscriptions WHERE user_id = :u", u=user) == []
    notify(identity)
    assert len(mails(tmp_path, user)) == 1
    assert {row.channel: row.state for row in deliveries(user)} == {"push": "gone", "email": "sent"}


def test_a_device_that_subscribed_anew_meanwhile_stays(service: FakeSink) -> None:
    """A 410 for the old keys does not delete the new ones."""
    user = person(push=True)
    device(user, service)

    def renewed(_: Any) -> Answer:
        run("UPDATE push_subscriptions SET auth = 'bmV3LW5ldy1uZXctbmV3LQ' WHERE user_id = :u", u=user)
        return Answer(410)

    service.answer = renewed
    notify_due(user)
    assert len(run("SELECT 1 FROM push_subscriptions WHERE user_id = :u", u=user)) == 1


def test_three_refusals_switch_a_device_off(service: FakeSink) -> None:
    """403 three times: no more pushes there, mail instead."""
    user = person(push=True)
    browser = device(user, service)
    service.answer = lambda _: Answer(403)
    for _ in range(4):
        notify_due(user)
    assert len(browser.requests) == 3


def test_a_busy_push_service_is_asked_again_when_it_says(service: FakeSink) -> None:
    """429 with Retry-After: planned again, later, and not before."""
    user = person(push=True)
    browser = device(user, service)
    service.answer = lambda _: Answer(429, headers={"Retry-After": "600"})
    identity = notify_due(user)
    [row] = run("SELECT state, not_before - now() AS wait FROM deliveries WHERE user_id = :u", u=user)
    assert row.state == "planned"
    assert timedelta(minutes=9) < row.wait <= timedelta(minutes=10)
    notify(identity)
    assert len(browser.requests) == 1


def test_a_redirect_is_not_followed(service: FakeSink) -> None:
    """Not even to this same service: the request ends where the endpoint points."""
    for status in (301, 302, 307, 308):
        user = person(push=True)
        browser = device(user, service)
        service.answer = lambda _, status=status: Answer(
            status, headers={"Location": f"http://127.0.0.1:{service.port}/internal"}
        )
        notify_due(user)
        assert len(browser.requests) == 1
    assert not [request for request in service.received if request.path == "/internal"]


def test_a_message_too_large_is_cut_and_sent(service: FakeSink) -> None:
    """413 once: a shorter text goes."""
    user = person(push=True)
    browser = device(user, service)
    service.answer = lambda request: Answer(413 if len(request.body) > 1100 else 201)
    notify_due(user, title="x" * 500)
    assert len(browser.requests) == 2
    assert browser.messages()[1]["title"] == "x" * 80


def test_two_workers_send_once(service: FakeSink) -> None:
    """The claim decides, whatever is delivered twice at one moment."""
    user = person(push=True, in_app=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: notify(identity), range(8)))
    assert len(browser.requests) == 1
    assert len(notifications(user)) == 1


def test_workers_beside_each_other_never_wait_in_a_circle(service: FakeSink) -> None:
    """The same event many times at one moment, for the app alone: each claim ends the reminder, in one order of locks."""
    user = person(in_app=True)
    for _ in range(10):
        identity = due_reminder(user)
        sweep_due()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, identity=identity: notify(identity), range(16)))
    assert len(notifications(user)) == 10
    assert states(user) == {"done": 10}


def test_the_fence_stops_a_sender_that_was_only_slow(service: FakeSink, tmp_path: Path) -> None:
    """Its lease ran out and another sent: what it writes then counts for nothing."""
    user = person(email=True)
    identity = due_reminder(user)
    sweep_due()
    with transaction(None) as connection:
        [slow] = claim(connection, identity)
    run("UPDATE deliveries SET lease_until = now() - interval '1 s' WHERE user_id = :u", u=user)
    wake()
    notify(identity)
    assert mark(slow, Outcome("failed", "too late")) is False
    assert deliveries(user)[0].state == "sent"
    assert len(mails(tmp_path, user)) == 1


def test_a_digest_goes_out_once(service: FakeSink, tmp_path: Path) -> None:
    """After a day of downtime: one mail for all that was missed."""
    user = person(email=True, in_app=True)
    ids = [due_reminder(user, f"Old {n}", ago=timedelta(hours=20 - n)) for n in range(3)]
    write_digests()
    for identity in ids:
        notify(identity)
    [mail] = mails(tmp_path, user)
    assert b"3 reminders you missed" in mail.read_bytes()


def test_snoozing_one_of_a_digest_leaves_the_mail_about_the_others(service: FakeSink, tmp_path: Path) -> None:
    """The digest's mail still waits when its newest reminder is snoozed in the app: it comes, and so does the snoozed one."""
    user = person(email=True, in_app=True)
    ids = [due_reminder(user, f"Old {n}", ago=timedelta(hours=20 - n)) for n in range(3)]
    write_digests()
    snooze(user, ids[-1], minutes=10)
    notify(ids[-1])
    [mail] = mails(tmp_path, user)
    assert b"3 reminders you missed" in mail.read_bytes()
    assert states(user) == {"expired_visible": 3, "pending": 1}
    with pytest.raises(Conflict):
        run("UPDATE tasks SET status = 'completed', completed_at = now() WHERE user_id = :u", u=user)
        snooze(user, ids[-1], minutes=10)


def test_a_second_outage_in_a_storm_does_not_break_the_cap(
    service: FakeSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All times of a storm that was being spread have passed when the notifier is back: three go, and three in each window that follows."""
    monkeypatch.setattr(reminder_sweep, "STORM_CAP", 3)
    user = person(email=True)
    ids = [due_reminder(user, f"Late {n}", ago=timedelta(hours=2)) for n in range(8)]
    sweep_due()
    run("UPDATE deliveries SET not_before = now() - interval '1 s', lease_until = NULL WHERE user_id = :u", u=user)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(notify, ids))
    assert len(mails(tmp_path, user)) == 3
    waits = "SELECT not_before - now() AS wait FROM deliveries WHERE user_id = :u AND state = 'planned'"
    windows = sorted(round(row.wait / timedelta(minutes=10)) for row in run(waits, u=user))
    assert windows == [1, 1, 1, 2, 2]


def test_a_line_break_in_a_title_makes_no_header(service: FakeSink, tmp_path: Path) -> None:
    """Subject stays one line, HTML is escaped."""
    user = person(email=True)
    notify_due(user, title="Hi\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>")
    [mail] = mails(tmp_path, user)
    head, _, body = mail.read_bytes().partition(b"\r\n\r\n")
    assert b"\r\nBcc:" not in head.replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
    assert b"<script>" not in body.split(b"text/html")[1]


def test_german_people_read_german(service: FakeSink, tmp_path: Path) -> None:
    """The person's locale decides about words and dates."""
    user = person(email=True, locale="de-DE")
    notify_due(user, title="Blumen")
    assert b"Subject: Erinnerung: Blumen" in mails(tmp_path, user)[0].read_bytes()
