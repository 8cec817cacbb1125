"""Sessions: what registering, signing in and refreshing answer.

Called by ``auth`` and the account service. A session is an access token that lives ten minutes and a refresh token that
replaces it; nothing else is kept on the server.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.auth import ACCESS_TOKEN_SECONDS, issue_access_token
from shared.services import refresh_tokens, throttle
from shared.services.profile import as_user, scopes_of
from shared.services.refresh_tokens import RefreshToken

_USER_AGENT_MAX_LENGTH = 200


@dataclass(frozen=True)
class Client:
    """Where a request came from, as far as limits and the list of sign-ins care."""

    address: str
    user_agent: str = ""

    def __post_init__(self) -> None:
        printable = "".join(character for character in self.user_agent if character.isprintable())
        object.__setattr__(self, "user_agent", printable[:_USER_AGENT_MAX_LENGTH])


@dataclass(frozen=True)
class Session:
    """Tokens and user, ready to answer with.

    Attributes:
        user: the account in the shape of the API.
        access_token: signed, ten minutes.
        refresh_token: opaque; the only copy there is.
    """

    user: dict[str, Any]
    access_token: str = field(repr=False)
    refresh_token: RefreshToken

    def body(self) -> dict[str, Any]:
        """Return the JSON answer."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_SECONDS,
            "refresh_token": self.refresh_token.token,
            "user": self.user,
        }


def start(connection: Connection, user_id: UUID, profile: str, client: Client) -> Session:
    """Start a session in the caller's transaction, which has locked or made the row of the person."""
    return _session(user_id, profile, refresh_tokens.issue(connection, user_id, client.user_agent))


def refresh(token: str, client: Client) -> Session:
    """Go on with a session.

    Raises:
        Unauthenticated: the refresh token does not hold.
        TooManyRequests: the address refreshes too often.
    """
    throttle.attempt_refresh(client.address)
    rotation = refresh_tokens.rotate(token, client.user_agent)
    return _session(rotation.user_id, rotation.profile, rotation.successor)


def end(token: str) -> None:
    """End the session a refresh token belongs to; its access token runs out by itself."""
    refresh_tokens.revoke_family(token)


def _session(user_id: UUID, profile: str, refresh_token: RefreshToken) -> Session:
    user = as_user(profile)
    # Scopes are decided anew at each refresh: who is an operator no longer loses the scope within ten minutes, who has just confirmed the
    # address of one gets it.
    access_token = issue_access_token(user_id, scopes_of(user), email=user["email"])
    return Session(user, access_token, refresh_token)
