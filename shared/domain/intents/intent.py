"""The values a message is read into."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "add", "subtask", "note", "elsewhere", "find", "tags", "complete", "reopen", "reschedule", "prioritise", "tag", "untag", "rename", "change", "delete", "drop", "restore", "undo",
    "plan", "help", "thanks", "yes", "no", "choose",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Which tasks: by words, by what was shown before, or all that fit the conditions.

    Attributes:
        words: what the title is about; empty when only conditions count.
        phrase: the same as it was said, for titles made of small words only.
        every: the person said all of them, so a match of several is no question.
        tags: all of these.
        due: overdue, today, upcoming, none, or empty.
        when: a day or a span as said: tomorrow, this week, friday; empty for any.
        priority: empty for any.
        completed: completed tasks are meant.
        trash: deleted tasks are meant.
        refers: ``it`` or ``them``: what was shown or changed last.
        positions: places in the list that was shown last, from 1; -1 is the last one.
    """

    words: str = ""
    phrase: str = ""
    every: bool = False
    tags: tuple[str, ...] = ()
    due: str = ""
    when: str = ""
    priority: str = ""
    completed: bool = False
    trash: bool = False
    refers: str = ""
    positions: tuple[int, ...] = ()

    @property
    def conditional(self) -> bool:
        """Whether it says something about the tasks besides their titles."""
        return bool(self.every or self.tags or self.due or self.when or self.priority or self.completed or self.trash)


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to do.

    Attributes:
        kind: what; ``drop`` takes back what was done, or else the task itself.
        target: which tasks.
        text: the rest it needs: the new task, the new time, the new title, what to add to the notes; where it is done when not here.
        priority: the new priority, or ``up`` and ``down``.
        tags: tags to add or take away.
        numbers: the choices that were picked; -1 is the last, 0 all of them.
        fallback: the task to add when nothing fits the target: the sentence can be read both ways.
    """

    kind: Kind
    target: Target = field(default_factory=Target)
    text: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    fallback: str = ""
