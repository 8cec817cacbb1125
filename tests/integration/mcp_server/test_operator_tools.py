"""The operator's tools: true figures for those with the scope, unknown to everyone else, and nothing of any person in them."""

import uuid

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from shared import clock
from shared.auth import issue_access_token
from shared.db.engine import transaction
from tests.support.client import Person
from tests.support.environment import function_environment

HEADERS = {"MCP-Protocol-Version": "2025-06-18", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def trouble(postgres, kafka):
    """A person with tasks nobody consumed, a dead letter and a late reminder; yields the person."""
    from functions.tasks.main import tasks

    with function_environment({"DATABASE_URL": postgres.system_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}):
        person = Person(tasks.wsgi)
        due = {"title": "Very private", "due_at": "2099-01-01T09:00:00Z", "reminders": [{"minutes_before": 5}]}
        assert person.post("/api/tasks", due).status_code == 201
        with transaction(None) as connection:
            connection.execute(text("UPDATE reminder_occurrences SET fire_at = now() - interval '90 seconds'"))
            connection.execute(text("UPDATE event_log SET created_at = created_at"))
            connection.execute(
                text(
                    "INSERT INTO dead_letters (id, consumer, event_id, event_type, user_id, reason, attempts, payload)"
                    " VALUES (:id, 'audit-writer', :event, 'task.created', :user, 'ValueError: no', 5, 'Very private')"
                ),
                {"id": clock.uuid7(), "event": str(uuid.uuid4()), "user": person.user_id},
            )
    with function_environment({"DATABASE_URL": postgres.app_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}):
        yield person


def _call(person, scopes, method, **params):
    from functions.mcp.main import mcp

    token = issue_access_token(person.user_id, scopes, audience="http://localhost:8080/mcp")
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return Client(mcp.wsgi).post("/mcp", json=body, headers={**HEADERS, "Authorization": f"Bearer {token}"}).json


def test_only_operators_see_and_call_them(trouble):
    """Without the scope they are not listed, and calling one is the same error as calling what does not exist."""
    names = {tool["name"] for tool in _call(trouble, ["tasks:read"], "tools/list")["result"]["tools"]}
    assert "operations_overview" not in names
    refused = _call(trouble, ["tasks:read", "tasks:write"], "tools/call", name="operations_overview", arguments={})
    unknown = _call(trouble, ["tasks:read", "tasks:write"], "tools/call", name="no_such_tool", arguments={})
    assert refused["error"]["code"] == unknown["error"]["code"] == -32602
    listed = _call(trouble, ["tasks:read", "operator"], "tools/list")["result"]["tools"]
    assert {"operations_overview", "list_dead_letters"} <= {tool["name"] for tool in listed}
    assert all(
        tool["annotations"]["readOnlyHint"] for tool in listed if tool["name"].startswith(("operations", "list_dead"))
    )


def test_the_figures_are_true_and_nobodys(trouble):
    """Counts and ages of what is really there; no title, no user, no payload."""
    answer = _call(trouble, ["operator"], "tools/call", name="operations_overview", arguments={})["result"]
    found = answer["structuredContent"]
    assert found["dead_letters"] == [
        {
            "consumer": "audit-writer",
            "type": "task.created",
            "open": 1,
            "oldest_seconds": found["dead_letters"][0]["oldest_seconds"],
        }
    ]
    assert found["reminders"]["overdue"] == 1
    assert 85 < found["reminders"]["most_late_seconds"] < 300
    behind = {consumer["name"]: consumer["behind"] for consumer in found["consumers"]}
    assert behind["audit-writer"] >= 1
    letters = _call(trouble, ["operator"], "tools/call", name="list_dead_letters", arguments={})["result"]
    assert letters["structuredContent"]["items"][0]["reason"] == "ValueError: no"
    for text_of in (str(answer), str(letters)):
        assert "private" not in text_of.lower()
        assert str(trouble.user_id) not in text_of
