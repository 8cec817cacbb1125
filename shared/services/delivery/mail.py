"""E-mails: text and HTML from templates; those of reminders with a link that ends them in one click (RFC 8058).

Called by the notifier, for reminders and by ``account_letters``. HTML is escaped by the template engine; header values are one line whatever a title holds.
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any
from uuid import UUID

from jinja2 import Environment, StrictUndefined

from shared import clock
from shared.services.delivery.settings import EmailSettings
from shared.services.delivery.tokens import unsubscribe_token
from shared.services.delivery.wording import Subject, language, word

_MAX_SUBJECT = 150
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_HTML = """<!doctype html><html lang="{{ language }}"><body style="font-family:sans-serif;line-height:1.5">
<h1 style="font-size:1.2em">{{ heading }}</h1>
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}<p><a href="{{ url }}">{{ open }}</a></p>
<p style="color:#555;font-size:.85em">{{ why }}{% if unsubscribe_url %} <a href="{{ unsubscribe_url }}">{{ unsubscribe }}</a>{% endif %}</p>
</body></html>
"""
_TEXT = """{{ heading }}

{% for line in lines %}{{ line }}
{% endfor %}
{{ open }}: {{ url }}

--
{{ why }}
{% if unsubscribe_url %}{{ unsubscribe }}: {{ unsubscribe_url }}
{% endif %}"""


def compose(subject: Subject, user_id: UUID, to: str, delivery_id: UUID, task_id: UUID) -> EmailMessage:
    """Return the mail of a notification, ready to send.

    Its Message-ID is the delivery's: mail programs show a second copy as the same mail.

    Raises:
        ValueError: the address is none.
    """
    settings = EmailSettings.load()
    url = settings.public_url.rstrip("/")
    link = f"{url}/api/email/unsubscribe?token={unsubscribe_token(user_id, subject.kind)}"
    values = _values(
        subject, f"{url}/today/?task={task_id}" if subject.kind == "reminder" else f"{url}/notifications/", link
    )
    heading = subject.title if subject.kind == "digest" else word("subject", subject.locale, title=subject.title)
    message = begin_mail(heading, to, delivery_id)
    message["List-Unsubscribe"] = f"<{link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return render(message, values)


def begin_mail(heading: str, to: str, mail_id: UUID) -> EmailMessage:
    """Return a mail with the headers every mail of ours has and no body.

    Raises:
        ValueError: the address is none.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(heading)[:_MAX_SUBJECT]
    name, sender = parseaddr(EmailSettings.load().sender)
    message["From"] = Address(display_name=one_line(name), addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def render(message: EmailMessage, values: dict[str, Any]) -> EmailMessage:
    """Give a mail its text and HTML parts: language, heading, lines, a button, why it comes, and how to end it where it can be ended."""
    message.set_content(_template(_TEXT, escape=False).render(values))
    message.add_alternative(_template(_HTML, escape=True).render(values), subtype="html")
    return message


def one_line(text: str) -> str:
    """Return a header value: no line breaks, no control or direction characters."""
    return _CONTROLS.sub(" ", text).strip()


def _values(subject: Subject, url: str, unsubscribe_url: str) -> dict[str, Any]:
    locale = subject.locale
    lines = [one_line(line) for line in subject.body.split("\n")]
    if subject.kind == "digest":
        lines = [word("digest_intro", locale), *(f"• {line}" for line in lines)]
        if subject.more_count:
            lines.append(word("more", locale, count=subject.more_count))
    elif subject.is_late:
        lines.append(word("late", locale))
    return {
        "language": language(locale), "heading": one_line(subject.title), "lines": lines, "url": url,
        "open": word("open" if subject.kind == "reminder" else "open_app", locale),
        "why": word("why", locale), "unsubscribe": word("unsubscribe", locale), "unsubscribe_url": unsubscribe_url,
    }  # fmt: skip


@cache
def _template(source: str, escape: bool) -> Any:
    environment = Environment(autoescape=escape, undefined=StrictUndefined, trim_blocks=False)  # noqa: S701 - the text part is no HTML
    return environment.from_string(source)
