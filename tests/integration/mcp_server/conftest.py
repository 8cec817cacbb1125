"""People who connect a client to /mcp: the consent page as a browser sees it, and both functions in this process."""

import base64
import hashlib
import os
import re
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from tests.support.database import Database
from tests.support.environment import function_variables
from tests.support.server import free_port, wait_until_healthy

ORIGIN = "http://localhost:8080"
RESOURCE = f"{ORIGIN}/mcp"
REDIRECT = "http://127.0.0.1:33418/callback"
PASSWORD = "twelve green umbrellas"


@dataclass
class Browser:
    """A person with an account, and the app they are connecting."""

    email: str = field(default_factory=lambda: f"p{uuid.uuid4().hex}@example.com")
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    client_id: str = ""

    def __post_init__(self) -> None:
        from functions.auth.main import auth
        from functions.mcp.main import mcp

        self.auth, self.mcp = Client(auth.wsgi), Client(mcp.wsgi)
        self.address = f"10.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 256}.9"
        answer = self.post("/api/auth/register", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        self.session = answer.json["access_token"]

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.auth.post(path, base_url=ORIGIN, environ_overrides={"REMOTE_ADDR": self.address}, **options)

    def register_app(self, *redirects: str) -> str:
        answer = self.post("/oauth/register", json={"client_name": "Test <b>app</b>", "redirect_uris": list(redirects) or [REDIRECT]})  # fmt: skip
        assert answer.status_code == 201, answer.text
        self.client_id = answer.json["client_id"]
        return self.client_id

    def authorize(self, **changes: Any) -> TestResponse:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "state": "s-1",
            "code_challenge": challenge, "code_challenge_method": "S256", "resource": RESOURCE, "scope": "tasks:read tasks:write",
        } | changes  # fmt: skip
        given = {name: value for name, value in query.items() if value is not None}
        return self.auth.get(
            "/oauth/authorize", base_url=ORIGIN, query_string=given, environ_overrides={"REMOTE_ADDR": self.address}
        )

    def decide(self, page: TestResponse, **changes: str) -> TestResponse:
        sealed = re.search(r'name="request" value="([^"]+)"', page.text)
        assert sealed is not None, page.text
        form = {"request": unescape(sealed[1]), "email": self.email, "password": PASSWORD, "decision": "allow"}
        return self.post("/oauth/authorize", data=form | changes)

    def code(self, **changes: Any) -> str:
        answer = self.decide(self.authorize(**changes))
        assert answer.status_code == 303, answer.text
        return answered(answer)["code"]

    def token(self, code: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "authorization_code", "code": code, "client_id": self.client_id, "redirect_uri": REDIRECT,
            "code_verifier": self.verifier, "resource": RESOURCE,
        }  # fmt: skip
        return self.post("/oauth/token", data=form | changes)

    def refresh(self, token: str, **changes: str) -> TestResponse:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client_id}
        return self.post("/oauth/token", data=form | changes)

    def rpc(self, token: str, method: str, params: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        given = {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): text for name, text in headers.items()}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return self.mcp.post("/mcp", json=message, headers=given)

    def connect(self, scope: str = "tasks:read tasks:write") -> str:
        """Return an access token for /mcp."""
        self.register_app()
        token: str = self.token(self.code(scope=scope)).json["access_token"]
        return token

    def call(self, token: str, tool: str, **arguments: Any) -> TestResponse:
        return self.rpc(token, "tools/call", {"name": tool, "arguments": arguments})

    def modern(self, token: str, method: str, params: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a request of the era of 2026; ``headers`` replace the mirrored ones (None leaves one out)."""
        version = options.get("version", "2026-07-28")
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": options.get("capabilities", {}),
        }
        given = {"Mcp-Protocol-Version": version, "Mcp-Method": method}
        if params and "name" in params:
            given["Mcp-Name"] = params["name"]
        given |= options.get("headers", {})
        given = {name: value for name, value in given.items() if value is not None}
        message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**(params or {}), "_meta": meta}}
        return self.mcp.post("/mcp", json=message, headers={"Authorization": f"Bearer {token}", **given})


def answered(reply: TestResponse) -> dict[str, str]:
    """Return what a redirect tells the app."""
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["Location"]).query).items()}


@pytest.fixture(scope="module", autouse=True)
def _function(system_env: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return system_env


@pytest.fixture(scope="module")
def server(postgres: Database, kafka: str) -> Iterator[str]:
    """Run the function as its container does; yields the URL of /mcp."""
    port = free_port()
    variables = function_variables() | {
        "DATABASE_URL": postgres.app_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "FUNCTION": "mcp",
        "PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "shared.http.server"], env=os.environ | variables)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def anna() -> Browser:
    """Give somebody who has just registered."""
    return Browser()


@pytest.fixture
def ben() -> Browser:
    """Give somebody else."""
    return Browser()
