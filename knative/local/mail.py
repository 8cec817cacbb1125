"""``make mail``: what this machine's mailbox keeps, newest last, for whoever runs it.

The app shows people their own mails once they are signed in; who forgot the password cannot be, and here nothing leaves the machine. Whoever may read
the data directory may read this.
"""

import os
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_SHOWN = 3


def mails(folder: Path, address: str = "") -> list[EmailMessage]:
    """Return the mails in a mailbox folder, oldest first; only those to ``address`` if one is given."""
    files = sorted(folder.glob("*/*.eml"), key=lambda file: (file.stat().st_mtime, file.name))
    parsed = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in files)
    found = [mail for mail in parsed if isinstance(mail, EmailMessage)]
    return [mail for mail in found if not address or str(mail["To"]).casefold() == address.casefold()]


def main() -> int:
    """Print the last mails to the address given, or to anybody."""
    folder = Path(os.environ.get("DATA_DIR", ".local")) / "mailbox"
    found = mails(folder, sys.argv[1] if len(sys.argv) > 1 else "")
    for mail in found[-_SHOWN:]:
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        sys.stdout.write(f"To: {mail['To']}\nSubject: {mail['Subject']}\nDate: {mail['Date']}\n\n{text}\n")
    sys.stdout.write(f"mail: {len(found)} in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
