"""TLS to PostgreSQL for real: only a server whose certificate holds gets a password."""

import contextlib
import gc
import ssl
from collections.abc import Iterator

import psutil
import pytest
from pg8000 import dbapi

from shared.db.connection import connect
from shared.db.pool import get_pool
from shared.errors import Unavailable
from tests.support.bundle import wait_until
from tests.support.environment import function_environment
from tests.support.tls_postgres import ABSENT, TlsServer, programs, tls_server

ENCRYPTED = "hostssl all all 127.0.0.1/32 scram-sha-256"
IN_THE_CLEAR = "hostnossl all all 127.0.0.1/32 scram-sha-256"
pytestmark = [pytest.mark.timeout(60), pytest.mark.skipif(not programs(), reason=ABSENT)]


def open_sockets() -> int:
    """Return how many TCP sockets this process has towards anybody."""
    return len(psutil.Process().net_connections("tcp"))


@pytest.fixture(scope="module")
def server() -> Iterator[TlsServer]:
    """Make and start the server with a certificate of ``localhost``."""
    with tls_server() as made:
        yield made


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
