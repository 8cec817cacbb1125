"""Cron functions under their source: what a failed run answers decides whether the tick is lost."""

import threading
from typing import Any

import pytest
from werkzeug.test import Client

from knative.local.delivery import Attempt
from knative.local.ping_source import RETRIES, send_tick
from shared.events.cron import Cron


class Job:
    """Fails as often as it is told, then works."""

    def __init__(self, failures: int) -> None:
        self.failures, self.runs = failures, 0

    def __call__(self) -> dict[str, Any]:
        self.runs += 1
        if self.runs <= self.failures:
            raise KeyError("not foreseen")
        return {"done": 1}


def tick(job: Job) -> Attempt:
    """Send one tick as the source does, with its retries."""
    function = Client(Cron("tried", job).entry_point().wsgi)

    def post(headers: dict[str, str], body: bytes) -> Attempt:
        return Attempt(function.post("/", headers=headers, data=body).status_code)

    return send_tick("tried", post, threading.Event())


@pytest.mark.usefixtures("system_env")
def test_a_run_that_failed_is_repeated_by_its_tick() -> None:
    """Whatever went wrong is a 503: a source never repeats a tick after 500, and the next may be a day away."""
    once = Job(failures=1)
    assert tick(once).status == 200
    assert once.runs == 2
    always = Job(failures=99)
    assert tick(always).status == 503
    assert always.runs == 1 + RETRIES
