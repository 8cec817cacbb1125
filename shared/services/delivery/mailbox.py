"""The mailbox folder: e-mail of an installation without a mail server, one file a mail, one folder a person.

The notifier writes, the notifications function shows a person their own. A file appears at once, whole, under the delivery's id: the same
mail sent twice is one file.
"""

import os
import shutil
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.errors import NotFound
from shared.services.delivery.settings import EmailSettings, MailboxSettings

_LISTED = 200


def write_mail(user_id: UUID, mail_id: UUID, message: EmailMessage) -> str:
    """Write a mail and return its id."""
    folder = _folder(user_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f".{mail_id}.{os.getpid()}"
    partial.write_bytes(message.as_bytes())
    partial.rename(folder / f"{mail_id}.eml")
    return str(mail_id)


def list_mails(user_id: UUID) -> list[dict[str, Any]]:
    """Return a person's mails without their bodies, newest first.

    Raises:
        NotFound: this installation sends real mail.
    """
    files = sorted(_folder(user_id).glob("*.eml"), key=lambda file: (file.stat().st_mtime, file.name), reverse=True)
    return [_summary(file, _parse(file)) for file in files[:_LISTED]]


def read_mail(user_id: UUID, mail_id: UUID) -> dict[str, Any]:
    """Return a mail with its text and HTML.

    Raises:
        NotFound: the person has no such mail, or this installation sends real mail.
    """
    file = _folder(user_id) / f"{mail_id}.eml"
    if not file.is_file():
        raise NotFound("There is no such mail.")
    message = _parse(file)
    return {**_summary(file, message), "text": _part(message, "plain"), "html": _part(message, "html")}


def forget_mails(user_id: UUID) -> None:
    """Remove a person's mails for good, where this installation keeps any."""
    directory = MailboxSettings.load().mailbox_dir
    if directory is not None:
        shutil.rmtree(Path(directory) / str(user_id), ignore_errors=True)


def _folder(user_id: UUID) -> Path:
    settings = EmailSettings.load()
    if settings.transport != "mailbox" or settings.mailbox_dir is None:
        raise NotFound("This server sends real mail and keeps none.")
    return Path(settings.mailbox_dir) / str(user_id)


def _parse(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise NotFound("There is no such mail.")
    return message


def _summary(file: Path, message: EmailMessage) -> dict[str, Any]:
    sent_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    names = {"subject": "Subject", "sender": "From", "to": "To"}
    return {"id": file.stem, "sent_at": sent_at, **{key: str(message.get(name, "")) for key, name in names.items()}}


def _part(message: EmailMessage, kind: str) -> str | None:
    body = message.get_body(preferencelist=(kind,))
    return None if body is None else str(body.get_content())
