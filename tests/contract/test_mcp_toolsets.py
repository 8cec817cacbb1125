"""Sets of tools for other scopes: seen by those who have the scope, unknown to everyone else."""

from uuid import UUID

import pytest

from functions.mcp import toolsets
from shared.auth import Identity
from shared.services.assistant.tools import TOOLS, Tool

EXTRA = Tool(
    "read_backlog", "Read.", TOOLS[-1].arguments, TOOLS[-1].result, TOOLS[-1].run, read_only=True, needs="operator"
)


@pytest.mark.parametrize(("scopes", "known"), [({"tasks:read"}, False), ({"tasks:read", "operator"}, True)])
def test_a_set_is_seen_with_its_scope_only(monkeypatch: pytest.MonkeyPatch, scopes: set[str], known: bool) -> None:
    """Without the scope the tools of a set are not listed, and their names are unknown."""
    monkeypatch.setattr(toolsets, "SETS", [toolsets.Toolset("operator", lambda: (EXTRA,))])
    caller = Identity(UUID(int=1), frozenset(scopes))
    assert (EXTRA in toolsets.tools_for(caller)) is known
    assert (toolsets.find_tool(caller, "read_backlog") is EXTRA) is known
    assert toolsets.tools_for(caller)[: len(TOOLS)] == TOOLS
    assert EXTRA.scope == "operator"
