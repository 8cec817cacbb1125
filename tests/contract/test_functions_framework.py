"""Each function under the plain functions-framework, and what importing it costs."""

import subprocess
import sys

import pytest
import yaml

from knative.local.registry import VALUES, load_registry
from shared.config import forget_settings
from tests.support.bundle import REPOSITORY

FUNCTIONS = load_registry().functions
HEAVY = (
    "sqlalchemy",
    "confluent_kafka",
    "boto3",
    "pywebpush",
    "cryptography.x509",
    "flask",
    "werkzeug",
    "asn1crypto",
    "dateutil.parser",
)
# Every request of these runs a transaction, so loading SQLAlchemy later would save nothing.
ALLOWED = dict.fromkeys(("recurring-tasks", "dead-letters", "housekeeping"), "['sqlalchemy']")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_plain_framework_serves_it(function, system_env, monkeypatch) -> None:
    """`functions-framework --source functions/X/main.py --target X` answers health and a request of its kind, with the keys of its kind alone."""
    from functions_framework import create_app

    values = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    secrets = values["defaults"]["secrets"]
    without = {key for keys in secrets.values() for key in keys} - set(secrets[function.kind])
    if not values["functions"][function.name].get("events", True):
        without |= {"EVENT_SIGNING_KEYS", "KAFKA_BOOTSTRAP_SERVERS"}
    for name in without:
        monkeypatch.delenv(name)
    forget_settings()
    client = create_app(function.folder, f"functions/{function.folder}/main.py").test_client()
    assert client.get("/healthz").status_code == 200
    if function.kind == "http":
        assert client.get(f"{function.routes[0]}/there-is-nothing").status_code in {401, 404, 405}
    elif function.kind == "cron":
        assert client.post("/", json={}).status_code == 200
    else:
        headers = {
            "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "app.nobody.knows.v1", "Content-Type": "application/json",
        }  # fmt: skip
        answer = client.post("/", data=b"{}", headers=headers)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_importing_it_loads_nothing_heavy(function) -> None:
    """A cold start pays for what the first request needs, not for what some request may need."""
    code = (
        f"import sys, time; started = time.perf_counter(); import functions.{function.folder}.main;"
        f"print(round((time.perf_counter() - started) * 1000), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    milliseconds, _, loaded = result.stdout.strip().partition(" ")
    sys.stdout.write(f"{function.name}: imported in {milliseconds} ms\n")
    assert loaded in {"[]", ALLOWED.get(function.name)}, f"{function.name} loads {loaded} at import"
