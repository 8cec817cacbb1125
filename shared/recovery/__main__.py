"""``python -m shared.recovery``: backup, list, restore, settle, reconcile. Runbook: knative/runbooks/Restore.md.

Environment: BACKUP_* (``shared.config.BackupSettings``), AWS's own variables, DATABASE_OWNER_URL for backup and restore; restore also
DATABASE_APP_PASSWORD and DATABASE_SYSTEM_PASSWORD, and DATABASE_URL of the system role, as settle does; reconcile the environment of a system function.
"""

import argparse
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from shared.config import BackupSettings, ConfigurationError
from shared.recovery.archive import Archive, Manifest
from shared.recovery.client_programs import ClientProgramError
from shared.recovery.sealed import SealBrokenError

_LOOK_BACK = timedelta(days=14)  # the longest retention of a topic


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status; what it did is one JSON line a thing."""
    given = _parser().parse_args(arguments)
    try:
        answer = given.run(given)
    except (ConfigurationError, ClientProgramError, SealBrokenError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for line in answer if isinstance(answer, list) else [answer]:
        sys.stdout.write(orjson.dumps(line, default=str).decode() + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m shared.recovery", description="Backup and restore of the database."
    )
    commands = parser.add_subparsers(required=True)
    backup = commands.add_parser("backup", help="make a backup and remove those past their time")
    backup.add_argument("--dump", type=Path, help="take this pg_dump file instead of dumping")
    backup.set_defaults(run=_backup)
    commands.add_parser("list", help="list backups, oldest first").set_defaults(run=_list)
    restore = commands.add_parser("restore", help="load a backup into an empty database")
    restore.add_argument("name", help="a name from list, or latest")
    restore.set_defaults(run=_restore)
    settle = commands.add_parser("settle", help="after point-in-time recovery: let nothing go out twice")
    settle.set_defaults(run=_settle)
    for parser_of in (restore, settle):
        parser_of.add_argument(
            "--lost-at",
            type=_instant,
            required=True,
            help="when the old database was last written to (RFC 3339); later is safer",
        )
    commands.add_parser("reconcile", help="publish again what a consumer has not seen").set_defaults(run=_reconcile)
    return parser


def _backup(given: argparse.Namespace) -> dict[str, object]:
    from shared.recovery.backup import make_backup

    settings = BackupSettings.load()
    archive = Archive(settings)
    manifest = make_backup(archive, settings, _variable("DATABASE_OWNER_URL"), given.dump)
    return {"made": vars(manifest), "removed": archive.clean_up()}


def _list(_given: argparse.Namespace) -> list[dict[str, object]]:
    return [vars(manifest) for manifest in Archive(BackupSettings.load()).manifests()]


def _restore(given: argparse.Namespace) -> dict[str, object]:
    from shared.recovery.restore import NotEmptyError, load, settle

    settings = BackupSettings.load()
    archive = Archive(settings)
    manifest = _chosen(archive, given.name)
    passwords = {role: os.environ.get(f"DATABASE_{role.upper()}_PASSWORD", "") for role in ("app", "system")}
    try:
        load(archive, settings, manifest, _variable("DATABASE_OWNER_URL"), passwords)
    except NotEmptyError as error:
        raise ConfigurationError(f"DATABASE_OWNER_URL: {error}") from error
    return {"restored": vars(manifest), **settle(given.lost_at)}


def _settle(given: argparse.Namespace) -> dict[str, object]:
    from shared.recovery.restore import settle

    return dict(settle(given.lost_at))


def _reconcile(_given: argparse.Namespace) -> dict[str, object]:
    from shared.events.reconciler import republish_missing

    return {"published_again": republish_missing(older_than_seconds=0, within=_LOOK_BACK)}


def _chosen(archive: Archive, name: str) -> Manifest:
    known = archive.manifests()
    found = known[-1:] if name == "latest" else [manifest for manifest in known if manifest.name == name]
    if not found:
        raise ConfigurationError(f"there is no backup {name}; see: python -m shared.recovery list")
    return found[0]


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"{name} is not set")
    return value


def _instant(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a moment needs its offset, for example 2027-01-31T09:00:00Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
