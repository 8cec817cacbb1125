"""The filter of a task list as a value.

Built by `language.parse` and by the API from its query parameters; turned into SQL by the task service. Always: all
conditions are joined by AND; lists are sorted and free of duplicates, so equal filters compare equal; days are calendar
days in the user's zone and bounds exclude the day they name.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.domain.errors import DomainError
from shared.domain.task import Priority, clean_tag_names

StatusChoice = Literal["open", "completed", "all"]
TagMatch = Literal["any", "all", "none"]
DueChoice = Literal["overdue", "today", "upcoming", "none", "any"]

MAX_TEXT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list shows.

    Attributes:
        status: which tasks by status; ``completed`` whenever a completion bound is set.
        priorities: any of these; empty for all.
        tags: names; how many of them a task must have says `tag_match`.
        tag_match: ``any`` or ``all``. Given ``none``, the tags move to `excluded_tags`.
        excluded_tags: names a task must not have.
        due: ``overdue`` (before now), ``today``, ``upcoming`` (after today), ``none``, ``any`` (has a due time).
        due_before: due on an earlier day.
        due_after: due on a later day.
        completed_before: completed on an earlier day.
        completed_after: completed on a later day.
        parent: sub-tasks of this task, or ``none`` for tasks at the top.
        trash: deleted tasks instead of the others.
        text: full-text search, see `shared.domain.search`.
    """

    status: StatusChoice = "open"
    priorities: tuple[Priority, ...] = ()
    tags: tuple[str, ...] = ()
    tag_match: TagMatch = "any"
    excluded_tags: tuple[str, ...] = ()
    due: DueChoice | None = None
    due_before: date | None = None
    due_after: date | None = None
    completed_before: date | None = None
    completed_after: date | None = None
    parent: UUID | Literal["none"] | None = None
    trash: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        excluded = [*self.excluded_tags, *(self.tags if self.tag_match == "none" else ())]
        wanted = () if self.tag_match == "none" else self.tags
        self._set("tags", tuple(sorted(clean_tag_names(list(wanted), "tag"))))
        self._set("excluded_tags", tuple(sorted(clean_tag_names(excluded, "tag"))))
        if self.tag_match == "none" or len(self.tags) < 2:  # noqa: PLR2004 (one tag is matched alike by any and all)
            self._set("tag_match", "any")
        self._set("priorities", tuple(sorted(set(self.priorities), key=lambda priority: priority.level)))
        if self.completed_before or self.completed_after:
            if self.status == "all":
                raise DomainError("status", "Only completed tasks have a day of completion.")
            self._set("status", "completed")
        if self.due == "none" and (self.due_before or self.due_after):
            raise DomainError("due", "A task without a due date is not due before or after a day.")
        if len(self.text) > MAX_TEXT_LENGTH:
            raise DomainError("q", f"Expected at most {MAX_TEXT_LENGTH} characters.")

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
