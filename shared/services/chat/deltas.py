"""What an OpenAI-compatible server streams, put together: text, tool calls, tokens used.

The servers people run (vLLM, llama.cpp, Ollama, gateways) differ where the protocol is vague: usage in every chunk or in none, calls without an
index, arguments as an object, the name again in every piece, no closing ``[DONE]``. All of these are taken; what cannot be read is an error
before anything of it is carried out. ``tests/integration/chat/test_endpoints.py`` has one case each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Unavailable

_MOST_CALLS = 32  # more in one step than any turn may run
_CHARACTERS_A_TOKEN = 4


@dataclass
class ToolCall:
    """A tool call as its deltas add up."""

    id: str = ""
    name: str = ""
    arguments: str = ""
    key: Any = None


@dataclass
class Answer:
    """What one request brought: text so far, calls, tokens used.

    Attributes:
        tokens: of question and answer, as the server counts them; estimated when it does not.
        finished: the server said why it ended, or ``[DONE]``.
    """

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    tokens: int = 0
    finished: bool = False

    def take(self, line: str) -> Iterator[str]:
        """Add one ``data:`` line and yield its text.

        Raises:
            Unavailable: it cannot be read, or the server reports an error in it.
        """
        try:
            chunk = json.loads(line)
        except ValueError as error:
            raise Unavailable("The model sent something unreadable; nothing of that step was carried out.") from error
        if not isinstance(chunk, dict) or chunk.get("error"):
            raise Unavailable("The model reported an error; nothing of that step was carried out.")
        usage = _object(chunk.get("usage")).get("total_tokens")
        if isinstance(usage, int | float):
            self.tokens = max(self.tokens, int(usage))  # some servers count up in every chunk
        for choice in _list(chunk.get("choices")):
            if choice.get("finish_reason"):
                self.finished = True
            # A server that does not stream answers with the whole message.
            delta = _object(choice.get("delta")) or _object(choice.get("message"))
            content = delta.get("content")
            if isinstance(content, str) and content:
                self.text += content
                yield content
            for part in _list(delta.get("tool_calls")):
                self._add(part)

    def close(self, asked: int) -> None:
        """Name calls that came without an id, and estimate the tokens where the server told none; ``asked`` is the length of the question."""
        for number, call in enumerate(self.calls):
            call.id = call.id or f"call_{number}"
        if not self.tokens:
            said = len(self.text) + sum(len(call.arguments) for call in self.calls)
            self.tokens = (asked + said) // _CHARACTERS_A_TOKEN

    def _add(self, part: dict[str, Any]) -> None:
        function = _object(part.get("function"))
        name, arguments = function.get("name"), function.get("arguments")
        call = self._call(part.get("index"), part.get("id"), name)
        if isinstance(name, str) and name != call.name:
            call.name += name
        if isinstance(arguments, str):
            call.arguments += arguments
        elif isinstance(arguments, dict):
            call.arguments = json.dumps(arguments)

    def _call(self, index: Any, call_id: Any, name: Any) -> ToolCall:
        """Return the call a piece belongs to; another id with a name begins a new one, whatever its index says."""
        last = self.calls[-1] if self.calls else None
        found = last if index is None else next((call for call in reversed(self.calls) if call.key == index), None)
        text = call_id if isinstance(call_id, str) else ""
        begins = (
            bool(name)
            and found is not None
            and (bool(text and found.id and text != found.id) or (index is None and not text))
        )
        if found is None or begins:
            if len(self.calls) >= _MOST_CALLS:
                raise Unavailable("The model asked for too much at once; nothing of that step was carried out.")
            found = ToolCall(key=index)
            self.calls.append(found)
        found.id = found.id or text
        return found


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
