"""Kill -9 at every step from a request to the effect of its event; what must hold afterwards.

Each crash point breaks in three ways: killed there, failed there, and done with its answer lost, so that the caller tries again what was
done. ``row`` names the row of the table of crash points in the README.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.conftest import World
from tests.support.bundle import REPOSITORY
from tests.support.database import PASSWORD

pytestmark = [pytest.mark.timeout(120), pytest.mark.kafka]
DUE = {"due_on": "2030-01-01"}
HOW = ["kill", "raise", "lost"]


def first_occurrences(versions: list[int]) -> list[int]:
    """Return the versions without repetitions."""
    return list(dict.fromkeys(versions))


def request_of(world: World, key: str | None = "k", **fields: str) -> dict[str, object]:
    """Return a creation as the arguments of a step."""
    return {"who": world.user_id, "method": "POST", "path": "/api/tasks", "body": {"title": "a", **fields}, "key": key}


def test_every_failpoint_has_a_test() -> None:
    """A crash point nobody breaks proves nothing."""
    code = [path.read_text() for folder in ("shared", "functions") for path in (REPOSITORY / folder).rglob("*.py")]
    names = {name for text in code for name in re.findall(r'\bfailpoint\("([a-z_.0-9]+)"\)', text)} - {"name"}
    tests = [path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py")]
    assert names
    assert [name for name in sorted(names) if not any(name in text for text in tests)] == []


@pytest.mark.row(1)
@pytest.mark.parametrize("how", ["kill", "raise"])
@pytest.mark.parametrize("point", ["idempotency.before_commit", "api.before_commit"])
@pytest.mark.parametrize("extra", [{}, DUE], ids=["one statement", "transaction"])
def test_broken_before_the_commit_nothing_happened(world: World, point: str, how: str, extra: dict[str, str]) -> None:
    """Neither task nor event nor stored answer; the same key works once afterwards."""
    if (point, extra) == ("api.before_commit", {}):
        point = "idempotency.before_commit"  # one statement has no moment before its commit but this
    request = request_of(world, **extra)
    failed = world.broken("call", point, how, role="app", **request)
    assert failed is None or failed["status"] == 500
    for table in ("tasks", "event_log", "outbox_pending", "idempotency_keys"):
        assert world.count(table, "user_id = :who", who=world.user_id) == 0
    assert world.child("call", role="app", **request)["status"] == 201
    again = world.child("call", role="app", **request)
    assert (again["status"], again["replayed"]) == (201, True)
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 1


@pytest.mark.row(1)
@pytest.mark.parametrize("how", ["kill", "raise"])
def test_broken_before_the_commit_of_an_edit(world: World, how: str) -> None:
    """Without a key the transaction is rolled back as a whole: version, event and reminders stay what they were."""
    task = world.child("call", role="app", **request_of(world, None, **DUE))["body"]
    edit = {
        "who": world.user_id,
        "method": "PATCH",
        "path": f"/api/tasks/{task['id']}",
        "body": {"title": "b"},
        "key": None,
    }
    world.broken("call", "api.before_commit", how, role="app", **edit)
    assert world.sql("SELECT title, version FROM tasks WHERE id = :id", id=task["id"]) == [["a", 1]]
    assert world.count("event_log", "user_id = :who", who=world.user_id) == 1
    assert world.child("call", role="app", **edit)["body"]["version"] == 2


@pytest.mark.row(2)
@pytest.mark.parametrize("how", HOW)
def test_a_lost_answer_is_given_again(world: World, how: str) -> None:
    """The change is committed, its client sees a failure; the same key returns the stored answer, one task, one event."""
    request = request_of(world, **DUE)
    lost = world.broken("call", "idempotency.commit_lost_reply", how, role="app", **request)
    assert lost is None or lost["status"] == 500
    again = world.child("call", role="app", **request)
    assert (again["status"], again["replayed"]) == (201, True)
    assert world.count("tasks", "user_id = :who", who=world.user_id) == 1
    assert world.count("event_log", "user_id = :who", who=world.user_id) == 1


@pytest.mark.row(2, 3)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("point", ["api.commit_lost_reply", "api.after_commit"])
def test_what_was_committed_and_not_published_the_relay_sends(world: World, point: str, how: str) -> None:
    """Task and pending row are there, and the next sweep publishes once."""
    answer = world.broken("call", point, how, role="app", **request_of(world, None, **DUE))
    if (point, how) == ("api.after_commit", "raise"):
        assert answer["status"] == 201  # nobody is told that a committed change failed
    [[task_id]] = world.sql("SELECT id FROM tasks WHERE user_id = :who", who=world.user_id)
    world.age()
    world.child("sweep")
    assert first_occurrences(world.versions(task_id)) == [1]
    assert world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 0


@pytest.mark.row(4, 5, 6, 8)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("point", "step"),
    [
        ("outbox.after_lock", "drain"),
        ("outbox.mid_batch", "drain"),
        ("outbox.after_ack_before_delete", "drain"),
        ("sweep.mid", "sweep"),
    ],
)
def test_a_broken_publisher_leaves_order_and_effects_whole(world: World, point: str, step: str, how: str) -> None:
    """The lock is free at once, first occurrences are in order, repetitions have no second effect."""
    task_id = world.task(versions=3)
    world.broken(step, point, how, **({"aggregates": [task_id]} if step == "drain" else {}))
    world.child("drain", aggregates=[task_id])
    assert world.count("outbox_pending", "aggregate_id = :id", id=task_id) == 0
    versions = world.versions(task_id)
    assert first_occurrences(versions) == [1, 2, 3]
    answers = world.deliver(task_id)
    assert {answer["status"] for answer in answers} == {200}
    assert [answer["body"]["outcome"] for answer in answers].count("done") == 3
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 3


@pytest.mark.row(8)
def test_two_sweeps_at_once_do_no_harm(world: World) -> None:
    """They take turns at each task: everything is published once and in order."""
    from shared.events.relay import relay

    ids = [world.task(versions=3) for _ in range(5)]
    with ThreadPoolExecutor(2) as pool:
        for result in [pool.submit(relay) for _ in range(2)]:
            result.result()
    assert [world.versions(task_id) for task_id in ids] == [[1, 2, 3]] * 5


@pytest.mark.row(7, 9)
def test_what_the_broker_did_not_acknowledge_stays_and_the_newer_wait(world: World) -> None:
    """With the broker away people go on working; the rows say why they wait, and go out in order once it is back."""
    away = "127.0.0.1:9"
    made = world.child("call", role="app", kafka=away, **request_of(world, None))
    task_id = made["body"]["id"]
    edit = {
        "who": world.user_id,
        "method": "PATCH",
        "path": f"/api/tasks/{task_id}",
        "body": {"title": "b"},
        "key": None,
    }
    assert (made["status"], world.child("call", role="app", kafka=away, **edit)["status"]) == (201, 200)
    rows = world.sql(
        "SELECT attempts > 0, last_error IS NOT NULL FROM outbox_pending WHERE aggregate_id = :id ORDER BY seq",
        id=task_id,
    )
    assert rows == [[True, True], [False, False]]  # the second was never tried: it waits for the first
    world.age()
    world.sql("UPDATE outbox_pending SET next_attempt_at = now() WHERE aggregate_id = :id", id=task_id)
    state = world.child("sweep", kafka=away)
    assert (state["pending"] >= 2, state["oldest_seconds"] >= 5) == (
        True,
        True,
    )  # what the alert on the outbox looks at
    world.child("drain", aggregates=[task_id])
    assert first_occurrences(world.versions(task_id)) == [1, 2]


@pytest.mark.row(11, 12, 13)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("point", "outcome"),
    [
        ("consumer.before_inbox", "done"),
        ("consumer.after_effects_before_commit", "done"),
        ("consumer.after_commit_before_200", "duplicate"),
    ],
)
def test_a_broken_consumer_has_its_effect_once(world: World, point: str, how: str, outcome: str) -> None:
    """Delivered again, the event is done now or known as done."""
    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    failed = world.deliver(task_id, f"{point}={how}" if how != "lost" else "")
    assert how != "raise" or failed[0]["status"] == 500
    again = [answer["body"]["outcome"] for answer in world.deliver(task_id)]
    assert again == ["duplicate" if how == "lost" else outcome]
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


@pytest.mark.row(14, 16, 21)
@pytest.mark.parametrize("how", ["kill", "raise"])
def test_an_event_that_breaks_its_consumer_is_given_up_and_can_be_replayed(world: World, how: str) -> None:
    """Our own counter ends the loop, the next event proceeds; a replay broken at either point and run again has one effect."""
    world.sql("DELETE FROM dead_letters")
    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    for _ in range(8):
        world.deliver(task_id, f"consumer.after_effects_before_commit={how}")
    expected = "given-up" if how == "kill" else "duplicate"  # an error is counted at once, a kill by the next delivery
    assert [answer["body"]["outcome"] for answer in world.deliver(task_id)] == [expected]
    assert world.count("dead_letters", "state = 'open'") == 1
    following = world.task()
    world.child("drain", aggregates=[following])
    assert [answer["body"]["outcome"] for answer in world.deliver(following)] == ["done"]
    world.broken("replay", "replay.before_commit", how, operator=world.user_id)
    assert world.count("dead_letters", "state = 'open'") == 1
    world.broken("replay", "replay.mid", how, operator=world.user_id)
    assert world.count("dead_letters", "state = 'replayed'") == 1
    world.child("replay", operator=world.user_id)
    world.age()
    world.child("drain", aggregates=[task_id])
    assert "done" in [answer["body"]["outcome"] for answer in world.deliver(task_id)]
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


@pytest.mark.row(15)
def test_what_the_transport_dropped_is_published_again(world: World) -> None:
    """Consumer and dead letter sink were both down; the reconciler finds the hole in the inbox."""
    from shared.events.reconciler import republish_missing

    task_id = world.task()
    world.child("drain", aggregates=[task_id])
    assert sum(republish_missing(older_than_seconds=0).values()) >= 1
    versions = world.versions(task_id)  # once more for each registered consumer
    assert (len(versions) > 1, set(versions)) == (True, {1})
    world.deliver(task_id)
    assert world.count("audit_logs", "task_id = :id", id=task_id) == 1


@pytest.mark.row(15)
def test_what_is_missing_goes_out_before_what_waits(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A broker that forgot what it had acknowledged, more than one batch of it: the version it never took comes last all the same."""
    from knative.local.registry import load_registry
    from knative.local.republish import main, put_back

    put_back(
        world.database.system_url, load_registry().event_consumers()
    )  # as the supervisor does, before anybody can write
    task_id = world.task(versions=520)
    world.sql("DELETE FROM outbox_pending WHERE aggregate_id = :id AND aggregate_version < 520", id=task_id)
    main()
    assert "'audit-writer': 519" in capsys.readouterr().out
    assert first_occurrences(world.versions(task_id)) == list(range(1, 521))


@pytest.mark.row(22)
def test_a_migration_killed_half_way_leaves_nothing(world: World) -> None:
    """DDL is transactional; the next run starts from the beginning."""
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


@pytest.mark.row(22)
def test_an_index_left_invalid_by_a_kill_is_made_anew(world: World) -> None:
    """What CREATE INDEX CONCURRENTLY leaves behind when it is killed serves nobody; the next run removes it, and the rest stays."""
    from shared.db.migrate import upgrade

    world.sql("CREATE INDEX left_behind ON tasks (title)")
    world.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'left_behind'::regclass")
    before = world.count("pg_indexes", "schemaname = 'public'")
    upgrade(world.database.owner_url)
    assert world.count("pg_indexes", "indexname = 'left_behind'") == 0
    assert world.count("pg_indexes", "schemaname = 'public'") == before - 1


@pytest.mark.row(24)
@pytest.mark.parametrize("how", HOW)
def test_a_lost_refresh_answer_is_given_again(world: World, how: str) -> None:
    """Broken after the commit, the old token returns one successor within the grace; after it the family ends."""
    from shared.db.engine import transaction
    from shared.errors import Unauthenticated
    from shared.services import refresh_tokens

    with transaction(None) as connection:
        token = refresh_tokens.issue(connection, world.user_id, "test").token
    world.broken("rotate", "refresh.commit_lost_reply", how, token=token)
    # Here, not in children: a loaded machine must not take longer than the grace of ten seconds.
    again = refresh_tokens.rotate(token, "test").successor.token
    assert again == refresh_tokens.rotate(token, "test").successor.token
    assert world.count("refresh_tokens", "user_id = :who", who=world.user_id) == 2
    world.sql("UPDATE refresh_tokens SET used_at = used_at - interval '11 s' WHERE user_id = :who", who=world.user_id)
    for dead in (token, again):
        with pytest.raises(Unauthenticated):
            refresh_tokens.rotate(dead, "test")
