"""The official SDK's OAuth client against the running functions: it is given the address of /mcp and a browser, nothing else.

Discovery (RFC 9728, then RFC 8414), registration, PKCE, the consent page filled in over HTTP as a person does, the token, its renewal, and
what is left after the person disconnects the app.
"""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from html import unescape
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx2
import pytest
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from shared import clock
from shared.config import forget_settings
from tests.integration.mcp_server.conftest import PASSWORD, REDIRECT, Browser
from tests.support.server import free_port


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    paths: list[str]

    def log_message(self, *_: Any) -> None:
        """Keep the path instead of writing it."""
        self.paths.append(f"{self.command} {urlsplit(self.path).path}")


@pytest.fixture
def bundle(_function: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """Run both functions behind one origin, as the gateway does; yields the origin and the paths that were asked for."""
    from functions.auth.main import auth
    from functions.mcp.main import mcp

    port, asked = free_port(), list[str]()

    def gateway(environ: dict[str, Any], start_response: Any) -> Any:
        ours = environ["PATH_INFO"].startswith(("/mcp", "/.well-known/oauth-protected-resource"))
        return (mcp if ours else auth).wsgi(environ, start_response)

    handler = type("Handler", (_Handler,), {"paths": asked})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBLIC_URL", f"http://127.0.0.1:{port}")
        forget_settings()
        server = make_server("127.0.0.1", port, gateway, server_class=_Threads, handler_class=handler)
        threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True).start()
        yield f"http://127.0.0.1:{port}", asked
        server.shutdown()
        server.server_close()
    forget_settings()


class App:
    """An app with the official client: remembers what it was given, and shows its person the consent page."""

    def __init__(self, origin: str, person: Browser) -> None:
        self.origin, self.person = origin, person
        self.tokens: OAuthToken | None = None
        self.information: OAuthClientInformationFull | None = None
        self.consents = 0
        self._answer: dict[str, list[str]] = {}

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.information

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.information = client_info

    async def consent(self, url: str) -> None:
        """Open the page, fill it in and follow it back to the app."""
        self.consents += 1
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(url)
            assert page.status_code == 200, page.text
            assert "Notes app" in page.text
            sealed = re.search(r'name="request" value="([^"]+)"', page.text)
            assert sealed is not None
            form = {
                "request": unescape(sealed[1]),
                "email": self.person.email,
                "password": PASSWORD,
                "decision": "allow",
            }
            # wsgiref's cookie jar is per host; the page's own origin is what a browser sends.
            answer = await browser.post(f"{self.origin}/oauth/authorize", data=form, headers={"Origin": self.origin})
        assert answer.status_code == 303, answer.text
        self._answer = parse_qs(urlsplit(answer.headers["Location"]).query)

    async def called_back(self) -> AuthorizationCodeResult:
        """Return what the redirect carried."""
        given = {name: values[0] for name, values in self._answer.items()}
        return AuthorizationCodeResult(code=given["code"], state=given.get("state"), iss=given.get("iss"))

    def provider(self) -> OAuthClientProvider:
        """Return the client's authentication as an app would set it up."""
        metadata = OAuthClientMetadata(
            client_name="Notes app", redirect_uris=[REDIRECT], scope="tasks:read tasks:write"
        )  # type: ignore[list-item]
        return OAuthClientProvider(f"{self.origin}/mcp", metadata, self, self.consent, self.called_back)

    def find(self, provider: OAuthClientProvider, *, expired: bool = False) -> list[str]:
        """Connect and return the titles that find_tasks answers, after adding one."""

        async def connected() -> list[str]:
            async with (
                httpx2.AsyncClient(auth=provider, timeout=30) as http,
                Client(
                    streamable_http_client(f"{self.origin}/mcp", http_client=http), read_timeout_seconds=30
                ) as client,
            ):
                if expired:
                    provider.context.token_expiry_time = time.time() - 1
                await client.call_tool("add_tasks", {"tasks": [{"title": "From a connected app"}]})
                found = await client.call_tool("find_tasks", {})
                return [task["untrusted"]["title"] for task in found.structured_content["tasks"]]

        return asyncio.run(connected())


def test_an_app_connects_renews_and_is_disconnected(
    bundle: tuple[str, list[str]], anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an address alone to a task; the token is renewed without the person; once disconnected the app has to ask again."""
    origin, asked = bundle
    app = App(origin, anna)
    assert app.find(app.provider()) == ["From a connected app"]
    assert app.consents == 1
    assert app.information is not None
    first = app.tokens
    assert first is not None
    assert first.scope == "tasks:read tasks:write"
    order = [path for path in dict.fromkeys(asked) if "/mcp" not in path or "well-known" in path]
    assert order == [
        "GET /.well-known/oauth-protected-resource/mcp", "GET /.well-known/oauth-authorization-server", "POST /oauth/register",
        "GET /oauth/authorize", "POST /oauth/authorize", "POST /oauth/token",
    ]  # fmt: skip

    assert len(app.find(app.provider(), expired=True)) == 2
    second = app.tokens
    assert app.consents == 1
    assert second is not None
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token

    # The web app's session was signed for the other origin of this process.
    session = anna.post("/api/auth/login", json={"email": anna.email, "password": PASSWORD}).json["access_token"]
    mine = {"Authorization": f"Bearer {session}"}
    (connection,) = anna.auth.get("/api/auth/connections", headers=mine).json["items"]
    assert connection["client_name"] == "Notes app"
    assert anna.auth.delete(f"/api/auth/connections/{connection['id']}", headers=mine).status_code == 204
    assert (
        anna.refresh(second.refresh_token or "", client_id=app.information.client_id).json["error"] == "invalid_grant"
    )
    later = clock.epoch_seconds() + 700
    monkeypatch.setattr(clock, "epoch_seconds", lambda: later)
    refused = httpx2.post(
        f"{origin}/mcp", headers={"Authorization": f"Bearer {second.access_token}"},
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
    )  # fmt: skip
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert (
        f'resource_metadata="{origin}/.well-known/oauth-protected-resource/mcp"' in refused.headers["WWW-Authenticate"]
    )
    assert len(app.find(app.provider())) == 3
    assert app.consents == 2


def test_a_person_who_says_no_connects_nothing(bundle: tuple[str, list[str]], anna: Browser) -> None:
    """The app learns that access was denied, and has no token."""
    origin, _ = bundle
    app = App(origin, anna)

    async def refuse(url: str) -> None:
        page = anna.auth.get(f"{urlsplit(url).path}?{urlsplit(url).query}", base_url=origin)
        answer = anna.auth.post("/oauth/authorize", base_url=origin, data={
            "request": unescape(re.search(r'name="request" value="([^"]+)"', page.text)[1]), "decision": "deny",  # type: ignore[index]
        })  # fmt: skip
        app._answer = parse_qs(urlsplit(answer.headers["Location"]).query)

    provider = app.provider()
    provider.context.redirect_handler = refuse
    with pytest.raises((BaseExceptionGroup, KeyError)):
        app.find(provider)
    assert app._answer["error"] == ["access_denied"]
    assert app.tokens is None
