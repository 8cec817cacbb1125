"""What every tool gives back."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


@dataclass
class Outcome:
    """What a tool did.

    Attributes:
        result: for the model and the client.
        undo: bulk operations that bring back what was before, in the order to run them; empty for reads.
    """

    result: BaseModel
    undo: list[dict[str, Any]] = field(default_factory=list)
