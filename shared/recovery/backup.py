"""Make a backup: one consistent snapshot of everything, sealed on the way to the bucket."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pg8000.native import Connection

from shared import clock
from shared.config import BackupSettings
from shared.db.connection import connect_arguments
from shared.logging import get_logger
from shared.recovery.archive import Archive, Manifest
from shared.recovery.client_programs import output_of
from shared.recovery.sealed import seal

log = get_logger(__name__)
# The owner is no superuser: its policy shows it every row, and pg_dump must not insist on a role that no policy binds.
_DUMP = ("--format=custom", "--no-owner", "--enable-row-security", "--lock-wait-timeout=60s")


def make_backup(archive: Archive, settings: BackupSettings, owner_url: str, dump: Path | None = None) -> Manifest:
    """Write a backup and return its manifest.

    Args:
        archive: where to.
        settings: the key, and where pg_dump is.
        owner_url: the owner's URL, direct: a pooler in transaction mode cannot hold a dump's snapshot.
        dump: a file of ``pg_dump --format=custom`` to take instead of dumping here; it shows the time it was last written.

    Raises:
        ClientProgramError: the dump failed; nothing that looks like a backup is left.
    """
    # Before the snapshot: whoever restores must not believe that it shows more than it does.
    moment = clock.now() if dump is None else datetime.fromtimestamp(dump.stat().st_mtime, UTC)
    name = f"{moment:%Y%m%dT%H%M%SZ}.dump"
    key_id, key = settings.key
    revision, version = _server(owner_url)
    try:
        with _pieces(dump, owner_url, settings) as pieces:
            size, digest = archive.put(name, seal(pieces, key))
    except BaseException:
        archive.discard(name)
        raise
    manifest = Manifest(name, moment, revision, version, size, digest, key_id)
    archive.confirm(manifest)
    log.info("backup.made", name=name, size=size, revision=revision)
    return manifest


@contextlib.contextmanager
def _pieces(dump: Path | None, owner_url: str, settings: BackupSettings) -> Iterator[Iterator[bytes]]:
    if dump is None:
        with output_of("pg_dump", *_DUMP, url=owner_url, directory=settings.client_programs) as pieces:
            yield pieces
    else:
        with dump.open("rb") as file:
            yield iter(lambda: file.read(1024 * 1024), b"")


def _server(owner_url: str) -> tuple[str, str]:
    with contextlib.closing(Connection(**connect_arguments(owner_url))) as connection:
        revision = connection.run("SELECT version_num FROM alembic_version")[0][0]
        version = connection.run("SHOW server_version")[0][0]
    return str(revision), str(version)
