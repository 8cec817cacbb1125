"""Kill -9 at every step from a request to the effect of its event; what must hold afterwards."""

import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.conftest import World
from tests.support.bundle import REPOSITORY
from tests.support.database import PASSWORD

pytestmark = pytest.mark.timeout(120)
DUE = {"due_on": "2030-01-01"}


def first_occurrences(versions: list[int]) -> list[int]:
    """Return the versions without repetitions."""
    return list(dict.fromkeys(versions))


def test_every_failpoint_has_a_test() -> None:
    """A crash point nobody breaks proves nothing."""
    code = [path.read_text() for folder in ("shared", "functions") for path in (REPOSITORY / folder).rglob("*.py")]
    names = {name for text in code for name in re.findall(r'\bfailpoint\("([a-z_.0-9]+)"\)', text)}
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert names - {"name"}
    assert [name for name in sorted(names - {"name"}) if name not in tests] == []


@pytest.mark.parametrize("extra", [{}, DUE], ids=["one statement", "transaction"])
def test_killed_before_the_commit_nothing_happened(world: World, extra: dict[str, str]) -> None:
    """Row 1: neither task nor event nor stored answer; the same key works once afterwards."""
    request = {
        "who": world.user_id,
        "method": "POST",
        "path": "/api/tasks",
        "body": {"title": "a", **extra},
        "key": "k",
    }
    world.child("call", "idempotency.before_commit=kill", role="app", **request)
    for table in ("tasks", "event_log", "idempotency_keys"):
        assert world.count(table, "user_id = :who", who=world.user_id) == 0
    assert world.child("call", role="app", **request)["status"] == 201
    again = world.child("call", role="app", **request)
    assert (again["status"], again["replayed"]) == (201, True)
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 1


def test_killed_before_the_commit_of_an_edit(world: World) -> None:
    """Row 1 without a key: the transaction is rolled back as a whole."""
    request = {"who": world.user_id, "method": "POST", "path": "/api/tasks", "body": {"title": "a", **DUE}, "key": None}
    world.child("call", "api.before_commit=kill", role="app", **request)
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 0
    assert world.count("event_log", "user_id = :who", who=world.user_id) == 0


@pytest.mark.parametrize("action", ["kill", "raise"])
def test_a_lost_answer_is_given_again(world: World, action: str) -> None:
    """Row 2: the change is committed, its client sees a failure; the same key returns the stored answer, one task, one event."""
    request = {"who": world.user_id, "method": "POST", "path": "/api/tasks", "body": {"title": "a", **DUE}, "key": "k"}
    lost = world.child("call", f"idempotency.commit_lost_reply={action}", role="app", **request)
    assert lost is None or lost["status"] == 500
    again = world.child("call", role="app", **request)
    assert (again["status"], again["replayed"]) == (201, True)
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 1
    assert world.count("event_log", "user_id = :who", who=world.user_id) == 1


@pytest.mark.parametrize("point", ["api.commit_lost_reply", "api.after_commit"])
def test_what_was_committed_and_not_published_the_relay_sends(world: World, point: str) -> None:
    """Rows 2 and 3: task and pending row are there after the kill, and the next sweep publishes once."""
    request = {"who": world.user_id, "method": "POST", "path": "/api/tasks", "body": {"title": "a", **DUE}, "key": None}
    world.child("call", f"{point}=kill", role="app", **request)
    [[task_id]] = world.sql("SELECT id FROM tasks WHERE user_id = :who", who=world.user_id)
    world.age()
    world.child("sweep")
    assert first_occurrences(world.versions(task_id)) == [1]
    assert world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 0


@pytest.mark.parametrize(
    ("point", "step"),
    [
        ("outbox.after_lock", "drain"),
        ("outbox.mid_batch", "drain"),
        ("outbox.after_ack_before_delete", "drain"),
        ("sweep.mid", "sweep"),
    ],
)
def test_a_killed_publisher_leaves_order_and_effects_whole(world: World, point: str, step: str) -> None:
    """Rows 4, 5, 6 and 8: the lock is free at once, first occurrences are in order, repetitions have no second effect."""
    task_id = world.task(versions=3)
    world.child(step, f"{point}=kill", **({"aggregates": [task_id]} if step == "drain" else {}))
    world.child("drain", aggregates=[task_id])
    assert world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 0
    versions = world.versions(task_id)
    assert first_occurrences(versions) == [1, 2, 3]
    answers = world.deliver(task_id)
    assert {answer["status"] for answer in answers} == {200}
    assert [answer["body"]["outcome"] for answer in answers].count("done") == 3
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 3


@pytest.mark.parametrize(
    ("point", "outcome"),
    [
        ("consumer.before_inbox", "done"),
        ("consumer.after_effects_before_commit", "done"),
        ("consumer.after_commit_before_200", "duplicate"),
    ],
)
def test_a_killed_consumer_has_its_effect_once(world: World, point: str, outcome: str) -> None:
    """Rows 11, 12 and 13: delivered again, the event is done now or known as done."""
    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    world.deliver(task_id, f"{point}=kill")
    assert [answer["body"]["outcome"] for answer in world.deliver(task_id)] == [outcome]
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


def test_an_event_that_kills_its_consumer_is_given_up_and_can_be_replayed(world: World) -> None:
    """Rows 14, 16 and 21: our own counter ends the loop; a replay killed at either point and run again has one effect."""
    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    for _ in range(8):
        world.deliver(task_id, "consumer.after_effects_before_commit=kill")
    assert [answer["body"]["outcome"] for answer in world.deliver(task_id)] == ["given-up"]
    assert world.count("dead_letters", "state = 'open'") == 1
    world.child("replay", "replay.before_commit=kill", operator=world.user_id)
    assert world.count("dead_letters", "state = 'open'") == 1
    world.child("replay", "replay.mid=kill", operator=world.user_id)
    assert world.count("dead_letters", "state = 'replayed'") == 1
    world.age()
    world.child("drain", aggregates=[task_id])
    assert "done" in [answer["body"]["outcome"] for answer in world.deliver(task_id)]
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


def test_what_the_transport_dropped_is_published_again(world: World) -> None:
    """Row 15: consumer and dead letter sink were both down; the reconciler finds the hole in the inbox."""
    from shared.events.reconciler import republish_missing

    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    assert sum(republish_missing(older_than_seconds=0).values()) >= 1
    versions = world.versions(task_id)  # once more for each registered consumer
    assert (len(versions) > 1, set(versions)) == (True, {1})
    world.deliver(task_id)
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


def test_a_migration_killed_half_way_leaves_nothing(world: World) -> None:
    """Row 22: DDL is transactional; the next run starts from the beginning."""
    name = f"test_{uuid4().hex[:12]}"
    world.sql(f"CREATE DATABASE {name} OWNER obsidianlist_owner")
    owner = world.database.owner_url.replace(world.database.name, name)
    secrets = {"DATABASE_APP_PASSWORD": PASSWORD, "DATABASE_SYSTEM_PASSWORD": PASSWORD}

    def migrate(failpoints: str) -> int:
        environment = {**os.environ, **secrets, "DATABASE_OWNER_URL": owner, "FAILPOINTS": failpoints}
        command = [sys.executable, "-m", "shared.db.migrate"]
        return subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, check=False).returncode

    assert migrate("migration.mid=kill") == -9
    assert migrate("") == 0
    world.sql(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_lost_refresh_answer_is_given_again(world: World) -> None:
    """Row 24: killed after the commit, the old token returns one successor within the grace."""
    from shared.db.engine import transaction
    from shared.services import refresh_tokens

    with transaction(None) as connection:
        token = refresh_tokens.issue(connection, world.user_id, "test").token
    world.child("rotate", "refresh.commit_lost_reply=kill", token=token)
    # Here, not in children: a loaded machine must not take longer than the grace of ten seconds.
    again = refresh_tokens.rotate(token, "test").successor.token
    assert again == refresh_tokens.rotate(token, "test").successor.token
    assert world.count("refresh_tokens", "user_id = :who", who=world.user_id) == 2
