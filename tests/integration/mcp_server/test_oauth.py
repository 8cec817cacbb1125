"""Connecting a client: consent, PKCE, codes used once, rotating refresh tokens, and what never happens."""

import pytest

from tests.integration.mcp_server.conftest import ORIGIN, REDIRECT, RESOURCE, Browser, answered


def test_a_client_connects_with_a_click(anna: Browser) -> None:
    """A client connects with a click."""
    metadata = anna.auth.get("/.well-known/oauth-authorization-server").json
    assert metadata["issuer"] == ORIGIN
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["client_id_metadata_document_supported"] is True
    anna.register_app()
    page = anna.authorize()
    assert page.status_code == 200
    assert "Test &lt;b&gt;app&lt;/b&gt;" in page.text
    assert "<b>app" not in page.text
    assert "<script" not in page.text
    assert "form-action 'self' http://127.0.0.1:33418" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    answer = answered(anna.decide(page))
    assert answer["state"] == "s-1"
    assert answer["iss"] == ORIGIN
    tokens = anna.token(answer["code"])
    assert tokens.headers["Cache-Control"] == "no-store"
    assert tokens.json["token_type"] == "Bearer"
    assert tokens.json["expires_in"] == 600
    assert anna.rpc(tokens.json["access_token"], "tools/list").status_code == 200
    # It is a token for /mcp and for nothing else.
    headers = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    assert anna.auth.get("/api/auth/me", headers=headers).status_code == 401


def test_a_loopback_redirect_takes_any_port_and_nothing_else_varies(anna: Browser) -> None:
    """A loopback redirect takes any port and nothing else varies."""
    anna.register_app()
    assert anna.authorize(redirect_uri="http://127.0.0.1:50000/callback").status_code == 200
    for wrong in ("http://127.0.0.1:33418/other", "http://localhost:33418/callback", "https://evil.example/callback", f"{REDIRECT}?a=1"):  # fmt: skip
        page = anna.authorize(redirect_uri=wrong)
        assert page.status_code == 400
        assert "Location" not in page.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"scope": "tasks:read account"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_is_answered_at_the_redirect(anna: Browser, change: dict[str, str | None], error: str) -> None:
    """A wrong request is answered at the redirect."""
    anna.register_app()
    answer = anna.authorize(**change)
    assert answer.status_code == 302
    assert answered(answer)["error"] == error
    assert answered(answer)["state"] == "s-1"


@pytest.mark.parametrize(
    "redirect",
    ["javascript:alert(1)", "http://evil.example/cb", "https://a@evil.example/cb", "https://ok.example/cb#f", "data:text/html,x", ""],
)  # fmt: skip
def test_a_redirect_that_leads_astray_cannot_be_registered(anna: Browser, redirect: str) -> None:
    """A redirect that leads astray cannot be registered."""
    answer = anna.post("/oauth/register", json={"redirect_uris": [redirect]})
    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "client_id",
    [
        "https://127.0.0.1/client.json", "https://[::1]/client.json", "https://localhost/client.json", "https://2130706433/c.json",
        "http://example.com/client.json", "https://example.com", "https://a@example.com/c.json", "https://example.com:8443/c.json",
        "file:///etc/passwd", "https://example.com/a/../c.json", "http://10.0.0.1/c.json",
    ],
)  # fmt: skip
def test_a_client_document_is_fetched_from_public_names_only(anna: Browser, client_id: str) -> None:
    """A client document is fetched from public names only."""
    anna.client_id = client_id
    assert anna.authorize().status_code == 400


def test_the_wrong_password_and_cancel_give_no_code(anna: Browser) -> None:
    """The wrong password and cancel give no code."""
    anna.register_app()
    page = anna.authorize()
    wrong = anna.decide(page, password="not this one")
    assert wrong.status_code == 401
    assert "wrong" in wrong.text
    assert answered(anna.decide(page, decision="deny", password=""))["error"] == "access_denied"


def test_a_form_of_another_browser_or_site_is_refused(anna: Browser, ben: Browser) -> None:
    """A form of another browser or site is refused."""
    anna.register_app()
    page = anna.authorize()
    assert ben.decide(page).status_code == 400
    assert anna.decide(page, request="A" * 80).status_code == 400
    crossed = anna.post("/oauth/authorize", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 400


def test_a_code_is_bound_and_used_once(anna: Browser) -> None:
    """A code is bound and used once."""
    anna.register_app()
    for wrong in (
        {"code_verifier": "x" * 43},
        {"redirect_uri": "http://127.0.0.1:1/callback"},
        {"client_id": "another"},
    ):
        code = anna.code()
        assert anna.token(code, **wrong).json["error"] == "invalid_grant"
        # Whoever tried a code has used it up.
        assert anna.token(code).json["error"] == "invalid_grant"
    code = anna.code()
    tokens = anna.token(code).json
    assert anna.token(code).json["error"] == "invalid_grant"
    # The replay ended what the code had given.
    assert anna.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_refresh_tokens_rotate_and_reuse_ends_the_connection(anna: Browser) -> None:
    """Refresh tokens rotate and reuse ends the connection."""
    anna.register_app()
    first = anna.token(anna.code()).json["refresh_token"]
    assert anna.refresh(first, client_id="another").json["error"] == "invalid_grant"
    assert anna.refresh(first, scope="account").json["error"] == "invalid_grant"
    second = anna.refresh(first, scope="tasks:read").json
    assert second["scope"] == "tasks:read"
    third = anna.refresh(second["refresh_token"]).json
    assert third["scope"] == "tasks:read tasks:write"
    assert anna.refresh(first).json["error"] == "invalid_grant"
    assert anna.refresh(third["refresh_token"]).json["error"] == "invalid_grant"


def test_revoking_listing_and_disconnecting(anna: Browser, ben: Browser) -> None:
    """Revoking listing and disconnecting."""
    anna.register_app()
    one, two = (anna.token(anna.code()).json["refresh_token"] for _ in range(2))
    assert anna.post("/oauth/revoke", data={"token": one, "client_id": anna.client_id}).status_code == 200
    assert anna.refresh(one).json["error"] == "invalid_grant"
    mine, foreign = ({"Authorization": f"Bearer {person.session}"} for person in (anna, ben))
    listed = anna.auth.get("/api/auth/connections", headers=mine).json["items"]
    assert [item["client_name"] for item in listed] == ["Test <b>app</b>"]
    path = f"/api/auth/connections/{listed[0]['id']}"
    assert anna.auth.get("/api/auth/connections", headers=foreign).json["items"] == []
    assert anna.auth.delete(path, headers=foreign).status_code == 404
    assert anna.auth.delete(path, headers=mine).status_code == 204
    assert anna.refresh(two).json["error"] == "invalid_grant"


def test_the_token_endpoint_speaks_rfc_6749(anna: Browser) -> None:
    """The token endpoint speaks rfc 6749."""
    anna.register_app()
    assert anna.post("/oauth/token", data={"grant_type": "password"}).json["error"] == "unsupported_grant_type"
    assert anna.post("/oauth/token", json={}).json["error"] == "invalid_request"
    assert anna.token("nothing", resource=f"{RESOURCE}/x").json["error"] == "invalid_target"
