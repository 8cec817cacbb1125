"""The functions' image as the backup CronJob's pod: dump a server that takes nothing but TLS, seal, upload, list, restore.

Everything runs in the image: its own pg_dump and pg_restore, its own certificates. Outside are Debian's PostgreSQL with an authority of its own
and moto's server in the place of Amazon.
"""

import base64
import json
import os
import time
import urllib.request
from datetime import UTC, datetime

import pytest
from moto.server import ThreadedMotoServer
from pg8000.native import Connection

from knative.local.ports import free_port
from shared.db.connection import connect_arguments
from tests.images.container import Image
from tests.support.tls_postgres import ABSENT, TlsServer, programs, tls_server

AUTHORITY = "etc/obsidianlist/postgres-ca.crt"
PASSWORDS = {"DATABASE_APP_PASSWORD": "app-password", "DATABASE_SYSTEM_PASSWORD": "system-password"}


def check_backup(image: Image) -> None:
    """Back up and restore; print how long it took. Where Debian's server is missing, say so and check the programs alone."""
    for program in ("pg_dump", "pg_restore"):
        version = image.run([f"/opt/postgresql/bin/{program}", "--version"], {"LD_LIBRARY_PATH": "/opt/postgresql/lib"})
        print(f"images: {version.strip()}")
    if not programs():
        print(f"images: backup over TLS NOT checked: {ABSENT}")
        return
    port = free_port()
    amazon = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    amazon.start()
    try:
        with tls_server() as server:
            _round(image, server, f"http://127.0.0.1:{port}")
    finally:
        amazon.stop()


def _round(image: Image, server: TlsServer, amazon: str) -> None:
    file = image.root / AUTHORITY
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(server.ours.file.read_bytes())
    urls = {name: _database(server, name) for name in ("living", "restored")}
    urllib.request.urlopen(urllib.request.Request(f"{amazon}/copies", method="PUT"), timeout=20).close()  # noqa: S310 - loopback
    settings = {
        "BACKUP_S3_BUCKET": "copies", "BACKUP_S3_PREFIX": "obsidianlist/", "BACKUP_S3_ENDPOINT": amazon,
        "BACKUP_KEYS": f"images:{base64.b64encode(os.urandom(32)).decode()}",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        # The authority stands where the system's are, so that the URLs need to name none: as with a server of a public authority.
        "SSL_CERT_FILE": f"/{AUTHORITY}", **PASSWORDS,
    }  # fmt: skip
    image.run(["python3", "-m", "shared.db.migrate"], settings | {"DATABASE_OWNER_URL": urls["living"]})
    started = time.monotonic()
    recovery = ["python3", "-m", "shared.recovery"]
    made = json.loads(image.run([*recovery, "backup"], settings | {"DATABASE_OWNER_URL": urls["living"]}))["made"]
    backed_up = time.monotonic() - started
    assert made["name"] in image.run([*recovery, "list"], settings)
    system = urls["restored"].replace(
        "owner:owner-password", f"obsidianlist_system:{PASSWORDS['DATABASE_SYSTEM_PASSWORD']}"
    )
    image.run(
        [*recovery, "restore", "latest", "--lost-at", datetime.now(UTC).isoformat()],
        settings | {"DATABASE_OWNER_URL": urls["restored"], "DATABASE_URL": system},
    )
    counts = [_tables(server, name) for name in urls]
    assert counts[0] == counts[1], counts
    _refused(image, settings, urls["living"], server)
    print(
        f"images: backup and restore over TLS: {counts[0]} tables, {made['size'] / 1024:.0f} KiB, backup in {backed_up:.1f} s"
    )


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


def _tables(server: TlsServer, name: str) -> int:
    with Connection(**connect_arguments(server.url(server.ours).replace("/postgres?", f"/{name}?"))) as connection:
        return int(connection.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0][0])
