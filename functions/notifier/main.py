"""The notifier function: sends a due reminder by push and e-mail and puts it into the app, and sends the mails about an account.

The consumer's transaction only claims deliveries; sending happens after its commit, so that no lock is held while a push service thinks.
A crash in between is the lease's business (see ``shared.services.delivery.dispatch``), not the transport's.
"""

from typing import Any

from shared.events.consumer import Consumer
from shared.events.envelope import Event

consumer = Consumer("notifier")


@consumer.on("reminder.due")
def deliver(connection: Any, event: Event) -> None:
    """Claim what a due reminder has in the ledger and send it once that is committed."""
    from shared.db.engine import after_commit
    from shared.services.delivery.dispatch import claim, send_claimed

    claims = claim(connection, event.payload.occurrence_id)
    after_commit(connection, lambda: send_claimed(claims))


@consumer.on("account_mail.requested")
def deliver_account_mail(connection: Any, event: Event) -> None:
    """Claim a mail about an account and send it once that is committed."""
    from shared.db.engine import after_commit
    from shared.services.delivery.account_mails import claim, send_claimed

    claimed = claim(connection, event.payload.mail_id)
    if claimed is not None:
        after_commit(connection, lambda: send_claimed(claimed))


notifier = consumer.entry_point()
