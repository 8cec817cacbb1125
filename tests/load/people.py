"""The people of a load run: accounts with 1,000 tasks each and a token, written into a running bundle's database at once.

A hundred registrations would measure Argon2 and the throttle, not the load; the tokens are those the bundle's own key signs.
"""

import contextlib
import json
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from pg8000.native import Connection

from tests.bench.stage import fill_tasks, fill_users, user_id
from tests.support.bundle import Bundle
from tests.support.environment import function_environment

TASKS_EACH = 1000
_TOKEN_SECONDS = 3600
_SCOPES = ["tasks:read", "tasks:write", "account"]


def write_people(bundle: Bundle, count: int, file: Path) -> None:
    """Write ``count`` people into the bundle's database, and their tokens as JSON into ``file``."""
    environment = psutil.Process(bundle.pid("system")).environ()
    server = json.loads((bundle.data_dir / "secrets.json").read_text())
    parts = urlsplit(environment["DATABASE_URL"])
    with contextlib.closing(
        Connection("postgres", host="127.0.0.1", port=parts.port, database=parts.path[1:],
                   password=server["POSTGRES_SUPERUSER_PASSWORD"])
    ) as connection:  # fmt: skip
        fill_users(connection.run, 1, count)
        fill_tasks(connection.run, 1, count, TASKS_EACH)
    from shared.auth import issue_access_token

    keys = {name: environment[name] for name in ("JWT_PRIVATE_KEY", "JWT_PUBLIC_KEYS", "PUBLIC_URL")}
    with function_environment(keys):
        tokens = [
            issue_access_token(user_id(n), _SCOPES, email=f"user-{n}@example.com", lifetime_seconds=_TOKEN_SECONDS)
            for n in range(1, count + 1)
        ]
    file.write_text(json.dumps([{"token": token} for token in tokens]), encoding="utf-8")
