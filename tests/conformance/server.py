"""The MCP function for the official conformance suite, which brings no token: every request gets the one in ``CONFORMANCE_TOKEN``.

Fixture tools are mounted through the registry of tool sets, as any set is; nothing of the function is replaced.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from pydantic import BaseModel

from functions.mcp import toolsets
from functions.mcp.main import mcp
from shared.errors import InvalidInput
from shared.services.assistant.outcome import Outcome
from shared.services.assistant.schemas import NoArguments
from shared.services.assistant.tools import Tool


class Said(BaseModel):
    """A result of words."""

    text: str


def _say(_person: Any, _arguments: Any) -> Outcome:
    return Outcome(Said(text="This is a simple text response for testing."))


def _fail(_person: Any, _arguments: Any) -> Outcome:
    raise InvalidInput("This tool intentionally returns an error for testing")


FIXTURES = (
    Tool("test_simple_text", "Answers with text.", NoArguments, Said, _say, read_only=True),
    Tool("test_error_handling", "Always fails.", NoArguments, Said, _fail, read_only=True),
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the function, as the person whose token this is."""
    environ["HTTP_AUTHORIZATION"] = f"Bearer {os.environ['CONFORMANCE_TOKEN']}"
    answer: Iterable[bytes] = mcp.wsgi(environ, start_response)  # type: ignore[attr-defined]
    return answer


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    toolsets.SETS.append(toolsets.Toolset("tasks:read", lambda: FIXTURES))
    make_server("127.0.0.1", int(os.environ["PORT"]), application, handler_class=_Silent).serve_forever()
