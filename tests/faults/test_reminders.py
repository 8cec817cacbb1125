"""Reminders through crashes: a sender killed between claim and send, and between send and its note; a task done in between.

The notifier's work runs in a process of its own, which kills itself (SIGKILL) at the named failpoint; the lease is let run out in the
database, and the ordinary sweep and notifier finish the work.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from shared.config import forget_settings
from shared.db.engine import transaction
from shared.services import tasks
from shared.services.delivery.dispatch import claim, mark, send_claimed
from shared.services.delivery.outcome import Outcome
from shared.services.reminder_sweep import sweep_due, wake
from tests.integration.reminders.scenario import deliveries, due_reminder, events, person, run, states
from tests.integration.reminders.test_notifier import device, mails, notify
from tests.support.push_service import push_service
from tests.support.sink import FakeSink

pytestmark = [pytest.mark.timeout(120)]
ROOT = Path(__file__).parents[2]
_SENDER = """
import sys
from uuid import UUID
from shared.db.engine import transaction
from shared.services.delivery.dispatch import claim, send_claimed
with transaction(None) as connection:
    claims = claim(connection, UUID(sys.argv[1]))
send_claimed(claims)
"""


@pytest.fixture
def service(system_env: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeSink]:
    """Serve pushes on this machine and mails from a folder."""
    with push_service() as sink:
        system_env.setenv("PUSH_ALLOWED_TEST_ORIGIN", f"http://127.0.0.1:{sink.port}")
        system_env.setenv("EMAIL_TRANSPORT", "mailbox")
        system_env.setenv("MAILBOX_DIR", str(tmp_path))
        forget_settings()
        yield sink


def send_and_die(occurrence: UUID, failpoint: str) -> None:
    """Run the sender in a process that kills itself at ``failpoint``."""
    environment = os.environ | {"FAILPOINTS": f"{failpoint}=kill", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", _SENDER, str(occurrence)], env=environment, capture_output=True, timeout=60, check=False
    )
    assert result.returncode == -9, result.stderr.decode()


def expire(user: UUID) -> None:
    """Let every lease of a person run out."""
    run("UPDATE deliveries SET lease_until = now() - interval '1 s' WHERE user_id = :u AND state = 'sending'", u=user)


@pytest.mark.row(17)
def test_row_17_killed_after_the_claim(service: FakeSink) -> None:
    """Nothing was sent; the lease runs out, the reminder is sent once, and nobody takes it before that."""
    user = person(push=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    send_and_die(identity, "reminder.claim_after")
    assert (browser.requests, deliveries(user)[0].state) == ([], "sending")
    wake()
    notify(identity)
    assert browser.requests == []
    expire(user)
    wake()
    notify(identity)
    notify(identity)
    assert len(browser.messages()) == 1
    assert (deliveries(user)[0].state, states(user)) == ("sent", {"done": 1})


@pytest.mark.row(17)
def test_row_17_the_old_worker_cannot_write(service: FakeSink) -> None:
    """A sender that only slept past its lease is told so by the fence."""
    user = person(push=True)
    device(user, service)
    identity = due_reminder(user)
    sweep_due()
    with transaction(None) as connection:
        [old] = claim(connection, identity)
    expire(user)
    wake()
    notify(identity)
    assert mark(old, Outcome("failed", "too late")) is False
    assert deliveries(user)[0].state == "sent"
    assert len(events(user, "notification.delivered")) == 1


@pytest.mark.row(18)
def test_row_18_killed_after_a_push_before_its_note(service: FakeSink) -> None:
    """It is pushed again under the same topic and tag: the device shows one."""
    user = person(push=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    send_and_die(identity, "reminder.after_send_before_mark")
    expire(user)
    wake()
    notify(identity)
    assert len(browser.requests) == 2
    assert len({request.headers["topic"] for request in browser.requests}) == 1
    assert {message["tag"] for message in browser.messages()} == {str(identity)}
    assert len(events(user, "notification.delivered")) == 1


@pytest.mark.row(18)
def test_row_18_killed_after_a_mail_before_its_note(service: FakeSink, tmp_path: Path) -> None:
    """The copy carries the same Message-ID; a second crash ends it, so nobody gets a third."""
    user = person(email=True)
    identity = due_reminder(user)
    sweep_due()
    for _ in range(2):
        send_and_die(identity, "reminder.after_send_before_mark")
        expire(user)
        wake()
    notify(identity)
    assert deliveries(user)[0].state == "failed"
    assert deliveries(user)[0].attempts == 2
    assert len(mails(tmp_path, user)) == 1  # the folder keeps one file a delivery


@pytest.mark.row(19)
@pytest.mark.parametrize("act", [tasks.complete_task, tasks.delete_task])
def test_row_19_done_between_the_event_and_the_send(service: FakeSink, tmp_path: Path, act: object) -> None:
    """The look right before sending finds the task done or deleted; nothing is sent and the ledger says so."""
    user = person(push=True, email=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    [task] = run("SELECT id FROM tasks WHERE user_id = :u", u=user)
    act(tasks.Actor(user), task.id)  # type: ignore[operator]
    notify(identity)
    assert (browser.requests, mails(tmp_path, user)) == ([], [])
    assert {row.state for row in deliveries(user)} == {"cancelled"}
    assert states(user) == {"cancelled": 1}


@pytest.mark.row(19)
def test_row_19_done_after_a_crash(service: FakeSink) -> None:
    """The task is completed while the dead sender's lease runs: the repetition is cancelled."""
    user = person(push=True)
    browser = device(user, service)
    identity = due_reminder(user)
    sweep_due()
    send_and_die(identity, "reminder.claim_after")
    [task] = run("SELECT id FROM tasks WHERE user_id = :u", u=user)
    tasks.complete_task(tasks.Actor(user), task.id)
    expire(user)
    wake()
    notify(identity)
    assert browser.requests == []
    assert deliveries(user)[0].state == "cancelled"


def test_nothing_is_sent_inside_a_transaction(service: FakeSink) -> None:
    """While a push service thinks, no connection is lent and no lock held."""
    from shared.db.pool import get_pool
    from tests.support.sink import Answer

    user = person(push=True)
    device(user, service)
    lent: list[int] = []

    def answer(_: object) -> Answer:
        lent.append(get_pool().counts()["lent"])
        return Answer(201)

    service.answer = answer
    identity = due_reminder(user)
    sweep_due()
    from shared.events.outbox import finish

    finish(5)
    with transaction(None) as connection:
        claims = claim(connection, identity)
    send_claimed(claims)
    assert lent == [0]
