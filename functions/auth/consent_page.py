"""The page that asks a person to sign in and connect an app: one form, no script, no picture, nothing from elsewhere."""

import base64
import hashlib
from html import escape
from urllib.parse import urlsplit

from shared.services.oauth import SCOPES, Wanted, redirect_source

_STYLE = (
    ":root{color-scheme:light dark;--bg:#fbfbfd;--card:#fff;--fg:#1b1b20;--muted:#5d5d68;--line:#e3e3ea;--field:#8a8a96;--accent:#5b3fd6;--on:#fff;--danger:#b3001b;--soft:#f2effd}"
    "@media(prefers-color-scheme:dark){:root{--bg:#121215;--card:#1a1a1f;--fg:#ececf1;--muted:#a0a0ad;--line:#2c2c34;--field:#7d7d8a;--accent:#8f78f5;--on:#121215;--danger:#ff8a8a;--soft:#231f36}"
    "}"
    "*{box-sizing:border-box}body{font:15px/1.5 Inter,system-ui,sans-serif;margin:0;padding:1rem;min-height:100vh;display:grid;place-items:center;color:var(--fg);background:var(--bg)}"
    "main{width:100%;max-width:25rem;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.75rem}"
    ".brand{display:flex;align-items:center;gap:.5rem;margin:0 0 1.25rem;color:var(--muted);font-size:.875rem;font-weight:600}"
    "h1{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 .75rem;overflow-wrap:anywhere}p{margin:.5rem 0}ul{margin:.5rem 0;padding:.75rem 1rem .75rem 2rem;background:var(--soft);border-radius:10px}"
    ".note{color:var(--muted);font-size:.8125rem}label{display:block;margin:1rem 0 .25rem;font-size:.8125rem;font-weight:500}"
    "input[type=email],input[type=password]{width:100%;font:inherit;height:2.5rem;padding:0 .75rem;border:1px solid var(--field);border-radius:8px;background:var(--card);color:inherit}"
    ".row{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1.25rem}button{font:inherit;font-weight:500;min-height:2.5rem;padding:0 1rem;border:1px solid var(--field);border-radius:8px;background:transparent;color:inherit;cursor:pointer;white-space:nowrap;flex:1}"
    "button[value=allow]{background:var(--accent);border-color:var(--accent);color:var(--on);flex:1}"
    "[role=alert]{color:var(--danger);font-weight:500}code{font-size:.8125rem;overflow-wrap:anywhere}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}"
)
_BRAND = (
    '<p class="brand"><svg aria-hidden="true" width="22" height="22" viewBox="0 0 32 32"><path d="M16 1.5 28.5 9v14L16 30.5 3.5 23V9Z" fill="#5a4ad9"/>'
    '<path d="M16 1.5 28.5 9 16 16.5 3.5 9Z" fill="#8f80ff"/><path d="M16 16.5V30.5L3.5 23V9Z" fill="#3f31ad"/>'
    '<path d="m10.2 16.2 4.1 4.1 7.8-8.6" fill="none" stroke="#fff" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"/></svg>ObsidianList</p>'
)
_WORDS = {
    "en": {
        "title": "Connect {name}", "question": "Connect “{name}”{of}?", "of": " of ", "unknown": "The app chose its name itself. Connect it only if you just started this.",
        "able": "It will be able to:", "answer": "The answer goes to", "email": "Email", "password": "Password", "allow": "Sign in and connect", "deny": "Cancel",
        "later": "You can disconnect it at any time in ObsidianList under Connect. What it does is in your activity and can be undone.",
        "cannot": "This app cannot be connected", "tasks:read": "See your tasks and tags", "tasks:write": "Add, change and complete tasks; deleting asks you first",
    },
    "de": {
        "title": "{name} verbinden", "question": "„{name}“{of} verbinden?", "of": " von ", "unknown": "Die App hat ihren Namen selbst gewählt. Verbinde sie nur, wenn du das gerade begonnen hast.",
        "able": "Sie kann dann:", "answer": "Die Antwort geht an", "email": "E-Mail", "password": "Passwort", "allow": "Anmelden und verbinden", "deny": "Abbrechen",
        "later": "Du kannst sie jederzeit in ObsidianList unter Verbinden trennen. Was sie tut, steht in deiner Aktivität und lässt sich rückgängig machen.",
        "cannot": "Diese App kann nicht verbunden werden", "tasks:read": "Deine Aufgaben und Tags sehen", "tasks:write": "Aufgaben anlegen, ändern und erledigen; Löschen fragt dich vorher",
    },
}  # fmt: skip
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def policy(wanted: Wanted | None = None) -> str:
    """Return the page's content policy; its form may lead to us and on to the client, as browsers check the redirect too."""
    targets = "'none'" if wanted is None else f"'self' {redirect_source(wanted)}"
    return f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"


def language(accepted: str | None) -> str:
    """Return the page's language by an Accept-Language header: the first of it that we speak."""
    for part in (accepted or "").split(","):
        name = part.split(";")[0].strip()[:2].lower()
        if name in _WORDS:
            return name
    return "en"


def consent(wanted: Wanted, sealed: str, *, email: str = "", problem: str = "", lang: str = "en") -> bytes:
    """Return the page with the form."""
    words = _WORDS[lang]
    parts = urlsplit(wanted.redirect_uri)
    target = parts.netloc or f"{parts.scheme}:"
    origin = f"{words['of']}<code>{escape(wanted.client_host)}</code>" if wanted.client_host else ""
    question = words["question"].format(name=escape(wanted.client_name), of=origin)
    scopes = "".join(f"<li>{escape(words.get(scope, SCOPES[scope]))}</li>" for scope in wanted.scopes)
    alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    unknown = "" if wanted.client_host else f'<p class="note">{words["unknown"]}</p>'
    return _page(
        words["title"].format(name=wanted.client_name),
        f"<h1>{question}</h1>{unknown}<p>{words['able']}</p><ul>{scopes}</ul>"
        f'<p class="note">{words["answer"]} <code>{escape(target)}</code>.</p>{alert}'
        '<form method="post" action="/oauth/authorize">'
        f'<input type="hidden" name="request" value="{escape(sealed)}">'
        f'<label for="email">{words["email"]}</label>'
        f'<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{escape(email)}">'
        f'<label for="password">{words["password"]}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128">'
        f'<div class="row"><button name="decision" value="allow">{words["allow"]}</button>'
        f'<button name="decision" value="deny" formnovalidate>{words["deny"]}</button></div></form><p class="note">{words["later"]}</p>',
        lang,
    )


def failure(detail: str, lang: str = "en") -> bytes:
    """Return the page for a request that cannot be answered at the app."""
    title = _WORDS[lang]["cannot"]
    return _page(title, f"<h1>{title}</h1><p>{escape(detail)}</p>", lang)


def _page(title: str, body: str, lang: str) -> bytes:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · ObsidianList</title><style>{_STYLE}</style></head><body><main>{_BRAND}{body}</main></body></html>"
    ).encode()
