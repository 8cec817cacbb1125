"""Personal API tokens: shown once, never more than their owner may, gone when revoked."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from functions.auth.schemas import ApiTokenList, CreatedApiToken
from shared.auth import authenticate, hash_token
from shared.errors import Unauthenticated
from shared.services.api_tokens import MAX_TOKENS

from .conftest import PASSWORD, settings

WANTED = {"name": " backup script ", "scopes": ["tasks:read", "account", "tasks:read"], "expires_in_days": 30}


def test_create(anna, database):
    """A new token is shown once, stored as a hash, and signs in with its scopes."""
    answer = anna.client.post("tokens", WANTED, anna.token)
    assert answer.status_code == 201
    created = CreatedApiToken.model_validate_json(answer.data)
    assert created.name == "backup script"
    assert sorted(created.scopes) == ["account", "tasks:read"]
    assert (created.expires_at - created.created_at).days == 30
    assert created.token.startswith("olt_")
    assert len(created.token) >= 47

    listed = anna.client.send("GET", "/api/auth/tokens", token=anna.token)
    assert ApiTokenList.model_validate_json(listed.data).next_cursor is None
    assert listed.json["items"] == [{name: value for name, value in answer.json.items() if name != "token"}]
    [[row, digest]] = database.run("SELECT t::text, token_hash FROM api_tokens t WHERE id = :id", id=created.id)
    assert created.token not in row
    assert bytes(digest) == hash_token(created.token)

    identity = authenticate(f"Bearer {created.token}")
    assert (str(identity.user_id), identity.origin, identity.token_id) == (anna.id, "api", created.id)
    assert identity.scopes == {"account", "tasks:read"}
    used = anna.client.send("GET", "/api/auth/tokens", token=created.token)
    assert used.status_code == 200
    assert used.json["items"][0]["last_used_at"] is not None


def test_without_expiry(anna):
    """A token without expiry holds until it is revoked; the newest is listed first."""
    for name in ("first", "second"):
        assert (
            anna.client.post("tokens", {"name": name, "scopes": ["tasks:read"]}, anna.token).json["expires_at"] is None
        )
    items = anna.client.send("GET", "/api/auth/tokens", token=anna.token).json["items"]
    assert [item["name"] for item in items] == ["second", "first"]


def test_is_never_stored_for_replay(anna, database):
    """An Idempotency-Key does not leave the token in the database: each request makes its own."""
    answers = [
        anna.client.post("tokens", WANTED, anna.token, Idempotency_Key="same-key").json["token"] for _ in range(2)
    ]
    assert answers[0] != answers[1]
    assert database.run("SELECT count(*) FROM idempotency_keys WHERE user_id = :id", id=anna.id) == [[0]]


def test_revoke(anna, database):
    """A revoked token is refused at once and leaves the list; revoking it again finds nothing."""
    created = anna.client.post("tokens", WANTED, anna.token).json
    path = f"/api/auth/tokens/{created['id']}"
    assert anna.client.send("DELETE", path, token=anna.token).status_code == 204
    answer = anna.client.send("GET", "/api/auth/me", token=created["token"])
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert anna.client.send("GET", "/api/auth/tokens", token=anna.token).json["items"] == []
    assert anna.client.send("DELETE", path, token=anna.token).status_code == 404
    rows = database.run(
        "SELECT type, aggregate_version, payload->>'subject' FROM event_log WHERE aggregate_id = :id ORDER BY 2",
        id=anna.id,
    )
    assert rows[1:] == [["user.token_created", 2, "backup script"], ["user.token_revoked", 3, "backup script"]]
    [[everything]] = database.run("SELECT string_agg(e::text, '') FROM event_log e WHERE user_id = :id", id=anna.id)
    assert created["token"] not in everything
    assert anna.email not in everything


def test_expiry(anna, database):
    """An expired token is refused."""
    created = anna.client.post("tokens", WANTED, anna.token).json
    database.run("UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = :id", id=created["id"])
    with pytest.raises(Unauthenticated):
        authenticate(f"Bearer {created['token']}")


def test_of_somebody_else(anna, register):
    """Another person's token can neither be seen nor revoked, and the answer is that of an id that does not exist."""
    created = anna.client.post("tokens", WANTED, anna.token).json
    other = register()
    assert other.client.send("GET", "/api/auth/tokens", token=other.token).json["items"] == []
    foreign = other.client.send("DELETE", f"/api/auth/tokens/{created['id']}", token=other.token)
    missing = other.client.send("DELETE", f"/api/auth/tokens/{uuid.uuid4()}", token=other.token)
    assert (
        (foreign.status_code, foreign.json["detail"])
        == (missing.status_code, missing.json["detail"])
        == (404, "There is no such API token.")
    )
    assert anna.client.send("GET", "/api/auth/me", token=created["token"]).status_code == 200


def test_scopes_bind(anna):
    """A token without the scope account reads nothing of the account."""
    token = anna.client.post("tokens", {"name": "reader", "scopes": ["tasks:read", "tasks:write"]}, anna.token).json[
        "token"
    ]
    for method, path, body in (
        ("GET", "me", None),
        ("PATCH", "me", {"week_start": 1}),
        ("DELETE", "me", {"password": PASSWORD}),
        ("PUT", "password", {"current_password": PASSWORD, "new_password": "nine paper lanterns"}),
        ("GET", "tokens", None),
        ("POST", "tokens", WANTED),
        ("DELETE", f"tokens/{uuid.uuid4()}", None),
    ):
        answer = anna.client.send(method, f"/api/auth/{path}", body, token)
        assert answer.status_code == 403, (method, path)
        assert 'scope="account"' in answer.headers["WWW-Authenticate"]


def test_no_more_than_the_owner(anna, register, post):
    """Only an operator makes an operator's token."""
    wanted = {"name": "replay", "scopes": ["operator"]}
    assert anna.client.post("tokens", wanted, anna.token).status_code == 403
    operator = register(email="operator@example.com")
    assert operator.client.post("tokens", wanted, operator.token).status_code == 403
    operator.confirm(post)
    assert operator.client.post("tokens", wanted, operator.token).status_code == 201
    assert set(jwt.decode(operator.token, options={"verify_signature": False})["scope"].split()) >= {"operator"}


def test_operator_no_longer(register, post):
    """Who is taken off the list of operators keeps no operator's token."""
    with settings(OPERATOR_EMAILS="a@example.com, Chief@Example.com"):
        chief = register(email="chief@example.com")
        chief.confirm(post)
        token = chief.client.post("tokens", {"name": "replay", "scopes": ["operator", "account"]}, chief.token).json[
            "token"
        ]
        assert authenticate(f"Bearer {token}").scopes == {"operator", "account"}
    assert authenticate(f"Bearer {token}").scopes == {"account"}
    assert chief.client.refresh(chief.refresh_token).json["user"]["operator"] is False


def test_token_makes_no_token(anna):
    """A token cannot make another, which would live on after it is revoked."""
    token = anna.client.post("tokens", {"name": "all", "scopes": ["account", "tasks:read"]}, anna.token).json["token"]
    assert anna.client.post("tokens", {"name": "child", "scopes": ["tasks:read"]}, token).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "a" * 101},
        {"name": "a\nb"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": "tasks:read"},
        {"expires_in_days": 0},
        {"expires_in_days": 3651},
        {"expires_in_days": "30"},
        {"expires_in_days": 1.5},
        {"user_id": str(uuid.uuid4())},
        {"token": "olt_mine"},
    ],
)
def test_create_refuses(anna, change):
    """A wrong or foreign field makes no token."""
    assert anna.client.post("tokens", {**WANTED, **change}, anna.token).status_code == 422


def test_limit(anna, database):
    """Fifty tokens are enough for anybody, also when the last ones are asked for at once."""
    database.run(
        "INSERT INTO api_tokens (id, user_id, name, token_hash, scopes) SELECT gen_random_uuid(), :id, 'filler',"
        " sha256(gen_random_uuid()::text::bytea), '{tasks:read}' FROM generate_series(1, :n)", id=anna.id, n=MAX_TOKENS - 1,
    )  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: anna.client.post("tokens", WANTED, anna.token).status_code, range(4)))
    assert sorted(answers) == [201, 409, 409, 409]


def test_password_change_keeps_tokens(anna):
    """Scripts go on when a person changes the password; the person sees and revokes them in the list."""
    token = anna.client.post("tokens", WANTED, anna.token).json["token"]
    body = {"current_password": PASSWORD, "new_password": "nine paper lanterns"}
    assert anna.client.send("PUT", "/api/auth/password", body, anna.token).status_code == 200
    assert anna.client.send("GET", "/api/auth/me", token=token).status_code == 200
