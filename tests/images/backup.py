"""The functions' image as the backup CronJob's pod: dump a server that takes nothing but TLS, seal, upload, list, restore.

Everything runs in the image: its own pg_dump and pg_restore, its own certificates. Outside are Debian's PostgreSQL with an authority of its own
and moto's server in the place of Amazon.
"""

import base64
import json
import logging
import os
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from pg8000.native import Connection

from knative.local.ports import free_port
from knative.local.postgres import _binaries
from shared.db.connection import connect_arguments
from tests.images.container import Image
from tests.support.database import DatabaseServer
from tests.support.tls_postgres import ABSENT, TlsServer, programs, tls_server

AUTHORITY = "etc/obsidianlist/postgres-ca.crt"
RECOVERY = ["python3", "-m", "shared.recovery"]
RESTORES = 18  # pg_restore --no-policies
PASSWORDS = {"DATABASE_APP_PASSWORD": "app-password", "DATABASE_SYSTEM_PASSWORD": "system-password"}


def check_backup(image: Image, folder: Path) -> None:
    """Back up and restore; print how long it took. Where Debian's server is missing, say so and check the programs alone."""
    versions = {program: _version(image, program) for program in ("pg_dump", "pg_restore")}
    if not programs():
        print(f"images: backup over TLS NOT checked: {ABSENT}")
        return
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = free_port()
    amazon = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    amazon.start()
    try:
        with tls_server() as server:
            _round(image, server, f"http://127.0.0.1:{port}", versions["pg_restore"], folder)
    finally:
        amazon.stop()


def _version(image: Image, program: str) -> int:
    said = image.run([f"/opt/postgresql/bin/{program}", "--version"], {"LD_LIBRARY_PATH": "/opt/postgresql/lib"})
    print(f"images: {said.strip()}")
    return int(said.split()[2].partition(".")[0])


def _round(image: Image, server: TlsServer, amazon: str, version: int, folder: Path) -> None:
    file = image.root / AUTHORITY
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(server.ours.file.read_bytes())
    urllib.request.urlopen(urllib.request.Request(f"{amazon}/copies", method="PUT"), timeout=20).close()  # noqa: S310 - loopback
    settings = {
        "BACKUP_S3_BUCKET": "copies", "BACKUP_S3_PREFIX": "obsidianlist/", "BACKUP_S3_ENDPOINT": amazon,
        "BACKUP_KEYS": f"images:{base64.b64encode(os.urandom(32)).decode()}",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        # The authority stands where the system's are, so that the URLs need to name none: as with a server of a public authority.
        "SSL_CERT_FILE": f"/{AUTHORITY}", **PASSWORDS,
    }  # fmt: skip
    living = settings | {"DATABASE_OWNER_URL": _database(server, "living")}
    image.run(["python3", "-m", "shared.db.migrate"], living)
    started = time.monotonic()
    made = json.loads(image.run([*RECOVERY, "backup"], living))["made"]
    backed_up = time.monotonic() - started
    assert made["name"] in image.run([*RECOVERY, "list"], settings)
    wanted = _tables(server.url(server.ours).replace("/postgres?", "/living?"))
    if version >= RESTORES:
        found = _restored_in_the_image(image, server, settings)
    else:
        print(
            f"images: restored outside the image: pg_restore {version} of this base is too old, the published one has {RESTORES}"
        )
        found = _restored_here(settings, folder)
    assert wanted == found > 0, (wanted, found)
    _refused(image, settings, living["DATABASE_OWNER_URL"], server)
    print(
        f"images: backup over TLS and restore: {found} tables, {made['size'] / 1024:.0f} KiB, backup in {backed_up:.1f} s"
    )


def _restored_in_the_image(image: Image, server: TlsServer, settings: dict[str, str]) -> int:
    owner = _database(server, "restored")
    system = owner.replace("owner:owner-password", f"obsidianlist_system:{PASSWORDS['DATABASE_SYSTEM_PASSWORD']}")
    image.run([*RECOVERY, *_restore()], settings | {"DATABASE_OWNER_URL": owner, "DATABASE_URL": system})
    return _tables(server.url(server.ours).replace("/postgres?", "/restored?"))


def _restored_here(settings: dict[str, str], folder: Path) -> int:
    """Restore with the embedded server's programs what the image's made."""
    there = DatabaseServer(folder / "restored")
    there.postgres.start()
    try:
        owner = there.postgres.ensure_owner_database("restored")
        system = there.postgres.url("obsidianlist_system", PASSWORDS["DATABASE_SYSTEM_PASSWORD"], "restored")
        own = {"DATABASE_OWNER_URL": owner, "DATABASE_URL": system, "BACKUP_CLIENT_PROGRAMS": str(_binaries())}
        environment = os.environ | settings | own
        environment.pop("SSL_CERT_FILE")
        done = subprocess.run(
            [sys.executable, *RECOVERY[1:], *_restore()], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return _tables(owner)
    finally:
        there.stop()


def _restore() -> list[str]:
    return ["restore", "latest", "--lost-at", datetime.now(UTC).isoformat()]


def _refused(image: Image, settings: dict[str, str], url: str, server: TlsServer) -> None:
    """A server that another authority vouches for gets neither a password nor a backup."""
    (image.root / AUTHORITY).write_bytes(server.stranger.file.read_bytes())
    with pytest.raises(RuntimeError, match="certificate verify failed"):
        image.run(["python3", "-m", "shared.recovery", "backup"], settings | {"DATABASE_OWNER_URL": url})


def _database(server: TlsServer, name: str) -> str:
    """Create an owner's empty database and return the URL as a Secret holds it: TLS verified, no authority named."""
    with Connection(**connect_arguments(server.url(server.ours))) as connection:
        if not connection.run("SELECT 1 FROM pg_roles WHERE rolname = 'owner'"):
            connection.run("CREATE ROLE owner LOGIN CREATEROLE CREATEDB PASSWORD 'owner-password'")
        connection.run(f"CREATE DATABASE {name} OWNER owner")
    return f"postgresql://owner:owner-password@localhost:{server.port}/{name}?sslmode=verify-full"


def _tables(url: str) -> int:
    with Connection(**connect_arguments(url)) as connection:
        return int(connection.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0][0])
