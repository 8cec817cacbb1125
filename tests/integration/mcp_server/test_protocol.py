"""Both eras of the protocol on one endpoint: statuses, error codes, headers, and who gets in."""

import mcp_types as types
import pytest

from shared.auth import issue_access_token
from tests.integration.mcp_server.conftest import RESOURCE, Browser

READ = {"limit": 5}


@pytest.fixture(scope="module")
def person(_function: object) -> Browser:
    """Give somebody who connected once for the module."""
    somebody = Browser()
    somebody.session = somebody.connect()
    return somebody


def test_the_modern_era_discovers_lists_and_calls(person: Browser) -> None:
    """The modern era discovers lists and calls."""
    found = person.modern(person.session, "server/discover").json["result"]
    assert found["resultType"] == "complete"
    assert "2026-07-28" in found["supportedVersions"]
    listed = person.modern(person.session, "tools/list").json["result"]
    assert listed["ttlMs"] > 0
    assert listed["cacheScope"] == "private"  # another scope may see more tools
    assert [types.Tool.model_validate(tool).name for tool in listed["tools"]][:2] == ["add_tasks", "find_tasks"]
    called = person.modern(person.session, "tools/call", {"name": "find_tasks", "arguments": READ}).json["result"]
    assert types.CallToolResult.model_validate(called).structured_content == {"tasks": [], "next_cursor": ""}


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_the_legacy_era_initializes_lists_and_calls(person: Browser, version: str) -> None:
    """The legacy era initializes lists and calls."""
    hello = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    result = person.rpc(person.session, "initialize", hello).json["result"]
    assert types.InitializeResult.model_validate(result).protocol_version == version
    listed = person.rpc(person.session, "tools/list", Mcp_Protocol_Version=version).json["result"]
    assert len(types.ListToolsResult.model_validate(listed).tools) == 9
    called = person.call(person.session, "find_tasks", **READ).json["result"]
    assert "resultType" not in called
    assert called["isError"] is False


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Mcp-Method": "tools/call"}, -32020),
        ({"Mcp-Method": None}, -32020),
        ({"Mcp-Protocol-Version": "2025-06-18"}, -32020),
        ({"Mcp-Protocol-Version": None}, -32020),
    ],
)
def test_headers_that_differ_from_the_body_are_refused(
    person: Browser, headers: dict[str, str | None], code: int
) -> None:
    """Headers that differ from the body are refused."""
    answer = person.modern(person.session, "tools/list", headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, code)


def test_the_name_header_must_match_the_tool(person: Browser) -> None:
    """The name header must match the tool."""
    answer = person.modern(person.session, "tools/call", {"name": "find_tasks"}, headers={"Mcp-Name": "delete_tasks"})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, -32020)


def test_unsupported_versions_unknown_methods_and_tools(person: Browser) -> None:
    """Unsupported versions unknown methods and tools."""
    answer = person.modern(person.session, "tools/list", version="2031-01-01")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, -32022)
    assert answer.json["error"]["data"]["supported"] == ["2026-07-28"]
    answer = person.rpc(person.session, "tools/list", Mcp_Protocol_Version="1999-01-01")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, -32022)
    answer = person.modern(person.session, "no/such")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, -32601)
    assert person.rpc(person.session, "no/such").json["error"]["code"] == -32601
    assert person.modern(person.session, "tools/call", {"name": "no_such"}).json["error"]["code"] == -32602


def test_wrong_arguments_are_a_tool_error_that_says_what_to_try(person: Browser) -> None:
    """Wrong arguments are a tool error that says what to try."""
    result = person.call(person.session, "find_tasks", limit=1000, owner="x").json["result"]
    assert result["isError"] is True
    assert "Try" in result["content"][0]["text"]
    missing = person.call(person.session, "update_task", task_id="0190a5b4-0000-7000-8000-000000000000", title="x")
    assert "find_tasks" in missing.json["result"]["content"][0]["text"]


def test_notifications_batches_and_broken_messages(person: Browser) -> None:
    """Notifications batches and broken messages."""
    headers = {"Authorization": f"Bearer {person.session}"}
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = person.mcp.post("/mcp", json=note, headers=headers)
    assert (answer.status_code, answer.data) == (202, b"")
    assert person.mcp.post("/mcp", json=[note], headers=headers).status_code == 400
    assert person.mcp.post("/mcp", data=b"{", headers=headers).json["error"]["code"] == -32700
    assert person.mcp.get("/mcp", headers=headers).status_code == 405


def test_who_does_not_get_in(person: Browser) -> None:
    """Who does not get in."""
    user_id = "0190a5b4-0000-7000-8000-000000000001"
    tokens = {
        "": None,
        "expired": issue_access_token(user_id, ["tasks:read"], audience=RESOURCE, lifetime_seconds=-60),  # type: ignore[arg-type]
        "wrong audience": issue_access_token(user_id, ["tasks:read"]),  # type: ignore[arg-type]
        "nonsense": "abc",
    }
    for kind, token in tokens.items():
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        answer = person.mcp.post("/mcp", json=message, headers=headers)
        assert answer.status_code == 401, kind
        assert "resource_metadata=" in answer.headers["WWW-Authenticate"], kind
    origin = person.rpc(person.session, "tools/list", Origin="https://evil.example")
    assert origin.status_code == 403
    assert person.rpc(person.session, "tools/list", Origin="http://localhost:8080").status_code == 200


def test_a_missing_scope_is_403_with_the_scope_to_ask_for(anna: Browser) -> None:
    """A missing scope is 403 with the scope to ask for."""
    token = anna.connect("tasks:read")
    assert anna.call(token, "find_tasks").status_code == 200
    answer = anna.call(token, "add_tasks", tasks=["x"])
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert "tasks:write" in answer.headers["WWW-Authenticate"]
