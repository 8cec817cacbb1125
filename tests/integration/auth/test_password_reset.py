"""A forgotten password: asked for by anybody, set by whoever reads the mail, once."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.services import even_time, throttle

from .conftest import PASSWORD, AuthClient

NEW = "nine paper lanterns at dusk"


def forgot(email, client=None):
    """Ask for a link."""
    return (client or AuthClient()).post("password/forgot", {"email": email})


def reset(token, password=NEW, client=None):
    """Set a password with a link."""
    return (client or AuthClient()).post("password/reset", {"token": token, "new_password": password})


def test_the_whole_way(anna, post, database):
    """Asked for, mailed, set: the new password signs in, every session is over, the trail tells it and a mail too."""
    other_device = anna.log_in().json["refresh_token"]
    assert forgot(anna.email.title()).status_code == 202
    token = post.link(anna.id, "reset_password")
    assert reset(token).status_code == 204
    for refresh_token in (anna.refresh_token, other_device):
        assert anna.client.refresh(refresh_token).status_code == 401
    assert anna.log_in().status_code == 401
    answer = anna.log_in(NEW)
    assert answer.status_code == 200
    assert answer.json["user"]["email_confirmed"] is True  # whoever has the link reads mail there
    events = database.run("SELECT type FROM event_log WHERE aggregate_id = :id ORDER BY aggregate_version", id=anna.id)
    assert events == [["user.registered"], ["user.password_reset_requested"], ["user.password_reset"]]
    subjects = [str(mail["Subject"]) for mail in post.deliver(anna.id)]
    assert subjects == ["Confirm your e-mail address", "Set a new password", "Your password was changed"]


def test_a_link_works_once(anna, post):
    """The second use, at the same moment or later, changes nothing."""
    forgot(anna.email)
    token = post.link(anna.id, "reset_password")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: reset(token, f"{NEW} {number}"), range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [204, 422, 422, 422]
    [used] = [number for number, answer in enumerate(answers) if answer.status_code == 204]
    assert anna.log_in(f"{NEW} {used}").status_code == 200
    dead = reset(token)
    assert (dead.status_code, dead.json["errors"][0]["field"]) == (422, "token")


@pytest.mark.parametrize("change", ["password", "another link", "time", "address"])
def test_what_kills_a_link(anna, post, database, change):
    """A changed password or address, a link of the same kind that was used, and an hour."""
    forgot(anna.email)
    token = post.link(anna.id, "reset_password")
    if change == "password":
        body = {"current_password": PASSWORD, "new_password": "seven amber kites"}
        assert anna.client.send("PUT", "/api/auth/password", body, anna.token).status_code == 200
    elif change == "another link":
        forgot(anna.email)
        assert reset(post.link(anna.id, "reset_password"), "seven amber kites").status_code == 204
    elif change == "time":
        database.run("UPDATE account_mails SET expires_at = now() WHERE user_id = :id", id=anna.id)
    else:
        database.run("UPDATE users SET email_key = 'x' || email_key WHERE id = :id", id=anna.id)
    assert reset(token).status_code == 422


def test_two_links_both_work_until_one_is_used(anna, post):
    """Who asks twice may use the first mail that comes."""
    forgot(anna.email)
    first = post.link(anna.id, "reset_password")
    forgot(anna.email)
    second = post.link(anna.id, "reset_password")
    assert first != second
    assert reset(first).status_code == 204
    assert reset(second).status_code == 422


def test_a_bad_password_does_not_use_the_link_up(anna, post):
    """Short, well known, or one's own address: named by field, and the link goes on."""
    forgot(anna.email)
    token = post.link(anna.id, "reset_password")
    for bad in ("short", "password1234", anna.email):
        answer = reset(token, bad)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "new_password")
    assert reset(token).status_code == 204


@pytest.mark.parametrize("token", ["", "oll_", "oll_" + "A" * 43, "x" * 200, "olr_" + "A" * 43, "ä\u0000"])
def test_no_other_token_is_a_link(anna, client, token):
    """Made up, empty, of another kind or unreadable: refused by name, never a failure."""
    answer = reset(token, client=client)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "token"


def test_a_link_of_another_kind_sets_no_password(anna, post):
    """The link that confirms an address does only that."""
    assert reset(post.link(anna.id, "confirm_address")).status_code == 422


def test_nobody_is_told_whether_an_address_has_an_account(anna, client, database):
    """Known, unknown, no address at all: one answer, never sooner than the time it always takes; only the known one gets a mail."""
    answers = []
    for email in (anna.email, f"{uuid.uuid4().hex}@example.com", "nobody", "a\0@\U0001f4a9", "x" * 300):
        started = time.monotonic()
        answer = forgot(email, client)
        assert time.monotonic() - started >= even_time.LEAST_SECONDS
        answers.append((answer.status_code, answer.data))
    assert set(answers) == {(202, b'{"accepted":true}')}
    counted = database.run("SELECT user_id::text FROM account_mails WHERE kind = 'reset_password'")
    assert counted.count([anna.id]) == 1


def test_three_mails_an_hour_and_the_answer_stays_the_same(anna, database):
    """Somebody's mailbox cannot be flooded by asking, and asking does not tell that the limit is reached."""
    for _ in range(6):
        assert forgot(anna.email).status_code == 202
    query = "SELECT count(*) FROM account_mails WHERE user_id = :id AND kind = 'reset_password'"
    assert database.run(query, id=anna.id) == [[3]]


def test_one_address_cannot_ask_without_end(monkeypatch, client):
    """Per address of the caller the requests are counted, whoever they are about."""
    monkeypatch.setattr(throttle, "_RESET_BURST", 2)
    statuses = [forgot(f"{number}@example.com", client).status_code for number in range(3)]
    assert statuses == [202, 202, 429]


def test_the_account_is_free_again(anna, post):
    """Somebody who guessed too often gets in with the new password at once."""
    for _ in range(throttle.FREE_ATTEMPTS + 1):
        anna.log_in("wrong")
    assert anna.log_in().status_code == 429
    forgot(anna.email)
    assert reset(post.link(anna.id, "reset_password")).status_code == 204
    assert anna.log_in(NEW).status_code == 200


def test_connections_of_apps_end_and_personal_tokens_go_on(anna, post, database):
    """What a password change ends, a reset ends; the mail says that API tokens go on."""
    token = anna.client.post("tokens", {"name": "script", "scopes": ["account"]}, anna.token).json["token"]
    forgot(anna.email)
    assert reset(post.link(anna.id, "reset_password")).status_code == 204
    assert anna.client.send("GET", "/api/auth/me", token=token).status_code == 200
    last = post.deliver(anna.id)[-1].get_body(("plain",)).get_content()
    assert "API tokens go on" in last


def test_in_german(register, post):
    """The mails speak the person's language."""
    person = register(locale="de")
    forgot(person.email)
    mails = post.deliver(person.id)
    assert [str(mail["Subject"]) for mail in mails] == ["Bestätige deine E-Mail-Adresse", "Neues Passwort setzen"]
    assert 'lang="de"' in mails[-1].get_body(("html",)).get_content()
