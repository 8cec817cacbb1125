"""Mail over real TLS: STARTTLS and implicit, with the server's certificate checked, and a server that never answers."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared import clock
from shared.config import forget_settings
from shared.services.delivery import smtp, transport
from tests.integration.reminders.scenario import person
from tests.support.mail_server import Inbox, mail

pytestmark = [pytest.mark.usefixtures("system_env"), pytest.mark.timeout(60)]


def certificate(folder: Path, address: str) -> Path:
    """Write a self-signed certificate of an IP address with its key, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{address}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


class Server(Inbox):
    """An SMTP server that notes whether mails came over TLS."""

    def __init__(self) -> None:
        super().__init__()
        self.over_tls: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.over_tls.append(session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def serve(system_env: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Start servers with a scheme and a certificate, and send through the last."""
    running: list[Controller] = []

    def start(scheme: str, address: str = "127.0.0.1", *, trusted: bool = True) -> Server:
        file = certificate(tmp_path, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        inbox = Server()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        system_env.setenv("EMAIL_TRANSPORT", "smtp")
        system_env.setenv("SMTP_URL", f"{scheme}://127.0.0.1:{port}")
        if trusted:
            system_env.setenv("SMTP_CA_FILE", str(file))
        forget_settings()
        return inbox

    yield start
    smtp.forget_connections()
    for controller in running:
        controller.stop()
    for name in ("SMTP_CA_FILE", "SMTP_URL", "EMAIL_TRANSPORT"):
        system_env.delenv(name, raising=False)
    forget_settings()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_goes_over_tls(serve: Any, scheme: str) -> None:
    """STARTTLS where it is offered and required, TLS from the first byte with smtps://."""
    server = serve(scheme)
    user = person()
    outcome = transport.send_mail(user, clock.uuid7(), mail(user))
    assert (outcome.state, server.over_tls) == ("sent", [True])
    assert b"List-Unsubscribe:" in server.mails[0]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(
    ("address", "trusted"), [("127.0.0.1", False), ("127.0.0.2", True)], ids=["unknown", "another"]
)
def test_a_certificate_that_does_not_hold_gets_no_mail(serve: Any, scheme: str, address: str, trusted: bool) -> None:
    """Of an unknown authority or of another name: nothing is sent, not even in the clear, and it is tried again later."""
    server = serve(scheme, address, trusted=trusted)
    user = person()
    assert transport.send_mail(user, clock.uuid7(), mail(user)).state == "retry"
    assert server.mails == []


def test_a_server_that_never_answers_is_left_in_a_bounded_time(
    system_env: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is taken and nothing is said: the time-out ends it, and the ledger tries again."""
    monkeypatch.setattr(smtp, "READ_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        system_env.setenv("EMAIL_TRANSPORT", "smtp")
        system_env.setenv("SMTP_URL", f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        forget_settings()
        user = person()
        assert transport.send_mail(user, clock.uuid7(), mail(user)).state == "retry"
