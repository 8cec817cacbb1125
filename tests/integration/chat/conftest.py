"""A person who talks: sends a message and reads the events of the answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.config import forget_settings
from tests.support.client import Person
from tests.support.model_server import ModelServer


class Talker(Person):
    """A person in a conversation."""

    conversation: str | None = None

    def say(self, message: str) -> list[tuple[str, dict[str, Any]]]:
        """Say something in the present conversation and return the events of the answer."""
        body = {"message": message} | ({"conversation_id": self.conversation} if self.conversation else {})
        answer = self.post("/api/chat", body)
        assert answer.status_code == 200, answer.data
        events = []
        for block in answer.get_data(as_text=True).strip().split("\n\n"):
            if block.startswith(":"):
                continue  # a comment: the model thinks
            name, data = block.split("\n", 1)
            events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
        self.conversation = events[0][1]["id"]
        return events

    def titles(self, query: str = "") -> list[str]:
        """Return the titles of a list of tasks."""
        return [task["title"] for task in self.get(f"/api/tasks?{query}", app=1).json["items"]]

    def add(self, title: str, **fields: Any) -> dict[str, Any]:
        """Create a task through the API."""
        answer = self.post("/api/tasks", {"title": title, **fields}, app=1)
        assert answer.status_code == 201, answer.json
        return answer.json

    def task(self, task_id: str) -> dict[str, Any]:
        """Return a task."""
        return self.get(f"/api/tasks/{task_id}", app=1).json


@pytest.fixture
def new_talker(system_env: pytest.MonkeyPatch) -> Callable[..., Talker]:
    """Return a maker of people with the chat and the tasks function at hand."""
    from functions.chat.main import chat
    from functions.tasks.main import tasks

    return lambda **options: Talker(chat.wsgi, tasks.wsgi, **options)


@pytest.fixture
def ada(new_talker: Callable[..., Talker]) -> Talker:
    """A person in Berlin."""
    return new_talker(time_zone="Europe/Berlin")


@pytest.fixture
def model(system_env: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A scripted model that the chat is configured to use."""
    server = ModelServer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLM_BASE_URL", server.url)
        patch.setenv("LLM_MODEL", "scripted")
        forget_settings()
        yield server
    forget_settings()
    server.close()


def of(events: list[tuple[str, dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    """Return the data of all events of a name."""
    return [data for each, data in events if each == name]
