"""Who changes something, and through which door."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """The person a use case acts for.

    Attributes:
        user_id: whose things are changed.
        origin: web, api, mcp, chat or system; shown in the trail.
    """

    user_id: UUID
    origin: str = "api"
