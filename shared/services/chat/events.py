"""What a turn of the chat sends: server-sent events, in the order they happen."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

EventName = Literal["conversation", "text", "tool_call", "tool_result", "pending_action", "choices", "error", "done"]


@dataclass(frozen=True)
class ChatEvent:
    """One event of a turn."""

    name: EventName
    data: dict[str, Any]

    def encode(self) -> bytes:
        """Return it as server-sent event."""
        return b"event: %s\ndata: %s\n\n" % (self.name.encode(), orjson.dumps(self.data, default=str))


def text(delta: str) -> ChatEvent:
    """Return a piece of the answer."""
    return ChatEvent("text", {"delta": delta})
