"""The KafkaSource double against a real broker and an HTTP sink: order, offsets, retries, dead letters, crashes."""

import base64
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from knative.local import kafka_source as module
from knative.local.delivery import Attempt, HttpSink
from knative.local.kafka_sink import KafkaSink
from knative.local.kafka_source import KafkaSource
from knative.local.registry import Delivery, Source
from tests.support.sink import Answer, FakeSink, Received, fake_sink

pytestmark = pytest.mark.kafka

NOTHING_COMMITTED = -1001  # librdkafka's OFFSET_INVALID
QUICK = Delivery(retry=2, backoff_policy="linear", backoff_delay_seconds=0.02, timeout_seconds=5)


class Bench:
    """Sources of one broker and one sink; offsets and dead letters can be looked at."""

    def __init__(self, bootstrap: str, sink: FakeSink, in_memory: bool) -> None:
        self.connection: dict[str, Any] = {"bootstrap.servers": bootstrap}
        self.sink = sink
        self.in_memory = in_memory
        self.group = f"group-{uuid.uuid4().hex[:8]}"
        self.topic = f"topic-{uuid.uuid4().hex[:8]}"  # tests of one broker do not see each other's records
        self.run_id = uuid.uuid4().hex[:8]
        self.producer = Producer(self.connection | {"log_level": 0})
        if not in_memory:
            admin = AdminClient(self.connection)
            admin.create_topics([NewTopic(self.topic, num_partitions=4)])[self.topic].result()

    def produce(self, name: str, *, partition: int = 0, headers: dict[str, bytes] | None = None) -> None:
        """Write one event of this test's run."""
        event = {"ce_specversion": b"1.0", "ce_id": name.encode(), "ce_source": b"/test", "ce_type": b"t"}
        event |= {"content-type": b"application/json", "ce_run": self.run_id.encode(), **(headers or {})}
        self.producer.produce(self.topic, b"{}", partition=partition, headers=list(event.items()))
        assert self.producer.flush(10) == 0

    @contextmanager
    def source(
        self, ordering: str = "ordered", delivery: Delivery = QUICK, dead_letters: Any = None
    ) -> Iterator[threading.Event]:
        """Run a source for the block; setting the event yielded stops it."""
        source = Source("audit-writer", (self.topic,), self.group, ordering, "/audit-writer/", delivery)  # type: ignore[arg-type]
        sink = HttpSink(self.sink.port, source.sink_path, delivery.timeout_seconds)
        letters = dead_letters or KafkaSink(self.connection, "dead-letters")
        kafka_source = KafkaSource(source, sink, letters, self.connection, in_memory=self.in_memory)
        stop = threading.Event()
        thread = threading.Thread(target=kafka_source.run, args=(stop,))
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()

    def events(self) -> list[str]:
        """Return the ids of this run's events in the order the sink saw them."""
        return [r.headers["ce-id"] for r in self.sink.received if r.headers.get("ce-run") == self.run_id]

    def wait_for(self, *names: str, seconds: float = 20) -> None:
        """Wait until the sink has seen these events."""
        eventually(lambda: set(names) <= set(self.events()), seconds)

    def committed(self, partition: int = 0) -> int:
        """Return the group's committed offset."""
        consumer = Consumer(self.connection | {"group.id": self.group, "log_level": 0})
        [position] = consumer.committed([TopicPartition(self.topic, partition)], timeout=10)
        consumer.close()
        return int(position.offset)

    def end(self, partition: int = 0) -> int:
        """Return the offset after the last record."""
        consumer = Consumer(self.connection | {"group.id": self.group, "log_level": 0})
        _, high = consumer.get_watermark_offsets(TopicPartition(self.topic, partition), timeout=10)
        consumer.close()
        return int(high)

    def dead_letters(self, count: int) -> list[dict[str, bytes]]:
        """Return the headers of this run's dead letters once there are ``count``."""
        consumer = Consumer(
            self.connection | {"group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest", "log_level": 0}
        )
        partitions = consumer.list_topics("dead-letters", timeout=10).topics["dead-letters"].partitions
        consumer.assign([TopicPartition("dead-letters", number, 0) for number in partitions])
        found: list[dict[str, bytes]] = []
        deadline = time.monotonic() + 15
        while len(found) < count and time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message is not None and not message.error():
                headers = dict(message.headers() or [])
                if headers.get("ce_run") == self.run_id.encode():
                    found.append(headers)
        consumer.close()
        assert len(found) == count
        return found


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


@pytest.fixture
def bench(kafka: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench with a sink that answers 200; offsets are committed four times a second."""
    monkeypatch.setattr(module, "COMMIT_SECONDS", 0.25)
    with fake_sink() as sink:
        yield Bench(kafka, sink, in_memory=not _is_apache())


def _is_apache() -> bool:
    return os.environ.get("TEST_KAFKA") == "apache"


@pytest.mark.rule("one-request-a-record")
@pytest.mark.rule("earliest")
def test_records_from_before_the_first_start_arrive_one_by_one(bench: Bench) -> None:
    """A new group begins at the start of the topic; the answer's body is ignored."""
    bench.sink.answer = lambda _request: Answer(body=b'{"specversion": "1.0", "type": "reply"}')
    names = [f"e{number}" for number in range(5)]
    for name in names:
        bench.produce(name)
    with bench.source():
        bench.wait_for(*names)
    assert bench.events() == names
    assert {request.path for request in bench.sink.received} == {"/audit-writer/"}
    assert bench.committed() == bench.end()


def test_a_source_waits_for_a_topic_nobody_has_written_to(bench: Bench) -> None:
    """The first record may come long after the source."""
    with bench.source():
        time.sleep(0.5)
        bench.produce("late")
        bench.wait_for("late")


@pytest.mark.rule("ordered")
def test_a_failing_event_holds_back_its_partition_and_no_other(bench: Bench) -> None:
    """Its successors wait through the retries; partition 1 goes on."""
    refuse = threading.Event()
    bench.sink.answer = lambda r: Answer(503 if r.headers["ce-id"] == "a1" and not refuse.is_set() else 200)
    patient = Delivery(retry=1000, backoff_policy="linear", backoff_delay_seconds=0.00001, timeout_seconds=5)
    for name, partition in [("a1", 0), ("a2", 0), ("b1", 1), ("b2", 1)]:
        bench.produce(name, partition=partition)
    with bench.source(delivery=patient):
        bench.wait_for("b1", "b2")
        assert "a2" not in bench.events()
        refuse.set()
        bench.wait_for("a2")
    events = bench.events()
    assert events.index("a2") > max(index for index, name in enumerate(events) if name == "a1")


@pytest.mark.rule("ordered")
def test_one_event_of_a_partition_is_in_flight(bench: Bench) -> None:
    """Never two at once, whatever the number of records waiting."""
    at_work, most = [0], [0]
    lock = threading.Lock()

    def _answer(_request: Received) -> Answer:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.005)
        with lock:
            at_work[0] -= 1
        return Answer()

    bench.sink.answer = _answer
    names = [f"o{number}" for number in range(20)]
    for name in names:
        bench.produce(name)
    with bench.source():
        bench.wait_for(*names)
    assert bench.events() == names
    assert most[0] == 1


@pytest.mark.rule("unordered")
def test_unordered_events_pass_a_hanging_one_up_to_fifty_at_once(bench: Bench) -> None:
    """50 of 60 hang: the last ten wait for a place."""
    release = threading.Event()

    def _hang(_request: Received) -> Answer:
        release.wait(20)
        return Answer()

    bench.sink.answer = _hang
    for number in range(60):
        bench.produce(f"u{number}", partition=number % 4)
    patient = Delivery(retry=0, backoff_policy="linear", backoff_delay_seconds=1, timeout_seconds=30)
    with bench.source(ordering="unordered", delivery=patient):
        eventually(lambda: len(bench.events()) == 50)
        time.sleep(0.5)
        assert len(bench.events()) == 50
        release.set()
        eventually(lambda: len(set(bench.events())) == 60)


@pytest.mark.rule("dead-letter")
@pytest.mark.rule("kne-headers")
def test_an_event_refused_for_good_is_dead_lettered_and_the_next_proceeds(bench: Bench) -> None:
    """A 400 is not retried; after the retries a 500 ends the same way."""
    answers = {"bad": Answer(400, b"no such type", {"Kne-Reason": "schema"}), "broken": Answer(500, b"crash")}
    bench.sink.answer = lambda request: answers.get(request.headers["ce-id"], Answer())
    for name in ("bad", "broken", "good"):
        bench.produce(name)
    with bench.source():
        bench.wait_for("good")
        letters = {letter["ce_id"]: letter for letter in bench.dead_letters(2)}
    assert bench.events() == ["bad", "broken", "broken", "broken", "good"]
    bad = letters[b"bad"]
    assert (bad["ce_knativeerrorcode"], bad["ce_reason"]) == (b"400", b"schema")
    assert base64.b64decode(bad["ce_knativeerrordata"]) == b"no such type"
    assert bad["ce_knativeerrordest"].endswith(b"/audit-writer/")
    assert bad["content-type"] == b"application/json"
    assert letters[b"broken"]["ce_knativeerrorcode"] == b"500"
    assert bench.committed() == bench.end()


class FailingSink:
    """A dead letter sink that fails some times before it works, or always."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.attempts = 0

    def send(self, _event: Any) -> Attempt:
        """Count and answer."""
        self.attempts += 1
        return Attempt(503 if self.attempts <= self.failures else 202)


@pytest.mark.rule("dead-letter-retry")
@pytest.mark.rule("lost-when-both-fail")
@pytest.mark.parametrize("failures", [2, 1000], ids=["recovers at the last retry", "never"])
def test_the_offset_is_committed_even_when_the_dead_letter_sink_fails(bench: Bench, failures: int) -> None:
    """Knative loses the event then; the reconciler publishes it again from the event log."""
    bench.sink.answer = lambda request: Answer(400 if request.headers["ce-id"] == "bad" else 200)
    letters = FailingSink(failures)
    bench.produce("bad")
    bench.produce("good")
    with bench.source(dead_letters=letters):
        bench.wait_for("good")
    assert letters.attempts == 3
    assert bench.committed() == bench.end()


@pytest.mark.rule("undeliverable")
def test_a_record_no_request_can_carry_is_passed_over(bench: Bench) -> None:
    """The partition goes on behind it."""
    bench.produce("broken", headers={"ce_note": b"line\nbreak"})
    bench.produce("good")
    with bench.source():
        bench.wait_for("good")
    assert bench.events() == ["good"]
    assert bench.committed() == bench.end()


@pytest.mark.row(10)
@pytest.mark.rule("commit-interval")
@pytest.mark.rule("redelivery")
def test_a_crash_repeats_what_was_not_committed_and_loses_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first life commits nothing after `first`; the second repeats the rest."""
    with bench.source():
        bench.produce("first")
        bench.wait_for("first")
        eventually(lambda: bench.committed() == bench.end())
    monkeypatch.setattr(module, "COMMIT_SECONDS", 3600)
    monkeypatch.setattr(KafkaSource, "_commit", lambda _source, **_how: None)  # a crash commits nothing
    with bench.source():
        bench.produce("second")
        bench.produce("third")
        bench.wait_for("second", "third")
    monkeypatch.undo()
    with bench.source():
        eventually(lambda: bench.events().count("second") == 2 and bench.events().count("third") == 2)
    assert bench.events().count("first") == 1
    assert module.COMMIT_SECONDS == 5


@pytest.mark.row(10)
@pytest.mark.rule("contiguous-offsets")
def test_an_unfinished_event_is_delivered_again_with_all_after_it(bench: Bench) -> None:
    """Unordered: the events behind a hanging one are done, and are repeated all the same."""
    release = threading.Event()

    def _answer(request: Received) -> Answer:
        if request.headers["ce-id"] == "hangs":
            release.wait(20)
        return Answer()

    bench.sink.answer = _answer
    for name in ("hangs", "n1", "n2"):
        bench.produce(name)
    with bench.source(ordering="unordered", delivery=QUICK):
        bench.wait_for("hangs", "n1", "n2")
        time.sleep(0.6)
        assert bench.committed() == NOTHING_COMMITTED
        release.set()
        eventually(lambda: bench.committed() == bench.end())


@pytest.mark.rule("poll-interval")
def test_the_poll_interval_follows_from_the_delivery() -> None:
    """2 x 50 x the longest delivery, at most the day librdkafka allows."""
    source = Source("s", ("t",), "g", "ordered", "/s/", Delivery(1, "linear", 1, 2))
    assert module._consumer_options(source, in_memory=True)["max.poll.interval.ms"] == 2 * 50 * (1 + 2 * 3) * 1000
    slow = Source("s", ("t",), "g", "ordered", "/s/", Delivery(6, "exponential", 1, 90))
    assert module._consumer_options(slow, in_memory=True)["max.poll.interval.ms"] == 76_300_000
