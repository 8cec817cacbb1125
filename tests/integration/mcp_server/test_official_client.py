"""The official SDK's client against the function's own server, in both eras."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from tests.integration.mcp_server.conftest import Browser

Work = Callable[[Client], Awaitable[Any]]


def run(url: str, token: str, work: Work, **options: Any) -> Any:
    """Return what ``work`` makes of a connected client."""

    async def connected() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
            Client(streamable_http_client(url, http_client=http), read_timeout_seconds=20, **options) as client,
        ):
            return await work(client)

    return asyncio.run(connected())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_lists_and_calls(server: str, anna: Browser, mode: Any) -> None:
    """Both eras: the list, a call with structured content that the client checks against the schema, and a tool error."""

    async def work(client: Client) -> None:
        listed = await client.list_tools()
        assert len(listed.tools) == 9
        added = await client.call_tool("add_tasks", {"tasks": [{"title": "From the SDK"}]})
        assert added.is_error is False
        found = await client.call_tool("find_tasks", {"query": "SDK"})
        assert found.structured_content["tasks"][0]["untrusted"]["title"] == "From the SDK"
        wrong = await client.call_tool("find_tasks", {"limit": 1000})
        assert wrong.is_error is True

    run(server, anna.connect(), work, mode=mode)


@pytest.mark.parametrize(("action", "left"), [("accept", 0), ("decline", 1)])
def test_the_official_client_elicits(server: str, anna: Browser, action: Any, left: int) -> None:
    """A delete is asked for with the stored title and follows the answer."""
    asked: list[str] = []

    async def answer(_context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action=action, content={"confirm": True} if action == "accept" else None)

    async def work(client: Client) -> None:
        added = await client.call_tool("add_tasks", {"tasks": [{"title": "To be deleted"}]})
        task = added.structured_content["tasks"][0]["id"]
        await client.call_tool("delete_tasks", {"task_ids": [task]})
        found = await client.call_tool("find_tasks", {})
        assert len(found.structured_content["tasks"]) == left

    run(server, anna.connect(), work, elicitation_callback=answer)
    assert len(asked) == 1
    assert "To be deleted" in asked[0]
