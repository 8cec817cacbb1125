"""The Content-Security-Policy of a built page.

A static export carries its start-up data in inline scripts, and no server can put a nonce into a file: each inline script
is allowed by its hash instead. Called by the static site for every HTML file it serves.
"""

import base64
import hashlib
from html.parser import HTMLParser

_DIRECTIVES = (
    "default-src 'self'",
    "script-src {scripts}",
    # Components place themselves with style attributes and inject style elements; a style cannot run code.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
# Types a browser executes; others (application/json, speculationrules) are data that script-src does not stop.
_EXECUTED_TYPES = ("", "text/javascript", "application/javascript", "module")


def content_security_policy(html: str) -> str:
    """Return the policy for a page: scripts of our own origin and exactly the inline scripts of ``html``."""
    collector = _InlineScripts()
    collector.feed(html)
    collector.close()
    scripts = " ".join(["'self'", *dict.fromkeys(_source_hash(script) for script in collector.scripts)])
    return "; ".join(_DIRECTIVES).format(scripts=scripts)


def _source_hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


class _InlineScripts(HTMLParser):
    """Collects the text of script elements without ``src``, as a browser hashes it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and "src" not in attributes and (attributes.get("type") or "").lower() in _EXECUTED_TYPES:
            self._inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data
