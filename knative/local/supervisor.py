"""Starts, watches and stops the whole bundle on one machine.

Called by ``python -m knative.local``. Order of the start: PostgreSQL beside Kafka, then the schema beside the two server
groups, then the sources; the web app is built in the background. Order of the stop: the reverse, PostgreSQL last; whatever
does not end in its time is killed, so that a stop is bounded however loaded the machine is. A child that ends by itself is started again. The in-memory broker forgets everything when it ends, so its clients are started anew
with its new address, and every event that a consumer has not seen is published again, as after every start.
"""

import hashlib
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from knative.local.component import Component, ComponentError, run_to_end
from knative.local.console import Console
from knative.local.environments import Environments, make_environments, module_path
from knative.local.keys import load_keys
from knative.local.ports import free_port
from knative.local.postgres import EmbeddedPostgres
from knative.local.registry import load_registry
from knative.local.settings import REPOSITORY, PlatformSettings
from knative.local.web_build import WebBuildError, build, is_stale

CLIENTS = ("kafka-source", "ping-source", "web", "system")
DATABASE = "obsidianlist"
SCHEMA_CODE = REPOSITORY / "shared" / "db"
HEALTH_TIMEOUT_SECONDS = 60.0
# The order of the stop, and how long each step may take before what is left of it is killed; idle, all take two seconds together.
STOP_STEPS = ((("kafka-source", "ping-source"), 11.0), (("web", "system"), 10.0), (("kafka",), 10.0))
CLIENTS_STOP_SECONDS = 10.0
WATCH_SECONDS = 0.2
REPUBLISH_PAUSE_SECONDS = 2.0


class Supervisor:
    """The bundle's processes. ``start``, then ``watch`` until stopped, then ``stop``."""

    def __init__(self, settings: PlatformSettings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._registry = load_registry()
        self._keys = load_keys(settings.data_dir / "secrets.json")
        self._system_port = free_port()
        self._postgres: EmbeddedPostgres | None = None
        self._components: dict[str, Component] = {}
        self._jobs: set[Component] = set()
        self._environments: Environments | None = None
        self._owner_url = settings.database_url or ""
        self._bootstrap_servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")

    def start(self, stop: threading.Event) -> None:
        """Start everything; return when the API answers.

        Raises:
            ComponentError, PostgresError, ApacheBrokerError: something did not start, or was not to; ``stop`` cleans up.
        """
        started = threading.Event()
        threading.Thread(target=self._give_up, args=(stop, started), name="give-up", daemon=True).start()
        try:
            self._start(stop)
        finally:
            started.set()

    def _give_up(self, stop: threading.Event, started: threading.Event) -> None:
        """While it starts, let nobody who wants to stop wait for a download or a slow child: what is waited for ends."""
        while not started.wait(WATCH_SECONDS):
            if stop.is_set():
                for component in [*self._components.values(), *self._jobs]:
                    component.kill()

    def _start(self, stop: threading.Event) -> None:
        if self._settings.build_web and is_stale():
            threading.Thread(target=self._build_web, name="web-build", daemon=True).start()
        with ThreadPoolExecutor() as pool:
            for starting in [pool.submit(self._start_postgres), pool.submit(self._start_kafka)]:
                starting.result()
        self._make_environments()
        if self._schema_is_known():
            self._put_back(stop)
        self._start_groups()
        with ThreadPoolExecutor() as pool:
            schema = pool.submit(self._migrate)
            health = pool.submit(self._wait_for_groups, stop)
            schema.result()
            health.result()
        self._start_sources()
        threading.Thread(target=self._republish_until_done, args=(stop,), name="republish", daemon=True).start()

    def watch(self, stop: threading.Event) -> None:
        """Restart what ends by itself, until ``stop`` is set."""
        while not stop.wait(WATCH_SECONDS):
            self._revive_postgres()
            for component in list(self._components.values()):
                if component.ended:
                    self._restart(component, stop)

    def stop(self) -> None:
        """Stop everything in order; whatever ignores the request is killed."""
        for job in list(self._jobs):
            job.kill()
        for names, seconds in STOP_STEPS:
            _stop([self._components.pop(name) for name in names if name in self._components], seconds)
        if self._postgres is not None:
            self._postgres.stop()

    def _start_postgres(self) -> None:
        began = time.monotonic()
        if self._settings.database_url:
            self._console.component("postgres", "external", "the server of DATABASE_URL")
            return
        self._postgres = EmbeddedPostgres(
            self._settings.data_dir / "postgres",
            superuser_password=self._keys["POSTGRES_SUPERUSER_PASSWORD"],
            owner_password=self._keys["DATABASE_OWNER_PASSWORD"],
        )
        self._postgres.start()
        self._owner_url = self._postgres.ensure_owner_database(DATABASE)
        self._console.component("postgres", "ready", f"PostgreSQL 18 on port {self._postgres.port}", since=began)

    def _start_kafka(self) -> None:
        began = time.monotonic()
        if self._settings.kafka == "external":
            self._prepare_external_kafka()
            return
        memory = self._settings.kafka == "memory"
        directory = str(self._settings.data_dir / "kafka")
        arguments = ("kafka.brokers.memory",) if memory else ("kafka.brokers.apache", directory)
        environment = os.environ | {"PYTHONPATH": module_path(os.environ)}
        broker = Component("kafka", arguments, environment, self._log("kafka"), announces=True)
        self._components["kafka"] = broker
        broker.start()
        self._bootstrap_servers = broker.address()
        kind = "in memory" if memory else "Apache Kafka, one KRaft node"
        self._console.component("kafka", "ready", f"{kind}, {self._bootstrap_servers}", since=began)

    def _prepare_external_kafka(self) -> None:
        """Create missing topics; a cluster that does not allow it may have them already."""
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        from kafka.brokers.topics import create_topics
        from shared.config import KafkaSettings

        began = time.monotonic()
        try:
            create_topics(AdminClient(KafkaSettings.load().client_options() | {"log_level": 0}))
        except KafkaException as error:
            self._console.component("kafka", "external", f"{self._bootstrap_servers}; topics not created: {error}")
            return
        self._console.component("kafka", "ready", f"external, {self._bootstrap_servers}", since=began)

    def _make_environments(self) -> None:
        self._environments = make_environments(
            self._settings,
            self._registry,
            self._keys,
            owner_url=self._owner_url,
            bootstrap_servers=self._bootstrap_servers,
            system_port=self._system_port,
            inherited=os.environ,
        )

    @property
    def _ready_environments(self) -> Environments:
        if self._environments is None:
            raise ComponentError("the environments are made once PostgreSQL and Kafka are up")
        return self._environments

    def _start_groups(self) -> None:
        environments = self._ready_environments
        self._launch("system", ("knative.local.server", "system"), environments.system)
        self._launch("web", ("knative.local.server", "web"), environments.web)

    def _start_sources(self) -> None:
        began = time.monotonic()
        environment = self._ready_environments.system
        self._launch("kafka-source", ("knative.local.kafka_source",), environment)
        self._launch("ping-source", ("knative.local.ping_source",), environment)
        sources = len(self._registry.sources())
        crons = sum(function.kind == "cron" for function in self._registry.functions)
        self._console.component("sources", "started", f"{sources} KafkaSources, {crons} PingSources", since=began)

    def _launch(self, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        component = Component(name, arguments, environment, self._log(name))
        self._components[name] = component
        component.start()

    def _run_job(self, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        job = Component(name, arguments, environment, self._log(name))
        self._jobs.add(job)
        try:
            run_to_end(job)
        finally:
            self._jobs.discard(job)

    @property
    def _schema_mark(self) -> Path:
        return self._settings.data_dir / "postgres" / "schema"  # beside the data, so both go together

    def _schema_is_known(self) -> bool:
        """Whether our own server has the schema of this code: asking Alembic costs a second, and it can only be what we made it."""
        mark = self._schema_mark
        return self._postgres is not None and mark.exists() and mark.read_text() == schema_hash(self._keys)

    def _migrate(self) -> None:
        began = time.monotonic()
        if self._schema_is_known():
            self._console.component("schema", "ready", "unchanged", since=began)
            return
        self._run_job("schema", ("shared.db.migrate",), self._ready_environments.migration)
        if self._postgres is not None:
            self._schema_mark.write_text(schema_hash(self._keys))
        self._console.component("schema", "ready", "migrations applied", since=began)

    def _put_back(self, stop: threading.Event) -> None:
        """Put what the in-memory broker forgot back into the outbox, before anybody can write something newer that would overtake it."""
        if self._settings.kafka != "memory":
            return
        from pg8000.exceptions import Error

        from knative.local.republish import put_back

        environment = self._ready_environments.system
        began = time.monotonic()
        while True:
            self._revive_postgres()  # it may fall while other parts are being restarted
            try:
                put_back(environment["DATABASE_URL"], json.loads(environment["EVENT_CONSUMERS"]))
            except (Error, OSError) as error:
                self._console.component("events", "waiting", f"the database did not take them: {error}")
                if stop.wait(REPUBLISH_PAUSE_SECONDS):
                    return
                if time.monotonic() - began > HEALTH_TIMEOUT_SECONDS:
                    raise ComponentError("what consumers have not seen cannot be put back into the outbox") from error
            else:
                return

    def _republish(self) -> bool:
        """Publish again what a consumer has not seen (the in-memory broker starts empty); whether that worked."""
        if self._settings.kafka != "memory":
            return True
        began = time.monotonic()
        try:
            self._run_job("events", ("knative.local.republish",), self._ready_environments.system)
        except ComponentError as error:
            self._console.component("events", "failed", f"they stay in the database until the next try: {error}")
            return False
        self._console.component("events", "ready", "what no consumer has seen is published again", since=began)
        return True

    def _wait_for_groups(self, stop: threading.Event) -> None:
        """Wait until a function of each group answers /healthz, which asks the database."""
        began = time.monotonic()
        host = "127.0.0.1" if self._settings.host in ("0.0.0.0", "::") else self._settings.host  # noqa: S104 - compared
        urls = {
            "system": f"http://127.0.0.1:{self._system_port}/auth/healthz",
            "web": f"http://{host}:{self._settings.port}/healthz",
        }
        for name, url in urls.items():
            while not _answers(url):
                component = self._components.get(name)
                if component is None or component.ended or stop.wait(0.02):
                    raise ComponentError(f"{name} ended at its start:\n{component.log_tail() if component else ''}")
                if time.monotonic() - began > HEALTH_TIMEOUT_SECONDS:
                    raise ComponentError(f"{name} does not answer {url}:\n{component.log_tail()}")
        self._console.component("functions", "ready", f"{len(self._registry.functions)} functions", since=began)

    def _restart(self, component: Component, stop: threading.Event) -> None:
        how = component.how_it_ended()
        self._console.component(component.name, "restarting", f"it ended by itself ({how}); log: {component.log}")
        if stop.wait(component.pause_before_restart()):
            return
        component.wait_stopped(0)
        if component.name != "kafka":
            component.start()
            return
        # Everything that holds the old address starts anew; Apache Kafka comes back with its records, memory without.
        dependants = [self._components.pop(name) for name in CLIENTS if name in self._components]
        _stop(dependants, CLIENTS_STOP_SECONDS)
        self._start_kafka()
        self._make_environments()
        self._put_back(stop)
        self._start_groups()
        self._start_sources()
        threading.Thread(target=self._republish_until_done, args=(stop,), name="republish", daemon=True).start()

    def _revive_postgres(self) -> None:
        """Start the embedded server again if it ended; it may fall while other parts are being restarted."""
        if self._postgres is not None and self._postgres.pid is None:
            began = time.monotonic()
            self._postgres.start()
            self._console.component("postgres", "restarted", "it had ended by itself", since=began)

    def _republish_until_done(self, stop: threading.Event) -> None:
        while not self._republish() and not stop.wait(REPUBLISH_PAUSE_SECONDS):
            pass

    def _build_web(self) -> None:
        began = time.monotonic()
        log = self._log("web-build")
        self._console.component("web app", "building", f"log: {log}")
        try:
            build(log)
        except WebBuildError as error:
            self._console.component("web app", "failed", str(error))
            return
        self._console.component("web app", "ready", since=began)

    def _log(self, name: str) -> Path:
        return self._settings.data_dir / "logs" / f"{name}.log"


def _stop(components: list[Component], seconds: float) -> None:
    for component in components:
        component.ask_to_stop()
    deadline = time.monotonic() + seconds
    for component in components:
        component.wait_stopped(deadline - time.monotonic())


def schema_hash(keys: Mapping[str, str]) -> str:
    """Return a hash of all that decides the schema and its roles: the migrations' code and the roles' passwords."""
    total = hashlib.sha256()
    for path in sorted(SCHEMA_CODE.rglob("*")):
        if path.suffix in (".py", ".sql"):
            total.update(path.read_bytes())
    for name in ("DATABASE_APP_PASSWORD", "DATABASE_SYSTEM_PASSWORD"):
        total.update(keys[name].encode())
    return total.hexdigest()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
