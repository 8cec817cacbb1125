"""The yardstick of cold starts: the smallest function there is, on the plain functions-framework command."""

from typing import Any


def hello(_request: Any) -> str:
    """Answer without a database, a token or a body."""
    return "hello"
