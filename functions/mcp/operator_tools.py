"""Tools of the operator's scope: how the bundle is doing. They read; what changes something goes through the operator API or the cluster."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.services.assistant.outcome import Outcome
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import Arguments, NoArguments
from shared.services.assistant.tools import Tool


class Answer(BaseModel):
    """Base of results."""

    model_config = ConfigDict(extra="forbid", defer_build=True, title="")


class Overview(Answer):
    """Counts and ages in seconds."""

    outbox: dict[str, float] = Field(
        description="pending events and the age of the oldest; above 60 s Kafka or the relay is in trouble"
    )
    consumers: list[dict[str, Any]] = Field(description="behind: events of the last two hours not processed yet")
    dead_letters: list[dict[str, Any]] = Field(description="open ones by consumer and type")
    reminders: dict[str, float] = Field(description="overdue ones and how late the latest is")
    deliveries: dict[str, float]
    cron: list[dict[str, Any]] = Field(description="when each cron function last finished")
    revision: str


class LetterSelection(Arguments):
    """Which dead letters."""

    state: Literal["open", "replayed", "discarded"] = "open"
    consumer: str = Field("", max_length=63, description="of this consumer only")
    limit: int = Field(20, ge=1, le=100)


class Letters(Answer):
    """Dead letters, newest first."""

    items: list[dict[str, Any]]


def _overview(_person: Person, _arguments: Any) -> Outcome:
    from shared.services.operations import overview

    return Outcome(Overview(**overview()))


def _letters(_person: Person, arguments: LetterSelection) -> Outcome:
    from shared.services.operations import dead_letters

    return Outcome(Letters(items=dead_letters(arguments.state, arguments.consumer, arguments.limit)))


TOOLS = (
    Tool(
        "operations_overview",
        "How the whole bundle is doing: outbox, consumers, dead letters, reminders, cron functions; counts and ages in seconds.",
        NoArguments, Overview, _overview, read_only=True, idempotent=True, needs="operator",
    ),
    Tool(
        "list_dead_letters",
        "Events that a consumer gave up, with the reason; without their content. Runbook: DeadLetters.",
        LetterSelection, Letters, _letters, read_only=True, idempotent=True, needs="operator",
    ),
)  # fmt: skip
