"""One request to an OpenAI-compatible endpoint, streamed: text deltas and assembled tool calls.

The standard library's client, because the vendors' packages cost half a second and more at every cold start. Retries happen only before the
first piece arrived; the whole turn has a time budget.
"""

import http.client
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from shared.config import Settings
from shared.errors import Unavailable

_RETRIES = 2
_RETRIED = {429, 500, 502, 503, 504}
_MAX_LINE = 1_000_000


class ModelSettings(Settings):
    """Where the model is; chat uses the built-in interpreter while ``base_url`` is empty."""

    base_url: str = Field("", alias="LLM_BASE_URL")
    model: str = Field("", alias="LLM_MODEL")
    api_key: str = Field("", alias="LLM_API_KEY", repr=False)
    timeout_seconds: float = Field(30.0, alias="LLM_TIMEOUT_SECONDS", gt=0, le=120)


@dataclass
class ToolCall:
    """A tool call as its deltas add up."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass
class Answer:
    """What one request brought: text so far, calls, tokens used."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    tokens: int = 0


def stream(
    settings: ModelSettings,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    answer: Answer,
    deadline: float,
) -> Iterator[str]:
    """Yield text deltas and fill ``answer``; when it ends without an error the answer is whole.

    Raises:
        Unavailable: the endpoint refused, was too slow, or broke off; the detail is fit for a person.
    """
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if tools:
        body["tools"] = tools  # endpoints refuse an empty list
    connection, response = _open(settings, json.dumps(body).encode(), deadline)
    try:
        finished = False
        for line in _lines(response, deadline):
            if line == "[DONE]":
                finished = True
                break
            yield from _take(line, answer)
        if not finished:
            raise Unavailable("The model broke off in the middle of its answer; nothing of that step was carried out.")
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable("The connection to the model was lost; nothing of that step was carried out.") from error
    finally:
        connection.close()


def _open(
    settings: ModelSettings, body: bytes, deadline: float
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    for attempt in range(_RETRIES + 1):
        connection = _connection(settings, deadline)
        try:
            response = _post(connection, settings, body)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if attempt == _RETRIES:
                raise Unavailable("The model cannot be reached; try again in a moment.") from error
            pause = 0.5 * 2**attempt
        else:
            if response.status == http.client.OK:
                return connection, response
            connection.close()
            if response.status not in _RETRIED or attempt == _RETRIES:
                reason = "is busy" if response.status == http.client.TOO_MANY_REQUESTS else "refused the request"
                raise Unavailable(f"The model {reason}; try again in a moment.")
            pause = _pause(response.headers.get("Retry-After"), attempt)
        if time.monotonic() + pause >= deadline:
            raise Unavailable("The model is busy; try again in a moment.")
        time.sleep(pause)
    raise AssertionError("unreachable")


def _connection(settings: ModelSettings, deadline: float) -> http.client.HTTPConnection:
    url = urlsplit(settings.base_url)
    timeout = max(0.1, min(settings.timeout_seconds, deadline - time.monotonic()))
    if url.scheme == "https":
        return http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=timeout, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(url.hostname or "", url.port, timeout=timeout)


def _post(connection: http.client.HTTPConnection, settings: ModelSettings, body: bytes) -> http.client.HTTPResponse:
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    connection.request("POST", urlsplit(settings.base_url).path.rstrip("/") + "/chat/completions", body, headers)
    return connection.getresponse()


def _pause(retry_after: str | None, attempt: int) -> float:
    if retry_after is not None and retry_after.isdigit():
        return min(10.0, float(retry_after))
    return 0.5 * 2.0**attempt


def _lines(response: http.client.HTTPResponse, deadline: float) -> Iterator[str]:
    while True:
        if time.monotonic() > deadline:
            raise Unavailable("The answer took too long and was stopped.")
        raw = response.readline(_MAX_LINE)
        if not raw:
            return
        line = raw.decode(errors="replace").strip()
        if line.startswith("data:"):
            yield line[5:].strip()


def _take(line: str, answer: Answer) -> Iterator[str]:
    try:
        chunk = json.loads(line)
    except ValueError as error:
        raise Unavailable("The model sent something unreadable; nothing of that step was carried out.") from error
    answer.tokens += int((chunk.get("usage") or {}).get("total_tokens") or 0)
    for choice in chunk.get("choices") or []:
        delta = choice.get("delta") or {}
        content = delta.get("content")
        if isinstance(content, str) and content:
            answer.text += content
            yield content
        for part in delta.get("tool_calls") or []:
            position = int(part.get("index") or 0)
            while len(answer.calls) <= position < 32:  # noqa: PLR2004 - more calls in one step than any turn may run
                answer.calls.append(ToolCall())
            call, function = answer.calls[min(position, 31)], part.get("function") or {}
            call.id = part.get("id") or call.id
            call.name += function.get("name") or ""
            call.arguments += function.get("arguments") or ""
