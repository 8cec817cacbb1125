"""Who a client of OAuth is: registered by itself (RFC 7591), or described by the document its id points to.

Called by ``auth``. A client id metadata document is fetched from an address somebody else chose, so the fetch is bounded in every way: https,
public addresses only and connected to by address, no redirect, no proxy of the environment, five seconds, 16 KiB.
"""

import contextlib
import http.client
import re
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson

from shared.config import HttpSettings
from shared.errors import InvalidInput, NotFound
from shared.services import rate_limit
from shared.services.delivery.push_hosts import is_public

MAX_URI_LENGTH = 2048
_MAX_BYTES = 16 * 1024
_MAX_URIS = 10
_SECONDS = 5.0
_KEPT_SECONDS = 300.0
_KEPT = 256
_HTTPS = 443
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Schemes of installed apps have a dot (RFC 8252, section 7.1); these editors were there first.
_APP_SCHEMES = frozenset({"cursor", "vscode", "vscode-insiders", "windsurf", "zed"})
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+", re.ASCII)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\uffff\\\"'<>;,]")
_known: dict[str, tuple[float, "OAuthClient"]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class OAuthClient:
    """A client as the consent page and the redirect need it."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    host: str

    def allows(self, redirect_uri: str) -> bool:
        """Whether a redirect is one of the client's: exactly, but for the port of a loopback address (RFC 8252, section 7.3)."""
        return is_redirect(redirect_uri) and any(
            redirect_uri == known or _portless(redirect_uri) == _portless(known) is not None
            for known in self.redirect_uris
        )


def is_redirect(uri: Any) -> bool:
    """Whether a redirect can be registered: https, http to this very machine, or the scheme of an installed app."""
    if not isinstance(uri, str) or not 0 < len(uri) <= MAX_URI_LENGTH or _UNSAFE.search(uri) or "#" in uri:
        return False
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in _LOOPBACK
    return "." in parts.scheme or parts.scheme in _APP_SCHEMES


def register(metadata: dict[str, Any], address: str) -> dict[str, Any]:
    """Store a client that describes itself and return its registration; every client is public.

    Raises:
        InvalidInput: ``redirect_uris`` has one that cannot be (field), or a name is no text.
        TooManyRequests: too many from this address.
    """
    from shared.db.engine import transaction

    rate_limit.take(f"oauth-register:{address}", 20, 1 / 60)
    uris = metadata.get("redirect_uris")
    if not isinstance(uris, list) or not 0 < len(uris) <= _MAX_URIS or not all(is_redirect(uri) for uri in uris):
        raise InvalidInput("redirect_uris must be https, http to a loopback address, or an app's scheme.", field="redirect_uris")  # fmt: skip
    name = _name(metadata.get("client_name"), "An unnamed app")
    client_id = "olclient_" + secrets.token_urlsafe(24)
    from sqlalchemy import text

    with transaction(None) as connection:
        statement = text("INSERT INTO oauth_clients (id, name, redirect_uris) VALUES (:id, :name, :uris)")
        connection.execute(statement, {"id": client_id, "name": name, "uris": uris})
    return {
        "client_id": client_id,
        "client_id_issued_at": int(time.time()),
        "client_name": name,
        "redirect_uris": uris,
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }


def find(client_id: str, address: str) -> OAuthClient:
    """Return a client by its id.

    Raises:
        NotFound: no such client, or its document cannot be had or is wrong; the message says which.
        TooManyRequests: too many documents fetched for this address.
    """
    if "://" in client_id:
        return _documented(client_id, address)
    from sqlalchemy import text

    from shared.db.engine import transaction

    with transaction(None) as connection:
        statement = text("UPDATE oauth_clients SET last_used_at = now() WHERE id = :id RETURNING name, redirect_uris")
        row = connection.execute(statement, {"id": client_id[:200]}).one_or_none()
    if row is None:
        raise NotFound("This app is not registered here.")
    return OAuthClient(client_id, row.name, tuple(row.redirect_uris), "")


def _documented(url: str, address: str) -> OAuthClient:
    known = _known.get(url)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    parts = _document_url(url)
    rate_limit.take(f"oauth-document:{address}", 20, 1 / 10)
    try:
        document = orjson.loads(_fetch(parts))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFound("The document that describes this app cannot be read.") from error
    uris = document.get("redirect_uris") if isinstance(document, dict) else None
    if not isinstance(uris, list) or document.get("client_id") != url or not all(isinstance(uri, str) for uri in uris):
        raise NotFound("The document that describes this app names another client, or no redirect.")
    if document.get("token_endpoint_auth_method", "none") != "none":
        raise NotFound("Only public clients (token_endpoint_auth_method none) can connect.")
    host = parts.hostname or ""
    client = OAuthClient(url, _name(document.get("client_name"), host), tuple(uris[:_MAX_URIS]), host)
    with _lock:
        if len(_known) >= _KEPT:
            _known.clear()
        _known[url] = (time.monotonic() + _KEPT_SECONDS, client)
    return client


def _document_url(url: str) -> SplitResult:
    wrong = NotFound("A client_id that is a URL must be https, with a path and a public name.")
    if len(url) > MAX_URI_LENGTH or _UNSAFE.search(url) or "#" in url or "/." in url:
        raise wrong
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.path in {"", "/"}:
        raise wrong
    if parts.scheme == "http" and parts.netloc == f"127.0.0.1:{port}" and _is_local():
        return parts
    if parts.scheme != "https" or port not in {None, _HTTPS} or not _HOST.fullmatch(parts.netloc.removesuffix(":443")):
        raise wrong
    return parts


def _is_local() -> bool:
    return urlsplit(HttpSettings.load().public_url).hostname in _LOOPBACK


def _fetch(parts: SplitResult) -> bytes:
    ends = time.monotonic() + _SECONDS
    host, port = parts.hostname or "", parts.port or _HTTPS
    addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if parts.scheme == "https" and not (addresses and all(is_public(address) for address in addresses)):
        raise ValueError("not a public address")
    connection = http.client.HTTPConnection(host, port, timeout=2)
    sock: socket.socket = socket.create_connection((addresses[0], port), timeout=2)
    # However slowly it trickles, the whole answer has this long.
    watch = threading.Timer(max(0.1, ends - time.monotonic()), lambda: _shut(sock))
    watch.start()
    try:
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, "Accept": "application/json", "Connection": "close"}
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = response.read(_MAX_BYTES + 1)
        if response.status != http.HTTPStatus.OK or len(body) > _MAX_BYTES:
            raise ValueError("not 200, or too long")
        return body
    finally:
        watch.cancel()
        sock.close()
        connection.close()


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _name(value: Any, otherwise: str) -> str:
    if not isinstance(value, str):
        return otherwise
    return "".join(character for character in value if character.isprintable()).strip()[:80] or otherwise


def _portless(uri: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        return None
    return f"{parts.hostname}|{parts.path}|{parts.query}"
