"""Retries, backoff and what counts as failure."""

import threading
from collections.abc import Callable, Iterator

import pytest

from knative.local.delivery import Attempt, HttpSink, backoffs, budget_seconds, deliver
from knative.local.ports import free_port
from knative.local.registry import Delivery
from tests.support.sink import Answer, FakeSink, Received, fake_sink

QUICK = Delivery(retry=3, backoff_policy="exponential", backoff_delay_seconds=0.001, timeout_seconds=5)


@pytest.fixture
def sink() -> Iterator[FakeSink]:
    """A sink that answers 200 until told otherwise."""
    with fake_sink() as server:
        yield server


@pytest.fixture
def http_sink(sink: FakeSink) -> Iterator[HttpSink]:
    """The delivery's side of ``sink``."""
    opened = HttpSink(sink.port, "/f/", 5)
    yield opened
    opened.close()


def scripted(*statuses: int | None) -> Callable[[], Attempt]:
    """Answer with each status in turn."""
    attempts = iter(statuses)
    return lambda: Attempt(next(attempts))


@pytest.mark.rule("retried")
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 404, 408, 409, 429, None])
def test_these_are_tried_again(status: int | None) -> None:
    """None is a refused connection or a timeout."""
    outcome = deliver(scripted(status, 200), QUICK, threading.Event())
    assert outcome is not None
    assert outcome.succeeded


@pytest.mark.rule("not-retried")
@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 403, 405, 410, 413, 422, 499])
def test_these_are_final(status: int) -> None:
    """A second attempt would find no scripted answer."""
    outcome = deliver(scripted(status), QUICK, threading.Event())
    assert outcome == Attempt(status)


def test_the_last_attempt_is_returned_after_all_retries() -> None:
    """Three retries mean four attempts."""
    assert deliver(scripted(500, 500, 500, 503), QUICK, threading.Event()) == Attempt(503)


def test_a_stop_during_a_pause_leaves_the_outcome_unknown() -> None:
    """The event will be delivered again at the next start."""
    stop = threading.Event()
    stop.set()
    assert deliver(scripted(500), QUICK, stop) is None


@pytest.mark.rule("backoff")
@pytest.mark.parametrize(
    ("policy", "expected"),
    [("exponential", [2, 4, 8, 16, 32, 64]), ("linear", [1, 2, 3, 4, 5, 6])],
)
def test_pauses_of_one_second_six_times(policy: str, expected: list[float]) -> None:
    """The registry's defaults: 126 seconds of pauses."""
    delivery = Delivery(retry=6, backoff_policy=policy, backoff_delay_seconds=1, timeout_seconds=30)  # type: ignore[arg-type]
    assert list(backoffs(delivery)) == expected


@pytest.mark.rule("poll-interval")
def test_the_budget_counts_every_attempt_and_pause() -> None:
    """7 attempts of 30 s with a second's slack and 126 s of pauses."""
    delivery = Delivery(retry=6, backoff_policy="exponential", backoff_delay_seconds=1, timeout_seconds=30)
    assert budget_seconds(delivery) == 7 * 31 + 126


@pytest.mark.rule("not-retried")
def test_a_redirect_is_not_followed(sink: FakeSink, http_sink: HttpSink) -> None:
    """Nothing is requested at its location."""
    sink.answer = lambda _request: Answer(308, headers={"Location": f"http://127.0.0.1:{sink.port}/elsewhere"})
    attempt = http_sink.post({"ce-id": "1"}, b"{}")
    assert (attempt.status, attempt.succeeded, attempt.retryable) == (308, False, False)
    assert [request.path for request in sink.received] == ["/f/"]


@pytest.mark.rule("retry-after-ignored")
def test_retry_after_does_not_slow_the_retries(sink: FakeSink, http_sink: HttpSink) -> None:
    """An hour asked for, milliseconds waited."""
    sink.answer = lambda _request: Answer(429 if len(sink.received) < 2 else 200, headers={"Retry-After": "3600"})
    outcome = deliver(lambda: http_sink.post({}, b""), QUICK, threading.Event())
    assert outcome is not None
    assert outcome.succeeded


@pytest.mark.rule("retried")
def test_a_timeout_and_a_refused_connection_bring_no_status(sink: FakeSink) -> None:
    """Both are retryable; the function may still be at work after a timeout."""
    release = threading.Event()

    def _slow(_request: Received) -> Answer:
        release.wait(5)
        return Answer()

    sink.answer = _slow
    slow = HttpSink(sink.port, "/f/", 0.1).post({}, b"")
    release.set()
    refused = HttpSink(free_port(), "/f/", 5).post({}, b"")
    assert (slow.status, refused.status) == (None, None)
    assert slow.retryable
    assert refused.retryable
    assert "Refused" in refused.error


def test_a_connection_closed_between_requests_is_opened_again(sink: FakeSink, http_sink: HttpSink) -> None:
    """And is no failed attempt."""
    sink.answer = lambda _request: Answer(headers={"Connection": "close"})
    assert http_sink.post({}, b"").succeeded
    wait_until_closed = threading.Event()
    wait_until_closed.wait(0.1)
    assert http_sink.post({"ce-note": "ünï"}, b"x").succeeded
