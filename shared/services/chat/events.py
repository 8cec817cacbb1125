"""What a turn of the chat sends: server-sent events, in the order they happen."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

EventName = Literal[
    "waiting", "conversation", "text", "tool_call", "tool_result", "pending_action", "choices", "error", "done"
]


@dataclass(frozen=True)
class ChatEvent:
    """One event of a turn."""

    name: EventName
    data: dict[str, Any]

    def encode(self) -> bytes:
        """Return it as server-sent event."""
        if self.name == "waiting":
            return b": waiting\n\n"  # a comment: readers skip it, and a reader who is gone is noticed
        return b"event: %s\ndata: %s\n\n" % (self.name.encode(), orjson.dumps(self.data, default=str))


WAITING = ChatEvent("waiting", {})
"""The model is silent: nothing to show, nothing to keep."""


def text(delta: str) -> ChatEvent:
    """Return a piece of the answer."""
    return ChatEvent("text", {"delta": delta})
