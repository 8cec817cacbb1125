"""Bases of what goes in and out: strict, closed models for input, explicit ones for output.

Input is validated from the raw bytes (``model_validate_json``), never from decoded Python values: pydantic's parser refuses lone
surrogates, which the database driver cannot send.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from shared.domain.errors import DomainError


class Input(BaseModel):
    """A request body or query: unknown fields are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, frozen=True)


class Query(Input):
    """Query parameters: text that is read as the declared type (numbers, booleans, dates)."""

    model_config = ConfigDict(extra="forbid", strict=False, defer_build=True, frozen=True)


class PageQuery(Query):
    """Which page of a list: the same bounds everywhere."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1024)


class Output(BaseModel):
    """A response body: only what is declared leaves the house."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def _storable(text: str) -> str:
    """Refuse what PostgreSQL cannot store or a terminal would obey."""
    for character in text:
        if ord(character) < 32 and character not in "\n\t" or 0x7F <= ord(character) < 0xA0:  # noqa: PLR2004, RUF021
            raise DomainError("", f"The character U+{ord(character):04X} is not allowed.")
    return text


def _written_with(mark: str, example: str) -> BeforeValidator:
    """Refuse what pydantic would read as seconds since 1970, or a time where a day is meant."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and (("-" not in value[1:]) or (mark == "day" and len(value) != len("2026-12-31"))):
            raise DomainError("", f"Expected a {mark} such as {example}.")
        return value

    return BeforeValidator(check)


Day = Annotated[date, _written_with("day", "2026-12-31")]
"""A day in a query."""
Moment = Annotated[datetime, _written_with("time", "2026-12-31T09:00:00Z")]
"""An instant in a query."""
PlainText = Annotated[str, AfterValidator(_storable)]
ShortText = Annotated[str, Field(max_length=200), AfterValidator(_storable)]


def _rfc3339(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


Instant = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]
"""An instant: aware, UTC, written with Z."""


class Page(Output):
    """A page of a list."""

    items: list[Any]
    next_cursor: str | None = None


class Reference(Output):
    """An id alone."""

    id: UUID
