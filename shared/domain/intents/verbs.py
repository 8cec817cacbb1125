"""Misspelt verbs: the one command that is a slip of the finger away."""

_VERBS = (
    "complete", "finish", "delete", "remove", "reschedule", "postpone", "rename", "reopen", "restore", "prioritise", "prioritize",
    "search", "create", "untag", "change", "undelete", "lösche", "entferne", "erledige", "verschiebe", "verlege", "markiere", "benenne",
    "tagge", "erstelle", "suche", "zeige", "ändere", "stelle",
)  # fmt: skip
_REAL_WORDS = frozenset({"finnish", "moved", "market", "shave", "marketing", "zeigen", "suchen", "stellen", "created", "changed", "charge", "chance", "removal", "research", "stella", "buche", "kuchen"})  # fmt: skip
_SHORTEST = 5


def mended(clause: str) -> str:
    """Return a clause with its first word put right when exactly one command is one slip away (two in long words), else nothing."""
    first, _, rest = clause.partition(" ")
    word = first.casefold()
    if len(word) < _SHORTEST or word in _VERBS or word in _REAL_WORDS or not rest:
        return ""
    near = [verb for verb in _VERBS if abs(len(verb) - len(word)) <= 1 and _distance(word, verb) <= 1 + (len(verb) > 8)]  # noqa: PLR2004
    return f"{near[0]} {rest}" if len(near) == 1 else ""


def _distance(left: str, right: str) -> int:
    """Return the number of letters to add, drop, replace or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearly(left: str, right: str) -> bool:
    """Whether two words are one slip apart; short words have to be the same."""
    return left == right or (
        min(len(left), len(right)) >= _SHORTEST and abs(len(left) - len(right)) <= 1 and _distance(left, right) <= 1
    )
