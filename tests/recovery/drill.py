"""``make restore-drill``: lose the server, restore another from the bucket, and measure both losses: of data (RPO) and of time (RTO).

The real platform runs with people writing; a backup is taken with PostgreSQL's own program into a bucket that moto plays; writing goes on;
then everything is killed and its data directory is gone. A new directory, an empty server, restore, start. Checked: everything of the
snapshot is there, nothing of it is counted twice in the trail, what was written later is gone and known to be, reminders that were
sent do not go out again. Bounded: about a minute, 127.0.0.1 only.
"""

import base64
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import psutil
from moto import mock_aws

from knative.local.keys import load_keys
from knative.local.postgres import EmbeddedPostgres, _binaries
from knative.local.supervisor import DATABASE
from shared.config import BackupSettings, forget_settings
from shared.recovery import restore
from shared.recovery.archive import Archive, Manifest
from shared.recovery.backup import make_backup
from tests.support.bundle import ApiUser, Bundle, running_bundle, wait_until
from tests.support.environment import function_environment

PEOPLE, TASKS = 5, 40
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1", "BACKUP_S3_BUCKET": "backups",
    "BACKUP_KEYS": f"drill:{base64.b64encode(os.urandom(32)).decode()}", "BACKUP_CLIENT_PROGRAMS": str(_binaries()),
}  # fmt: skip


def main() -> int:
    """Run the drill and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="drill-") as folder, mock_aws(), patch.dict(os.environ, SETTINGS):
        forget_settings()
        boto3.client("s3").create_bucket(
            Bucket="backups", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        return drill(Path(folder))


def drill(folder: Path) -> int:
    """Work, back up, work on, lose everything, come back."""
    with running_bundle(folder / "first") as bundle:
        return _lose_and_restore(folder, bundle)


def _lose_and_restore(folder: Path, bundle: Bundle) -> int:
    people = [bundle.register() for _ in range(PEOPLE)]
    for person in people:
        work(person, "kept")
    reminded = people[0].create_task("Reminded", due_at=_soon(3), reminders=[{"minutes_before": 0}])
    wait_until(lambda: mails(bundle, "Reminded") > 0, seconds=90, what=lambda: "no reminder was mailed")
    wait_until(lambda: mails(bundle) > PEOPLE, what=lambda: "nobody was asked to confirm the address")
    wait_until(lambda: all(len(person.audit()) >= TASKS for person in people), seconds=60)
    archive = Archive(BackupSettings.load())
    manifest = make_backup(archive, BackupSettings.load(), owner_url(bundle))
    for person in people:
        work(person, "lost", TASKS // 4)
    secrets, sent = (bundle.data_dir / "secrets.json").read_bytes(), mails(bundle)
    lost_at = datetime.now(UTC)
    began = time.monotonic()
    lose(bundle)
    second = Bundle(folder / "second", port=bundle.port)
    load_backup(second.data_dir, secrets, archive, manifest, lost_at)
    loaded = time.monotonic() - began
    try:
        second.start()
        second.log_in(people[0].email).close()
        back = time.monotonic() - began
        check(second, people, reminded, sent)
    finally:
        second.stop()
    print(f"restore drill: {manifest.size / 1024:.0f} KiB backup, {PEOPLE} people, {PEOPLE * TASKS} tasks kept")
    print(
        f"  RPO: everything until {manifest.snapshot_at:%H:%M:%S.%f} is back; lost: {(lost_at - manifest.snapshot_at).total_seconds():.1f} s of work"
    )
    print(f"  RTO: {back:.1f} s from the loss to the first sign-in ({loaded:.1f} s of it to load)")
    print("  events: none lost, none twice; reminders: none sent again")
    return 0


def work(person: ApiUser, word: str, count: int = TASKS) -> None:
    """Create tasks in one request."""
    steps = [{"action": "create", "task": {"title": f"{word} {n}"}} for n in range(count)]
    person.client.post("/api/tasks/bulk", json={"operations": steps}).raise_for_status()


def mails(bundle: Bundle, word: str = "") -> int:
    """Return how many mails the platform sent, those with a word in them only."""
    return sum(word in mail.read_text() for mail in (bundle.data_dir / "mailbox").rglob("*.eml"))


def owner_url(bundle: Bundle) -> str:
    """Return the owner's URL of a running bundle's server."""
    keys = load_keys(bundle.data_dir / "secrets.json")
    port = int((bundle.data_dir / "postgres" / "port").read_text())
    return f"postgresql://obsidianlist_owner:{keys['DATABASE_OWNER_PASSWORD']}@127.0.0.1:{port}/{DATABASE}"


def lose(bundle: Bundle) -> None:
    """Kill everything with -9 and remove its data."""
    assert bundle.process is not None
    victims = [
        bundle.process.pid,
        bundle.pid("postgres"),
        *(child.pid for child in psutil.Process(bundle.process.pid).children(recursive=True)),
    ]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid) for pid in victims if psutil.pid_exists(pid)], timeout=20)
    bundle.process.wait()
    bundle.process = None
    shutil.rmtree(bundle.data_dir, ignore_errors=True)


def load_backup(directory: Path, secrets: bytes, archive: Archive, manifest: Manifest, lost_at: datetime) -> None:
    """Make an empty server with the keys that were kept elsewhere, and restore into it."""
    directory.mkdir()
    (directory / "secrets.json").write_bytes(secrets)
    keys = load_keys(directory / "secrets.json")
    server = EmbeddedPostgres(
        directory / "postgres", keys["POSTGRES_SUPERUSER_PASSWORD"], keys["DATABASE_OWNER_PASSWORD"]
    )
    server.start()
    try:
        url = server.ensure_owner_database(DATABASE)
        passwords = {"app": keys["DATABASE_APP_PASSWORD"], "system": keys["DATABASE_SYSTEM_PASSWORD"]}
        restore.load(archive, BackupSettings.load(), manifest, url, passwords)
        system = server.url("obsidianlist_system", keys["DATABASE_SYSTEM_PASSWORD"], DATABASE)
        with function_environment({"DATABASE_URL": system, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}):
            restore.settle(lost_at)
    finally:
        server.stop()


def check(bundle: Bundle, people: list[ApiUser], reminded: dict[str, Any], sent: int) -> None:
    """Compare what is there with what was there at the snapshot."""
    for person in people:
        assert (
            person.client.post("/api/auth/refresh", json={"refresh_token": person.tokens["refresh_token"]}).status_code
            == 401
        )
        again = bundle.log_in(person.email)
        titles = [task["title"] for task in _all_tasks(again)]
        assert sorted(title for title in titles if title.startswith("kept")) == sorted(
            f"kept {n}" for n in range(TASKS)
        )
        assert not [title for title in titles if title.startswith("lost")]
        trail = again.audit(type="task.created")
        assert len({entry["task_id"] for entry in trail}) == len(trail) == len(titles), (
            "an event was lost or counted twice"
        )
        again.close()
    time.sleep(35)  # one tick of the reminders function
    assert mails(bundle) == 0, f"of {sent} mails sent before the loss some went out again: {reminded['id']}"


def _all_tasks(person: ApiUser) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = person.client.get(
            "/api/tasks", params={"limit": 200, "status": "all", **({"cursor": cursor} if cursor else {})}
        ).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


def _soon(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
