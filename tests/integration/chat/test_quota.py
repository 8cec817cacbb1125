"""The daily allowance of an external model: messages and tokens, by the person's own midnight, and who answers afterwards."""

from datetime import datetime

import pytest

from shared import clock
from shared.config import forget_settings
from tests.integration.chat.conftest import of
from tests.support.model_server import call, say


@pytest.fixture
def allow(model, monkeypatch):
    """Return a function that sets the limits."""

    def limits(**values):
        for name in ("messages", "tokens"):
            monkeypatch.setenv(f"LLM_DAILY_{name.upper()}", str(values.get(name, 0)))
        forget_settings()

    return limits


def words(events):
    """Return the text of an answer."""
    return "".join(data["delta"] for data in of(events, "text"))


def test_after_the_last_message_the_built_in_interpreter_answers(ada, model, allow):
    """The third of two messages is not sent to the endpoint: it is said so, with the limit and the time, and the command is carried out."""
    allow(messages=2)
    model.script = [say("one"), say("two"), say("never")]
    ada.say("hello there, model")
    ada.say("hello again, model")
    events = ada.say("add Milk")
    assert len(model.requests) == 2
    assert ada.titles() == ["Milk"]
    assert "Today's 2 messages to the model are used up" in words(events)
    assert "(Europe/Berlin)" in words(events)
    assert events[-1][0] == "done"
    assert "sind für heute verbraucht" in words(ada.say("was ist heute fällig?"))


def test_tokens_count_as_the_endpoint_tells_them(ada, model, allow):
    """A turn that uses up the tokens is finished; the next one is not begun."""
    allow(tokens=500)
    model.script = [lambda _: {"text": "long", "tokens": 499}, lambda _: {"text": "short", "tokens": 3}, say("never")]
    assert "tokens" not in words(ada.say("hello there, model"))
    assert "tokens" not in words(ada.say("hello again, model"))
    assert "Today's 500 tokens of the model are used up" in words(ada.say("hello once more, model"))
    assert len(model.requests) == 2


def test_every_step_of_a_turn_counts(ada, model, allow):
    """Tokens of all requests of a turn add up."""
    allow(tokens=500)
    model.script = [lambda _: {**call("list_tags", {})(_), "tokens": 300}, lambda _: {"text": "done", "tokens": 300}]
    ada.say("which tags do I have?")
    assert "used up" in words(ada.say("hello again, model"))


def test_an_endpoint_that_tells_no_tokens_is_estimated(ada, model, allow):
    """Four characters are a token, of the question and of the answer."""
    allow(tokens=2000)
    raw = b'data: {"choices": [{"delta": {"content": "' + b"word " * 2000 + b'"}}]}\n\ndata: [DONE]\n\n'
    model.script = [lambda _: {"raw": raw}]
    ada.say("tell me a long story")
    assert "used up" in words(ada.say("and another one, please"))


def test_an_answer_that_broke_off_costs_its_tokens(ada, model, allow):
    """What the endpoint said before it failed was used."""
    allow(tokens=2000)
    raw = b'data: {"choices": [{"delta": {"content": "' + b"word " * 2000 + b'"}}]}\n\n'
    model.script = [lambda _: {"raw": raw}]
    assert of(ada.say("tell me a long story"), "error")
    assert "used up" in words(ada.say("and another one, please"))


def test_an_endpoint_that_is_not_there_costs_nothing(ada, model, allow):
    """A message that was refused is given back."""
    allow(messages=1)
    model.script = [lambda _: {"status": 401}, say("hello"), say("never")]
    assert of(ada.say("hello there, model"), "error")
    assert words(ada.say("hello again, model")) == "hello"
    assert "used up" in words(ada.say("hello once more, model"))


def test_the_day_is_the_persons_own(new_talker, model, allow, monkeypatch):
    """At 20:30 UTC it is another day in Auckland than in Berlin; each day begins at the person's midnight."""
    allow(messages=1)
    model.script = [say("hello")] * 6
    berlin, auckland = new_talker(time_zone="Europe/Berlin"), new_talker(time_zone="Pacific/Auckland")
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2026-11-27T10:30:00+00:00"))
    assert "used up" not in words(berlin.say("hello there, model")) + words(auckland.say("hello there, model"))
    assert "on 2026-11-28 at 00:00 (Europe/Berlin)" in words(berlin.say("hello again, model"))
    assert "on 2026-11-28 at 00:00 (Pacific/Auckland)" in words(auckland.say("hello again, model"))
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2026-11-27T11:30:00+00:00"))
    assert "used up" in words(berlin.say("hello again, model"))
    assert "used up" not in words(auckland.say("hello again, model"))


def test_the_allowance_is_each_persons(ada, new_talker, model, allow):
    """One person's use takes nothing from another."""
    allow(messages=1)
    model.script = [say("hello")] * 3
    ada.say("hello there, model")
    assert "used up" in words(ada.say("hello again, model"))
    assert words(new_talker().say("hello there, model")) == "hello"


def test_no_limit_is_no_limit(ada, model, allow):
    """With 0 nothing is ever used up."""
    allow()
    model.script = [lambda _: {"text": "hello", "tokens": 10_000_000}] * 3
    assert all(words(ada.say("hello there, model")) == "hello" for _ in range(3))
