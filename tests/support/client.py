"""Calls a function's WSGI application as a signed-in person; no network, no mocks."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from werkzeug.test import Client

from shared import clock
from shared.auth import issue_access_token
from shared.db.engine import transaction


class Person:
    """A person with an account and an access token.

    Args:
        wsgi: the function's application.
        user_id: whose; a new account is written when absent.
        scopes: of the token.
    """

    def __init__(
        self,
        *applications: Any,
        user_id: UUID | None = None,
        time_zone: str = "UTC",
        scopes: str = "tasks:read tasks:write account",
    ) -> None:
        self.user_id = user_id or make_user(time_zone)
        self._clients = [Client(application) for application in applications]
        self.client = self._clients[0]
        self.token = issue_access_token(self.user_id, scopes.split())

    def call(
        self, method: str, path: str, json: Any = None, *, headers: dict[str, str] | None = None, app: int = 0
    ) -> Any:
        """Return werkzeug's test response."""
        given = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self._clients[app].open(path, method=method, json=json, headers=given)

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return self.call("POST", path, json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> Any:
        return self.call("PATCH", path, json, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.call("DELETE", path, **options)


def make_user(time_zone: str = "UTC") -> UUID:
    """Write an account (needs a system environment, or the owner's) and return its id."""
    user_id = clock.uuid7()
    with transaction(user_id) as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, email, email_key, password_hash, time_zone)"
                " VALUES (:id, :email, :email, 'none', :zone)"
            ),
            {"id": user_id, "email": f"{user_id}@example.com", "zone": time_zone},
        )
    return user_id
