"""Registering, the own account, changing and deleting it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from functions.auth.schemas import Session, User

from .conftest import PASSWORD, AuthClient

CASES_FILE = Path(__file__).parents[4] / "shared" / "cases" / "isemail.json"


def test_register_answers_a_session(client, database):
    """Registering answers 201 with tokens and the user; the password is stored as Argon2id only."""
    email = f"Anna.{uuid.uuid4().hex}@Example.com"
    body = {
        "email": email,
        "password": PASSWORD,
        "display_name": " Anna ",
        "time_zone": "Europe/Berlin",
        "locale": "de-at",
    }
    answer = client.post("register", body)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    session = Session.model_validate_json(answer.data)
    assert session.user.email == email
    assert session.user.display_name == "Anna"
    assert session.user.locale == "de-AT"
    assert (session.user.week_start, session.user.operator) == (0, False)
    assert session.user.settings.model_dump() == {"default_reminder_minutes": None, "all_day_reminder_time": "09:00"}
    assert answer.json["expires_in"] == 600
    assert answer.json["token_type"] == "Bearer"
    [[stored]] = database.run("SELECT password_hash FROM users WHERE id = :id", id=session.user.id)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_register_twice(anna, client):
    """An address has one account, however it is written."""
    answer = client.post("register", {"email": anna.email.upper(), "password": PASSWORD})
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"][0]["field"] == "email"


def test_register_at_once():
    """Of ten registrations of one address at once, one makes the account."""
    body = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: AuthClient().post("register", body).status_code, range(10)))
    assert sorted(answers) == [201] + [409] * 9


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "anna"}, "email"),
        ({"email": "anna@example.com\r\nBcc: all@example.com"}, "email"),
        ({"password": "short12"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "PassWord123"}, "password"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"locale": "de_DE"}, "locale"),
        ({"display_name": "An\u202ena"}, "display_name"),
        ({"display_name": "a" * 101}, "display_name"),
        ({"operator": True}, "operator"),
        ({"id": str(uuid.uuid4())}, "id"),
        ({"version": 7}, "version"),
        ({"email": None}, "email"),
        ({"email": 1}, "email"),
        ({"password": ["x" * 10]}, "password"),
    ],
)
def test_register_refuses(client, fields, field):
    """A wrong or foreign field is refused by its name, and nothing of it is repeated."""
    body = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD, **fields}
    answer = client.post("register", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"email": "\xff"}', b'{"a": NaN}', b'{"email":"a","email":"b"}', b"[" * 5000]
)
def test_register_unreadable(client, raw):
    """A body that is no JSON object is a client's error."""
    assert client.post("register", raw).status_code in {400, 422}


def test_register_lone_surrogate(client):
    """A lone surrogate in any field is refused, never passed to the database."""
    raw = b'{"email":"a@example.com","password":"\\ud800aaaaaaaaaaa","display_name":"\\udfff"}'
    assert client.post("register", raw).status_code == 400


def _email_cases():
    if not CASES_FILE.exists():
        return []
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES_FILE.read_text())["cases"]]


@pytest.mark.skipif(
    not CASES_FILE.exists(), reason="the case collection (../shared/cases/isemail.json) is not beside this checkout"
)
def test_register_email_cases():
    """Through the API: what no standard allows is refused, what every mail server takes is accepted, nothing ever breaks."""
    for parameter in _email_cases():
        [case] = parameter.values
        # An address longer than the field is refused by length; addresses differ, so none is taken yet.
        body = {"email": case["address"], "password": PASSWORD}
        status = AuthClient().post("register", json.dumps(body).encode()).status_code
        assert status in {201, 400, 422}, case
        if case["category"] == "ISEMAIL_ERR":
            assert status != 201, case
        if case["category"] == "ISEMAIL_VALID_CATEGORY":
            assert status == 201, case


def test_me(anna):
    """The own account is what registering answered."""
    answer = anna.client.send("GET", "/api/auth/me", token=anna.token)
    assert answer.status_code == 200
    assert answer.json == anna.session["user"]
    User.model_validate_json(answer.data)


def test_me_without_token(client):
    """Nobody is told anything without a token."""
    for method in ("GET", "PATCH", "DELETE"):
        answer = client.send(method, "/api/auth/me", {})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_change_account(anna, database):
    """Fields given change, the others stay, and the trail's event names both values."""
    changes = {"week_start": 6, "time_zone": "Asia/Tokyo", "settings": {"default_reminder_minutes": 30}}
    answer = anna.client.send("PATCH", "/api/auth/me", changes, anna.token)
    assert answer.status_code == 200
    expected = {
        **anna.session["user"],
        **changes,
        "settings": {"default_reminder_minutes": 30, "all_day_reminder_time": "09:00"},
    }
    assert answer.json == expected
    again = anna.client.send("PATCH", "/api/auth/me", {"settings": {"default_reminder_minutes": None}}, anna.token)
    assert again.json["settings"] == {"default_reminder_minutes": None, "all_day_reminder_time": "09:00"}
    rows = database.run(
        "SELECT aggregate_version, payload FROM event_log WHERE user_id = :id AND type = 'user.updated' ORDER BY 1",
        id=anna.id,
    )
    assert [version for version, _ in rows] == [2, 3]
    assert rows[0][1]["changes"] == {
        "week_start": {"before": 0, "after": 6},
        "time_zone": {"before": "Europe/Berlin", "after": "Asia/Tokyo"},
        "settings.default_reminder_minutes": {"before": None, "after": 30},
    }


def test_change_nothing(anna, database):
    """A change to the present values is no change: no version, no event."""
    answer = anna.client.send("PATCH", "/api/auth/me", {"display_name": "Anna", "settings": {}}, anna.token)
    assert answer.json == anna.session["user"]
    assert database.run("SELECT version FROM users WHERE id = :id", id=anna.id) == [[1]]


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "other@example.com"},
        {"week_start": 7},
        {"week_start": -1},
        {"week_start": True},
        {"week_start": "1"},
        {"time_zone": "localtime"},
        {"time_zone": None},
        {"settings": {"all_day_reminder_time": "24:00"}},
        {"settings": {"all_day_reminder_time": "9:00"}},
        {"settings": {"all_day_reminder_time": "09:00\n"}},
        {"settings": {"default_reminder_minutes": -1}},
        {"settings": {"default_reminder_minutes": 10**12}},
        {"settings": {"theme": "dark"}},
        {"settings": None},
        {"operator": True},
    ],
)
def test_change_account_refuses(anna, changes):
    """A value out of range or a field that is not the owner's to change is refused."""
    assert anna.client.send("PATCH", "/api/auth/me", changes, anna.token).status_code == 422


def test_change_password(anna, database):
    """A new password ends every session but the one it answers, and only it signs in afterwards."""
    other_device = anna.log_in().json
    new = "nine paper lanterns at dusk"
    answer = anna.client.send(
        "PUT", "/api/auth/password", {"current_password": PASSWORD, "new_password": new}, anna.token
    )
    assert answer.status_code == 200
    assert anna.client.refresh(anna.refresh_token).status_code == 401
    assert anna.client.refresh(other_device["refresh_token"]).status_code == 401
    assert anna.client.refresh(answer.json["refresh_token"]).status_code == 200
    assert anna.log_in().status_code == 401
    assert anna.log_in(new).status_code == 200
    events = database.run("SELECT type FROM event_log WHERE aggregate_id = :id ORDER BY aggregate_version", id=anna.id)
    assert events == [["user.registered"], ["user.password_changed"]]


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong password", "nine paper lanterns", "current_password"),
        (PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, "password1234", "new_password"),
        (PASSWORD, "short", "new_password"),
    ],
)
def test_change_password_refuses(anna, current, new, field):
    """A wrong present password or a bad new one changes nothing."""
    answer = anna.client.send(
        "PUT", "/api/auth/password", {"current_password": current, "new_password": new}, anna.token
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field
    assert anna.client.refresh(anna.refresh_token).status_code == 200


def test_password_exactly_as_received(register):
    """No trimming, no normalisation, no truncation: every character of up to 128 counts."""
    password = "  e\u0301\u00e9 \U0001f9c0 " + "x" * 119 + "ä"
    account = register(password=password)
    assert len(password) == 128
    assert account.log_in().status_code == 200
    for other in (password.strip(), password[:-1] + "a", password[:-1], password.replace("e\u0301", "\u00e9")):
        assert account.log_in(other).status_code == 401


def test_delete_account(anna, register, database):
    """Deleting takes every row about the account from every table, and leaves those of others."""
    neighbour = register()
    anna.client.post("tokens", {"name": "script", "scopes": ["tasks:read"]}, anna.token)
    for account in (anna, neighbour):
        database.run(
            "INSERT INTO audit_logs (id, user_id, type, occurred_at, actor_id) VALUES (gen_random_uuid(), :id, 'user.registered', now(), :id)",
            id=account.id,
        )
        database.run(
            "INSERT INTO dead_letters (id, consumer, event_id, event_type, user_id, reason, payload)"
            " VALUES (gen_random_uuid(), 'audit-writer', :event, 'x', :id, 'test', '')",
            id=account.id, event=str(uuid.uuid4()),
        )  # fmt: skip
        database.run(
            "INSERT INTO inbox (consumer, event_id) SELECT 'audit-writer', event_id FROM event_log WHERE user_id = :id",
            id=account.id,
        )
        database.run(
            "INSERT INTO dead_letters (id, consumer, event_id, event_type, reason, payload)"
            " SELECT gen_random_uuid(), 'other', event_id::text, type, 'no user known', '' FROM event_log WHERE user_id = :id", id=account.id,
        )  # fmt: skip
    counts = _rows_about(database, neighbour.id)
    events = [row[0] for row in database.run("SELECT event_id FROM event_log WHERE user_id = :id", id=anna.id)]

    wrong = anna.client.send("DELETE", "/api/auth/me", {"password": "wrong password"}, anna.token)
    assert wrong.status_code == 422
    answer = anna.client.send("DELETE", "/api/auth/me", {"password": PASSWORD}, anna.token)
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]

    assert not any(_rows_about(database, anna.id).values())
    for event_id in events:
        assert database.run("SELECT count(*) FROM inbox WHERE event_id = :id", id=event_id) == [[0]]
        assert database.run("SELECT count(*) FROM dead_letters WHERE event_id = :id", id=str(event_id)) == [[0]]
    assert {
        table: count for table, count in _rows_about(database, neighbour.id).items() if table != "outbox_pending"
    } == {table: count for table, count in counts.items() if table != "outbox_pending"}

    assert anna.client.send("GET", "/api/auth/me", token=anna.token).status_code == 401
    assert anna.client.send("PATCH", "/api/auth/me", {"week_start": 1}, anna.token).status_code == 401
    assert anna.client.post("tokens", {"name": "late", "scopes": ["tasks:read"]}, anna.token).status_code == 401
    assert anna.client.refresh(anna.refresh_token).status_code == 401
    assert anna.log_in().status_code == 401
    assert anna.client.post("register", {"email": anna.email, "password": PASSWORD}).status_code == 201


def _rows_about(database, user_id):
    tables = database.run(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND (a.attname = 'user_id' OR (c.relname = 'users' AND a.attname = 'id'))"
    )
    return {
        table: database.run(f"SELECT count(*) FROM {table} WHERE {column} = :id", id=user_id)[0][0]
        for table, column in tables
    }


def test_keys(client):
    """The public keys are public, cacheable, and hold nothing but public members."""
    answer = client.send("GET", "/.well-known/jwks.json")
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    [key] = answer.json["keys"]
    assert set(key) <= {"kty", "crv", "kid", "x", "alg", "use"}
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")


def scopes(session):
    """Return what a session's access token allows."""
    return set(jwt.decode(session["access_token"], options={"verify_signature": False})["scope"].split())


def test_operator(register, post):
    """An address of OPERATOR_EMAILS gets the scope operator once its owner opened the mailed link; any other never does."""
    operator = register(email="Operator@example.com")
    other = register(email="operator@example.com.evil.example")
    for person, becomes in ((operator, True), (other, False)):
        assert person.session["user"]["operator"] is False
        assert "operator" not in scopes(person.session)
        assert person.log_in().json["user"]["operator"] is False
        person.confirm(post)
        assert person.session["user"]["operator"] is becomes
        assert ("operator" in scopes(person.session)) is becomes
