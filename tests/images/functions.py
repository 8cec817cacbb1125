"""The functions' image: every function answers, and how long after its start, beside a hello function in the same image."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from kafka.brokers.memory import MemoryBroker
from knative.local.ports import free_port
from knative.local.registry import Function, Registry
from tests.bench.figures import median
from tests.bench.programs import first_answer
from tests.images.container import Image
from tests.support.database import PASSWORD, DatabaseServer
from tests.support.environment import function_variables

STARTS = 3
HELLO = Path(__file__).parents[1] / "bench" / "hello" / "main.py"
# What a function may load late: none of it may have been slimmed away.
LATE_IMPORTS = """
import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zoneinfo
import boto3, confluent_kafka, cryptography.x509, dateparser, icalendar, jinja2, pywebpush, sqlalchemy.orm, alembic.command
for service in ("s3", "sesv2", "sts"):
    boto3.client(service, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
assert dateparser.parse("morgen um 9 Uhr", languages=["de"]) and dateparser.parse("demain", languages=["fr"])
zoneinfo.ZoneInfo("Europe/Berlin")
ssl.create_default_context().load_verify_locations("/etc/ssl/certs/ca-certificates.crt")
import shared.services.delivery.transport, shared.services.calendar_feed, shared.db.engine
"""
TRIES_TO_WRITE = """
import os
for folder in ("/app", "/opt/venv", "/etc", "/"):
    try:
        open(folder + "/written", "w")
    except OSError:
        continue
    raise SystemExit(folder + " can be written")
open("/tmp/written", "w").close()
assert os.getuid() == 65532 and not os.path.exists("/bin/sh"), os.getuid()
"""


def check_functions(image: Image, registry: Registry, folder: Path) -> None:
    """Start every function of the registry against a migrated PostgreSQL and print the cold starts as ratios to hello."""
    (image.root / "hello").mkdir()
    shutil.copy(HELLO, image.root / "hello" / "main.py")
    image.run(["python3", "-c", TRIES_TO_WRITE], {})
    server, broker = DatabaseServer(folder / "postgres"), MemoryBroker()
    server.postgres.start()
    try:
        owner = server.postgres.ensure_owner_database("images")
        database = server.database("images")
        image.run(
            ["python3", "-m", "shared.db.migrate"],
            {"DATABASE_OWNER_URL": owner, "DATABASE_APP_PASSWORD": PASSWORD, "DATABASE_SYSTEM_PASSWORD": PASSWORD},
        )
        common = {
            **function_variables(),
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "MAILBOX_DIR": "/tmp/mailbox",  # noqa: S108 - in the pod
        }
        common |= {"EMAIL_TRANSPORT": "mailbox", "EMAIL_FROM": "images@example.com"}
        environments = {
            function.name: {
                **common,
                **dict(function.environment),
                "DATABASE_URL": database.app_url if function.database == "app" else database.system_url,
            }
            for function in registry.functions
        }
        image.run(["python3", "-c", LATE_IMPORTS], environments["auth"])
        _cold_starts(image, registry, environments, folder / "functions.log")
    finally:
        broker.close()
        server.stop()


def _cold_starts(image: Image, registry: Registry, environments: Mapping[str, Mapping[str, str]], log: Path) -> None:
    """Interleave the starts, so that a busy second hits all alike; the median counts."""
    times: dict[str, list[float]] = {}
    for _ in range(STARTS):
        times.setdefault("hello", []).append(_start(image, None, {}, log))
        for function in registry.functions:
            times.setdefault(function.name, []).append(_start(image, function, environments[function.name], log))
    hello = median(times.pop("hello"))
    print(
        f"images: hello on the functions-framework command in this image: {hello * 1000:.0f} ms; cold starts as ratios to it:"
    )
    print("images: " + ", ".join(f"{name} {median(each) / hello:.2f}" for name, each in times.items()))


def _start(image: Image, function: Function | None, environment: Mapping[str, str], log: Path) -> float:
    """Return the seconds from exec to the first answer; of a function, to a /healthz that asked the database."""
    port = str(free_port())
    if function is None:
        command = ["functions-framework", "--source", "/hello/main.py", "--target", "hello"]
    else:
        command = ["python3", "-m", "shared.http.server"]
        environment = {**environment, "FUNCTION": function.name}
    started = time.perf_counter()
    with image.running(command, {**environment, "PORT": port}, log) as process:
        return first_answer(int(port), "/" if function is None else "/healthz", {}, process, log) - started
