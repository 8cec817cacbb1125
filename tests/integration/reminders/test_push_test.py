"""The test message of the settings: what the push service says is told, and remembered of the device."""

from collections.abc import Iterator

import pytest

from shared import clock
from shared.config import forget_settings
from shared.services.delivery.push_test import send_test
from shared.services.push_subscriptions import list_devices
from tests.integration.reminders.scenario import person, run
from tests.support.push_service import Browser, push_service
from tests.support.sink import Answer, FakeSink


@pytest.fixture
def service(system_env: pytest.MonkeyPatch) -> Iterator[FakeSink]:
    """Serve pushes on this machine."""
    with push_service() as sink:
        system_env.setenv("PUSH_ALLOWED_TEST_ORIGIN", f"http://127.0.0.1:{sink.port}")
        forget_settings()
        yield sink


@pytest.mark.parametrize(
    ("status", "delivered", "devices", "worked"), [(201, True, 1, True), (500, False, 1, False), (410, False, 0, False)]
)
def test_a_test_message(service: FakeSink, status: int, delivered: bool, devices: int, worked: bool) -> None:
    """One that was taken marks the device as working, one that was refused does not, and a device that is gone is forgotten."""
    service.answer = lambda _request: Answer(status)
    user, device = person(push=True), clock.uuid7()
    browser = Browser(service, str(device))
    run(
        "INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth) VALUES (:id, :u, :e, :p, :a)",
        id=device, u=user, e=browser.endpoint, p=browser.keys["p256dh"], a=browser.keys["auth"],
    )  # fmt: skip
    assert send_test(user, device)["delivered"] is delivered
    assert len(browser.requests) >= 1
    found = list_devices(user)
    assert [bool(item["last_success_at"]) for item in found] == [worked] * devices
