"""What a cold start of the auth function loads: only what the asked route needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ORIGIN

SCRIPT = """
import json, sys
from werkzeug.test import Client
from functions.auth.main import auth
method, path, token = sys.argv[1:]
headers = {"Authorization": "Bearer " + token} if path.startswith("/api") else {}
answer = Client(auth.wsgi).open(path, method=method, headers=headers)
print(json.dumps({"status": answer.status_code, "modules": sorted(sys.modules)}))
"""


@pytest.mark.parametrize(
    ("path", "absent"),
    [
        ("/healthz", {"sqlalchemy", "argon2", "cryptography", "confluent_kafka", "flask"}),
        ("/.well-known/jwks.json", {"sqlalchemy", "argon2", "cryptography", "confluent_kafka", "flask"}),
        ("/api/auth/me", {"sqlalchemy", "argon2", "confluent_kafka", "flask"}),
        ("/api/auth/tokens", {"sqlalchemy", "argon2", "confluent_kafka", "flask"}),
    ],
)
def test_reads_load_little(anna, path, absent):
    """Health, keys and the own account answer without SQLAlchemy, Argon2 or the broker's client."""
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, "GET", path, anna.token],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    answer = json.loads(result.stdout)
    assert answer["status"] == 200
    assert absent & set(answer["modules"]) == set()


def test_framework_entry_point(anna):
    """The same function answers under the plain functions-framework."""
    from functions_framework import create_app

    app = create_app("auth", "functions/auth/main.py")
    answer = app.test_client().get("/api/auth/me", headers={"Authorization": f"Bearer {anna.token}"}, base_url=ORIGIN)
    assert answer.status_code == 200
    assert answer.json == anna.session["user"]
    bad = app.test_client().post("/api/auth/login", data=b"{", headers={"Content-Type": "application/json"})
    assert bad.status_code == 400
    assert bad.content_type == "application/problem+json"
