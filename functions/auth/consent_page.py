"""The page that asks a person to sign in and connect an app: one form, no script, no picture, nothing from elsewhere."""

import base64
import hashlib
from html import escape
from urllib.parse import urlsplit

from shared.services.oauth import SCOPES, Wanted, redirect_source

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1c1c22;background:#fff}"
    "h1{font-size:1.35rem}label{display:block;margin:1rem 0 .25rem}"
    "input[type=email],input[type=password]{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #767680;border-radius:.4rem}"
    "button{font:inherit;padding:.55rem 1.1rem;margin:1.25rem .5rem 0 0;border:1px solid #5b3fd6;border-radius:.4rem;background:#5b3fd6;color:#fff}"
    "button[value=deny]{background:transparent;color:inherit;border-color:#767680}[role=alert]{color:#b3001b}code{overflow-wrap:anywhere}"
    ":focus-visible{outline:3px solid #5b3fd6;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{color:#ececf1;background:#16161a}input{background:#222228;color:inherit}[role=alert]{color:#ff8a8a}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def policy(wanted: Wanted | None = None) -> str:
    """Return the page's content policy; its form may lead to us and on to the client, as browsers check the redirect too."""
    targets = "'none'" if wanted is None else f"'self' {redirect_source(wanted)}"
    return f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"


def consent(wanted: Wanted, sealed: str, *, email: str = "", problem: str = "") -> bytes:
    """Return the page with the form."""
    parts = urlsplit(wanted.redirect_uri)
    target = parts.netloc or f"{parts.scheme}:"
    origin = f" of <code>{escape(wanted.client_host)}</code>" if wanted.client_host else ""
    scopes = "".join(f"<li>{escape(SCOPES[scope])} <code>{escape(scope)}</code></li>" for scope in wanted.scopes)
    alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    unknown = (
        "" if wanted.client_host else "<p>The app chose its name itself. Connect it only if you just started this.</p>"
    )
    return _page(
        f"Connect {wanted.client_name}",
        f"<h1>Connect “{escape(wanted.client_name)}”{origin}?</h1>{unknown}<p>It will be able to:</p><ul>{scopes}</ul>"
        f"<p>The answer goes to <code>{escape(target)}</code>.</p>{alert}"
        '<form method="post" action="/oauth/authorize">'
        f'<input type="hidden" name="request" value="{escape(sealed)}">'
        '<label for="email">E-mail</label>'
        f'<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{escape(email)}">'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128">'
        '<button name="decision" value="allow">Sign in and connect</button>'
        '<button name="decision" value="deny" formnovalidate>Cancel</button></form>',
    )


def failure(detail: str) -> bytes:
    """Return the page for a request that cannot be answered at the app."""
    return _page("Cannot connect", f"<h1>This app cannot be connected</h1><p>{escape(detail)}</p>")


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · ObsidianList</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    ).encode()
