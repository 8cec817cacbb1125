"""Kafka, a mail server and a push service behind a dead network: bounded waits, nothing lost, nothing twice that can be helped, recovery."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from knative.local.delivery import HttpSink
from knative.local.kafka_sink import KafkaSink
from knative.local.kafka_source import KafkaSource
from knative.local.registry import Delivery, Source
from shared.config import forget_settings
from shared.events import producer
from shared.events.broadcast import Broadcast
from shared.events.outbox import drain
from shared.services.delivery import push, smtp
from shared.services.reminder_sweep import sweep_due, wake
from tests.faults.conftest import World
from tests.faults.proxy import Proxy
from tests.integration.reminders.scenario import deliveries, due_reminder, person, run
from tests.integration.reminders.test_notifier import device, notify
from tests.support.bundle import wait_until
from tests.support.environment import function_environment
from tests.support.mail_server import Inbox, mail_server
from tests.support.push_service import push_service
from tests.support.sink import fake_sink

pytestmark = pytest.mark.timeout(180)
LONGEST_SECONDS = 30  # message.timeout.ms and the read timeouts are a third of it
DEAD = ["blackhole", "reset"]


@pytest.fixture
def broker(world: World) -> Iterator[Proxy]:
    """Put a proxy between this process and its broker."""
    proxy = Proxy(int(world.kafka.rpartition(":")[2]))
    producer.close()
    with function_environment({"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{proxy.port}"}):
        yield proxy
    producer.close()
    proxy.close()


def timed(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.mark.kafka
@pytest.mark.row(7, 9)
@pytest.mark.parametrize("mode", DEAD)
def test_a_publisher_whose_broker_falls_silent_keeps_the_rows(world: World, broker: Proxy, mode: str) -> None:
    """The drain gives up in a bounded time, the rows stay in their order, and go out once the network is back."""
    task_id, other = world.task(versions=2), world.task()
    assert drain([other]) == 1  # the connection is open
    broker.mode = mode
    assert timed(lambda: drain([task_id])) < LONGEST_SECONDS
    assert world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 2
    broker.heal()

    def published() -> bool:
        world.sql("UPDATE outbox_pending SET next_attempt_at = now() WHERE aggregate_id = :id", id=task_id)
        drain([task_id])
        return world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 0

    wait_until(published, seconds=60)
    assert list(dict.fromkeys(world.versions(task_id))) == [1, 2]


@pytest.mark.kafka
@pytest.mark.row(9, 10)
@pytest.mark.parametrize("mode", DEAD)
def test_a_source_whose_broker_falls_silent_delivers_the_rest_later(world: World, broker: Proxy, mode: str) -> None:
    """What was published meanwhile arrives in its order once the network is back, and the source can be stopped while it is away."""
    connection = {"bootstrap.servers": f"127.0.0.1:{broker.port}", "log_level": 0}
    delivery = Delivery(retry=2, backoff_policy="linear", backoff_delay_seconds=0.02, timeout_seconds=5)
    source = Source("audit-writer", ("task-events",), f"half-open-{mode}-{world.user_id}", "ordered", "/a/", delivery)
    stop = threading.Event()
    with fake_sink() as sink:

        def seen(task_id: UUID) -> list[str]:
            subject = f"tasks/{task_id}"
            return [
                one.headers["ce-sequence"].lstrip("0")
                for one in sink.received
                if one.headers.get("ce-subject") == subject
            ]

        running = KafkaSource(
            source, HttpSink(sink.port, source.sink_path, 5), KafkaSink(connection, "dead-letters"), connection,
            in_memory=not world.is_apache,
        )  # fmt: skip
        thread = threading.Thread(target=running.run, args=(stop,))
        thread.start()
        before, during = world.task(), world.task(versions=3)
        publish(world, before)
        wait_until(lambda: seen(before) == ["1"], seconds=60)
        broker.mode = mode
        publish(world, during)
        broker.heal()
        wait_until(lambda: list(dict.fromkeys(seen(during))) == ["1", "2", "3"], seconds=60)
        broker.mode = mode
        stop.set()
        thread.join(LONGEST_SECONDS)
        assert not thread.is_alive()


def publish(world: World, task_id: UUID) -> None:
    """Publish past the proxy, from a process of its own."""
    assert world.child("drain", aggregates=[task_id])["published"] > 0


def test_listeners_of_a_broker_that_was_away_are_told_to_ask_again(world: World, broker: Proxy) -> None:
    """The reader goes on by itself once it can, says that something may have been lost, and what happens then arrives."""
    broker.mode = "reset"
    broadcast = Broadcast()
    listener = broadcast.listen(world.user_id)
    try:
        assert listener.get(timeout=60) is None
        broker.heal()
        found: list[str] = []

        def arrived() -> bool:
            task_id = world.task()
            publish(world, task_id)
            while not listener.empty():
                event = listener.get()
                found.append(str(event and event.aggregate_id))
            return str(task_id) in found

        wait_until(arrived, seconds=60)
    finally:
        broadcast.leave(world.user_id, listener)


@pytest.fixture
def mail(system_env: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Inbox, Proxy]]:
    """Send mail through a proxy before a real SMTP server."""
    inbox = Inbox()
    monkeypatch.setattr(smtp, "READ_SECONDS", 1.0)
    with mail_server(inbox) as port:
        proxy = Proxy(port)
        system_env.setenv("EMAIL_TRANSPORT", "smtp")
        system_env.setenv("SMTP_URL", f"smtp://127.0.0.1:{proxy.port}")
        forget_settings()
        yield inbox, proxy
        proxy.close()


@pytest.mark.parametrize("mode", DEAD)
def test_a_mail_server_that_falls_silent_gets_the_mail_later(mail: tuple[Inbox, Proxy], mode: str) -> None:
    """The attempt ends in a bounded time and is noted as one to repeat; once the network is back the mail arrives once."""
    inbox, proxy = mail
    user = person(email=True)
    identity = due_reminder(user)
    sweep_due()
    proxy.mode = mode
    assert timed(lambda: notify(identity)) < LONGEST_SECONDS
    [delivery] = deliveries(user, "email")
    assert (delivery.state, delivery.attempts, inbox.mails) == ("planned", 1, [])
    proxy.heal()
    again(user)
    notify(identity)
    assert len(inbox.mails) == 1
    assert deliveries(user, "email")[0].state == "sent"


@pytest.mark.parametrize("mode", DEAD)
def test_a_push_service_that_falls_silent_gets_the_message_later(
    system_env: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str
) -> None:
    """As with mail; a repeated message would have the same topic and tag, so that a person sees one."""
    monkeypatch.setattr(push, "TIMEOUT_SECONDS", (1.0, 1.0))
    with push_service() as sink:
        proxy = Proxy(sink.port)
        system_env.setenv("PUSH_ALLOWED_TEST_ORIGIN", f"http://127.0.0.1:{proxy.port}")
        forget_settings()
        user = person(push=True)
        browser = device(user, sink)
        run("UPDATE push_subscriptions SET endpoint = replace(endpoint, :a, :b) WHERE user_id = :u",
            a=str(sink.port), b=str(proxy.port), u=user)  # fmt: skip
        identity = due_reminder(user)
        sweep_due()
        proxy.mode = mode
        assert timed(lambda: notify(identity)) < LONGEST_SECONDS
        [delivery] = deliveries(user, "push")
        assert (delivery.state, delivery.attempts, browser.requests) == ("planned", 1, [])
        proxy.heal()
        again(user)
        notify(identity)
        assert len(browser.messages()) == 1
        proxy.close()


def again(user: UUID) -> None:
    """Let the pause before the next attempt be over."""
    run("UPDATE deliveries SET not_before = now() - interval '1 s' WHERE user_id = :u AND state = 'planned'", u=user)
    wake()
