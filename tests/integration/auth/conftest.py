"""A client of the auth function and what its tests do all the time."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pg8000.native import Connection
from werkzeug.test import Client, TestResponse

from shared.config import forget_settings
from tests.integration.auth.post import Post
from tests.support.database import Database

PASSWORD = "twelve green umbrellas"
ORIGIN = "http://localhost:8080"


class AuthClient:
    """Sends JSON to the auth function; every instance is a browser of its own, at an address of its own."""

    def __init__(self, address: str | None = None) -> None:
        from functions.auth.main import auth

        self.client = Client(auth.wsgi)
        self.address = address or f"10.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 254 + 1}"

    def send(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> TestResponse:
        """Send one request; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        options: dict[str, Any] = {} if body is None else {"json": body}
        if isinstance(body, bytes):
            options = {"data": body, "content_type": given.pop("Content-Type", "application/json")}
        # A Cookie given by the test is sent as it is, instead of what the browser kept.
        client = Client(self.client.application, use_cookies=False) if "Cookie" in given else self.client
        return client.open(
            path,
            method=method,
            headers=given,
            base_url=ORIGIN,
            environ_overrides={"REMOTE_ADDR": self.address},
            **options,
        )

    def post(self, path: str, body: Any = None, token: str | None = None, **headers: str) -> TestResponse:
        """Send a POST to a path under /api/auth."""
        return self.send("POST", f"/api/auth/{path}", {} if body is None else body, token, **headers)

    def refresh(self, refresh_token: str) -> TestResponse:
        """Refresh with a token in the body."""
        return self.post("refresh", {"refresh_token": refresh_token})


@contextmanager
def settings(**variables: str) -> Iterator[None]:
    """Run the block with other environment variables."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        forget_settings()
        try:
            yield
        finally:
            patch.undo()
            forget_settings()


@dataclass
class Account:
    """Somebody who registered."""

    email: str
    password: str
    session: dict[str, Any]
    client: AuthClient

    @property
    def id(self) -> str:
        return str(self.session["user"]["id"])

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    @property
    def refresh_token(self) -> str:
        return str(self.session["refresh_token"])

    def log_in(self, password: str | None = None, client: AuthClient | None = None) -> TestResponse:
        return (client or self.client).post("login", {"email": self.email, "password": password or self.password})

    def confirm(self, post: Post) -> None:
        """Open the mailed link that confirms the address, and go on with the session."""
        answer = self.client.post("email/confirm", {"token": post.link(self.id, "confirm_address")})
        assert answer.status_code == 200, answer.text
        self.session = self.client.refresh(self.refresh_token).json


@pytest.fixture(scope="module", autouse=True)
def _function(system_env: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return system_env


@pytest.fixture
def client() -> AuthClient:
    """Give a browser nobody used."""
    return AuthClient()


@pytest.fixture
def register() -> Callable[..., Account]:
    """Give a function that registers somebody new."""

    def _register(**fields: Any) -> Account:
        client = AuthClient()
        body = {"email": f"p{uuid.uuid4().hex}@example.com", "password": PASSWORD, **fields}
        answer = client.post("register", body)
        assert answer.status_code == 201, answer.text
        return Account(body["email"], body["password"], answer.json, client)

    return _register


@pytest.fixture
def anna(register: Callable[..., Account]) -> Account:
    """Give somebody who has just registered."""
    return register(display_name="Anna", time_zone="Europe/Berlin")


@pytest.fixture(scope="module")
def database(postgres: Database) -> Iterator[Connection]:
    """Give a connection that sees everything, to look and to move rows back in time."""
    from shared.db.connection import connect_arguments

    connection = Connection(**connect_arguments(postgres.superuser_url))
    yield connection
    connection.close()


@pytest.fixture
def post(system_env: pytest.MonkeyPatch, tmp_path: Path) -> Post:
    """Give a mailbox folder and the notifier's part in filling it."""
    system_env.setenv("EMAIL_TRANSPORT", "mailbox")
    system_env.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()
    return Post(tmp_path)
