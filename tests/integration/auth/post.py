"""The notifier's part in tests of mailed links: sends what is planned for somebody and reads it from the mailbox folder."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from shared.db.engine import transaction
from shared.services.delivery.account_mails import claim, send_claimed

_LINK = re.compile(r"#token=(oll_[\w-]{43})\b")


class Post:
    """A mailbox folder and who fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, user_id: str) -> list[EmailMessage]:
        """Send everything planned for a person and return all mails they ever got, oldest first."""
        with transaction(None) as connection:
            planned = text("SELECT id FROM account_mails WHERE user_id = :id AND state = 'planned' ORDER BY id")
            ids = connection.execute(planned, {"id": user_id}).scalars().all()
        for mail_id in ids:
            self.notify(mail_id)
        files = sorted((self.folder / user_id).glob("*.eml"))  # ids are in the order of time
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]

    def notify(self, mail_id: UUID) -> None:
        """Do what the notifier does with one event."""
        with transaction(None) as connection:
            claimed = claim(connection, mail_id)
        if claimed is not None:
            send_claimed(claimed)

    def link(self, user_id: str, kind: str) -> str:
        """Return the secret of the newest link of a kind, from the text of its mail."""
        self.deliver(user_id)
        with transaction(None) as connection:
            newest = text(
                "SELECT id FROM account_mails WHERE user_id = :id AND kind = :kind AND state = 'sent' ORDER BY id DESC LIMIT 1"
            )
            mail_id = connection.execute(newest, {"id": user_id, "kind": kind}).scalar_one()
        raw = (self.folder / user_id / f"{mail_id}.eml").read_bytes()
        [token] = set(_LINK.findall(_plain(message_from_bytes(raw, policy=policy.default))))  # type: ignore[arg-type]
        return token


def _plain(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain",))
    return "" if body is None else str(body.get_content())
