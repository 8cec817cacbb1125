"""The ledger of mails about accounts: sent once, again after a death, never too late, and with no secret in it."""

import hashlib
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.db.engine import transaction
from shared.services.delivery import account_mails
from shared.services.delivery.outcome import Outcome


def planned(database, person, kind="confirm_address"):
    """Return the id of a person's only mail of a kind."""
    [[mail_id]] = database.run(
        "SELECT id FROM account_mails WHERE user_id = :id AND kind = :kind", id=person.id, kind=kind
    )
    return UUID(str(mail_id))


def row(mail_id):
    """Return a mail's ledger row."""
    with transaction(None) as connection:
        return connection.execute(text("SELECT * FROM account_mails WHERE id = :id"), {"id": mail_id}).one()


def claim(mail_id):
    """Claim a mail as the notifier does."""
    with transaction(None) as connection:
        return account_mails.claim(connection, mail_id)


def test_the_event_twice_is_one_mail(anna, post, database):
    """At-least-once delivery, exactly one mail."""
    mail_id = planned(database, anna)
    post.notify(mail_id)
    post.notify(mail_id)
    assert len(post.deliver(anna.id)) == 1
    assert row(mail_id).state == "sent"


def test_a_sender_that_died_is_followed_by_one_that_mails_the_same_link(anna, post, database):
    """Its lease runs out, the notifier is told again, the late sender can no longer write; the link is the same."""
    mail_id = planned(database, anna)
    dead = claim(mail_id)
    before = row(mail_id)
    assert before.state == "sending"
    assert account_mails.wake() == {}
    database.run("UPDATE account_mails SET lease_until = now() - interval '1 second' WHERE id = :id", id=str(mail_id))
    assert account_mails.wake() == {"account_mails_woken": 1}
    repeated = database.run(
        "SELECT count(*) FROM event_log WHERE type = 'account_mail.requested' AND aggregate_id = :id", id=str(mail_id)
    )
    assert repeated == [[2]]
    assert account_mails.mark(dead, Outcome("sent")) is False
    post.notify(mail_id)
    assert row(mail_id).state == "sent"
    assert bytes(row(mail_id).token_hash) == bytes(before.token_hash)


def test_nobody_gets_a_third_copy(anna, database):
    """Two senders died over it: perhaps it was sent twice already, so it is given up."""
    mail_id = planned(database, anna)
    for _ in range(2):
        assert claim(mail_id) is not None
        database.run(
            "UPDATE account_mails SET lease_until = now() - interval '1 second' WHERE id = :id", id=str(mail_id)
        )
        account_mails.wake()
    assert row(mail_id).state == "failed"
    assert claim(mail_id) is None


def test_a_mail_server_that_is_away_is_tried_again(anna, post, database):
    """Each failure waits longer; the eighth is the last."""
    mail_id = planned(database, anna)
    for attempt in range(1, account_mails.MAX_ATTEMPTS + 1):
        claimed = claim(mail_id)
        assert claimed.attempts == attempt
        account_mails.mark(claimed, Outcome("retry", "away"))
        database.run(
            "UPDATE account_mails SET not_before = now() - interval '1 second' WHERE id = :id", id=str(mail_id)
        )
    assert (row(mail_id).state, row(mail_id).last_error) == ("failed", "away")


def test_a_server_that_hangs_up_twice_ends_it(anna, post, database):
    """Nobody knows whether the first copy was sent; the second may be sent once more and no third."""
    mail_id = planned(database, anna)
    account_mails.mark(claim(mail_id), Outcome("retry", "hung up", is_doubtful=True))
    database.run("UPDATE account_mails SET not_before = now() - interval '1 second' WHERE id = :id", id=str(mail_id))
    account_mails.mark(claim(mail_id), Outcome("retry", "hung up", is_doubtful=True))
    assert row(mail_id).state == "failed"


@pytest.mark.parametrize("reason", ["expired", "address changed"])
def test_a_link_that_would_be_dead_on_arrival_is_not_mailed(anna, post, database, reason):
    """Cancelled, not sent."""
    mail_id = planned(database, anna)
    if reason == "expired":
        database.run("UPDATE account_mails SET expires_at = now() WHERE id = :id", id=str(mail_id))
    else:
        database.run("UPDATE users SET email_key = 'x' || email_key WHERE id = :id", id=anna.id)
    post.notify(mail_id)
    assert row(mail_id).state == "cancelled"
    assert post.deliver(anna.id) == []


def test_the_ledger_keeps_only_the_hash_and_only_from_the_moment_of_sending(anna, post, database):
    """Neither the row nor any event holds the secret; before the notifier had it no link exists at all."""
    mail_id = planned(database, anna)
    assert row(mail_id).token_hash is None
    token = post.link(anna.id, "confirm_address")
    assert bytes(row(mail_id).token_hash) == hashlib.sha256(token.encode()).digest()
    everything = database.run("SELECT m::text FROM account_mails m UNION ALL SELECT e::text FROM event_log e")
    assert token not in str(everything)


def test_the_functions_of_people_cannot_touch_the_ledger(database):
    """Who gets into one of them can neither read nor make links."""
    assert (
        database.run(
            "SELECT has_table_privilege('obsidianlist_app', 'account_mails', privilege)"
            " FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege"
        )
        == [[False]] * 4
    )


def test_a_deleted_account_takes_its_mails_along(anna, post, database):
    """No row, no file; the event that still comes does nothing."""
    mail_id = planned(database, anna)
    post.deliver(anna.id)
    assert anna.client.send("DELETE", "/api/auth/me", {"password": anna.password}, anna.token).status_code == 204
    post.notify(mail_id)
    assert database.run("SELECT count(*) FROM account_mails WHERE user_id = :id", id=anna.id) == [[0]]
    assert list(post.folder.glob("*")) == []


def test_the_notifier_takes_the_event(anna, post, database):
    """From the signed event to the mail, through the consumer."""
    from datetime import UTC

    from functions.notifier.main import consumer
    from shared.events.envelope import attributes, parse

    mail_id = planned(database, anna)
    [[event_id, payload, created_at]] = database.run(
        "SELECT event_id, payload::text, created_at FROM event_log WHERE aggregate_id = :id", id=str(mail_id)
    )
    data = payload.encode()
    headers = attributes(
        event_id=event_id, name="account_mail.requested", user_id=UUID(anna.id), aggregate_id=mail_id, sequence=1,
        time=created_at.astimezone(UTC), data=data,
    )  # fmt: skip
    event = parse({**headers, "content-type": "application/json"}, data)
    assert consumer.process(event) == "done"
    assert consumer.process(event) == "duplicate"
    assert [str(mail["Subject"]) for mail in post.deliver(anna.id)] == ["Confirm your e-mail address"]
