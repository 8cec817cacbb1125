"""The address of an account: confirmed, changed by confirming the new one, and never a way to ask who else is here."""

import uuid

import pytest

from .conftest import PASSWORD, AuthClient


def address():
    """Return an address nobody has."""
    return f"new{uuid.uuid4().hex}@example.org"


def ask(person, email, password=PASSWORD):
    """Ask for another address."""
    return person.client.post("email/change", {"email": email, "password": password}, person.token)


def confirm(token):
    """Open a link in a browser where nobody is signed in."""
    return AuthClient().post("email/confirm", {"token": token})


def me(person):
    """Return the account as its owner sees it."""
    return person.client.send("GET", "/api/auth/me", token=person.token).json


def test_a_new_account_confirms_its_address(anna, post, database):
    """It works at once; the mailed link, opened anywhere, confirms the address, and once more is refused."""
    assert me(anna)["email_confirmed"] is False
    token = post.link(anna.id, "confirm_address")
    assert confirm(token).json == {"email": anna.email}
    assert me(anna)["email_confirmed"] is True
    assert confirm(token).status_code == 422
    types = database.run("SELECT type FROM event_log WHERE aggregate_id = :id ORDER BY aggregate_version", id=anna.id)
    assert types == [["user.registered"], ["user.email_confirmed"]]


def test_the_link_can_be_sent_again_until_it_is_confirmed(anna, post):
    """Another mail, and none once there is nothing to confirm; a new password in between spoils no link."""
    first = post.link(anna.id, "confirm_address")
    assert anna.client.post("email/confirmation", token=anna.token).status_code == 202
    second = post.link(anna.id, "confirm_address")
    assert first != second
    body = {"current_password": PASSWORD, "new_password": "seven amber kites"}
    anna.client.send("PUT", "/api/auth/password", body, anna.token)
    assert confirm(first).status_code == 200
    count = len(post.deliver(anna.id))
    assert anna.client.post("email/confirmation", token=anna.token).status_code == 202
    assert len(post.deliver(anna.id)) == count


def test_the_address_changes_when_the_new_one_is_confirmed(anna, post, database):
    """Until then the old one signs in and is told; afterwards only the new one does, and the old one is told that too."""
    new = address()
    answer = ask(anna, new)
    assert (answer.status_code, answer.json["email"], answer.json["pending_email"]) == (202, anna.email, new)
    token = post.link(anna.id, "change_address")
    assert anna.log_in().status_code == 200
    assert confirm(token).json == {"email": new}
    account = me(anna)
    assert (account["email"], account["pending_email"], account["email_confirmed"]) == (new, None, True)
    assert anna.log_in().status_code == 401
    anna.email, old = new, anna.email
    assert anna.log_in().status_code == 200
    mails = {str(mail["Subject"]): mail for mail in post.deliver(anna.id)}
    notice, link, done = (
        mails[subject] for subject in (
            "Your e-mail address is about to change", "Confirm your new e-mail address", "Your e-mail address was changed",
        )
    )  # fmt: skip
    assert (notice["To"], link["To"], done["To"]) == (old, new, old)
    assert new in notice.get_body(("plain",)).get_content()
    types = database.run("SELECT type FROM event_log WHERE aggregate_id = :id ORDER BY aggregate_version", id=anna.id)
    assert types == [["user.registered"], ["user.email_change_requested"], ["user.email_changed"]]
    [[logged]] = database.run("SELECT string_agg(e::text, '') FROM event_log e WHERE user_id = :id", id=anna.id)
    assert old not in logged
    assert new not in logged


@pytest.mark.parametrize("way", ["taken back", "another asked for", "password changed", "a day later"])
def test_what_stops_a_change(anna, post, database, way):
    """The link is dead and nothing waits any more."""
    new = address()
    ask(anna, new)
    token = post.link(anna.id, "change_address")
    if way == "taken back":
        assert anna.client.send("DELETE", "/api/auth/email/change", token=anna.token).status_code == 204
    elif way == "another asked for":
        ask(anna, address())
    elif way == "password changed":
        body = {"current_password": PASSWORD, "new_password": "seven amber kites"}
        anna.client.send("PUT", "/api/auth/password", body, anna.token)
    else:
        database.run("UPDATE account_mails SET expires_at = now() WHERE user_id = :id", id=anna.id)
    assert me(anna)["pending_email"] != new
    assert confirm(token).status_code == 422
    assert me(anna)["email"] == anna.email


def test_somebody_elses_address(anna, register, post):
    """Asking for it looks like asking for any other; nothing is sent to it but a notice to its owner, and the limit is the same."""
    other = register()
    free = ask(anna, address()).json
    taken = ask(anna, other.email.upper())
    assert taken.status_code == 202
    assert taken.json == {**free, "pending_email": other.email.upper()}
    assert [str(mail["Subject"]) for mail in post.deliver(other.id)][-1] == "You have an account already"
    assert all(mail["To"] != other.email.upper() for mail in post.deliver(anna.id))


def test_two_who_wait_for_one_address(register, post):
    """Whoever confirms first has it; the other's link is as dead as any."""
    new = address()
    first, second = register(), register()
    for person in (first, second):
        assert ask(person, new).status_code == 202
    tokens = [post.link(person.id, "change_address") for person in (first, second)]
    assert confirm(tokens[0]).status_code == 200
    refused, unknown = confirm(tokens[1]), confirm("oll_" + "A" * 43)
    assert refused.status_code == 422
    assert refused.json == unknown.json
    assert me(second)["email"] == second.email


def test_a_wrong_password_changes_nothing(anna, post):
    """A session alone is not enough."""
    answer = ask(anna, address(), "wrong password")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "password")
    assert me(anna)["pending_email"] is None


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com", "a@b\r\nBcc: c@d.example", "ä@example.com"])
def test_no_address(anna, email):
    """Refused by name."""
    answer = ask(anna, email)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "email")


def test_the_own_address_is_none_to_change_to(anna):
    """Only another way of writing it is a change."""
    assert ask(anna, anna.email).json["errors"][0]["field"] == "email"
    assert ask(anna, anna.email.upper()).status_code == 202


def test_five_mails_an_hour(anna):
    """A person cannot have mails sent to strangers without end."""
    statuses = [ask(anna, address()).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]


def test_a_bounce_of_before_does_not_silence_the_new_address(anna, post, database):
    """What Amazon told of the old one says nothing about this."""
    database.run(
        "INSERT INTO notification_preferences (user_id, email_suppressed_at, email_suppressed_reason) VALUES (:id, now(), 'bounce')",
        id=anna.id,
    )
    ask(anna, address())
    assert confirm(post.link(anna.id, "change_address")).status_code == 200
    assert database.run("SELECT email_suppressed_at FROM notification_preferences WHERE user_id = :id", id=anna.id) == [
        [None]
    ]
