"""Which tools a caller has: the person's, and sets of their own for other scopes.

A set is a module with ``TOOLS``; it is imported when a token with its scope comes, so it costs nothing at a cold start. Without the scope its
tools are neither listed nor known. To add one: a module beside this, and a line in ``SETS``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from shared.auth import Identity

if TYPE_CHECKING:
    from shared.services.assistant.tools import Tool


@dataclass(frozen=True)
class Toolset:
    """Tools for everyone whose token has a scope.

    Attributes:
        scope: who sees them.
        load: gives the tools; called on every list, so it should import late and answer the same.
    """

    scope: str
    load: Callable[[], Iterable["Tool"]]


def module(name: str) -> Callable[[], Iterable["Tool"]]:
    """Return a loader of a module's ``TOOLS``."""
    return lambda: import_module(name).TOOLS


SETS: list[Toolset] = [Toolset("operator", module("functions.mcp.operator_tools"))]


def has_more(identity: Identity) -> bool:
    """Whether a caller knows tools besides the person's."""
    return any(each.scope in identity.scopes for each in SETS)


def tools_for(identity: Identity) -> tuple["Tool", ...]:
    """Return the tools a caller may know, the person's first, always in the same order."""
    from shared.services.assistant.tools import TOOLS

    extra = [tool for each in SETS if each.scope in identity.scopes for tool in each.load()]
    return (*TOOLS, *extra)


def find_tool(identity: Identity, name: str) -> "Tool | None":
    """Return a tool by its name, or ``None`` when the caller knows none of that name."""
    return next((tool for tool in tools_for(identity) if tool.name == name), None)
