"""Refresh tokens: used once, forgiven for ten seconds, their family ended when one is used twice."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.auth import hash_token

from .conftest import ORIGIN, PASSWORD, AuthClient, settings


def test_refresh_replaces_the_token(anna):
    """A refresh answers new tokens and the account; the new one goes on from there."""
    first = anna.client.refresh(anna.refresh_token)
    assert first.status_code == 200
    assert first.json["user"] == anna.session["user"]
    assert first.json["refresh_token"] != anna.refresh_token
    assert first.json["access_token"] != anna.token
    assert anna.client.refresh(first.json["refresh_token"]).status_code == 200
    assert anna.client.send("GET", "/api/auth/me", token=first.json["access_token"]).status_code == 200


def test_only_hashes_are_stored(anna, database):
    """Neither a token nor its successor is anywhere in the table, nor can the hash open the sealed successor."""
    successor = anna.client.refresh(anna.refresh_token).json["refresh_token"]
    rows = database.run(
        "SELECT token_hash, sealed_successor, refresh_tokens::text FROM refresh_tokens WHERE user_id = :id", id=anna.id
    )
    for token in (anna.refresh_token, successor):
        assert len(token) >= 47
        assert all(token not in row[2] and token.encode().hex() not in row[2] for row in rows)
    assert {bytes(row[0]) for row in rows} == {hash_token(anna.refresh_token), hash_token(successor)}


def test_twenty_at_once(anna, database):
    """Twenty refreshes of one token at once all get the same one successor."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: AuthClient(anna.client.address).refresh(anna.refresh_token), range(20)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 503}  # 503: the pool of four connections was busy
    assert len(good) >= 4
    assert len({answer.json["refresh_token"] for answer in good}) == 1
    assert _count(database, anna.id) == 2


def test_grace(anna, database):
    """Within ten seconds an old token gets its successor again, even one that was used meanwhile, and nothing is revoked."""
    first = anna.client.refresh(anna.refresh_token).json["refresh_token"]
    second = anna.client.refresh(first).json["refresh_token"]
    assert anna.client.refresh(anna.refresh_token).json["refresh_token"] == first
    assert anna.client.refresh(first).json["refresh_token"] == second
    assert _count(database, anna.id) == 3
    assert anna.client.refresh(second).status_code == 200


def test_reuse_ends_the_family(anna, database):
    """After the grace a used token ends every token of its sign-in, tells the trail, and leaves other sign-ins alone."""
    other_device = anna.log_in().json["refresh_token"]
    successor = anna.client.refresh(anna.refresh_token).json["refresh_token"]
    _age(database, anna.refresh_token, used_at=11)
    assert anna.client.refresh(anna.refresh_token).status_code == 401
    assert anna.client.refresh(successor).status_code == 401
    assert anna.client.refresh(anna.refresh_token).status_code == 401
    assert anna.client.refresh(other_device).status_code == 200
    events = database.run(
        "SELECT type, aggregate_version, origin FROM event_log WHERE aggregate_id = :id ORDER BY 2", id=anna.id
    )
    assert events == [["user.registered", 1, "web"], ["user.sessions_revoked", 2, "system"]]


def test_reuse_while_the_successor_is_used(anna, database):
    """A replay and a refresh of the successor at the same moment leave no living token behind, whichever comes first."""
    for _ in range(5):
        session = anna.log_in().json
        successor = anna.client.refresh(session["refresh_token"]).json["refresh_token"]
        _age(database, session["refresh_token"], used_at=11)
        with ThreadPoolExecutor(2) as pool:
            replay = pool.submit(AuthClient().refresh, session["refresh_token"])
            regular = pool.submit(AuthClient().refresh, successor)
        assert replay.result().status_code == 401
        if regular.result().status_code == 200:
            assert anna.client.refresh(regular.result().json["refresh_token"]).status_code == 401


def test_password_change_while_refreshing(anna):
    """No refresh sent beside a change of password survives it."""
    password = PASSWORD
    for number in range(3):
        session = anna.log_in(password).json
        new = f"nine paper lanterns {number}"
        body = {"current_password": password, "new_password": new}
        with ThreadPoolExecutor(5) as pool:
            change = pool.submit(AuthClient().send, "PUT", "/api/auth/password", body, session["access_token"])
            token, kept = session["refresh_token"], []
            while not change.done():
                answer = AuthClient().refresh(token)
                if answer.status_code != 200:
                    break
                token = answer.json["refresh_token"]
                kept.append(token)
                time.sleep(0.005)
        assert change.result().status_code == 200
        assert all(anna.client.refresh(old).status_code == 401 for old in [*kept[-3:], session["refresh_token"]])
        assert anna.client.refresh(change.result().json["refresh_token"]).status_code == 200
        password = new


def test_idle(anna, database):
    """A token unused for fourteen days is over; that is no reuse."""
    other = anna.log_in().json["refresh_token"]
    _age(database, anna.refresh_token, expires_at=14 * 86400 - 60)
    assert anna.client.refresh(anna.refresh_token).status_code == 200
    _age(database, other, expires_at=14 * 86400 + 1)
    assert anna.client.refresh(other).status_code == 401
    assert database.run(
        "SELECT count(*) FROM event_log WHERE user_id = :id AND type = 'user.sessions_revoked'", id=anna.id
    ) == [[0]]


def test_absolute(anna, database):
    """However often it is refreshed, a sign-in ends after thirty days."""
    token = anna.refresh_token
    _age(database, token, family_expires_at=29 * 86400)
    answer = anna.client.refresh(token)
    [[left]] = database.run(
        "SELECT extract(epoch FROM expires_at - now())::float8 FROM refresh_tokens WHERE token_hash = :h",
        h=hash_token(answer.json["refresh_token"]),
    )
    assert 0 < left <= 86400
    assert 86000 < _max_age(answer) <= 86400
    _age(database, answer.json["refresh_token"], family_expires_at=86401, expires_at=86401)
    assert anna.client.refresh(answer.json["refresh_token"]).status_code == 401


@pytest.mark.parametrize(
    "token", ["olr_x", "x", "é", "a" * 200, "olt_" + "a" * 43, "' OR 1=1 --", "7ca839a8-004e-48d8-8bcd-d4ae7dae10fb"]
)
def test_unknown_tokens(client, token):
    """What is no refresh token of ours is refused alike."""
    answer = client.refresh(token)
    assert answer.status_code == 401
    assert answer.json["detail"] == "The refresh token does not hold; sign in again."


@pytest.mark.parametrize(
    "body", [{"refresh_token": ""}, {"refresh_token": "a" * 201}, {"refresh_token": 1}, {"token": "x"}, [], "x"]
)
def test_malformed_body(client, body):
    """A body of another shape is a client's error."""
    assert client.post("refresh", body).status_code == 422


def test_access_token_does_not_refresh(anna):
    """An access token is no refresh token, nor the other way round."""
    assert anna.client.post("refresh", {"refresh_token": anna.token[:200]}).status_code == 401
    assert anna.client.send("GET", "/api/auth/me", token=anna.refresh_token).status_code == 401


def test_nothing_to_refresh(client):
    """Without body token or cookie the answer is 401, so that a page shows its sign-in."""
    assert client.post("refresh").status_code == 401


def test_refresh_is_limited(anna, database):
    """One address cannot try refresh tokens without end."""
    database.run("INSERT INTO rate_limits VALUES (:b, 1, now())", b=f"refresh:{anna.client.address}")
    answers = [anna.client.refresh("olr_guess").status_code for _ in range(6)]
    assert answers[0] == 401
    assert 429 in answers


# The cookie


def test_cookie_attributes(anna):
    """Over plain http: HttpOnly, SameSite=Strict, Path=/, no Domain, as long as the token lives."""
    cookie = anna.log_in().headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("refresh=olr_")
    assert {attribute for attribute in attributes if not attribute.startswith(("Max-Age", "Expires"))} == {
        "HttpOnly",
        "Path=/",
        "SameSite=Strict",
    }
    assert f"Max-Age={14 * 86400}" in attributes


def test_cookie_over_tls(anna):
    """Over TLS the cookie has the __Host- prefix and Secure, so no other host can set it; the plain one is not read."""
    with settings(PUBLIC_URL="https://tasks.example"):
        cookie = anna.log_in().headers["Set-Cookie"]
        assert cookie.startswith("__Host-refresh=olr_")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        value = cookie.partition("=")[2].partition(";")[0]
        send = lambda name, origin: AuthClient().post("refresh", Cookie=f"{name}={value}", Origin=origin)  # noqa: E731
        assert send("refresh", "https://tasks.example").status_code == 401
        assert send("__Host-refresh", "https://evil.example").status_code == 403
        assert send("__Host-refresh", "https://tasks.example").status_code == 200


def test_browser_refreshes_with_its_cookie(anna):
    """A page refreshes and logs out with nothing but its cookie."""
    browser = anna.client
    for _ in range(3):
        answer = browser.post("refresh", Origin=ORIGIN, Sec_Fetch_Site="same-origin")
        assert answer.status_code == 200
        assert f"refresh={answer.json['refresh_token']};" in answer.headers["Set-Cookie"]
    answer = browser.post("logout", Origin=ORIGIN)
    assert answer.status_code == 204
    assert answer.headers["Set-Cookie"].startswith("refresh=;")
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert browser.post("refresh", Origin=ORIGIN).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8080.evil.example"}, 403),
        ({"Origin": "http://localhost:8081"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Origin": ORIGIN}, 403),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Origin": ORIGIN}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Origin": ORIGIN}, 200),
    ],
)
@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_cookie_counts_for_our_pages_only(anna, headers, status, path):
    """A request that another site's page made, or that nobody vouches for, cannot use the cookie."""
    answer = anna.client.post(path, **headers)
    assert answer.status_code == (204 if (path, status) == ("logout", 200) else status)
    if status == 403:
        assert anna.client.refresh(anna.refresh_token).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/merge-patch+json",
    ],
)
@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_forms_cannot_use_the_cookie(anna, content_type, path):
    """No content type that a form or a plain fetch can send gets through, even from our origin."""
    answer = anna.client.send("POST", f"/api/auth/{path}", b"{}", Origin=ORIGIN, **{"Content-Type": content_type})
    assert answer.status_code == 415


def test_cross_site_sign_in_gets_no_cookie(anna):
    """A sign-in made by another site's page does not change who this browser is."""
    for site, given in (("cross-site", False), ("same-site", False), ("same-origin", True)):
        answer = AuthClient().post("login", {"email": anna.email, "password": PASSWORD}, Sec_Fetch_Site=site)
        assert answer.status_code == 200
        assert ("Set-Cookie" in answer.headers) is given


def test_forms_cannot_sign_in(anna, client):
    """A form of another site cannot sign its visitor in as somebody else."""
    body = b'{"email":"%s","password":"%s"}' % (anna.email.encode(), PASSWORD.encode())
    assert client.send("POST", "/api/auth/login", body, **{"Content-Type": "text/plain"}).status_code == 415


def test_body_token_needs_no_origin(anna, client):
    """A script sends its token in the body, from wherever it is; the body wins over a cookie."""
    other = anna.log_in().json["refresh_token"]
    assert client.post("refresh", {"refresh_token": other}, Cookie=f"refresh={anna.refresh_token}").status_code == 200
    assert anna.client.refresh(anna.refresh_token).status_code == 200


# Logging out


def test_log_out_with_token(anna, database):
    """Logging out ends this sign-in, however far it was refreshed, and no other; twice is no error."""
    other = anna.log_in().json["refresh_token"]
    successor = anna.client.refresh(anna.refresh_token).json["refresh_token"]
    for _ in range(2):
        assert anna.client.post("logout", {"refresh_token": anna.refresh_token}).status_code == 204
    assert anna.client.refresh(successor).status_code == 401
    assert anna.client.refresh(anna.refresh_token).status_code == 401
    assert anna.client.refresh(other).status_code == 200
    assert database.run("SELECT count(*) FROM event_log WHERE aggregate_id = :id", id=anna.id) == [[1]]


def test_log_out_without_anything(client):
    """Logging out when nobody is signed in is no error."""
    assert client.post("logout").status_code == 204
    assert client.post("logout", {"refresh_token": "olr_unknown"}).status_code == 204


def _age(database, token, **columns):
    for column, seconds in columns.items():
        database.run(
            f"UPDATE refresh_tokens SET {column} = {column} - make_interval(secs => :s) WHERE token_hash = :h",
            s=float(seconds),
            h=hash_token(token),
        )


def _count(database, user_id):
    return database.run("SELECT count(*) FROM refresh_tokens WHERE user_id = :id", id=user_id)[0][0]


def _max_age(answer):
    return int(answer.headers["Set-Cookie"].partition("Max-Age=")[2].partition(";")[0])
