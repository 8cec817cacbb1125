"""What PostgreSQL alone does with the same work: pgbench with the product's own statements, prepared, as the app role.

Each transaction sets the user for row-level security and runs the statement in one round trip, as our connection does. As many
connections as our two workers hold.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.settings import THREADS, USERS, WORKERS
from tests.bench.stage import Stage, user_id

PGBENCH = shutil.which("pgbench")
_USER = "('00000000-0000-7000-8000-' || lpad((:u)::text, 12, '0'))"
_PROBE = user_id(1)

PLAIN_ROWS = f"""SELECT t.id, t.title, t.notes, t.status, t.priority, t.due_on, t.due_at, t.rank, t.version, t.created_at, t.updated_at
  FROM tasks t WHERE t.user_id = {_USER}::uuid AND t.deleted_at IS NULL AND t.status = 'open' ORDER BY t.rank, t.id LIMIT 50"""


def script_of(sql: str, values: list[Any]) -> str:
    """Return a pgbench script of a statement with the values it had for user 1, for any user."""

    def literal(found: "re.Match[str]") -> str:
        return _literal(values[int(found[1]) - 1])

    # A colon inside a text would be a variable to pgbench.
    safe = re.sub(r"'[^']*'", lambda found: _without_colons(found[0]), sql)
    return _script(re.sub(r"\$(\d+)", literal, safe))


def plain_script() -> str:
    """Return the list as plain rows, nothing built in PostgreSQL."""
    return _script(PLAIN_ROWS)


def transactions_per_second(stage: Stage, script: str, seconds: float) -> float | None:
    """Run a script for a while; ``None`` where pgbench is not installed."""
    if PGBENCH is None:
        return None
    file = stage.directory / "pgbench.sql"
    Path(file).write_text(script)
    parts = urlsplit(stage.database.app_url)
    clients = str(WORKERS * THREADS)
    command = [PGBENCH, "-n", "-M", "prepared", "-c", clients, "-j", "1", "-T", str(max(1, round(seconds))), "-f", str(file),
               "-h", "127.0.0.1", "-p", str(parts.port), "-U", str(parts.username), parts.path[1:]]  # fmt: skip
    environment = {**os.environ, "PGPASSWORD": parts.password or ""}
    outcome = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    found = re.search(r"tps = ([0-9.]+)", outcome.stdout)
    if outcome.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {outcome.stderr[-800:]}")
    return float(found[1])


def _script(statement: str) -> str:
    return "\n".join([
        f"\\set u random(1, {USERS - 1})",
        "\\startpipeline",
        # The plan of a connection of ours (shared.db.connection): made once, not for each transaction.
        f"SELECT set_config('app.user_id', {_USER}, true) || set_config('plan_cache_mode', 'force_generic_plan', true);",
        " ".join(line.strip() for line in statement.splitlines()) + ";",
        "\\endpipeline",
        "",
    ])  # fmt: skip


def _without_colons(quoted: str) -> str:
    return "U&" + quoted.replace("\\", "\\\\").replace(":", "\\003A") if ":" in quoted else quoted


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"ARRAY[{', '.join(map(_literal, value))}]"
    if value == _PROBE:
        return f"{_USER}::uuid"
    text = str(value).replace("'", "''")
    quoted = "U&'" + text.replace("\\", "\\\\").replace(":", "\\003A") + "'"
    # The search's words begin with the end of their owner's id.
    owner = str(_PROBE)[-6:]
    if f"u{owner}" not in text:
        return quoted
    # As a sub-query it is computed once, as a parameter is, and not for each row.
    return f"(SELECT replace({quoted}, 'u{owner}', 'u' || lpad((:u)::text, 6, '0')))"
