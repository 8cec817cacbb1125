"""A scripted model behind the OpenAI protocol, on 127.0.0.1: each request is answered by the next step of the script."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]


def say(text: str) -> Step:
    """Return a step that answers with text."""
    return lambda _request: {"text": text}


def call(name: str, arguments: Any) -> Step:
    """Return a step that calls a tool; arguments may be made from the request."""
    return lambda request: {"calls": [(name, arguments(request) if callable(arguments) else arguments)]}


def found_ids(request: dict[str, Any]) -> list[str]:
    """Return every task id in the tool results the model was sent."""
    ids: list[str] = []
    for message in request["messages"]:
        if message["role"] == "tool":
            ids += [task["id"] for task in json.loads(message["content"]).get("tasks", [])]
    return list(dict.fromkeys(ids))


class ModelServer:
    """The server; ``script`` holds the steps, ``requests`` what was asked; an ``old`` one does not know ``stream_options``."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.requests: list[dict[str, Any]] = []
        self.old = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = 65_536  # one packet an answer: small ones wait for acknowledgements

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(request)
                step = outer.script.pop(0) if outer.script else say("nothing left to say")
                answer = step(request)
                if "stream_options" in request and outer.old:
                    answer = {"status": 400, "body": b'{"error": "unrecognized field stream_options"}'}
                    outer.script.insert(0, step)
                outer.answer(self, answer)

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True).start()

    @staticmethod
    def answer(handler: BaseHTTPRequestHandler, reply: dict[str, Any]) -> None:
        """Write a reply: a status, a text or tool calls in pieces, half of one, bytes as they are, or nothing while ``silence`` lasts."""
        if "silence" in reply:
            reply["silence"](handler)
            return
        if "raw" in reply:
            handler.send_response(200)
            handler.send_header("Content-Type", reply.get("type", "text/event-stream"))
            handler.end_headers()
            handler.wfile.write(reply["raw"])
            return
        status = reply.get("status", 200)
        handler.send_response(status)
        for name, value in reply.get("headers", {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        if status != 200:
            handler.wfile.write(reply.get("body", b""))
            return
        chunks: list[dict[str, Any]] = [{"content": part} for part in reply.get("text", "").split(" ") if part]
        for index, (name, arguments) in enumerate(reply.get("calls", [])):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            head = {"index": index, "id": f"call_{index}", "function": {"name": name, "arguments": text[:7]}}
            chunks += [{"tool_calls": [head]}, {"tool_calls": [{"index": index, "function": {"arguments": text[7:]}}]}]
        for delta in chunks:
            handler.wfile.write(f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n".encode())
        if not reply.get("cut"):
            usage = {"choices": [], "usage": {"total_tokens": reply.get("tokens", 10)}}
            handler.wfile.write(f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode())

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
