"""The world of one crash: a database, a broker, and child processes that are killed at a failpoint."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from pg8000.native import Connection

from shared import clock
from tests.support.bundle import REPOSITORY
from tests.support.client import make_user
from tests.support.database import Database
from tests.support.environment import function_variables


class Steps:
    """Processes for single steps, forked from one that has everything imported."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            **function_variables(),
            "EVENT_CONSUMERS": json.dumps({"audit-writer": ["task-events"]}),
            "PYTHONPATH": str(REPOSITORY),
        }
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.child"],
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, step: str, environment: dict[str, str], failpoints: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run one step and return how it ended: ``{status, output, errors}``."""
        order = {"step": step, "arguments": arguments, "environment": environment, "failpoints": failpoints}
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order, default=str) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def close(self) -> None:
        """End the server."""
        self._server.communicate(timeout=20)


class World:
    """What a test needs: SQL past every role's rights, and children that may be killed."""

    def __init__(self, database: Database, kafka: str, steps: Steps) -> None:
        self.database = database
        self.kafka = kafka
        self.is_apache = os.environ.get("TEST_KAFKA") == "apache"
        self._steps = steps
        url = urlsplit(database.superuser_url)
        self._connection = Connection(
            url.username or "",
            host=url.hostname or "",
            port=url.port or 0,
            password=url.password,
            database=database.name,
        )
        self.user_id = make_user()

    def sql(self, statement: str, **values: Any) -> list[list[Any]]:
        """Run a statement and return its rows."""
        return list(self._connection.run(statement, **values) or [])

    def count(self, table: str, where: str = "true", **values: Any) -> int:
        """Count rows."""
        return int(self.sql(f"SELECT count(*) FROM {table} WHERE {where}", **values)[0][0])

    def child(self, step: str, failpoints: str = "", *, role: str = "system", kafka: str = "", **arguments: Any) -> Any:
        """Run a step in a process of its own.

        Args:
            step: of ``tests.faults.child``.
            failpoints: with ``=kill`` it must be killed there (returns None); with ``=raise`` it may end in any way (None, or its answer);
                without it must answer.
            role: the database's role.
            kafka: another address of the broker.
            arguments: of the step.
        """
        done = self._steps.run(
            step,
            {
                "DATABASE_URL": self.database.app_url if role == "app" else self.database.system_url,
                "KAFKA_BOOTSTRAP_SERVERS": kafka or self.kafka,
            },
            failpoints,
            arguments,
        )
        if "=kill" in failpoints:
            assert done["status"] == -signal.SIGKILL, f"{failpoints} was not passed: {done}"
            return None
        if "=raise" in failpoints:
            assert failpoints.partition("=")[0] in done["errors"] + done["output"], (
                f"{failpoints} was not passed: {done}"
            )
            return json.loads(done["output"]) if done["status"] == 0 else None
        assert done["status"] == 0, done["errors"]
        return json.loads(done["output"])

    def broken(self, step: str, point: str, how: str, **arguments: Any) -> Any:
        """Run a step that breaks at a failpoint: killed there, failed there, or done with its answer lost."""
        if how != "lost":
            return self.child(step, f"{point}={how}", **arguments)
        self.child(step, **arguments)
        return None

    def task(self, versions: int = 1) -> UUID:
        """Write the events of a task's first versions, committed and not published, older than the relay's five seconds."""
        from sqlalchemy import text

        from shared.db.engine import transaction
        from shared.events.catalogue import TaskEvent, TaskSnapshot
        from shared.events.outbox import INSERT, NewEvent

        task_id = uuid4()
        with transaction(self.user_id) as connection:
            for version in range(1, versions + 1):
                payload = TaskEvent(
                    task_id=task_id,
                    user_id=self.user_id,
                    version=version,
                    task=TaskSnapshot(title=f"v{version}", status="open"),
                )
                name = "task.created" if version == 1 else "task.updated"
                event = NewEvent(name, self.user_id, task_id, version, payload, event_id=clock.uuid7())
                connection.execute(text(INSERT), event.values())
        self.age()
        return task_id

    def age(self) -> None:
        """Make what is pending old enough for the relay."""
        for table in ("event_log", "outbox_pending"):
            self.sql(
                f"UPDATE {table} SET created_at = created_at - interval '10 s' WHERE created_at > now() - interval '10 s'"
            )

    def versions(self, task_id: UUID) -> list[int]:
        """Return the versions of a task in Kafka, in their order, repetitions included."""
        return [int(headers["ce_sequence"]) for headers, _ in self.records(task_id)]

    def records(self, task_id: UUID) -> list[tuple[dict[str, str], str]]:
        """Return headers and data of a task's records."""
        from confluent_kafka import Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": self.kafka, "group.id": uuid4().hex, "log_level": 0})
        try:
            numbers = consumer.list_topics("task-events", timeout=10).topics["task-events"].partitions
            places = [TopicPartition("task-events", number, 0) for number in numbers]
            left = sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
            consumer.assign(places)
            found = []
            while left > 0:
                message = consumer.poll(10)
                assert message is not None
                left -= 1
                if message.key() == str(task_id).encode():
                    headers = {name: value.decode() for name, value in message.headers() or []}
                    found.append((headers, message.value().decode()))
            return found
        finally:
            consumer.close()

    def deliver(self, task_id: UUID, failpoints: str = "") -> list[Any]:
        """Hand a task's records to the audit writer, each in a process of its own."""
        return [
            self.child(
                "consume",
                failpoints,
                headers={name.replace("ce_", "ce-", 1): value for name, value in headers.items()},
                data=data,
            )
            for headers, data in self.records(task_id)
        ]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@pytest.fixture(scope="session")
def steps() -> Iterator[Steps]:
    """Serve single steps for the whole session."""
    made = Steps()
    yield made
    made.close()


@pytest.fixture
def world(postgres: Database, kafka: str, system_env: pytest.MonkeyPatch, steps: Steps) -> Iterator[World]:
    """A world with a new account in the module's database."""
    made = World(postgres, kafka, steps)
    yield made
    made.close()
