"""Connections that die under us, servers that are full, records nobody takes: 503 or waiting, never a wrong answer and never silence."""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from knative.local.postgres import SYSTEM_USER
from shared.db.direct import fetch_json
from shared.db.engine import transaction
from shared.db.pool import get_pool
from shared.errors import Unavailable
from tests.faults.conftest import World
from tests.support.bundle import wait_until
from tests.support.client import Person

pytestmark = pytest.mark.timeout(120)
OURS = "usename IN ('obsidianlist_app', 'obsidianlist_system')"


@pytest.fixture
def person(world: World) -> Person:
    """Somebody signed in, served by this process."""
    from functions.tasks.main import tasks

    return Person(tasks.wsgi, user_id=world.user_id)


@pytest.mark.row(20)
def test_a_transaction_whose_connection_is_cut_is_unavailable_and_undone(world: World) -> None:
    """The caller hears 503, nothing is committed, and the next transaction gets a connection that works."""
    statement = "INSERT INTO rate_limits (bucket, tokens) VALUES ('cut', 1)"
    with pytest.raises(Unavailable), transaction(None) as connection:
        connection.exec_driver_sql(statement)
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        world.sql("SELECT pg_terminate_backend(:pid)", pid=pid)
        connection.exec_driver_sql("SELECT 1")
    assert world.count("rate_limits", "bucket = 'cut'") == 0
    with transaction(None) as connection:
        connection.exec_driver_sql(statement)
    assert world.count("rate_limits", "bucket = 'cut'") == 1
    assert get_pool().counts()["lent"] == 0


@pytest.mark.row(20)
def test_requests_while_every_connection_is_cut_again_and_again(world: World, person: Person) -> None:
    """Each is answered or 503; with its key every request that was tried again happened once; the pool recovers at once."""

    def create(number: int) -> int:
        tries = 0
        while True:
            tries += 1
            answer = person.post("/api/tasks", {"title": str(number)}, headers={"Idempotency-Key": f"k{number}"})
            assert answer.status_code in {201, 503, 409}, answer.text  # 409: the first try is still under way
            if answer.status_code == 201:
                return tries
            time.sleep(0.05)

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(create, number) for number in range(60)]
        while not all(one.done() for one in work):
            world.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
            time.sleep(0.1)
        tries = [one.result() for one in work]
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 60
    assert world.count("event_log", "user_id = :who", who=world.user_id) == 60
    assert person.get("/api/tasks").status_code in {200, 503}
    assert person.get("/api/tasks").status_code == 200
    assert sum(tries) >= 60


@pytest.mark.row(20)
def test_a_full_server_is_unavailable_until_there_is_room(world: World, person: Person) -> None:
    """Too many connections answers 503 with a time to come back, not 500, and is over when the limit is."""
    get_pool().close()
    from shared.db.pool import dispose

    dispose()
    world.sql("ALTER ROLE obsidianlist_system CONNECTION LIMIT 0")
    try:
        answer = person.get("/api/tasks")
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    finally:
        world.sql("ALTER ROLE obsidianlist_system CONNECTION LIMIT -1")
    assert person.get("/api/tasks").status_code == 200


def test_a_record_nobody_takes_is_parked_and_the_others_go_on(world: World) -> None:
    """Too large for the client: its row says so and backs off; the task's later versions wait, every other task is published."""
    from shared.events.outbox import drain

    good, bad, other = (world.task(versions=2) for _ in range(3))
    world.sql(
        "UPDATE event_log SET payload = payload || jsonb_build_object('filler', repeat('x', 2000000))"
        " WHERE aggregate_id = :id AND aggregate_version = 1",
        id=bad,
    )
    assert drain([good, bad, other]) == 4
    assert (world.versions(good), world.versions(bad), world.versions(other)) == ([1, 2], [], [1, 2])
    [parked, waiting] = world.sql(
        "SELECT attempts, last_error, next_attempt_at FROM outbox_pending WHERE aggregate_id = :id ORDER BY seq", id=bad
    )
    assert (parked[:2], waiting[:2]) == ([1, "MSG_SIZE_TOO_LARGE"], [0, None])
    assert parked[2] - waiting[2] > timedelta(seconds=0.4)  # the other's is when it was written


@pytest.mark.kafka
def test_an_unknown_topic_is_parked_and_the_others_go_on(world: World) -> None:
    """The row says so, and the other tasks of the batch are published."""
    if not world.is_apache:
        pytest.skip(
            "the in-memory broker makes every topic that is asked for; make test-kafka runs this on Apache Kafka"
        )
    from shared.events.outbox import drain

    good, bad = world.task(), world.task()
    world.sql("UPDATE outbox_pending SET topic = 'nobody-made-this' WHERE aggregate_id = :id", id=bad)
    assert drain([bad, good]) == 1
    [[attempts, error]] = world.sql("SELECT attempts, last_error FROM outbox_pending WHERE aggregate_id = :id", id=bad)
    assert (attempts, bool(error)) == (1, True)
    assert world.versions(good) == [1]


@pytest.mark.row(9)
@pytest.mark.kafka
def test_a_topic_we_may_not_write_is_parked_until_we_may(world: World) -> None:
    """The row names the refusal, every other topic goes on, and once the list allows it the event goes out in its place."""
    if not world.is_apache:
        pytest.skip("the in-memory broker knows no access control; make test-kafka runs this on Apache Kafka")
    from confluent_kafka.admin import (
        AclBinding,
        AclBindingFilter,
        AclOperation,
        AclPermissionType,
        AdminClient,
        ResourcePatternType,
        ResourceType,
    )

    from shared.events.outbox import drain

    admin = AdminClient({"bootstrap.servers": world.kafka, "log_level": 0})
    refused = (ResourceType.TOPIC, "task-events", ResourcePatternType.LITERAL, "User:*", "*", AclOperation.WRITE, AclPermissionType.DENY)  # fmt: skip
    task_id, other = world.task(versions=2), world.task()
    world.sql("UPDATE outbox_pending SET topic = 'notifications' WHERE aggregate_id = :id", id=other)
    for done in admin.create_acls([AclBinding(*refused)]).values():
        done.result(30)
    try:
        # The list takes effect a moment after its answer; what was published before it has to go out again for this test.
        wait_until(lambda: drain([world.task()]) == 0, seconds=60)
        assert drain([task_id, other]) == 1
        rows = world.sql("SELECT last_error FROM outbox_pending WHERE aggregate_id = :id ORDER BY seq", id=task_id)
        assert rows == [["TOPIC_AUTHORIZATION_FAILED"], [None]]
    finally:
        for done in admin.delete_acls([AclBindingFilter(*refused)]).values():
            done.result(30)
    wait_until(lambda: drain([task_id]) > 0, seconds=60)
    wait_until(lambda: list(dict.fromkeys(world.versions(task_id))) == [1, 2], seconds=60)


@pytest.fixture
def small_disk(world: World) -> Iterator[Path]:
    """Put the tasks on a file system of two megabytes."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("a small file system of its own needs mount, and that needs root on Linux")
    place = Path(tempfile.mkdtemp(prefix="small-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False)  # fmt: skip
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"this machine mounts nothing: {mounted.stderr.decode().strip()}")
    try:
        (place / "space").mkdir(mode=0o700)
        place.chmod(0o755)
        shutil.chown(place / "space", SYSTEM_USER, SYSTEM_USER)
        world.sql(f"CREATE TABLESPACE small LOCATION '{place}/space'")
        world.sql("ALTER TABLE tasks SET TABLESPACE small")
        yield place
        world.sql("ALTER TABLE tasks SET TABLESPACE pg_default")
        world.sql("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


@pytest.mark.row(20)
def test_a_full_disk_is_unavailable_until_there_is_room(world: World, person: Person, small_disk: Path) -> None:
    """Writing answers 503 with a time to come back and leaves nothing half done, reading goes on, and with room so does writing."""

    def create() -> int:
        notes = base64.b64encode(os.urandom(12_000)).decode()  # nothing to compress
        answer = person.post("/api/tasks", {"title": "large", "notes": notes})
        assert (answer.status_code == 503) == ("Retry-After" in answer.headers), answer.text
        return int(answer.status_code)

    answers = [create()]
    while answers[-1] == 201 and len(answers) < 500:
        answers.append(create())
    assert answers[-1] == 503
    assert world.count("tasks", "user_id = :who", who=world.user_id) == answers.count(201)
    assert world.count("event_log", "user_id = :who", who=world.user_id) == answers.count(201)
    assert person.get("/api/tasks").status_code == 200
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert create() == 201


@pytest.mark.row(4)
def test_a_publisher_on_a_dead_network_loses_its_lock_in_a_bounded_time(world: World) -> None:
    """Row 4 with nobody to tell the server: the sweep passes the task by meanwhile, and both roles' sessions end by themselves."""
    from urllib.parse import urlsplit

    from pg8000.native import Connection

    from shared.events.outbox import drain
    from tests.faults.proxy import Proxy

    limits = world.sql(
        "SELECT r.rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
        " WHERE 'idle_in_transaction_session_timeout=30s' = ANY (s.setconfig) ORDER BY 1"
    )
    assert limits == [["obsidianlist_app"], ["obsidianlist_system"]]
    task_id, other = world.task(), world.task()
    url = urlsplit(world.database.system_url)
    proxy = Proxy(url.port or 0)
    holder = Connection(
        url.username or "", host="127.0.0.1", port=proxy.port, password=url.password, database=url.path[1:]
    )
    holder.run("SET idle_in_transaction_session_timeout = '3s'")
    holder.run("BEGIN")
    holder.run("SELECT * FROM outbox_take(:ids, 10)", ids=[str(task_id)])
    proxy.mode = "blackhole"
    with pytest.raises(Unavailable):
        drain([task_id])
    assert drain([other]) == 1
    deadline = time.monotonic() + 30
    while world.count("pg_locks", "locktype = 'advisory' AND classid = 190231") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert drain([task_id]) == 1
    holder._usock.close()
    proxy.close()


def test_reading_while_the_broker_hangs(world: World) -> None:
    """Nothing a person asks waits for Kafka: with its port silent, creating answers and the event stays for the relay."""
    import socket

    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:  # takes connections, says nothing
        answer = world.child(
            "call", role="app", kafka=f"127.0.0.1:{silent.getsockname()[1]}",
            who=world.user_id, method="POST", path="/api/tasks", body={"title": "a"}, key=None,
        )  # fmt: skip
    assert answer["status"] == 201
    assert world.count("outbox_pending", "user_id = :who", who=world.user_id) == 1
    assert fetch_json("select 'ok'::text", user_id=None) == b"ok"
