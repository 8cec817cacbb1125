"""One turn: store what was said, let an engine answer, store the answer; a stream from beginning to end."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from shared import metrics
from shared.domain.intents import language_of
from shared.logging import get_logger
from shared.services.assistant.person import Person
from shared.services.chat import conversations, interpreter, model, quota
from shared.services.chat.endpoint import ModelSettings
from shared.services.chat.events import WAITING, ChatEvent, text
from shared.services.rate_limit import take

log = get_logger(__name__)
_TURNS = 60
_TURNS_PER_SECOND = 0.2


def check_quota(person: Person) -> None:
    """Count a turn against the person's quota: 60 at once, 12 a minute in the long run.

    Raises:
        TooManyRequests: with the seconds to wait.
    """
    take(f"chat:{person.user_id}", _TURNS, _TURNS_PER_SECOND)


def run(person: Person, conversation_id: UUID | None, message: str) -> Iterator[bytes]:
    """Yield the server-sent events of a turn. Closing the stream (the stop button) ends the engine at its next step."""
    conversation = conversation_id or conversations.start(person.user_id, message)
    history = conversations.history(person.user_id, conversation) if conversation_id else []
    began = conversations.add(person.user_id, conversation, "user", {"text": message})
    yield ChatEvent("conversation", {"id": str(conversation)}).encode()
    said: list[ChatEvent] = []
    try:
        for event in _engine(person, conversation, history, message, began):
            if event is not WAITING:
                said.append(event)
            yield event.encode()
    except GeneratorExit:
        said.append(ChatEvent("error", {"detail": "stopped"}))
        raise
    except Exception as error:
        log.error("chat.failed", exc_info=error)  # noqa: TRY400 - structlog takes the error itself
        event = ChatEvent("error", {"detail": "Something failed on our side; what was done up to here stands."})
        said.append(event)
        yield event.encode()
    finally:
        message_id = conversations.add(person.user_id, conversation, "assistant", _content(said))
    yield ChatEvent("done", {"message_id": str(message_id)}).encode()


def _engine(
    person: Person, conversation: UUID, history: list[conversations.Message], message: str, began: UUID
) -> Iterator[ChatEvent]:
    if ModelSettings.load().base_url:
        allowance = quota.begin(person)
        if allowance.left:
            yield from model.answer(person, conversation, message, model.Stop(person, conversation, began), allowance)
            return
        yield text(allowance.sentence(language_of(message, person.locale)) + "\n\n")
    yield from interpreter.answer(person, conversation, message, history)
    metrics.CHAT_TURNS.add("interpreter", "done")


def _content(said: list[ChatEvent]) -> dict[str, Any]:
    content: dict[str, Any] = {"text": "".join(event.data["delta"] for event in said if event.name == "text")}
    content["events"] = [
        {"event": event.name, "data": event.data} for event in said if event.name not in {"text", "conversation"}
    ]
    for name in ("choices", "pending_action"):
        open_one = next((event.data for event in reversed(said) if event.name == name), None)
        if open_one is not None:
            content[name] = open_one
    return content
