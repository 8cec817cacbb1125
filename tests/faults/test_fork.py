"""functions-framework imports a function and then forks: nothing that does not survive that may exist by then."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import World
from tests.support.bundle import REPOSITORY
from tests.support.environment import function_variables

FUNCTIONS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/main.py"))
LOOK = """
import json, sys, threading
from importlib import import_module
for name in sys.argv[1:]:
    import_module(f"functions.{name}.main")
held = [threading.active_count() - 1]
for module, name in (("shared.db.pool", "_pools"), ("shared.events.producer", "_producers"), ("shared.events.outbox", "_publishers")):
    held.append(len(getattr(sys.modules[module], name)) if module in sys.modules else 0)
print(json.dumps(held))
"""
FORK = """
import os, sys
from uuid import UUID
from shared.db.direct import fetch_json
from shared.db.pool import get_pool
from shared.events import outbox, producer

def work():
    assert fetch_json("select 'ok'::text", user_id=None) == b"ok"
    return outbox.drain([UUID(sys.argv[1])])

assert work() == 0  # connection and producer of the parent are in use
producer.get_producer()
parent_pool, parent_producer = get_pool(), producer.get_producer()
child = os.fork()
if child == 0:
    published = work()
    fresh = get_pool() is not parent_pool and producer.get_producer() is not parent_producer
    os._exit(0 if published == 0 and fresh else 3)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert work() == 0 and get_pool() is parent_pool
sys.exit(status)
"""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_opens_nothing(function: str) -> None:
    """No thread, no connection, no producer: engines and producers are made lazily, per process."""
    environment = {**function_variables(), "PATH": "", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK, function],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [0, 0, 0, 0]


def test_parent_and_child_use_connections_of_their_own(world: World, tmp_path: Path) -> None:
    """A fork in the middle of work: the child opens its own connection and producer, the parent goes on with its own."""
    script = tmp_path / "fork.py"
    script.write_text(FORK)
    environment = {
        **function_variables(),
        "PATH": "",
        "PYTHONPATH": str(REPOSITORY),
        "DATABASE_URL": world.database.system_url,
        "KAFKA_BOOTSTRAP_SERVERS": world.kafka,
    }
    done = subprocess.run(
        [sys.executable, str(script), str(world.user_id)], env=environment, cwd=REPOSITORY, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
