"""The stage of a run: an embedded PostgreSQL with 200 users × 1,000 tasks, the in-memory broker, tokens.

Always: durability is on (a commit is a commit for every variant), user *n* has the id :func:`user_id` of *n*, and the
environment is the one the platform gives its functions.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pg8000.native import Connection

from kafka.brokers.memory import MemoryBroker
from knative.local.postgres import EmbeddedPostgres
from knative.local.registry import Function, Registry, load_registry
from tests.bench.settings import REPOSITORY, TASKS_EACH, USERS
from tests.support.database import PASSWORD, Database, migrate
from tests.support.environment import function_environment, function_variables

OPERATOR = USERS
SCOPES = ["tasks:read", "tasks:write", "account", "operator"]
# Common words, words of one task in a hundred, and one that nearly nobody has.
COMMON = ["call", "write", "buy", "plan", "check", "send", "review", "book", "clean", "prepare"]
RARER = ["dentist", "invoice", "garden", "report", "bicycle", "passport", "library", "concert", "kitchen", "budget"]


def user_id(number: int) -> UUID:
    """Return the id of user ``number``, which SQL can compute as well."""
    return UUID(f"00000000-0000-7000-8000-{number:012d}")


@dataclass
class Stage:
    """What the chapters share."""

    directory: Path
    database: Database
    broker: str
    registry: Registry
    postgres: EmbeddedPostgres

    @property
    def functions(self) -> list[Function]:
        """The registry's functions whose code is in this checkout."""
        return [f for f in self.registry.functions if (REPOSITORY / "functions" / f.folder / "main.py").exists()]

    def environment(self, role: str) -> dict[str, str]:
        """Return a function's environment for the database role ``app`` or ``system``."""
        url = self.database.app_url if role == "app" else self.database.system_url
        return {
            **function_variables(),
            "DATABASE_URL": url,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker,
            "EMAIL_TRANSPORT": "mailbox",
            "EMAIL_FROM": "bench@example.com",
            "MAILBOX_DIR": str(self.directory / "mailbox"),
            "ACCESS_LOG": "0",
            "THREADS": "8",
        }

    def token(self, number: int) -> str:
        """Return an access token of user ``number``, valid for the whole run."""
        from shared.auth import issue_access_token

        with function_environment(self.environment("system")):
            email = "operator@example.com" if number == OPERATOR else f"user-{number}@example.com"
            return issue_access_token(user_id(number), SCOPES, email=email, lifetime_seconds=7200)

    def connected_token(self, number: int) -> str:
        """Return an access token as an app has it that user ``number`` connected to /mcp."""
        from shared.auth import issue_access_token
        from shared.config import HttpSettings

        with function_environment(self.environment("system")):
            audience = HttpSettings.load().public_url.rstrip("/") + "/mcp"
            return issue_access_token(user_id(number), ["tasks:read", "tasks:write"], audience=audience, lifetime_seconds=7200)  # fmt: skip

    def run_sql(self, statement: str, **values: Any) -> Sequence[Sequence[Any]]:
        """Run a statement as superuser and return its rows."""
        connection = Connection(
            "postgres", host="127.0.0.1", port=self.postgres.port, password=PASSWORD, database=self.database.name
        )
        try:
            rows: Sequence[Sequence[Any]] = connection.run(statement, **values)
            return rows
        finally:
            connection.close()


@contextlib.contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    """Set the stage for the block."""
    postgres = EmbeddedPostgres(directory / "postgres", PASSWORD, PASSWORD)
    postgres.start()
    broker = MemoryBroker()
    try:
        name = "bench"
        migrate(postgres.ensure_owner_database(name))
        roles = {role: postgres.url(f"obsidianlist_{role}", PASSWORD, name) for role in ("owner", "app", "system")}
        database = Database(
            name, roles["owner"], roles["app"], roles["system"], postgres.url("postgres", PASSWORD, name)
        )
        made = Stage(directory, database, broker.bootstrap_servers, load_registry(), postgres)
        if not made.run_sql("SELECT 1 FROM users LIMIT 1"):
            for number in range(1, USERS + 1):
                add_user(made, number)
            add_tasks(made, 1, USERS, TASKS_EACH)
        yield made
    finally:
        broker.close()
        postgres.stop()


def add_user(made: Stage, number: int) -> None:
    """Write an account."""
    email = "operator@example.com" if number == OPERATOR else f"user-{number}@example.com"
    _fill_user(made.run_sql, number, email)


def add_tasks(made: Stage, first: int, last: int, each: int) -> None:
    """Write ``each`` tasks for users ``first`` to ``last`` in one statement."""
    fill_tasks(made.run_sql, first, last, each)


def fill_users(run: Callable[..., Any], first: int, last: int) -> None:
    """Write accounts with ``run(sql, **values)``, a superuser's."""
    for number in range(first, last + 1):
        _fill_user(run, number, f"user-{number}@example.com")


def _fill_user(run: Callable[..., Any], number: int, email: str) -> None:
    run(
        "INSERT INTO users (id, email, email_key, password_hash, time_zone) VALUES (:id, :email, :email, 'none', 'UTC')",
        id=user_id(number), email=email,
    )  # fmt: skip


def fill_tasks(run: Callable[..., Any], first: int, last: int, each: int) -> None:
    """Write ``each`` tasks for users ``first`` to ``last`` in one statement of ``run(sql, **values)``."""
    run(
        f"""INSERT INTO tasks (id, user_id, title, notes, status, completed_at, priority, due_on, rank, created_at, updated_at)
        SELECT ('0193' || lpad(to_hex(n / 65536), 4, '0') || '-' || lpad(to_hex(n % 65536), 4, '0') || '-7000-8000-' || lpad(u::text, 12, '0'))::uuid,
               ('00000000-0000-7000-8000-' || lpad(u::text, 12, '0'))::uuid,
               {_word(COMMON, "n")} || ' ' || CASE WHEN n % 10 = 0 THEN {_word(RARER, "n / 10")} ELSE 'item' END || ' ' || n,
               CASE WHEN n % 3 = 0 THEN 'Some notes about it, long enough to be a sentence or two of a person.' ELSE '' END,
               CASE WHEN n % 5 = 0 THEN 'completed' ELSE 'open' END, CASE WHEN n % 5 = 0 THEN now() END,
               (ARRAY['none', 'low', 'medium', 'high', 'urgent'])[1 + n % 5],
               CASE WHEN n % 4 = 0 THEN current_date + n % 60 - 20 END,
               'a' || lpad(n::text, 9, '0'), now() - n * interval '1 minute', now() - n * interval '1 minute'
          FROM generate_series(:first ::int, :last ::int) AS u, generate_series(1, :each ::int) AS n""",
        first=first, last=last, each=each,
    )  # fmt: skip
    run("VACUUM ANALYZE tasks")


def _word(words: list[str], number: str) -> str:
    return f"(ARRAY{json.dumps(words)})[1 + ({number}) % {len(words)}]".replace('"', "'")
