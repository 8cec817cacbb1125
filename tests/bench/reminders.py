"""10,000 reminders due in one minute: all sent once, how late, how fast. ``python -m tests.bench.reminders [COUNT]``.

Real PostgreSQL, the real sweep, claim, mailbox and inbox; several notifier processes take the occurrences, as pods would. Events are
published, but the occurrences are handed over by pipe: what KafkaSource costs is measured with the events. Prints one JSON line; ends with 1 when a reminder was lost or sent twice.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from kafka.brokers.memory import MemoryBroker
from tests.bench.figures import Figure
from tests.bench.settings import REMINDERS, REPOSITORY
from tests.bench.stage import Stage
from tests.support.database import Database, DatabaseServer
from tests.support.environment import function_environment

PEOPLE = 500
NOTIFIERS = 2
THREADS = 4
_FILL = """
WITH people AS (
    INSERT INTO users (id, email, email_key, password_hash)
    SELECT gen_random_uuid(), n || '@example.com', n || '@example.com', 'none' FROM generate_series(1, :people) n RETURNING id),
numbered AS (SELECT id, row_number() OVER () AS n FROM people),
tasks_made AS (
    INSERT INTO tasks (id, user_id, title, rank)
    SELECT gen_random_uuid(), p.id, 'Task ' || i, 'a' FROM generate_series(1, :count) i JOIN numbered p ON p.n = mod(i, :people) + 1
    RETURNING id, user_id),
rules AS (
    INSERT INTO reminder_rules (id, user_id, task_id, kind, local_wall, tzid, rule_version)
    SELECT gen_random_uuid(), user_id, id, 'absolute', now(), 'UTC', 1 FROM tasks_made RETURNING id, user_id, task_id)
INSERT INTO reminder_occurrences (id, user_id, task_id, rule_id, occurrence_key, fire_at)
SELECT gen_random_uuid(), user_id, task_id, id, '1|x', clock_timestamp() + random() * interval '60 seconds' FROM rules
"""
_NOTIFIER = """
import sys, threading
from shared.db.engine import transaction
from shared.services.delivery.dispatch import claim, send_claimed
lock = threading.Lock()
def work():
    from uuid import UUID
    while True:
        with lock:
            line = sys.stdin.readline()
        if not line:
            return
        with transaction(None) as connection:
            claims = claim(connection, UUID(line.strip()))
        send_claimed(claims)
threads = [threading.Thread(target=work) for _ in range(int(sys.argv[1]))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
_RESULT = """
SELECT count(*) FILTER (WHERE d.state = 'sent') AS sent, count(*) AS rows, count(DISTINCT d.occurrence_id) AS occurrences,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM d.sent_at - o.fire_at))) AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM d.sent_at - o.fire_at))) AS p95,
       extract(epoch FROM max(d.sent_at) - min(d.sent_at)) AS seconds
  FROM deliveries d JOIN reminder_occurrences o ON o.id = d.occurrence_id
"""


def reminders(_stage: Stage) -> list[Figure]:
    """Measure in a process and a database of its own and return the figures of ``make bench``.

    Raises:
        RuntimeError: a reminder was lost or sent twice.
    """
    command = [sys.executable, "-m", "tests.bench.reminders", str(REMINDERS)]
    outcome = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=420, check=False)
    if outcome.returncode:
        raise RuntimeError(f"reminders were lost or sent twice:\n{outcome.stdout[-500:]}\n{outcome.stderr[-1500:]}")
    found = json.loads(outcome.stdout.splitlines()[-1])
    note = f"{found['deliveries']:,} deliveries, each once; {found['reminders_per_second']}/s, limited by the minute in which they are due"
    return [
        Figure(
            f"{found['reminders']:,} reminders due in a minute, lateness p95",
            found["p95_lateness_seconds"],
            "s",
            note=note,
        )
    ]


def main() -> int:
    """Measure and print; return the exit status."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        server = DatabaseServer(Path(folder) / "postgres")
        server.start()
        broker = MemoryBroker()
        try:
            return measure(server.clone(), broker.bootstrap_servers, Path(folder) / "mailbox", count)
        finally:
            broker.close()
            server.stop()


def measure(database: Database, bootstrap_servers: str, mailbox: Path, count: int) -> int:
    """Fill the ledger, sweep every second until all are sent, and report."""
    variables = {
        "DATABASE_URL": database.system_url,
        "EMAIL_TRANSPORT": "mailbox",
        "MAILBOX_DIR": str(mailbox),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
    }
    with function_environment(variables):
        from sqlalchemy import text

        from shared.db.engine import transaction
        from shared.services import reminder_sweep

        with transaction(None) as connection:
            connection.execute(text(_FILL), {"people": PEOPLE, "count": count})
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        notifiers = [
            subprocess.Popen(
                [sys.executable, "-c", _NOTIFIER, str(THREADS)], stdin=subprocess.PIPE, text=True, env=environment
            )
            for _ in range(NOTIFIERS)
        ]
        started, fed = time.monotonic(), 0
        while fed < count and time.monotonic() - started < 300:
            reminder_sweep.sweep_due()
            with transaction(None) as connection:
                due = connection.execute(
                    text("SELECT aggregate_id FROM event_log WHERE type = 'reminder.due' ORDER BY created_at, event_id OFFSET :fed"), {"fed": fed}
                ).scalars().all()  # fmt: skip
            for position, occurrence in enumerate(due):
                print(occurrence, file=notifiers[position % NOTIFIERS].stdin)
            fed += len(due)
            for notifier in notifiers:
                notifier.stdin.flush()  # type: ignore[union-attr]
            time.sleep(1)
        enders = [threading.Thread(target=notifier.communicate) for notifier in notifiers]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join(300)
        with transaction(None) as connection:
            row = connection.execute(text(_RESULT)).one()
        mails = sum(1 for _ in mailbox.rglob("*.eml"))
        report = {
            "reminders": count, "occurrences_sent": row.occurrences, "deliveries": row.rows, "sent": row.sent, "mails": mails,
            "p50_lateness_seconds": round(float(row.p50), 2), "p95_lateness_seconds": round(float(row.p95), 2),
            "reminders_per_second": round(count / float(row.seconds), 1),
        }  # fmt: skip
        sys.stdout.write(json.dumps(report) + "\n")
        return 0 if row.occurrences == count and row.sent == row.rows == 2 * count and mails == count else 1


if __name__ == "__main__":
    sys.exit(main())
