"""What `make mail` shows of a mailbox folder."""

from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest

from knative.local import mail
from shared.config import forget_settings
from shared.services.delivery.mailbox import write_mail


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep mails to two people in a data directory."""
    monkeypatch.setenv("EMAIL_TRANSPORT", "mailbox")
    monkeypatch.setenv("MAILBOX_DIR", str(tmp_path / "mailbox"))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    forget_settings()
    for name in ("anna", "ben"):
        message = EmailMessage()
        message["To"], message["Subject"] = f"{name}@example.com", f"For {name}"
        message.set_content(f"https://localhost/reset-password/#token={name}\n")
        write_mail(uuid4(), uuid4(), message)
    return tmp_path / "mailbox"


def test_only_mails_to_an_address_when_one_is_given(folder: Path) -> None:
    """However it is written."""
    assert [str(found["To"]) for found in mail.mails(folder, "ANNA@example.com")] == ["anna@example.com"]
    assert len(mail.mails(folder)) == 2


def test_links_are_printed_as_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not in the transfer encoding of the file."""
    monkeypatch.setattr("sys.argv", ["mail", "ben@example.com"])
    assert mail.main() == 0
    printed = capsys.readouterr().out
    assert "https://localhost/reset-password/#token=ben\n" in printed
    assert "anna" not in printed
