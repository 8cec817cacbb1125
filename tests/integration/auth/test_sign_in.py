"""Signing in: the same work for every failure, hashes renewed, guesses slowed."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from shared.services import passwords, throttle

from .conftest import PASSWORD, AuthClient, settings

WRONG = "not the password"


@pytest.fixture
def verified(monkeypatch):
    """Count what Argon2 verifies: the hash's parameters of each call, beside the real work."""
    calls = []
    real = argon2.PasswordHasher.verify

    def counting(self, hash, password):  # noqa: A002 - the library's name
        calls.append(argon2.extract_parameters(hash))
        return real(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    return calls


def test_log_in(anna):
    """The right password answers a session of its own, however the address is written."""
    answer = anna.client.post("login", {"email": anna.email.title(), "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json["user"] == anna.session["user"]
    assert answer.json["refresh_token"] != anna.refresh_token


def test_same_work_for_everyone(anna, client, verified):
    """A wrong password, an unknown account and something that is no address cost one equal hash and get the same answer."""
    answers = []
    for email in (anna.email, f"{uuid.uuid4().hex}@example.com", "nobody", "a\0@\U0001f4a9", "x" * 300):
        answer = client.post("login", {"email": email, "password": WRONG})
        answers.append((answer.status_code, answer.data, answer.headers["WWW-Authenticate"]))
    assert answers[0][0] == 401
    assert len(set(answers)) == 1
    assert verified == [argon2.extract_parameters(passwords.NOBODYS_HASH)] * 5


def test_nobodys_hash_is_like_every_other(anna, database):
    """The hash unknown accounts are checked against has today's parameters and lengths."""
    [[stored]] = database.run("SELECT password_hash FROM users WHERE id = :id", id=anna.id)
    assert argon2.extract_parameters(stored) == argon2.extract_parameters(passwords.NOBODYS_HASH)
    assert not passwords.needs_rehash(passwords.NOBODYS_HASH)


def test_old_hash_is_renewed(anna, database):
    """Signing in replaces a hash of weaker parameters; other sign-ins stay."""
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    database.run("UPDATE users SET password_hash = :weak WHERE id = :id", weak=weak, id=anna.id)
    assert anna.log_in().status_code == 200
    [[stored]] = database.run("SELECT password_hash FROM users WHERE id = :id", id=anna.id)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert anna.log_in().status_code == 200
    assert anna.client.refresh(anna.refresh_token).status_code == 200


@pytest.mark.parametrize("damaged", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$AAAA", "$2b$12$abcdefghijklmnopqrstuv"])
def test_damaged_hash_lets_nobody_in(anna, database, damaged):
    """A stored value that is no Argon2 hash is a wrong password, never a failure or a way in."""
    database.run("UPDATE users SET password_hash = :damaged WHERE id = :id", damaged=damaged, id=anna.id)
    assert anna.log_in().status_code == 401


def test_two_hashes_at_a_time(monkeypatch):
    """However many sign in at once, at most two hashes hold memory."""
    running, most, lock = 0, 0, threading.Lock()
    real = argon2.PasswordHasher.verify

    def watched(self, hash, password):  # noqa: A002
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return real(self, hash, password)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    body = {"password": WRONG}
    with ThreadPoolExecutor(8) as pool:
        send = lambda n: AuthClient().post("login", {**body, "email": f"{uuid.uuid4().hex}{n}@example.com"}).status_code  # noqa: E731
        answers = list(pool.map(send, range(16)))
    assert set(answers) <= {401, 503}
    assert most == 2


def test_password_changed_while_checked(anna, monkeypatch):
    """A sign-in whose password changes while it is checked gets no session: it would outlive the change."""
    real = argon2.PasswordHasher.verify
    client = AuthClient()

    def slow(self, hash, password):  # noqa: A002
        monkeypatch.setattr(argon2.PasswordHasher, "verify", real)
        result = real(self, hash, password)
        body = {"current_password": PASSWORD, "new_password": "nine paper lanterns"}
        assert client.send("PUT", "/api/auth/password", body, anna.token).status_code == 200
        return result

    monkeypatch.setattr(argon2.PasswordHasher, "verify", slow)
    assert anna.log_in().status_code == 401


def test_guessing_one_account_is_slowed(anna, database, verified):
    """From however many addresses: ten guesses are free, then pauses double, the right password waits too, nothing locks."""
    for _ in range(throttle.FREE_ATTEMPTS):
        assert anna.log_in(WRONG, AuthClient()).status_code == 401
    assert anna.log_in(WRONG, AuthClient()).status_code == 429
    del verified[:]
    refused = anna.log_in(client=AuthClient())
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.content_type == "application/problem+json"
    assert verified == []

    bucket = throttle.account_bucket(anna.email)
    for pause in (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300):
        _pass_time(database, bucket, pause + 0.1)
        assert anna.log_in(WRONG, AuthClient()).status_code == 401, pause
        refused = anna.log_in(WRONG, AuthClient())
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) <= min(pause * 2, throttle.LONGEST_PAUSE_SECONDS)
    _pass_time(database, bucket, throttle.LONGEST_PAUSE_SECONDS)
    assert anna.log_in(client=AuthClient()).status_code == 200
    assert anna.log_in(WRONG, AuthClient()).status_code == 401


def test_guesses_are_forgotten(anna, database):
    """After a quiet hour ten guesses are free again."""
    for _ in range(throttle.FREE_ATTEMPTS):
        anna.log_in(WRONG, AuthClient())
    _pass_time(database, throttle.account_bucket(anna.email), 3601)
    assert [anna.log_in(WRONG, AuthClient()).status_code for _ in range(11)] == [401] * 10 + [429]


def test_guesses_at_once(anna, database):
    """Thirty guesses sent at once pass no more than ten: each is counted before it is checked."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: anna.log_in(WRONG, AuthClient()).status_code, range(30)))
    [[counted]] = database.run(
        "SELECT tokens FROM rate_limits WHERE bucket = :b", b=throttle.account_bucket(anna.email)
    )
    # A pause of a second may end while the thirty run; beyond it each extra guess costs twice as long.
    assert throttle.FREE_ATTEMPTS <= counted <= throttle.FREE_ATTEMPTS + 2
    assert counted == answers.count(401)


def test_unknown_account_is_slowed_alike(database):
    """An address without an account is slowed as one with: the limit tells nothing."""
    body = {"email": f"{uuid.uuid4().hex}@example.com", "password": WRONG}
    answers = [AuthClient().post("login", body).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert database.run("SELECT count(*) FROM rate_limits WHERE bucket LIKE :b", b=f"%{body['email']}%") == [[0]]


def test_one_address_tries_every_account(database):
    """One machine has some fifty wrong guesses over all accounts, then waits; right ones are not counted."""
    client = AuthClient()
    _set_tokens(database, f"login:{client.address}", 3)
    guess = lambda: client.post("login", {"email": f"{uuid.uuid4().hex}@example.com", "password": WRONG})  # noqa: E731
    assert [guess().status_code for _ in range(3)] == [401] * 3
    refused = guess()
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    _pass_time(database, f"login:{client.address}", 11)
    assert guess().status_code == 401


def test_right_sign_ins_are_not_counted(anna, database):
    """Somebody who knows the password can sign in as often as they like."""
    client = AuthClient()
    _set_tokens(database, f"login:{client.address}", 2)
    assert [anna.log_in(client=client).status_code for _ in range(12)] == [200] * 12


def test_registrations_are_limited(anna, database):
    """One address registers in bursts; asking which addresses have accounts costs five times as much."""
    client = AuthClient()
    _set_tokens(database, f"register:{client.address}", 11)
    taken = {"email": anna.email, "password": PASSWORD}
    assert [client.post("register", taken).status_code for _ in range(3)] == [409, 409, 429]
    refused = client.post("register", taken)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 1


def test_guessing_by_changing_the_password(anna):
    """A stolen access token gives no more guesses at the password than signing in does."""
    body = {"current_password": WRONG, "new_password": "nine paper lanterns"}
    answers = [anna.client.send("PUT", "/api/auth/password", body, anna.token).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert anna.client.send("DELETE", "/api/auth/me", {"password": PASSWORD}, anna.token).status_code == 429
    assert anna.log_in().status_code == 429


def test_forwarded_address_is_not_believed(database):
    """Without a proxy of ours, X-Forwarded-For changes nothing: it is the caller's own text."""
    client = AuthClient()
    _set_tokens(database, f"login:{client.address}", 2)
    answers = [
        client.post(
            "login", {"email": "a@example.com", "password": WRONG}, X_Forwarded_For=f"198.51.100.{n}"
        ).status_code
        for n in range(3)
    ]
    assert answers == [401, 401, 429]


def test_forwarded_address_of_our_proxy(database):
    """Behind one proxy of ours the last entry counts, which that proxy wrote; what the caller put before it does not."""

    def guess(number):
        body = {"email": f"{uuid.uuid4().hex}@example.com", "password": WRONG}
        return AuthClient().post("login", body, X_Forwarded_For=f"198.51.100.{number}, 203.0.113.9").status_code

    with settings(TRUSTED_PROXY_HOPS="1"):
        _set_tokens(database, "login:203.0.113.9", 2)
        answers = [guess(number) for number in range(3)]
    assert answers == [401, 401, 429]


@pytest.mark.parametrize(
    ("address", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("not an address", "not an address", True),
        ("", "unknown", False),
    ],
)
def test_network(address, other, same):
    """An IPv6 subscriber has a /64, so that is what is counted."""
    assert (throttle._network(address) == throttle._network(other)) is same


def _pass_time(database, bucket, seconds):
    database.run(
        "UPDATE rate_limits SET updated_at = updated_at - make_interval(secs => :s) WHERE bucket = :b",
        s=float(seconds),
        b=bucket,
    )


def _set_tokens(database, bucket, tokens):
    database.run(
        "INSERT INTO rate_limits (bucket, tokens, updated_at) VALUES (:b, :t, clock_timestamp())"
        " ON CONFLICT (bucket) DO UPDATE SET tokens = :t, updated_at = clock_timestamp()", b=bucket, t=float(tokens),
    )  # fmt: skip
