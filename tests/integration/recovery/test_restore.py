"""Backup and restore with PostgreSQL's own programs and Amazon's API as moto plays it: everything comes back, protected, and nothing twice."""

import base64
from datetime import UTC, datetime, timedelta

import boto3
import orjson
import pytest
from moto import mock_aws
from pg8000.native import Connection
from sqlalchemy import text

from knative.local.postgres import OWNER, _binaries
from shared import clock
from shared.auth import hash_token
from shared.config import BackupSettings
from shared.db.connection import connect_arguments
from shared.db.engine import transaction
from shared.errors import InvalidInput
from shared.events import outbox
from shared.recovery import restore
from shared.recovery.__main__ import main
from shared.recovery.archive import Archive
from shared.recovery.backup import make_backup
from shared.recovery.client_programs import ClientProgramError
from shared.recovery.sealed import SealBrokenError
from shared.services import account_mail
from shared.services.actor import Actor
from shared.services.task_documents import TaskCreate
from shared.services.tasks import create_task
from tests.contract.chart.rendering import HELM, of_kind, render
from tests.support.client import make_user
from tests.support.environment import function_environment, function_variables

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def bucket(monkeypatch):
    """A bucket of Amazon's, and the settings that name it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1", "BACKUP_S3_BUCKET": "backups",
        "BACKUP_S3_PREFIX": "obsidianlist/", "BACKUP_KEYS": f"b-1:{KEY}", "BACKUP_CLIENT_PROGRAMS": str(_binaries()),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="backups", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield s3


@pytest.fixture
def world(postgres, system_env):
    """A person with a reminder that was due, one being sent, one to come, a session, a mail that waits and a mailed link."""
    user = make_user("Europe/Berlin")
    soon = clock.now() - timedelta(seconds=1)
    later = clock.now() + timedelta(days=2)
    made = {
        name: orjson_id(
            create_task(
                Actor(user, "web"),
                TaskCreate.model_validate(
                    {"title": name, "due_at": at, "reminders": [{"minutes_before": 0}], "tags": ["home"]}
                ),
            )
        )
        for name, at in {
            "due": soon + timedelta(hours=1),
            "sending": soon + timedelta(hours=1),
            "to come": later,
        }.items()
    }
    with transaction(None) as connection:
        run = connection.execute
        for name in ("due", "sending"):
            run(
                text("UPDATE reminder_occurrences SET fire_at = :at WHERE task_id = :id"),
                {"at": soon, "id": made[name]},
            )
        run(text("UPDATE reminder_occurrences SET state = 'due' WHERE task_id = :id"), {"id": made["sending"]})
        run(
            text(
                "INSERT INTO deliveries (id, user_id, occurrence_id, channel, state) SELECT gen_random_uuid(), user_id, id, 'email', 'sending'"
                " FROM reminder_occurrences WHERE task_id = :id"
            ),
            {"id": made["sending"]},
        )
        run(
            text(
                "INSERT INTO refresh_tokens (id, user_id, family_id, token_hash, expires_at, family_expires_at)"
                " VALUES (gen_random_uuid(), :user, gen_random_uuid(), uuid_send(gen_random_uuid()), now() + interval '1 day', now() + interval '1 day')"
            ),
            {"user": user},
        )
        account_mail.plan(connection, user, account_mail.PASSWORD_CHANGED)
        account_mail.plan(connection, user, account_mail.RESET_PASSWORD)
        run(
            text(
                "UPDATE account_mails SET state = 'sent', token_hash = :hash WHERE kind = 'reset_password' AND user_id = :user"
            ),
            {"hash": hash_token(link_of(user)), "user": user},
        )
    outbox.finish(10)  # so that the counts below do not move
    return user, made


def link_of(user):
    """Return the secret of a person's mailed link."""
    return f"oll_{user.hex}"


def orjson_id(document):
    """Return the id in a task's JSON."""
    return orjson.loads(document)["id"]


@pytest.fixture
def empty(postgres_server):
    """An empty database of the same owner; yields the owner's URL and the roles'."""
    database = postgres_server.clone()
    with Connection(**connect_arguments(database.superuser_url)) as connection:
        connection.run("DROP SCHEMA public CASCADE")
        connection.run(f"CREATE SCHEMA public AUTHORIZATION {OWNER}")
    yield database
    postgres_server.drop(database)


def test_everything_comes_back_and_nothing_goes_out_twice(postgres, bucket, world, empty):
    """Rows, roles and walls are there again; doubtful reminders stand in one digest, those to come stay; every session is over."""
    user, made = world
    settings = BackupSettings.load()
    archive = Archive(settings)
    manifest = make_backup(archive, settings, postgres.owner_url)
    stored = bucket.get_object(Bucket="backups", Key=f"obsidianlist/{manifest.name}")["Body"].read()
    assert b"PGDMP" not in stored
    assert len(stored) == manifest.size
    with Connection(**connect_arguments(postgres.superuser_url)) as old:
        before = _counts(old)
    restore.load(archive, settings, manifest, empty.owner_url, {})
    with Connection(**connect_arguments(empty.superuser_url)) as new:
        assert _counts(new) == before
        assert not new.run(
            "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
    with function_environment({"DATABASE_URL": empty.system_url}):
        with transaction(None) as connection:
            assert account_mail.find(connection, link_of(user), [account_mail.RESET_PASSWORD]).user_id == user
        found = restore.settle(clock.now())
        assert found == {"digests": 1, "expired": 2, "sessions": 1, "account_mails": 2}
        with transaction(None) as connection:
            states = dict(connection.execute(text("SELECT task_id::text, state FROM reminder_occurrences")).all())
            sending = connection.execute(text("SELECT count(*) FROM deliveries WHERE state = 'sending'")).scalar_one()
            assert sending == 0
            mails = connection.execute(text("SELECT DISTINCT state FROM account_mails")).scalars().all()
            assert mails == ["cancelled"]
            with pytest.raises(InvalidInput):
                account_mail.find(connection, link_of(user), [account_mail.RESET_PASSWORD])
            digest = connection.execute(text("SELECT data FROM notifications WHERE kind = 'digest'")).scalar_one()
    assert states == {made["due"]: "expired_visible", made["sending"]: "expired_visible", made["to come"]: "pending"}
    assert {item["title"] for item in digest["items"]} == {"due", "sending"}
    with function_environment({"DATABASE_URL": empty.app_url}):
        with transaction(user) as connection:
            assert connection.execute(text("SELECT count(*) FROM tasks")).scalar_one() == 3
        with transaction(clock.uuid7()) as connection:
            assert connection.execute(text("SELECT count(*) FROM tasks")).scalar_one() == 0


def _counts(connection):
    tables = [
        row[0] for row in connection.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    ]
    return {table: connection.run(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}


def test_a_spoiled_backup_writes_nothing(postgres, bucket, world, empty):
    """One changed byte in the bucket: the restore refuses, and the database is as empty as before."""
    settings = BackupSettings.load()
    archive = Archive(settings)
    manifest = make_backup(archive, settings, postgres.owner_url)
    key = f"obsidianlist/{manifest.name}"
    data = bytearray(bucket.get_object(Bucket="backups", Key=key)["Body"].read())
    data[-40] ^= 1
    bucket.put_object(Bucket="backups", Key=key, Body=bytes(data))
    with pytest.raises((SealBrokenError, ValueError)):
        restore.load(archive, settings, manifest, empty.owner_url, {})
    with Connection(**connect_arguments(empty.superuser_url)) as connection:
        assert _counts(connection) == {}


def test_nothing_is_written_over(postgres, bucket, world):
    """A database with tables is never the target of a restore."""
    settings = BackupSettings.load()
    archive = Archive(settings)
    manifest = make_backup(archive, settings, postgres.owner_url)
    with pytest.raises(restore.NotEmptyError):
        restore.load(archive, settings, manifest, postgres.owner_url, {})


def test_a_failed_dump_is_no_backup(postgres, bucket, world, monkeypatch):
    """When pg_dump fails half-way or is missing, no manifest says that there is a backup, and no data is left."""
    settings = BackupSettings.load().model_copy(update={"client_programs": "/nowhere"})
    with pytest.raises(ClientProgramError):
        make_backup(Archive(settings), settings, postgres.owner_url)
    broken = postgres.owner_url.replace("obsidianlist_owner", "obsidianlist_app").replace(
        postgres.owner_url.split(":")[2].split("@")[0], "wrong"
    )
    with pytest.raises(Exception):  # noqa: B017, PT011 - the driver's own refusal
        make_backup(Archive(BackupSettings.load()), BackupSettings.load(), broken)
    assert "Contents" not in bucket.list_objects_v2(Bucket="backups")


def test_old_backups_go_but_never_the_last_three(postgres, bucket, world, capsys, monkeypatch):
    """The command makes one and removes those past their time; the last three stay however old, and what has no manifest goes."""
    monkeypatch.setenv("DATABASE_OWNER_URL", postgres.owner_url)
    settings = BackupSettings.load()
    archive = Archive(settings)
    for days in (40, 30, 20):
        with clock.shifted(-days * 86_400):
            make_backup(archive, settings, postgres.owner_url)
    assert main(["backup"]) == 0
    names = [manifest.name for manifest in archive.manifests()]
    assert len(names) == 3
    assert names[0].startswith(f"{datetime.now(UTC) - timedelta(days=30):%Y%m%d}")
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count('"snapshot_at"') == 4
    assert main(["restore", "20010101T000000Z.dump", "--lost-at", "2026-01-01T00:00:00Z"]) == 1


def test_commands_of_the_runbook_in_the_cronjobs_environment(postgres, bucket, world, empty, kafka, capsys):
    """The Jobs of runbook Restore are made of the CronJob's template: what stands in it is enough for each command."""
    with function_environment({}) as patch:
        for name in {*function_variables(), "DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"} - cronjob_variables():
            patch.delenv(name, raising=False)
        patch.setenv("DATABASE_OWNER_URL", postgres.owner_url)
        assert main(["backup"]) == 0
        assert main(["restore", "latest", "--lost-at", clock.now().isoformat()]) == 1
        assert "restore into an empty one" in capsys.readouterr().err
        patch.setenv("DATABASE_OWNER_URL", empty.owner_url)
        patch.setenv("DATABASE_URL", empty.system_url)
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
        assert main(["restore", "latest", "--lost-at", clock.now().isoformat()]) == 0
        restored = orjson.loads(capsys.readouterr().out)
        assert restored["digests"] >= 1, "a person's doubtful reminders of this world, and of those before it"
        assert restored["sessions"] >= 1
        assert main(["settle", "--lost-at", clock.now().isoformat()]) == 0
        assert orjson.loads(capsys.readouterr().out) == {"digests": 0, "expired": 0, "sessions": 0, "account_mails": 0}
        assert main(["reconcile"]) == 0


def cronjob_variables():
    """Return the names of the CronJob's environment, from the rendered chart."""
    if not HELM.exists():
        pytest.skip("the CronJob is not rendered: no helm (`make chart-tools` builds it)")
    job = of_kind(render(settings=("backup.enabled=true", 'backup.bucket="copies"')), "CronJob")["backup"]
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return {variable["name"] for variable in pod["containers"][0]["env"]}
