"""Keys and passwords of one data directory, made at the first start and kept in ``secrets.json`` (0600).

Called by the supervisor and the tests' fixtures. On a cluster the same values come from a Kubernetes Secret. What always
holds: a value once written is never changed (tokens, cursors and stored events depend on it), and a name that a newer
version needs is added beside the old ones.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

KEY_BYTES = 32


def load_keys(file: Path) -> dict[str, str]:
    """Return the values by name, completing ``file`` with those it lacks."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: make() for name, make in _MAKERS.items() if name not in known}
    if missing:
        known |= missing
        _write_private(file, json.dumps(known, indent=2))
    return known


def demo_password(file: Path) -> str:
    """Return the demo account's password, made when it is first asked for."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if "DEMO_PASSWORD" not in known:
        known["DEMO_PASSWORD"] = f"demo-{secrets.token_hex(6)}"
        _write_private(file, json.dumps(known, indent=2))
    return known["DEMO_PASSWORD"]


def function_environment(keys: dict[str, str]) -> dict[str, str]:
    """Return the environment variables every function reads, without database passwords and JWT_PRIVATE_KEY."""
    names = ("EVENT_SIGNING_KEYS", "CURSOR_KEY", "ACTION_KEY", "VAPID_PRIVATE_KEY")
    return {name: keys[name] for name in names} | {"JWT_PUBLIC_KEYS": public_key_set(keys["JWT_PRIVATE_KEY"])}


def public_key_set(seed: str) -> str:
    """Return the JSON Web Key Set for a base64 Ed25519 seed; the key's id is its thumbprint. Source: RFC 7638, RFC 8037."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed)).public_key().public_bytes_raw()
    key = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    thumbprint = hashlib.sha256(json.dumps(key, separators=(",", ":"), sort_keys=True).encode()).digest()
    return json.dumps({"keys": [key | {"alg": "EdDSA", "kid": _base64url(thumbprint), "use": "sig"}]})


def _write_private(file: Path, text: str) -> None:
    """Replace ``file`` as a whole, readable by its owner only from the first byte on."""
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
        target.write(f"{text}\n")
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _vapid_key() -> str:
    """Return a P-256 private key as its bare 32-byte number, the form Web Push tools exchange."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _base64url(number.to_bytes(KEY_BYTES, "big"))


_MAKERS: dict[str, Callable[[], str]] = {
    "POSTGRES_SUPERUSER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "DATABASE_OWNER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "DATABASE_APP_PASSWORD": lambda: secrets.token_urlsafe(24),
    "DATABASE_SYSTEM_PASSWORD": lambda: secrets.token_urlsafe(24),
    "EVENT_SIGNING_KEYS": lambda: f"local-1:{_key()}",
    "JWT_PRIVATE_KEY": _key,
    "CURSOR_KEY": _key,
    "ACTION_KEY": _key,
    "VAPID_PRIVATE_KEY": _vapid_key,
}
