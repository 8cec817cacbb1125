"""One embedded PostgreSQL per test session, one fresh migrated database per test module."""

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from knative.local.postgres import EmbeddedPostgres

TEMPLATE = "obsidianlist_template"
PASSWORD = "test-password"


@dataclass(frozen=True)
class Database:
    """URLs of one database: its owner, users' functions (row-level security), the system's functions, superuser."""

    name: str
    owner_url: str
    app_url: str
    system_url: str
    superuser_url: str


class DatabaseServer:
    """An embedded server whose template database was migrated once."""

    def __init__(self, directory: Path) -> None:
        self.postgres = EmbeddedPostgres(directory, PASSWORD, PASSWORD, throwaway=True)

    def start(self) -> None:
        """Start the server and migrate the template."""
        self.postgres.start()
        migrate(self.postgres.ensure_owner_database(TEMPLATE))

    def stop(self) -> None:
        """Stop the server."""
        self.postgres.stop()

    def clone(self) -> Database:
        """Return a new database that equals the migrated template (about 50 ms)."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER obsidianlist_owner")
        return self.database(name)

    def database(self, name: str) -> Database:
        """Return the URLs of ``name``."""
        url = self.postgres.url
        return Database(
            name=name,
            owner_url=url("obsidianlist_owner", PASSWORD, name),
            app_url=url("obsidianlist_app", PASSWORD, name),
            system_url=url("obsidianlist_system", PASSWORD, name),
            superuser_url=url("postgres", PASSWORD, name),
        )

    def drop(self, database: Database) -> None:
        """Drop a clone, cutting the sessions that are left."""
        self._administer(f"DROP DATABASE IF EXISTS {database.name} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        from pg8000.native import Connection

        connection = Connection("postgres", host="127.0.0.1", port=self.postgres.port, password=PASSWORD)
        try:
            connection.run(statement)
        finally:
            connection.close()


def migrate(owner_url: str) -> None:
    """Bring a database to the newest schema with the command that clusters use too."""
    environment = os.environ | {
        "DATABASE_OWNER_URL": owner_url,
        "DATABASE_APP_PASSWORD": PASSWORD,
        "DATABASE_SYSTEM_PASSWORD": PASSWORD,
    }
    result = subprocess.run(
        [sys.executable, "-m", "shared.db.migrate"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"the migration failed:\n{result.stdout}\n{result.stderr}"
