"""Routes reached from outside the app: buttons of notifications, links of mails, Amazon's bounce messages; and the local mailbox.

The first three need no sign-in: a button's and a link's token says who may do what, and Amazon signs its messages.
"""

import html
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.errors import NotFound
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Instant, Output, Query

_HTML = "text/html; charset=utf-8"
_PAGE_POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
_MAX_SNS_BYTES = 256 * 1024


class Button(Input):
    """The token a notification's button carries."""

    token: str = Field(min_length=1, max_length=200)


class Pressed(Output):
    """What the button did; repeated when it had been pressed before."""

    action: Literal["done", "snooze"]
    repeated: bool


class LinkQuery(Query):
    """The token of an unsubscribe link."""

    token: str = Field(min_length=1, max_length=200)


class Mail(Output):
    """A mail in the local mailbox."""

    id: str
    subject: str
    sender: str
    to: str
    sent_at: Instant
    text: str | None = None
    html: str | None = None


class MailList(Output):
    """The mailbox, newest first."""

    items: list[Mail]
    next_cursor: None = None


def press_button(_request: Request, body: Button) -> dict[str, Any]:
    """Complete the task or snooze the reminder from a notification's button; pressed again, nothing more happens."""
    from shared.services.delivery.tokens import read_action
    from shared.services.reminder_actions import press

    return press(body.token, read_action(body.token))


def ask_unsubscribe(_request: Request, query: LinkQuery) -> Reply:
    """Show the page a mail's unsubscribe link opens: one button, because link checkers follow links."""
    from shared.services.delivery.tokens import read_unsubscribe
    from shared.services.delivery.wording import word

    user_id, _ = read_unsubscribe(query.token)
    locale = _locale(user_id)
    action = html.escape(f"/api/email/unsubscribe?token={query.token}")
    form = f'<form method="post" action="{action}"><button>{html.escape(word("unsubscribe", locale))}</button></form>'
    return _page(word("confirm", locale), form)


def unsubscribe(_request: Request, query: LinkQuery) -> Reply:
    """Switch off e-mails of a kind: what mail programs call for List-Unsubscribe-Post (RFC 8058), and the page's button."""
    from shared.services.delivery.tokens import read_unsubscribe
    from shared.services.delivery.wording import word
    from shared.services.notification_preferences import stop_email

    user_id, kind = read_unsubscribe(query.token)
    locale = _locale(user_id)
    stop_email(user_id, kind)
    return _page(word("unsubscribed", locale), "")


def ses_events(request: Request) -> Reply:
    """Take a bounce or complaint of Amazon SES, signed by Amazon SNS."""
    from shared.services.delivery.ses_events import receive

    return Reply({"outcome": receive(request.body)})


def list_mails(request: Request) -> dict[str, Any]:
    """List the mails this server wrote to its folder for you; 404 where mail is really sent."""
    from shared.services.delivery.mailbox import list_mails

    return {"items": list_mails(request.user_id), "next_cursor": None}


def show_mail(request: Request, mail_id: UUID) -> dict[str, Any]:
    """Show one mail with its text and HTML."""
    from shared.services.delivery.mailbox import read_mail

    return read_mail(request.user_id, mail_id)


def add_routes(router: Router) -> None:
    """Add these routes to the function's router."""
    router.post("/api/reminders/actions", body=Button, response=Pressed, public=True, errors=(404, 409, 422))(
        press_button
    )
    router.get("/api/email/unsubscribe", query=LinkQuery, response=str, public=True, content_type=_HTML)(
        ask_unsubscribe
    )
    router.post("/api/email/unsubscribe", query=LinkQuery, response=str, public=True, content_type=_HTML)(unsubscribe)
    router.post("/api/email/ses-events", response=dict, public=True, max_body_bytes=_MAX_SNS_BYTES, errors=(403, 404))(
        ses_events
    )
    # Mails carry links that set a password: nothing for a token that may only read tasks.
    router.get("/api/mailbox", response=MailList, scope="account", errors=(404,))(list_mails)
    router.get("/api/mailbox/<uuid:mail_id>", response=Mail, scope="account", errors=(404,))(show_mail)


def _locale(user_id: UUID) -> str:
    from shared.db.direct import fetch_json

    raw = fetch_json("SELECT locale FROM users WHERE id = $1", [str(user_id)], user_id=user_id)
    if raw is None:
        raise NotFound("This account no longer exists.")
    return raw.decode()


def _page(message: str, form: str) -> Reply:
    body = f'<!doctype html><meta name="viewport" content="width=device-width"><title>ObsidianList</title><p>{html.escape(message)}</p>{form}'
    return Reply(body.encode(), headers={"Content-Security-Policy": _PAGE_POLICY}, content_type=_HTML)
