"""Who is asking: verify access tokens and personal API tokens; sign access tokens (only ``auth`` holds the key).

Access tokens are JWTs of one algorithm (EdDSA over Ed25519) and one type (``at+jwt``, RFC 9068). The verifier is ours, 60 lines,
because a general library costs 140 ms at every cold start and its generality (algorithm choice, key URLs) is what attacks on
tokens use; the tests hold it against PyJWT in both directions.

Personal tokens are opaque (``olt_…``); their SHA-256 is looked up by the one database function that may.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from shared import clock
from shared.config import TokenSettings
from shared.errors import Unauthenticated

AUDIENCE = "obsidianlist"
ACCESS_TOKEN_SECONDS = 600
API_TOKEN_PREFIX = "olt_"  # noqa: S105 - a prefix that secret scanners can look for
SCOPES = ("tasks:read", "tasks:write", "account", "operator")
_LEEWAY_SECONDS = 30
_MAX_TOKEN_LENGTH = 4096
_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Identity:
    """The person a request acts for, and what it may do.

    Attributes:
        user_id: whose rows exist.
        scopes: what the credentials allow.
        origin: where a change came from, for the trail: ``web`` (signed in), ``api`` (personal token), ``mcp``, ``chat``.
        email: the account's address; empty where the token does not carry it.
        token_id: the personal token used, if one was.
    """

    user_id: UUID
    scopes: frozenset[str]
    origin: str = "web"
    email: str = ""
    token_id: UUID | None = None
    audience: str | None = field(default=None, compare=False)


def authenticate(authorization: str | None) -> Identity:
    """Return who an ``Authorization`` header names.

    Raises:
        Unauthenticated: missing, malformed, expired, revoked or forged; the header ``WWW-Authenticate`` says how to ask.
        Unavailable: a personal token could not be looked up: a failing database never lets anyone in.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _refused("Send an access token: Authorization: Bearer …", challenge="Bearer")
    if len(token) > _MAX_TOKEN_LENGTH or not token.isascii():
        raise _refused("The access token is not one of ours.")
    if token.startswith(API_TOKEN_PREFIX):
        return _personal_token(token)
    return verify_access_token(token)


def verify_access_token(token: str, audience: str = AUDIENCE) -> Identity:
    """Return the identity of a JWT access token.

    Raises:
        Unauthenticated: the signature, type, issuer, audience, times or any required claim is wrong.
    """
    now = clock.epoch_seconds()
    known = _verified.get(token)
    if known is not None and known[0] > now and known[2] == audience:
        return known[1]
    claims = _verify(token)
    expires = claims["exp"]
    if claims["aud"] != audience or claims["iss"] != TokenSettings.load().issuer:
        raise _refused("The access token is for another service.")
    if not claims["nbf"] - _LEEWAY_SECONDS <= now < expires + _LEEWAY_SECONDS or claims["iat"] > now + _LEEWAY_SECONDS:
        raise _refused("The access token has expired; refresh it.")
    identity = Identity(
        user_id=UUID(claims["sub"]),
        scopes=frozenset(claims["scope"].split()),
        origin=claims.get("origin", "web"),
        email=claims.get("email", ""),
        audience=claims["aud"],
    )
    _verified.put(token, (expires, identity, audience))
    return identity


def issue_access_token(
    user_id: UUID,
    scopes: list[str],
    *,
    email: str = "",
    audience: str = AUDIENCE,
    origin: str = "web",
    lifetime_seconds: int = ACCESS_TOKEN_SECONDS,
    **extra: str,
) -> str:
    """Return a signed access token valid from now for ``lifetime_seconds``.

    Raises:
        RuntimeError: this function has no private key.
    """
    now = int(clock.epoch_seconds())
    claims = {
        "iss": TokenSettings.load().issuer,
        "sub": str(user_id),
        "aud": audience,
        "iat": now,
        "nbf": now,
        "exp": now + lifetime_seconds,
        "jti": str(clock.uuid7()),
        "scope": " ".join(scopes),
        "email": email,
        "origin": origin,
        **extra,
    }
    signing_key, key_id = _signing_key()
    header = {"alg": "EdDSA", "typ": "at+jwt", "kid": key_id}
    signed = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
    return f"{signed}.{_encode(signing_key.sign(signed.encode()))}"


def hash_token(token: str) -> bytes:
    """Return what is stored of an opaque token: its SHA-256 (the token itself has 256 random bits)."""
    return hashlib.sha256(token.encode()).digest()


def is_operator(email: str) -> bool:
    """Return whether an address is one of ``OPERATOR_EMAILS``; its owner must have confirmed it besides (shared.services.profile)."""
    # Addresses of accounts are ASCII (shared.domain.account), so case is all that can differ.
    return email.casefold() in {known.casefold() for known in TokenSettings.load().operator_emails}


def _verify(token: str) -> dict[str, Any]:
    from cryptography.exceptions import InvalidSignature

    try:
        signed, _, signature_text = token.rpartition(".")
        header_text, _, claims_text = signed.partition(".")
        header = json.loads(_decode(header_text))
        if set(header) - {"alg", "typ", "kid"} or header["alg"] != "EdDSA" or header["typ"] != "at+jwt":
            raise _refused("The access token is not one of ours.")
        _verifying_key(header["kid"]).verify(_decode(signature_text), signed.encode())
        claims: dict[str, Any] = json.loads(_decode(claims_text))
        for name, kind in _REQUIRED.items():
            if not isinstance(claims[name], kind) or isinstance(claims[name], bool):
                raise _refused("The access token lacks a claim.")
        UUID(claims["sub"])
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused("The access token is not one of ours.") from error
    return claims


_REQUIRED: dict[str, type] = {
    "iss": str, "sub": str, "aud": str, "scope": str, "jti": str, "exp": int, "iat": int, "nbf": int,
}  # fmt: skip


@cache
def _verifying_keys(text: str) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    keys = json.loads(text)["keys"]
    return {
        key["kid"]: Ed25519PublicKey.from_public_bytes(_decode(key["x"])) for key in keys if key.get("crv") == "Ed25519"
    }


def _verifying_key(key_id: Any) -> Any:
    if not isinstance(key_id, str):
        raise TypeError("kid")
    return _verifying_keys(json.dumps(TokenSettings.load().public_keys, sort_keys=True))[key_id]


def _signing_key() -> tuple[Any, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    settings = TokenSettings.load()
    if settings.private_key is None:
        raise RuntimeError("JWT_PRIVATE_KEY is not set: only the auth function signs tokens")
    key = Ed25519PrivateKey.from_private_bytes(settings.private_key)
    public = _encode(key.public_key().public_bytes_raw())
    for known in settings.public_keys["keys"]:
        if hmac.compare_digest(known["x"], public):
            return key, known["kid"]
    raise RuntimeError("JWT_PUBLIC_KEYS lacks the key of JWT_PRIVATE_KEY")


def _personal_token(token: str) -> Identity:
    from shared.db.direct import fetch_json

    raw = fetch_json(
        "select row_to_json(t) from authenticate_api_token(decode($1, 'hex')) t",
        [hash_token(token).hex()],
        user_id=None,
        read_only=False,
    )
    if raw is None:
        raise _refused("The API token is unknown, expired or revoked.")
    row = json.loads(raw)
    return Identity(
        user_id=UUID(row["user_id"]),
        # Somebody who is an operator no longer has no token that is one; only a session of a confirmed address could make it.
        scopes=frozenset(row["scopes"]) - (frozenset() if is_operator(row["email"]) else {"operator"}),
        origin="api",
        email=row["email"],
        token_id=UUID(row["token_id"]),
        audience=row["audience"],
    )


def _refused(detail: str, challenge: str = 'Bearer error="invalid_token"') -> Unauthenticated:
    return Unauthenticated(detail, headers={"WWW-Authenticate": challenge})


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class _Verified:
    """Tokens verified lately: a person's next request costs a dictionary look-up instead of a signature check."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, tuple[float, Identity, str]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, token: str) -> tuple[float, Identity, str] | None:
        return self._entries.get(token)

    def put(self, token: str, entry: tuple[float, Identity, str]) -> None:
        with self._lock:
            self._entries[token] = entry
            while len(self._entries) > _KEPT:
                self._entries.popitem(last=False)


_verified = _Verified()
