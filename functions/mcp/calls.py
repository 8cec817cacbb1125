"""Tools over MCP: the list as clients see it, and a call with its confirmation.

What needs the person's word is asked for by elicitation where the client can (the answer is bound by a signed state to this person,
this action and a short time); elsewhere it waits as a pending action in the web app. A flag in the arguments is never a confirmation.
"""

import base64
import hmac
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from functions.mcp.toolsets import find_tool
from shared import clock
from shared.auth import Identity
from shared.config import CursorSettings, HttpSettings
from shared.errors import Forbidden, InvalidInput, ObsidianListError, Unauthenticated
from shared.services.actor import Actor
from shared.services.assistant.person import Person, load_person
from shared.services.assistant.schemas import PendingResult
from shared.services.assistant.tools import TOOLS, Tool

_STATE_SECONDS = 600
_NEXT = {
    "not-found": "Try find_tasks to get the right ids.",
    "invalid-input": "Try again with the arguments the tool describes.",
    "conflict": "Try find_tasks to see its present state.",
    "too-many-requests": "Try again after a pause.",
    "unavailable": "Try again in a moment.",
}


def tool_list(tools: Iterable[Tool] = TOOLS) -> list[dict[str, Any]]:
    """Return tools with their schemas, in the order given."""
    return [_described(tool) for tool in tools]


@cache
def _described(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.name.replace("_", " ").capitalize(),
        "description": tool.description,
        "inputSchema": _schema(tool.arguments, "validation"),
        "outputSchema": _output_schema(tool),
        "annotations": {
            "readOnlyHint": tool.read_only,
            "destructiveHint": tool.destructive,
            "idempotentHint": tool.idempotent,
            "openWorldHint": False,
        },
    }


def call_tool(
    identity: Identity, name: str, arguments: dict[str, Any], *, elicits: bool, state: Any = None, responses: Any = None
) -> dict[str, Any] | None:
    """Return the result of a tool call, or ``None`` when there is no such tool.

    Raises:
        Forbidden: the token lacks the tool's scope.
        Unauthenticated: the account is gone.
    """
    tool = find_tool(identity, name)
    if tool is None:
        return None
    if tool.scope not in identity.scopes:
        raise Forbidden(f"This needs the scope {tool.scope}.", scope=tool.scope)
    from shared.services.assistant import actions

    person = load_person(Actor(identity.user_id, "mcp"))
    try:
        if state is not None:
            return _answered(person, state, responses)
        parsed = actions.parse_arguments(tool, orjson.dumps(arguments))
        called = actions.call(person, tool, parsed)
        if called.pending and isinstance(called.result, PendingResult):
            return _ask(person, called.result) if elicits else _waiting(called.result)
        return _complete(called.result)
    except (Unauthenticated, Forbidden):
        raise
    except ObsidianListError as error:
        return _failed(error)


def _complete(result: BaseModel | dict[str, Any]) -> dict[str, Any]:
    document = result.model_dump(mode="json", exclude_none=True) if isinstance(result, BaseModel) else result
    text = orjson.dumps(document).decode()
    return {
        "resultType": "complete",
        "content": [{"type": "text", "text": text}],
        "structuredContent": document,
        "isError": False,
    }


def _failed(error: ObsidianListError) -> dict[str, Any]:
    text = error.detail or error.title
    following = _NEXT.get(error.slug, "")
    if isinstance(error, InvalidInput) and error.errors:
        text = "; ".join(
            f"{found['field']}: {found['detail']}" if found["field"] else found["detail"] for found in error.errors[:5]
        )
    if following and "Try" not in text:
        text = f"{text} {following}"
    return {"resultType": "complete", "content": [{"type": "text", "text": text}], "isError": True}


def _ask(person: Person, pending: PendingResult) -> dict[str, Any]:
    titles = "\n".join(f"• {task['title']}" for task in pending.untrusted["tasks"])
    request = {
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": f"{pending.summary}?\n{titles}",
            "requestedSchema": {
                "type": "object",
                "properties": {"confirm": {"type": "boolean", "title": pending.summary, "default": False}},
                "required": ["confirm"],
            },
        },
    }
    return {
        "resultType": "input_required",
        "inputRequests": {"confirm": request},
        "requestState": _sign(person.user_id, pending.pending_action_id),
    }


def _answered(person: Person, state: Any, responses: Any) -> dict[str, Any]:
    from shared.services.assistant import actions

    action_id = _verify(person.user_id, state)
    response = responses.get("confirm") if isinstance(responses, dict) else None
    content = response.get("content") if isinstance(response, dict) else None
    accepted = isinstance(response, dict) and response.get("action") == "accept" and isinstance(content, dict)
    if not accepted or content.get("confirm") is not True:  # type: ignore[union-attr]
        actions.cancel(person, action_id)
        return _complete({"tasks": [], "summary": "The person did not confirm; nothing was changed."})
    return _complete({"tasks": actions.confirm(person, action_id)["tasks"]})


def _waiting(pending: PendingResult) -> dict[str, Any]:
    link = f"{HttpSettings.load().public_url.rstrip('/')}/connect/?action={pending.pending_action_id}"
    summary = f"Not done yet. {pending.summary} waits for the person's confirmation at {link}"
    document = {"tasks": [], "pending": pending.model_dump(mode="json"), "summary": summary}
    return _complete(document)


def _sign(user_id: UUID, action_id: UUID) -> str:
    expires = int(clock.epoch_seconds()) + _STATE_SECONDS
    payload = f"{user_id.hex}{action_id.hex}{expires}".encode()
    return base64.urlsafe_b64encode(_mac(payload) + payload).decode()


def _verify(user_id: UUID, state: Any) -> UUID:
    try:
        raw = base64.urlsafe_b64decode(state)
        signature, payload = raw[:32], raw[32:]
        if not hmac.compare_digest(signature, _mac(payload)):
            raise ValueError  # noqa: TRY301 - every way of being wrong has one answer
        text = payload.decode()
        owner, action_id, expires = UUID(hex=text[:32]), UUID(hex=text[32:64]), int(text[64:])
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput(
            "requestState is not one this server made; call the tool again.", field="requestState"
        ) from None
    if owner != user_id or expires < clock.epoch_seconds():
        raise InvalidInput(
            "requestState is over or belongs to someone else; call the tool again.", field="requestState"
        )
    return action_id


def _mac(payload: bytes) -> bytes:
    return hmac.digest(CursorSettings.load().key, b"mcp-state|" + payload, "sha256")


def _output_schema(tool: Tool) -> dict[str, Any]:
    """Return the shape of a result, types only: what its parts mean is said once, in the server's instructions."""
    schema = _types(_schema(tool.result, "serialization"))
    if not tool.read_only:
        schema["properties"].pop("next_cursor", None)
        schema["properties"]["summary"] = {"type": "string"}
        schema["properties"]["pending"] = {"type": "object"}
    return schema


def _types(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an output schema flat and without formats and requirements; an object inside an array is just an object."""
    properties = {}
    for name, part in schema["properties"].items():
        properties[name] = {"type": part["type"]} | ({"items": {"type": "object"}} if part["type"] == "array" else {})
    return {"type": "object", "properties": properties, "required": [next(iter(properties))]}


def _schema(model: type[BaseModel], mode: Any) -> dict[str, Any]:
    schema: dict[str, Any] = _trimmed(model.model_json_schema(mode=mode))
    schema.pop("description", None)
    return schema


def _trimmed(node: Any) -> Any:
    """Drop generated titles and empty defaults: they cost tokens and say nothing."""
    if isinstance(node, list):
        return [_trimmed(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for name, value in node.items():
        if name == "title" and isinstance(value, str):
            continue
        if name == "default" and value in ("", [], "00000000-0000-0000-0000-000000000000"):
            continue
        if name == "examples":
            continue
        kept[name] = (
            {key: _trimmed(each) for key, each in value.items()} if name in {"properties", "$defs"} else _trimmed(value)
        )
    return kept
