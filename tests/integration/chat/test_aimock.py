"""The chat against an independent mock of the OpenAI protocol (@copilotkit/aimock): streaming, tool-call deltas, and chaos."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.config import forget_settings
from tests.integration.chat.conftest import Talker, of
from tests.support.server import free_port

FOLDER = Path(__file__).parents[2] / "conformance" / "node_modules"
NODE, MOCK = FOLDER / "node" / "bin" / "node", FOLDER / ".bin" / "llmock"
pytestmark = pytest.mark.skipif(not MOCK.exists(), reason="aimock is not installed: make conformance")
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "add milk", "hasToolResult": True}, "response": {"content": "I added the milk for you."}},
        {
            "match": {"userMessage": "add milk"},
            "response": {"toolCalls": [{"name": "add_tasks", "arguments": json.dumps({"tasks": [{"title": "Milk", "tags": ["shop"]}]})}]},
        },
        {"match": {"userMessage": "hello"}, "response": {"content": "Hello! What shall we do about your tasks today?"}},
        {"match": {"userMessage": "malformed", "hasToolResult": True}, "response": {"content": "That went wrong."}},
        {"match": {"userMessage": "malformed"}, "response": {"toolCalls": [{"name": "add_tasks", "arguments": '{"tasks": [{"ti'}]}},
    ]
}  # fmt: skip


@pytest.fixture
def mock(tmp_path: Path, system_env: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that starts the mock with chaos options and points the chat at it."""
    started: list[subprocess.Popen[bytes]] = []
    fixtures = tmp_path / "model.json"
    fixtures.write_text(json.dumps(FIXTURES))
    with pytest.MonkeyPatch.context() as patch:

        def start(*chaos: str) -> None:
            port = free_port()
            command: list[Any] = [
                NODE,
                MOCK,
                "-p",
                str(port),
                "-f",
                fixtures,
                "--strict",
                "-c",
                "5",
                "--log-level",
                "silent",
                *chaos,
            ]
            started.append(subprocess.Popen(command))
            _wait(port)
            patch.setenv("LLM_BASE_URL", f"http://127.0.0.1:{port}/v1")
            patch.setenv("LLM_MODEL", "gpt-mock")
            forget_settings()

        yield start
    forget_settings()
    for process in started:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    import socket
    import time

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the mock does not answer")


def words(events: list[tuple[str, dict[str, Any]]]) -> str:
    """Return the text of an answer."""
    return "".join(data["delta"] for data in of(events, "text"))


def test_text_streams_in_pieces(ada: Talker, mock: Callable[..., None]) -> None:
    """An answer arrives as many deltas and adds up to what the model said."""
    mock()
    events = ada.say("hello")
    assert len(of(events, "text")) > 3
    assert words(events) == "Hello! What shall we do about your tasks today?"


def test_a_tool_call_in_deltas_is_carried_out_once(ada: Talker, mock: Callable[..., None]) -> None:
    """Arguments that arrive in pieces of five characters make one task; the answer after the result follows."""
    mock()
    events = ada.say("add milk")
    assert ada.titles() == ["Milk"]
    assert words(events) == "I added the milk for you."
    assert of(events, "tool_result")[0]["undoable"] is True


def test_a_malformed_call_changes_nothing(ada: Talker, mock: Callable[..., None]) -> None:
    """Arguments that are no JSON are told back; nothing is added."""
    mock()
    events = ada.say("malformed")
    assert "error" in of(events, "tool_result")[0]["result"]
    assert ada.titles() == []
    assert events[-1][0] == "done"


@pytest.mark.parametrize("chaos", ["--chaos-ratelimit", "--chaos-disconnect", "--chaos-drop", "--chaos-malformed"])
def test_chaos_is_one_clear_sentence_and_nothing_half_done(ada: Talker, mock: Callable[..., None], chaos: str) -> None:
    """Whatever the endpoint does to every request: an error a person can read, no task, and the conversation goes on."""
    mock(chaos, "1")
    events = ada.say("add milk")
    (error,) = of(events, "error")
    assert error["detail"].startswith("The ")
    assert ada.titles() == []
    assert events[-1][0] == "done"
    mock()
    assert ada.say("add milk")[-1][0] == "done"
    assert ada.titles() == ["Milk"]
