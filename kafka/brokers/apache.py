"""A real Apache Kafka 4 on this machine: one KRaft node, controller and broker in one Java process.

Started by the supervisor as ``python -m kafka.brokers.apache DIRECTORY`` (``KAFKA=apache make run``) and by
``make test-kafka``: prints its bootstrap address as the only line on standard output once the topics of
``kafka/topics.yaml`` exist, then serves until it is told to stop or its parent is gone. Needs ``java`` (17 or newer) and,
the first time, ``mvn``. Data and programs lie in DIRECTORY; offsets and records survive a restart.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from kafka.brokers.topics import create_topics
from knative.local.ports import remembered_port

POM = Path(__file__).parent.parent / "apache" / "pom.xml"
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20
PARENT_CHECK_SECONDS = 1.0
JAVA_OPTIONS = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-Dlog4j2.level=WARN")

# Source: kafka.apache.org/documentation, broker configs. One node: every internal topic has one replica.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={logs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Everything is open unless an access control list says otherwise: only tests write some.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


class ApacheBrokerError(Exception):
    """Apache Kafka could not be fetched, formatted or started."""


class ApacheBroker:
    """One node with everything it keeps in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.bootstrap_servers = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the node and create missing topics; return once they can be used.

        Raises:
            ApacheBrokerError: with what was missing or the end of the node's log.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        java = _program("java")
        libraries = self._fetch_libraries()
        self._end_leftover()
        properties = self._write_properties()
        logs = self.directory / "data"
        if not (logs / "meta.properties").exists():
            cluster_id = uuid.uuid4().hex[:22]
            self._run(
                java,
                "-cp",
                f"{libraries}/*",
                "kafka.tools.StorageTool",
                "format",
                "-t",
                cluster_id,
                "-c",
                str(properties),
            )
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [java, *JAVA_OPTIONS, "-cp", f"{libraries}/*", "kafka.Kafka", str(properties)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.directory / "pid").write_text(f"{self._process.pid}\n")
        create_topics(self._wait_until_reachable())

    def stop(self) -> None:
        """Stop the node; its data stays."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def is_running(self) -> bool:
        """Whether the Java process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The Java process's id."""
        return self._process.pid if self._process else None

    @property
    def _log(self) -> Path:
        return self.directory / "kafka.log"

    def _end_leftover(self) -> None:
        """End a node of this very directory that outlived a killed parent: it holds the ports and the data's lock."""
        try:
            process = psutil.Process(int((self.directory / "pid").read_text()))
            if str(self.directory / "server.properties") in process.cmdline():
                process.kill()  # a broker recovers from its log
                process.wait(STOP_TIMEOUT_SECONDS)
        except (OSError, ValueError, psutil.Error):
            return

    def _fetch_libraries(self) -> Path:
        """Let Maven copy Kafka's jars once per change of the pom."""
        target = self.directory / "libraries"
        stamp = target / "pom.xml"
        if stamp.exists() and stamp.read_bytes() == POM.read_bytes():
            return target
        shutil.rmtree(target, ignore_errors=True)
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
        self._run(_program("mvn"), "-q", "-B", "-f", str(POM), *goal)
        shutil.copyfile(POM, stamp)
        return target

    def _write_properties(self) -> Path:
        port = remembered_port(self.directory / "port")
        controller_port = remembered_port(self.directory / "controller-port")
        self.bootstrap_servers = f"127.0.0.1:{port}"
        target = self.directory / "server.properties"
        target.write_text(
            PROPERTIES.format(port=port, controller_port=controller_port, logs=(self.directory / "data").as_posix())
        )
        return target

    def _run(self, *command: str) -> None:
        result = subprocess.run(command, check=False, capture_output=True, text=True)
        if result.returncode:
            raise ApacheBrokerError(f"{Path(command[0]).name} failed: {(result.stdout + result.stderr)[-2000:]}")

    def _wait_until_reachable(self) -> Any:
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self.is_running():
            with contextlib.suppress(KafkaException):
                if admin.list_topics(timeout=1).brokers:
                    return admin
        self.stop()
        tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])
        raise ApacheBrokerError(f"Apache Kafka did not start; the end of {self._log}:\n{tail}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ApacheBrokerError(f"KAFKA=apache needs `{name}` on the PATH; plain `make run` does not")
    return found


def main() -> None:
    """Serve until SIGTERM, SIGINT, the parent's end or the node's own."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    parent = os.getppid()
    broker = ApacheBroker(Path(sys.argv[1]))
    try:
        broker.start()
        sys.stdout.write(f"{broker.bootstrap_servers}\n")
        sys.stdout.flush()
        while not stop.wait(PARENT_CHECK_SECONDS) and os.getppid() == parent and broker.is_running():
            pass
    except ApacheBrokerError as error:
        sys.exit(str(error))
    finally:
        broker.stop()


if __name__ == "__main__":
    main()
