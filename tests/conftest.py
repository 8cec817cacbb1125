"""Fixtures for every test: `postgres`, `kafka`, `app_env`, `system_env`, `bundle`.

Nothing here is a mock: PostgreSQL is the embedded server, Kafka is librdkafka's broker (or a real Apache Kafka with
``TEST_KAFKA=apache``), and the bundle is ``python -m knative.local`` as a person starts it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kafka.brokers.apache import ApacheBroker
from kafka.brokers.memory import MemoryBroker
from kafka.brokers.topics import recreate_topics
from tests.support.bundle import Bundle, running_bundle
from tests.support.database import Database, DatabaseServer
from tests.support.environment import function_environment

settings.register_profile("no deadline", deadline=None)  # how long an example takes says something about the machine
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """Run one embedded PostgreSQL for the whole session."""
    server = DatabaseServer(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def postgres(postgres_server: DatabaseServer) -> Iterator[Database]:
    """Give the module a fresh migrated database."""
    database = postgres_server.clone()
    yield database
    postgres_server.drop(database)


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one real Apache Kafka for the whole session."""
    # Maven's copy of the jars is worth keeping between sessions.
    directory = Path(os.environ.get("TEST_KAFKA_DIR", tmp_path_factory.mktemp("kafka")))
    broker = ApacheBroker(directory)
    broker.start()
    yield broker.bootstrap_servers
    broker.stop()


@pytest.fixture(scope="module")
def kafka(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the module empty topics; yields the bootstrap address."""
    if os.environ.get("TEST_KAFKA") == "apache":
        servers: str = request.getfixturevalue("apache_kafka")
        recreate_topics(servers)
        yield servers
        return
    broker = MemoryBroker()
    yield broker.bootstrap_servers
    broker.close()


@pytest.fixture(scope="module")
def app_env(postgres: Database, kafka: str) -> Iterator[pytest.MonkeyPatch]:
    """Set this process up as a function of users: row-level security by user."""
    with function_environment({"DATABASE_URL": postgres.app_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}) as patch:
        yield patch


@pytest.fixture(scope="module")
def system_env(postgres: Database, kafka: str) -> Iterator[pytest.MonkeyPatch]:
    """Set this process up as a function of the system: auth, consumers, cron."""
    with function_environment({"DATABASE_URL": postgres.system_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}) as patch:
        yield patch


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    """Run the whole platform once for the session; tests register accounts of their own."""
    with running_bundle(tmp_path_factory.mktemp("bundle")) as running:
        yield running
