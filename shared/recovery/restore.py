"""The way back: load a backup into an empty database, and leave nothing to be sent twice.

What was lost is what happened between the snapshot and the disaster. Four things of that time must be settled, because the world outside
remembers them and the database does not:

- *Reminders* that fell due meanwhile may have been sent. None is sent again: each stands in one digest a person, so none is lost either.
- *Mails about an account*: those that wait may have been sent, and a link in one that was sent may have been used. None goes out, and every
  open link dies; whoever needs one asks for another.
- *Sessions*: every one ends. A refresh token that was rotated or revoked after the snapshot would otherwise work again.
- *Events*: consumers recognise what they did before the snapshot by their inbox, which is of the same snapshot; ``reconcile`` publishes
  again what the log holds and a consumer has not seen. Events of lost changes that Kafka still holds find no log entry and have no effect.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pg8000.native import Connection
from sqlalchemy import text

from shared import clock
from shared.config import BackupSettings
from shared.db import migrate
from shared.db.connection import connect_arguments
from shared.logging import get_logger
from shared.recovery.archive import Archive, Manifest
from shared.recovery.client_programs import feed
from shared.recovery.sealed import unseal

log = get_logger(__name__)
# Owners, grants and policies are made anew for the roles of this server, which may have other names.
_RESTORE = ("--format=custom", "--no-owner", "--no-acl", "--no-policies", "--single-transaction", "--exit-on-error")
_DOUBTFUL = text(
    "WITH doubtful AS (UPDATE deliveries SET state = 'suppressed', last_error = 'restored: it may have been sent before'"
    " WHERE state IN ('planned', 'sending') RETURNING occurrence_id)"
    " UPDATE reminder_occurrences SET state = 'pending', updated_at = now()"
    " WHERE state = 'due' AND id IN (SELECT occurrence_id FROM doubtful)"
)
_ACCOUNT_MAILS = text(
    "UPDATE account_mails SET state = 'cancelled', fence = fence + 1, last_error = 'restored: it may have been sent or used before'"
    " WHERE state IN ('planned', 'sending') OR (token_hash IS NOT NULL AND used_at IS NULL AND expires_at > now() AND state <> 'cancelled')"
)
_SESSIONS = ("refresh_tokens", "oauth_codes", "oauth_tokens")


class NotEmptyError(Exception):
    """The database has tables already; a restore never writes over anything."""


def load(
    archive: Archive, settings: BackupSettings, manifest: Manifest, owner_url: str, passwords: Mapping[str, str]
) -> None:
    """Load a backup into an empty database and bring it to the newest schema, with roles and row-level security.

    Args:
        archive: where it lies.
        settings: the keys, and where pg_restore is.
        manifest: which backup.
        owner_url: the owner's URL of a database without tables.
        passwords: of the roles, by ``app`` and ``system``; empty leaves them.

    Raises:
        NotEmptyError: there are tables.
        SealBrokenError, ValueError: the backup is not whole; nothing was written.
        ClientProgramError: pg_restore failed; nothing was written.
    """
    with contextlib.closing(Connection(**connect_arguments(owner_url))) as connection:
        if connection.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0][0]:
            raise NotEmptyError("the database has tables; restore into an empty one")
    plain = unseal(archive.read(manifest), settings.key_of(manifest.key_id))
    feed(
        "pg_restore",
        *_RESTORE,
        "--dbname",
        _database(owner_url),
        url=owner_url,
        pieces=plain,
        directory=settings.client_programs,
    )
    migrate.upgrade(owner_url, passwords.get("app", ""), passwords.get("system", ""), protect=True)
    log.info("restore.loaded", name=manifest.name, revision=manifest.revision)


def settle(lost_at: datetime) -> dict[str, int]:
    """Settle what may have gone out between the snapshot and ``lost_at``; run as the system role, before any function starts.

    Args:
        lost_at: when the old database was last written to, at the latest; aware.

    Returns:
        How many reminders went into digests, for how many people, how many sessions ended, and how many mails or their links died.
    """
    from shared.db.engine import transaction
    from shared.services.reminder_digest import write_digests

    sessions = 0
    with transaction(None) as connection:
        connection.execute(_DOUBTFUL)
        mails = connection.execute(_ACCOUNT_MAILS).rowcount
        for table in _SESSIONS:
            sessions += connection.execute(text(f"DELETE FROM {table}")).rowcount  # noqa: S608 - our names
    counts: dict[str, Any] = write_digests(older_than=max(clock.now() - lost_at, timedelta()))
    log.info("restore.settled", sessions=sessions, account_mails=mails, **counts)
    return {**counts, "sessions": sessions, "account_mails": mails}


def _database(url: str) -> str:
    return str(connect_arguments(url)["database"])
