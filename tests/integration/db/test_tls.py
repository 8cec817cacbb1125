"""TLS to PostgreSQL for real: only a server whose certificate holds gets a password.

The embedded server is built without OpenSSL, so this runs Debian's server with an authority and certificates of its own.
"""

import contextlib
import datetime as dt
import gc
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pg8000 import dbapi

from knative.local.ports import free_port
from shared.db.connection import connect
from shared.db.pool import get_pool
from shared.errors import Unavailable
from tests.support.bundle import wait_until
from tests.support.environment import function_environment

ENCRYPTED = "hostssl all all 127.0.0.1/32 scram-sha-256"
IN_THE_CLEAR = "hostnossl all all 127.0.0.1/32 scram-sha-256"
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL with OpenSSL: .ci/install-system-packages.sh installs it"),
]


@dataclass
class Authority:
    """A certificate authority made for one test run."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        self.file = self.folder / f"{self.name}.crt"
        self.file.write_bytes(self._signed(self._subject, self._key, constraints))

    def issue(self, host: str) -> tuple[bytes, bytes]:
        """Return certificate and key of a server with that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(subject, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        return certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _signed(self, subject: x509.Name, key: Any, extension: x509.ExtensionType) -> bytes:
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self._subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1)).add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )  # fmt: skip
        return made.public_bytes(Encoding.PEM)


@dataclass
class TlsServer:
    """A server that takes nothing but TLS."""

    data: Path
    port: int
    ours: Authority
    stranger: Authority

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs; under root as Debian's own user, since PostgreSQL refuses root."""
        user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        command = [str(PROGRAMS[-1].parent / program), "-D", str(self.data), *arguments]
        log = self.data.parent / "output.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **user
            )
        assert done.returncode == 0, log.read_text()

    def take(self, *lines: str) -> None:
        """Take only the connections these lines of ``pg_hba.conf`` allow, from now on."""
        (self.data / "pg_hba.conf").write_text("".join(f"{line}\n" for line in lines))
        self.run("pg_ctl", "reload")

    def present(self, host: str) -> None:
        """Restart with a certificate of that name."""
        for file, content in zip(("server.crt", "server.key"), self.ours.issue(host), strict=True):
            (self.data / file).write_bytes(content)
            (self.data / file).chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(self.data / file, "postgres", "postgres")
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' -c fsync=off -c ssl=on"
        )
        self.run("pg_ctl", "-w", "-m", "fast", "-l", str(self.data / "server.log"), "-o", options, "restart")

    def url(self, authority: Authority | None, host: str = "localhost", sslmode: str = "verify-full") -> str:
        """Return a URL as a cluster's Secret holds it."""
        root = f"&sslrootcert={authority.file}" if authority else ""
        return f"postgresql://postgres:secret@{host}:{self.port}/postgres?sslmode={sslmode}{root}"


def open_sockets() -> int:
    """Return how many TCP sockets this process has towards anybody."""
    return len(psutil.Process().net_connections("tcp"))


@pytest.fixture(scope="module")
def server() -> Iterator[TlsServer]:
    """Make and start the server with a certificate of ``localhost``."""
    folder = Path(tempfile.mkdtemp(prefix="tls-postgres-"))
    made = TlsServer(folder / "data", free_port(), Authority(folder, "ours"), Authority(folder, "stranger"))
    (folder / "password").write_text("secret")
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(folder, "postgres", "postgres")
    made.run("initdb", "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")
    (made.data / "pg_hba.conf").write_text(f"{ENCRYPTED}\n")
    try:
        made.present("localhost")
        yield made
    finally:
        made.run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_the_right_authority_is_accepted(server: TlsServer) -> None:
    """The session is encrypted, as the server itself says, and by nothing older than TLS 1.2."""
    connection = connect(server.url(server.ours), timeout_seconds=10)
    cursor = connection.cursor()
    cursor.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    encrypted, version = cursor.fetchone()
    connection.end()
    assert encrypted is True
    assert version in {"TLSv1.2", "TLSv1.3"}


@pytest.mark.parametrize("sslmode", ["verify-full", "verify-ca", "require"])
@pytest.mark.parametrize("known", [True, False], ids=["another authority", "the system's authorities"])
def test_an_unknown_authority_is_refused(server: TlsServer, sslmode: str, known: bool) -> None:
    """In every mode that asks for TLS: encryption to whoever answers protects from nobody."""
    url = server.url(server.stranger if known else None, sslmode=sslmode)
    with pytest.raises((ssl.SSLCertVerificationError, dbapi.Error), match="certificate verify failed"):
        connect(url, timeout_seconds=10)


def test_another_name_is_refused(server: TlsServer) -> None:
    """A certificate of the right authority for another host is another server's."""
    server.present("db.example.com")
    try:
        with pytest.raises((ssl.SSLCertVerificationError, dbapi.Error), match="Hostname mismatch"):
            connect(server.url(server.ours), timeout_seconds=10)
    finally:
        server.present("localhost")
    connect(server.url(server.ours), timeout_seconds=10).end()


def test_no_socket_is_left_open(server: TlsServer) -> None:
    """A wrong password is refused after the handshake, when the socket is TLS's: a function that tries for hours must not run out."""
    before = open_sockets()
    gc.disable()
    try:
        connect(server.url(server.ours), timeout_seconds=10).end()
        for _ in range(3):
            with pytest.raises(dbapi.Error, match="password authentication failed"):
                connect(server.url(server.ours).replace("secret", "wrong"), timeout_seconds=10)
        assert open_sockets() == before
    finally:
        gc.enable()


def test_a_silent_server_is_given_up_over_tls_too(server: TlsServer) -> None:
    """The read timeout stands on the encrypted socket."""
    connection = connect(server.url(server.ours), timeout_seconds=0.3)
    with pytest.raises(dbapi.Error) as refusal:
        connection.cursor().execute("SELECT pg_sleep(20)")
    connection.end()
    assert "time" in repr(refusal.value.__cause__).lower()


def test_a_function_answers_unavailable(server: TlsServer) -> None:
    """A person sees 503 and may try again; nothing goes on in the clear."""
    with function_environment({"DATABASE_URL": server.url(server.stranger)}), pytest.raises(Unavailable):
        get_pool().borrow()


def test_a_url_without_tls_is_refused_by_such_a_server(server: TlsServer) -> None:
    """The server of these tests would not let a session in the clear pass unnoticed."""
    with pytest.raises(dbapi.Error, match=r"no pg_hba\.conf entry"):
        connect(server.url(None, sslmode="disable"), timeout_seconds=10)


def encrypted(url: str) -> bool:
    """Whether the session of a connection is, as the server itself says."""
    connection = connect(url, timeout_seconds=10)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return bool(cursor.fetchone()[0])
    finally:
        connection.end()


@pytest.mark.parametrize(
    ("sslmode", "taken", "tls"),
    [
        ("prefer", (ENCRYPTED, IN_THE_CLEAR), True),
        ("prefer", (ENCRYPTED,), True),
        ("prefer", (IN_THE_CLEAR,), False),
        ("allow", (ENCRYPTED, IN_THE_CLEAR), False),
        ("allow", (ENCRYPTED,), True),
        ("allow", (IN_THE_CLEAR,), False),
    ],
)
def test_prefer_and_allow_mean_what_they_mean_to_libpq(
    server: TlsServer, sslmode: str, taken: tuple[str, ...], tls: bool
) -> None:
    """``prefer`` is encrypted where the server takes that, ``allow`` where it takes nothing else; each falls back to the other."""
    server.take(*taken)
    try:
        wait_until(lambda: _in_force(server) == list(taken))
        assert encrypted(server.url(None, sslmode=sslmode)) is tls
    finally:
        server.take(ENCRYPTED)


def _in_force(server: TlsServer) -> list[str]:
    """Return the lines that the server's newest sessions obey: a reload takes effect a moment after the signal."""
    with contextlib.suppress(dbapi.Error):
        connect(server.url(server.ours), timeout_seconds=10).end()
        taken = [ENCRYPTED]
        with contextlib.suppress(dbapi.Error):
            connect(server.url(None, sslmode="disable"), timeout_seconds=10).end()
            taken.append(IN_THE_CLEAR)
        return taken
    return [IN_THE_CLEAR]


@pytest.mark.parametrize("sslmode", ["prefer", "allow"])
def test_a_wrong_password_is_not_tried_twice(server: TlsServer, sslmode: str) -> None:
    """The server took the connection as it was; the other way would only send the attempt again."""
    wait_until(lambda: _in_force(server) == [ENCRYPTED])
    before = (server.data / "server.log").read_text().count("password authentication failed")
    with pytest.raises(dbapi.Error, match="password authentication failed"):
        connect(server.url(None, sslmode=sslmode).replace("secret", "wrong"), timeout_seconds=10)
    assert (server.data / "server.log").read_text().count("password authentication failed") == before + 1


def test_a_misspelt_mode_is_an_error(server: TlsServer) -> None:
    """Not silently something else."""
    with pytest.raises(ValueError, match="sslmode=verify_full is none of"):
        connect(server.url(server.ours, sslmode="verify_full"), timeout_seconds=10)
