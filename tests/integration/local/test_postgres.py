"""The embedded PostgreSQL server: first start, crash, leftovers, clean stop."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pg8000.native import Connection, DatabaseError, InterfaceError

from knative.local.ports import free_port, remembered_port
from knative.local.postgres import OWNER, EmbeddedPostgres, PostgresError

PASSWORD = "p@ss word/%"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that is stopped at the end whatever happened."""
    postgres = EmbeddedPostgres(tmp_path / "postgres", PASSWORD, PASSWORD, throwaway=True)
    postgres.start()
    yield postgres
    postgres.stop()


@contextlib.contextmanager
def connect(server: EmbeddedPostgres, user: str = OWNER, password: str = PASSWORD) -> Iterator[Connection]:
    """Connect over a socket of ours: pg8000 leaves its own open when the server refuses or dies."""
    database = "obsidianlist" if user == OWNER else "postgres"
    with socket.create_connection(("127.0.0.1", server.port)) as ours:
        connection = Connection(user, password=password, database=database, sock=ours)
        yield connection
        with contextlib.suppress(InterfaceError, OSError):
            connection.close()


def test_the_owner_is_no_superuser_and_owns_the_database(server: EmbeddedPostgres) -> None:
    """Migrations run with the rights a managed server gives."""
    url = server.ensure_owner_database("obsidianlist")
    assert url == f"postgresql://{OWNER}:p%40ss%20word%2F%25@127.0.0.1:{server.port}/obsidianlist"
    assert server.ensure_owner_database("obsidianlist") == url
    roles = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    with connect(server) as connection:
        assert connection.run(roles) == [[False, True]]
        connection.run("CREATE TABLE t (a text)")
        assert connection.run("SELECT lower('ÄÉ'), to_tsvector('simple', 'Größe')::text") == [["äé", "'größe':1"]]


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    """Nobody on this machine gets in without the password."""
    with pytest.raises(DatabaseError), connect(server, "postgres", "wrong"):
        pass


def test_committed_rows_survive_kill_minus_nine(server: EmbeddedPostgres) -> None:
    """A killed postmaster leaves a stale pid file; the next start recovers on the same port."""
    server.stop()
    server.throwaway = False
    server.start()
    server.ensure_owner_database("obsidianlist")
    port, pid = server.port, server.pid
    assert pid
    with connect(server) as connection:
        connection.run("CREATE TABLE t AS SELECT 1 AS a")
        os.kill(pid, signal.SIGKILL)
        psutil.Process(pid).wait(10)
    server.start()
    assert server.port == port
    with connect(server) as connection:
        assert connection.run("SELECT a FROM t") == [[1]]


def test_a_server_left_by_a_killed_supervisor_is_replaced(server: EmbeddedPostgres) -> None:
    """The next start ends the old server of the same directory first."""
    old_pid = server.pid
    successor = EmbeddedPostgres(server.directory, PASSWORD, PASSWORD, throwaway=True)
    successor.start()
    assert old_pid
    assert successor.pid not in (None, old_pid)
    assert server.pid is None
    successor.stop()


@pytest.mark.parametrize("reaped", ["at once", "late", "never"])
def test_a_killed_server_nobody_has_reaped_does_not_keep_the_next_down(server: EmbeddedPostgres, reaped: str) -> None:
    """Started again right after a kill of everything, while the old server is still a zombie: PostgreSQL alone would refuse."""
    assert server.pid
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGKILL)
    reaper = threading.Timer({"at once": 0, "late": 1, "never": 60}[reaped], server._process.wait)
    reaper.start()
    successor = EmbeddedPostgres(server.directory, PASSWORD, PASSWORD, throwaway=True)
    successor.start()
    assert successor.pid
    with connect(successor, "postgres") as connection:
        assert connection.run("SELECT 1") == [[1]]
    successor.stop()
    reaper.cancel()
    server._process.wait()


def test_a_pid_file_with_a_number_given_to_another_process_is_ignored(server: EmbeddedPostgres) -> None:
    """A recycled process id does not keep the server down, and that process is left alone."""
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n1\n\n127.0.0.1\n0 0\nready\n")
    server.start()
    assert server.pid


def test_a_killed_initdb_leaves_no_half_cluster(tmp_path: Path) -> None:
    """Remains of an interrupted first start are cleared away."""
    directory = tmp_path / "postgres"
    (directory / "data.new").mkdir(parents=True)
    (directory / "data.new" / "PG_VERSION").write_text("18")
    server = EmbeddedPostgres(directory, PASSWORD, PASSWORD, throwaway=True)
    server.start()
    assert server.ensure_owner_database("obsidianlist")
    server.stop()
    assert not (directory / "data.new").exists()


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    """The error carries the end of the server's log."""
    server.stop()
    (server.data / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(PostgresError, match="shared_buffers"):
        server.start()


def test_a_port_is_remembered_until_another_program_takes_it(tmp_path: Path) -> None:
    """People keep the same address in their tools."""
    first = remembered_port(tmp_path / "port")
    assert remembered_port(tmp_path / "port") == first
    assert free_port() != 0
