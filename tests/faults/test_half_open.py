"""A database behind a dead network: bounded waits, 503 and nothing else, and a quick recovery."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from shared.db.direct import fetch_json
from shared.db.engine import transaction
from shared.db.pool import get_pool
from shared.errors import Unavailable
from tests.faults.proxy import Proxy
from tests.support.database import Database
from tests.support.environment import function_environment

LONGEST_SECONDS = 10
RECOVERY_SECONDS = 5


@pytest.fixture
def proxy(postgres: Database, kafka: str) -> Iterator[Proxy]:
    """Put a proxy between this process and its database."""
    port = urlsplit(postgres.system_url).port or 0
    made = Proxy(port)
    url = postgres.system_url.replace(f":{port}/", f":{made.port}/")
    with function_environment({"DATABASE_URL": url, "KAFKA_BOOTSTRAP_SERVERS": kafka}):
        yield made
    made.close()


def read() -> None:
    """Ask the database something in one round trip."""
    assert fetch_json("select 'ok'::text", user_id=None) == b"ok"


def write() -> None:
    """Ask it in a transaction."""
    with transaction(None) as connection:
        connection.exec_driver_sql("select 1")


@pytest.mark.row(20)
@pytest.mark.parametrize("work", [read, write])
@pytest.mark.parametrize("mode", ["blackhole", "reset", "cut"])
def test_a_dead_network_costs_a_bounded_time(proxy: Proxy, mode: str, work) -> None:
    """The answer is 503 within ten seconds, and the first request after the repair works within five."""
    work()
    proxy.cut_after = 7
    proxy.mode = mode
    began = time.monotonic()
    with pytest.raises(Unavailable):
        work()
    assert time.monotonic() - began < LONGEST_SECONDS
    proxy.heal()
    began = time.monotonic()
    work()
    assert time.monotonic() - began < RECOVERY_SECONDS
    assert get_pool().counts()["lent"] == 0
