"""The chat function: ask in words; the answer is a stream of text, tool results, questions and actions to confirm."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.domain.errors import DomainError
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Output, PageQuery, PlainText
from shared.services.actor import Actor

if TYPE_CHECKING:
    from shared.services.assistant.person import Person

router = Router("chat", "Chat: everything the app does, asked for in words.")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise DomainError("message", "Say something.")
    return text


class ChatMessage(Input):
    """What the person says."""

    message: Annotated[
        PlainText, Field(min_length=1, max_length=4000, examples=["what's due today?"]), AfterValidator(_not_blank)
    ]
    conversation_id: UUID | None = Field(None, description="continues a conversation; a new one begins without it")


class Conversation(Output):
    """A conversation."""

    id: UUID
    title: str
    created_at: datetime
    updated_at: datetime


class ConversationList(Output):
    """A page of conversations."""

    items: list[Conversation]
    next_cursor: str | None


class ConversationMessage(Output):
    """A message; its content has the text and the events that came with it."""

    id: UUID
    role: str
    content: dict[str, Any]
    created_at: datetime


class ConversationDetails(Conversation):
    """With its newest 200 messages."""

    messages: list[ConversationMessage]


class ConversationChange(Input):
    """A new title."""

    title: Annotated[PlainText, Field(min_length=1, max_length=200)]


class WaitingTask(Output):
    """A task that an action would change, by its stored title."""

    id: UUID
    title: str


class WaitingAction(Output):
    """Something that an assistant asked for and only the person's word makes happen."""

    id: UUID
    origin: str
    summary: str
    tasks: list[WaitingTask]
    created_at: datetime
    expires_at: datetime


class WaitingActionList(Output):
    """All of them, the newest first."""

    items: list[WaitingAction]
    next_cursor: str | None = None


class ActionResult(Output):
    """What became of an action: done, cancelled or undone, and the tasks as they are now."""

    id: UUID
    state: str
    tasks: list[dict[str, Any]]


@router.post(
    "/api/chat",
    body=ChatMessage,
    stream=True,
    scope="tasks:write",
    content_type="text/event-stream",
    response=str,
    errors=(404,),
)
def say(request: Request, body: ChatMessage) -> Reply:
    """Say something; the answer is a stream of server-sent events.

    Events: conversation, text, tool_call, tool_result, pending_action, choices, error, done.
    """
    from shared.services.chat import conversations, turns

    person = _person(request)
    turns.check_quota(person)
    if body.conversation_id is not None:
        conversations.check(person.user_id, body.conversation_id)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return Reply(
        turns.run(person, body.conversation_id, body.message),
        headers=headers,
        content_type="text/event-stream; charset=utf-8",
    )


@router.get("/api/chat/conversations", query=PageQuery, response=ConversationList)
def list_conversations(request: Request, query: PageQuery) -> dict[str, Any]:
    """List conversations, the one used last first."""
    from shared.services.chat import conversations

    return conversations.page(request.user_id, query.limit, query.cursor)


@router.get("/api/chat/conversations/<uuid:conversation_id>", response=ConversationDetails, errors=(404,))
def get_conversation(request: Request, conversation_id: UUID) -> dict[str, Any]:
    """Show a conversation with its messages."""
    from shared.services.chat import conversations

    return conversations.show(request.user_id, conversation_id)


@router.patch(
    "/api/chat/conversations/<uuid:conversation_id>",
    body=ConversationChange,
    response=ConversationDetails,
    scope="tasks:write",
    errors=(404,),
)
def rename_conversation(request: Request, body: ConversationChange, conversation_id: UUID) -> dict[str, Any]:
    """Rename a conversation."""
    from shared.services.chat import conversations

    conversations.rename(request.user_id, conversation_id, body.title)
    return conversations.show(request.user_id, conversation_id)


@router.delete("/api/chat/conversations/<uuid:conversation_id>", scope="tasks:write", errors=(404,))
def delete_conversation(request: Request, conversation_id: UUID) -> Reply:
    """Delete a conversation; what was done in it stays done."""
    from shared.services.chat import conversations

    conversations.delete(request.user_id, conversation_id)
    return Reply(None, 204)


@router.post(
    "/api/chat/conversations/<uuid:conversation_id>/stop", scope="tasks:write", status=204, errors=(404,), response=None
)
def stop_turn(request: Request, conversation_id: UUID) -> Reply:
    """Stop the answer that is being made; what was done up to here stays done."""
    from shared.services.chat import conversations

    conversations.stop(request.user_id, conversation_id)
    return Reply(None, 204)


@router.get("/api/chat/actions", response=WaitingActionList)
def list_waiting_actions(request: Request) -> dict[str, Any]:
    """List what waits for the person's word, asked for in the chat or by a connected assistant."""
    from shared.services.assistant import actions

    return {"items": actions.waiting(_person(request)), "next_cursor": None}


@router.post(
    "/api/chat/actions/<uuid:action_id>/confirm", response=ActionResult, scope="tasks:write", errors=(404, 409)
)
def confirm_action(request: Request, action_id: UUID) -> dict[str, Any]:
    """Carry out a pending action; only this makes it happen."""
    from shared.services.assistant import actions

    return actions.confirm(_person(request), action_id)


@router.post("/api/chat/actions/<uuid:action_id>/cancel", response=ActionResult, scope="tasks:write", errors=(404, 409))
def cancel_action(request: Request, action_id: UUID) -> dict[str, Any]:
    """Give a pending action up."""
    from shared.services.assistant import actions

    return actions.cancel(_person(request), action_id)


@router.post("/api/chat/actions/<uuid:action_id>/undo", response=ActionResult, scope="tasks:write", errors=(404, 409))
def undo_action(request: Request, action_id: UUID) -> dict[str, Any]:
    """Bring back what was before an action."""
    from shared.services.assistant import actions

    return actions.undo(_person(request), action_id)


def _person(request: Request) -> "Person":
    from shared.services.assistant.person import load_person

    return load_person(Actor(request.user_id, "chat"))


chat = router.entry_point()
