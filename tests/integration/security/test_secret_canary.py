"""Canaries: a unique secret in every place where one goes in; afterwards none is found where it must not be.

The real bundle, with its logs, its database and a collector of traces. Secrets may be stored as hashes, and shown once to the person they
belong to; nowhere else.
"""

import json
import re
import uuid

import httpx
import psutil
import pytest
from pg8000.native import Connection

from tests.support.bundle import running_bundle, wait_until
from tests.support.collector import running_collector

# Tables that never hold what a person keeps secret, and none of a person's address but users'.
TABLES = (
    "event_log",
    "outbox_pending",
    "dead_letters",
    "inbox",
    "audit_logs",
    "consumer_attempts",
    "cron_runs",
    "deliveries",
    "rate_limits",
    "notifications",
)
LINK = re.compile(r"#token=(oll_[\w-]{43})")


def _secret(kind):
    return f"canary{kind}{uuid.uuid4().hex}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Run a bundle, use it well and badly with secrets, and stop its database for a moment; yields bundle, spans, answers and secrets."""
    with running_collector() as collector:
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200", "LOG_LEVEL": "DEBUG",
            "LLM_API_KEY": _secret("llm"),
        }  # fmt: skip
        with running_bundle(tmp_path_factory.mktemp("canary"), **settings) as bundle:
            secrets = {"llm key": settings["LLM_API_KEY"]}
            answers = list(_use(bundle, secrets))
            secrets |= _environment_secrets(bundle)
            yield bundle, collector, answers, secrets


def _use(bundle, secrets):
    """Send secrets everywhere; yields the bodies of answers that must not repeat them."""
    password, changed, wrong, email = (
        _secret("pass"),
        _secret("new"),
        _secret("wrong"),
        f"{_secret('mail')}@example.com",
    )
    secrets |= {"password": password, "changed password": changed, "wrong password": wrong, "e-mail address": email}
    with httpx.Client(base_url=bundle.base_url, timeout=30) as client:
        tokens = client.post("/api/auth/register", json={"email": email, "password": password}).json()
        secrets |= {"access token": tokens["access_token"], "refresh token": tokens["refresh_token"]}
        yield client.post("/api/auth/login", json={"email": email, "password": wrong}).text
        yield client.post("/api/auth/login", content=f'{{"email": "{email}", "password": "{wrong}"').text
        yield client.post("/api/auth/login", json={"email": email, "password": wrong, "extra": wrong}).text
        yield client.put("/api/auth/login", json={"password": wrong}).text
        fake = _secret("bearer")
        secrets["forged token"] = fake
        yield client.get("/api/tasks", headers={"Authorization": f"Bearer {fake}"}).text
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        yield client.get("/nothing", params={"token": wrong}, headers={"Cookie": f"__Host-refresh={wrong}"}).text
        key = _secret("idem")
        secrets["idempotency key"] = key
        yield client.post("/api/tasks", json={"title": "a"}, headers={"Idempotency-Key": key}).text
        yield client.post("/api/tasks", json={"title": "b"}, headers={"Idempotency-Key": key}).text
        token = client.post("/api/auth/tokens", json={"name": "canary", "scopes": ["tasks:read"]}).json()
        secrets["API token"] = next(
            value for value in token.values() if isinstance(value, str) and value.startswith("olt_")
        )
        yield client.get("/api/tasks", headers={"Authorization": f"Bearer {secrets['API token']}"}).text
        endpoint = f"https://fcm.googleapis.com/fcm/send/{_secret('push')}"
        secrets["push endpoint"] = endpoint
        keys = {
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        }
        secrets["push key"] = keys["auth"]
        yield client.post("/api/push-subscriptions", json={"endpoint": endpoint, "keys": keys}).text
        yield client.post("/api/push-subscriptions", json={"endpoint": "http://127.0.0.1/x", "keys": keys}).text
        task = client.post("/api/tasks", json={"title": "seen in the trail"}).json()
        wait_until(lambda: client.get("/api/audit", params={"task_id": task["id"]}).json()["items"], seconds=30)
        yield client.post("/api/auth/refresh", json={"refresh_token": wrong}).text
        yield client.post("/api/auth/password", json={"current_password": wrong, "new_password": changed}).text
        client.post("/api/auth/password", json={"current_password": password, "new_password": changed})
        yield from _use_links(client, secrets, email, changed)
        bundle.kill("postgres")
        yield client.post("/api/auth/login", json={"email": email, "password": wrong}).text
        wait_until(lambda: client.get("/healthz").status_code == 200, seconds=60)
        yield client.get("/metrics").text


def _use_links(client, secrets, email, password):
    """Have links mailed, keep one, use one well and badly; the mailbox is where a link belongs, so its answers are not among these."""
    new = f"{_secret('newmail')}@example.com"
    secrets |= {"new e-mail address": new, "forged link": "oll_" + uuid.uuid4().hex * 2}
    yield client.post("/api/auth/password/forgot", json={"email": email}).text
    yield client.post("/api/auth/password/reset", json={"token": secrets["forged link"], "new_password": password}).text
    yield client.get("/reset-password/", params={"token": secrets["forged link"]}).text

    def links():
        mails = [client.get(f"/api/mailbox/{mail['id']}").json() for mail in client.get("/api/mailbox").json()["items"]]
        return {mail["subject"]: LINK.findall(mail["text"])[0] for mail in mails if LINK.search(mail["text"])}

    wait_until(lambda: {"Confirm your e-mail address", "Set a new password"} <= links().keys(), seconds=60)
    found = links()
    secrets |= {f"link: {subject}": token for subject, token in found.items()}
    yield client.post("/api/auth/email/confirm", json={"token": found["Confirm your e-mail address"]}).text.replace(
        email, ""
    )
    yield client.post("/api/auth/email/confirm", json={"token": found["Confirm your e-mail address"]}).text
    yield client.post("/api/auth/email/change", json={"email": new, "password": "wrong"}).text
    yield client.post(
        "/api/auth/password/reset", json={"token": found["Set a new password"], "new_password": "short"}
    ).text
    yield client.post(f"/api/auth/password/reset?token={found['Set a new password']}", content=b"{").text


def _environment_secrets(bundle):
    found = {}
    for group in ("web", "system"):
        environment = psutil.Process(bundle.pid(group)).environ()
        for name, value in environment.items():
            if re.search(r"PASSWORD|PRIVATE_KEY|SIGNING_KEYS|CURSOR_KEY|ACTION_KEY", name) and len(value) > 12:
                found[name] = value.partition(":")[2] or value
    return found | json.loads((bundle.data_dir / "secrets.json").read_text())


def _found(haystack, secrets, *, allowed=()):
    return sorted(name for name, secret in secrets.items() if name not in allowed and secret in haystack)


def test_no_log_holds_a_secret(world):
    """No component writes a password, token, key, push endpoint or address into its log, however badly a request goes."""
    bundle, _, _, secrets = world
    logs = {file.name: file.read_text(errors="replace") for file in (bundle.data_dir / "logs").glob("*.log")}
    assert sum(map(len, logs.values())) > 1000
    assert {name: _found(text, secrets) for name, text in logs.items() if _found(text, secrets)} == {}
    assert _found("".join(bundle.output), secrets) == []


def test_no_answer_repeats_a_secret(world):
    """Errors name the field, not what stood in it."""
    _, _, answers, secrets = world
    assert len(answers) > 12
    repeated = [(answer[:200], _found(answer, secrets, allowed=("push endpoint",))) for answer in answers]
    assert [found for found in repeated if found[1]] == []


def test_no_span_holds_a_secret(world):
    """Traces name routes and events."""
    _, collector, _, secrets = world
    assert len(collector.spans) > 5
    assert _found("".join(map(str, collector.spans)), secrets) == []


def test_no_record_holds_a_secret(world):
    """Event log, outbox, trail, dead letters and ledgers hold no secret; credentials are stored as hashes."""
    bundle, _, _, secrets = world
    server = json.loads((bundle.data_dir / "secrets.json").read_text())
    port = int((bundle.data_dir / "postgres" / "port").read_text())
    connection = Connection(
        "postgres", host="127.0.0.1", port=port, password=server["POSTGRES_SUPERUSER_PASSWORD"], database="obsidianlist"
    )
    try:
        dumped = {table: str(connection.run(f"SELECT t::text FROM {table} t")) for table in TABLES}
        everything = "".join(
            str(connection.run(f'SELECT t::text FROM "{row[0]}" t'))
            for row in connection.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
    finally:
        connection.close()
    assert {table: _found(text, secrets) for table, text in dumped.items() if _found(text, secrets)} == {}
    # Stored because they are needed as they are: the address, and where pushes go.
    needed = ("e-mail address", "new e-mail address", "push endpoint", "push key", "idempotency key")
    assert _found(everything, secrets, allowed=needed) == []
