"""Hostile endpoints: refused when a device registers, and again when a name resolves to another place."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from shared.config import ConfigurationError
from shared.errors import InvalidInput
from shared.services.delivery.push import Device, Message, send_push
from shared.services.delivery.push_hosts import check_endpoint, is_public, resolve
from shared.services.delivery.settings import PushSettings
from tests.support.environment import function_environment

HOSTILE = [
    "http://fcm.googleapis.com/fcm/send/x", "ftp://fcm.googleapis.com/x", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x",
    "javascript:alert(1)", "//fcm.googleapis.com/x", "fcm.googleapis.com/x", "",
    "https://127.0.0.1/", "https://localhost/", "https://0.0.0.0/", "https://0/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://127.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[2002:7f00:1::]/",
    "https://[64:ff9b::7f00:1]/", "https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://10.0.0.1/",
    "https://metadata.google.internal/", "https://kubernetes.default.svc/", "https://example.com/", "https://evil-fcm.googleapis.com/",
    "https://fcm.googleapis.com.evil.com/", "https://fcm.googleapis.com@evil.com/", "https://evil.com#fcm.googleapis.com/",
    "https://user:pass@fcm.googleapis.com/", "https://fcm.googleapis.com:8443/", "https://fcm.googleapis.com./", "https://fcm.googleapis.com:0443/",
    "https://fcm.googleapis.com\\@evil.com/", "https://fcm.googleapis.com/\r\nHost: evil.com", "https://fcm.googleapis.com /x",
    "https://fcm.googleapıs.com/", "https://xn--fcm-googleapis-com.evil/", "https://push.apple.com/", "https://.push.apple.com/",
    "https://evil.com/.push.services.mozilla.com", "https://notify.windows.com/", "https://%66cm.googleapis.com/",
    "https://fcm.googleapis.com/" + "x" * 2048, "https://evilpush.apple.com/", "https://fcm.googleapis.com/x#fragment",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104 - nothing is bound
    "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:0a00:0001::",
    "64:ff9b::7f00:1", "2001:db8::1", "not-an-address",
]  # fmt: skip
GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:def", "https://updates.push.services.mozilla.com/wpush/v2/abc",
    "https://web.push.apple.com/abc", "https://wns2-par02p.notify.windows.com/w/?token=abc", "https://fcm.googleapis.com:443/x",
]  # fmt: skip


@pytest.fixture(autouse=True)
def environment() -> Iterator[pytest.MonkeyPatch]:
    """Set keys as the platform does; no test origin."""
    with function_environment({}) as patch:
        yield patch


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_hostile_endpoints_are_refused(endpoint: str) -> None:
    """Another scheme, host, port, spelling or length: never contacted."""
    with pytest.raises(InvalidInput):
        check_endpoint(endpoint)


@pytest.mark.parametrize("endpoint", GOOD)
def test_endpoints_of_browsers_pass(endpoint: str) -> None:
    """The push services of the four engines."""
    assert check_endpoint(endpoint).port == 443


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    """Private, shared, local, reserved, documentation, multicast; also inside an IPv6 address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["142.250.185.74", "2a00:1450:4001:80e::200a", "::ffff:142.250.185.74"])
def test_public_addresses(address: str) -> None:
    """What push services have."""
    assert is_public(address)


def _answers(monkeypatch: pytest.MonkeyPatch, *looked_up: list[str]) -> list[str]:
    """Make the name service answer with these addresses, one list a look-up; return the names asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        addresses = looked_up[min(len(asked), len(looked_up)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_private_address_spoils_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is distrusted as a whole."""
    _answers(monkeypatch, ["142.250.185.74", "127.0.0.1"])
    with pytest.raises(InvalidInput):
        resolve(check_endpoint(GOOD[0]))


def test_a_second_look_up_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public at the check, this machine at the connection; we connect to what was checked."""
    connected: list[Any] = []

    def connect(_self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    asked = _answers(monkeypatch, ["142.250.185.74"], ["127.0.0.1"])
    monkeypatch.setattr(socket.socket, "connect", connect)
    keys = Device(
        GOOD[0],
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    outcome = send_push(keys, Message({"title": "t", "body": "b"}, "topic", 60))
    assert outcome.state == "retry"
    # urllib3 hands the checked address, not the name, to the resolver: whatever is asked for a second time is a number already.
    assert [name for name in asked if name == "fcm.googleapis.com"] == ["fcm.googleapis.com"]
    assert set(asked[1:]) <= {"142.250.185.74"}


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.com:80",
        "http://127.0.0.1",
        "http://127.0.0.1:80/x",
        "http://localhost:8080",
        "ftp://127.0.0.1:21",
    ],
)
def test_the_test_origin_is_this_machine_only(environment: pytest.MonkeyPatch, origin: str) -> None:
    """Anything else stops the function at its start."""
    environment.setenv("PUSH_ALLOWED_TEST_ORIGIN", origin)
    with pytest.raises(ConfigurationError):
        PushSettings.load()


def test_no_test_origin_in_front_of_the_internet(environment: pytest.MonkeyPatch) -> None:
    """With an https PUBLIC_URL the back door is refused."""
    environment.setenv("PUSH_ALLOWED_TEST_ORIGIN", "http://127.0.0.1:9999")
    environment.setenv("PUBLIC_URL", "https://tasks.example.com")
    with pytest.raises(ConfigurationError):
        PushSettings.load()
