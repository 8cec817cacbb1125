"""Servers that speak the OpenAI protocol each in their own way: what vLLM, llama.cpp, Ollama and gateways really send."""

import json
import threading

import pytest

from tests.integration.chat.conftest import of
from tests.support.model_server import call, say

ADD = json.dumps({"tasks": [{"title": "Milk"}]})


def sse(*deltas, end="data: [DONE]\n\n", finish=None, newline="\n"):
    """Return deltas as a stream, the last with a finish reason."""
    lines = []
    for place, delta in enumerate(deltas):
        reason = finish if place == len(deltas) - 1 else None
        lines.append(f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': reason}]})}\n\n")
    return ("".join(lines) + end).replace("\n", newline).encode()


def tool(index, arguments, name=None, call_id=None):
    """Return a piece of a tool call with only the keys that are given."""
    function = {"arguments": arguments} | ({"name": name} if name is not None else {})
    piece = {"function": function} | ({} if index is None else {"index": index}) | ({"id": call_id} if call_id else {})
    return {"role": "assistant", "content": None, "tool_calls": [piece]}


TEXTS = {
    "carriage returns": sse({"content": "Hel"}, {"content": "lo"}, newline="\r\n"),
    "comments that keep alive": b": OPENROUTER PROCESSING\n\n: keep-alive\n\n" + sse({"content": "Hello"}),
    "names of events and empty data": b"event: message\ndata:\n\nid: 4\n" + sse({"content": "Hello"}),
    "no space after data": sse({"content": "Hello"}).replace(b"data: ", b"data:"),
    "no DONE but a reason": sse({"content": "Hello"}, {}, finish="stop", end=""),
    "reason length": sse({"content": "Hello"}, {}, finish="length", end=""),
    "a role alone first": sse({"role": "assistant", "content": ""}, {"content": "Hello"}),
    "thoughts beside the text": sse({"reasoning_content": "hm", "content": None}, {"reasoning": "so"}, {"content": "Hello"}),
    "empty choices": b'data: {"choices": []}\n\ndata: {"choices": null, "usage": null}\n\n' + sse({"content": "Hello"}),
    "delta null": b'data: {"choices": [{"delta": null}]}\n\n' + sse({"content": "Hello"}),
    "unknown fields of odd types": b'data: {"choices": [{"delta": {"content": 4, "tool_calls": null}}, 7], "usage": "no"}\n\n' + sse({"content": "Hello"}),
}  # fmt: skip


@pytest.mark.parametrize("raw", TEXTS.values(), ids=TEXTS)
def test_text_of_every_dialect_arrives(ada, model, raw):
    """The text is what was meant, and the turn ends without an error."""
    model.script = [lambda _: {"raw": raw}]
    events = ada.say("hi there, model")
    assert "".join(data["delta"] for data in of(events, "text")) == "Hello"
    assert not of(events, "error")


CALLS = {
    "letter by letter": sse(tool(0, "", "add_tasks", "a"), *[tool(0, letter) for letter in ADD]),
    "whole at once without an index": sse(tool(None, ADD, "add_tasks", "a"), finish="tool_calls"),
    "arguments as an object": sse(tool(0, json.loads(ADD), "add_tasks", "a"), finish="stop"),
    "the name in every piece": sse(tool(0, ADD[:9], "add_tasks", "a"), tool(0, ADD[9:], "add_tasks", "a")),
    "an empty name in later pieces": sse(tool(0, ADD[:9], "add_tasks", "a"), tool(0, ADD[9:], "")),
    "no id": sse(tool(0, ADD, "add_tasks")),
    "the reason of old functions": sse(tool(0, ADD, "add_tasks", "a"), {}, finish="function_call", end=""),
}  # fmt: skip


@pytest.mark.parametrize("raw", CALLS.values(), ids=CALLS)
def test_a_call_of_every_dialect_runs_once(ada, model, raw):
    """One task is made, and the model hears the result under the id that its call has."""
    model.script = [lambda _: {"raw": raw}, say("Added")]
    events = ada.say("add something please")
    assert ada.titles() == ["Milk"]
    assert not of(events, "error")
    called, result = model.requests[-1]["messages"][-2:]
    assert called["tool_calls"][0]["id"] == result["tool_call_id"] != ""


@pytest.mark.parametrize("index", [None, 0], ids=["without index", "all index 0"])
def test_several_calls_that_do_not_count_stay_apart(ada, model, index):
    """Two calls with ids of their own are two calls, though the server numbers them alike."""
    other = json.dumps({"tasks": [{"title": "Bread"}]})
    raw = sse(tool(index, ADD, "add_tasks", "a"), tool(index, other, "add_tasks", "b"))
    model.script = [lambda _: {"raw": raw}, say("Added")]
    ada.say("add something please")
    assert sorted(ada.titles()) == ["Bread", "Milk"]


BROKEN = {
    "an error in the stream": (b'data: {"error": {"message": "secret path /srv"}}\n\ndata: [DONE]\n\n', "reported an error"),
    "no JSON": (b"data: {oops\n\ndata: [DONE]\n\n", "unreadable"),
    "JSON that is no object": (b"data: [1]\n\ndata: [DONE]\n\n", "reported an error"),
    "nothing": (b"", "broke off"),
    "only DONE": (b"data: [DONE]\n\n", "no answer"),
    "a call cut off by the end": (sse(tool(0, ADD, "add_tasks", "a"), end=""), "broke off"),
    "too many calls": (sse(*[tool(n, ADD, "add_tasks", f"c{n}") for n in range(40)]), "too much"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "words"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_said_and_does_nothing(ada, model, raw, words):
    """A clear sentence without the server's own words, no task, and the conversation goes on."""
    model.script = [lambda _: {"raw": raw}]
    (error,) = of(ada.say("add something please"), "error")
    assert words in error["detail"]
    assert "secret" not in error["detail"]
    assert ada.titles() == []
    model.script = [say("fine")]
    assert not of(ada.say("and now?"), "error")


def test_a_server_that_does_not_stream_is_understood(ada, model):
    """The whole message as one JSON document is an answer as well."""
    whole = {"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
    model.script = [lambda _: {"raw": json.dumps(whole).encode(), "type": "application/json"}]
    assert of(ada.say("hi there, model"), "text") == [{"delta": "Hello"}]


def test_a_server_from_before_stream_options_is_asked_without(ada, model):
    """What it refuses is left out, once, and the turn goes on."""
    model.old = True
    model.script = [say("Hello")]
    assert of(ada.say("hi there, model"), "text") == [{"delta": "Hello"}]
    assert ["stream_options" in request for request in model.requests] == [True, False]


@pytest.mark.parametrize(
    "begun", [b"", sse({"content": "I will"}, end="")], ids=["before the first word", "in the middle"]
)
def test_stop_cancels_a_silent_model(ada, model, begun):
    """The stop button ends the turn while nothing comes: the request is hung up, nothing is done, and the history is whole."""
    model.script = [say("hello")]
    ada.say("hi there, model")
    hung_up = threading.Event()

    def silence(handler):
        if begun:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/event-stream")
            handler.end_headers()
            handler.wfile.write(begun)
            handler.wfile.flush()
        assert ada.post(f"/api/chat/conversations/{ada.conversation}/stop").status_code == 204
        handler.connection.settimeout(20)
        if handler.connection.recv(1) == b"":
            hung_up.set()

    model.script = [lambda _: {"silence": silence}, call("add_tasks", {"tasks": ["Too late"]})]
    events = ada.say("add something please")
    assert of(events, "error") == [{"detail": "Stopped.", "code": "stopped"}]
    assert events[-1][0] == "done"
    assert hung_up.wait(20)
    assert len(model.script) == 1
    stored = ada.get(f"/api/chat/conversations/{ada.conversation}").json["messages"]
    assert [message["role"] for message in stored] == ["user", "assistant"] * 2
    model.script = [say("fine")]
    assert not of(ada.say("go on then"), "error")
    assert ada.titles() == []


def test_a_reader_who_leaves_a_silent_model_ends_the_request(ada, model):
    """A closed tab: the stream is closed while the model thinks, and the model is hung up on."""
    hung_up, asked = threading.Event(), threading.Event()

    def silence(handler):
        asked.set()
        handler.connection.settimeout(20)
        if handler.connection.recv(1) == b"":
            hung_up.set()

    model.script = [lambda _: {"silence": silence}]
    answer = ada.post("/api/chat", {"message": "think hard please"})
    for piece in answer.response:
        if asked.is_set() and piece == b": waiting\n\n":
            break
    answer.close()
    assert hung_up.wait(20)
