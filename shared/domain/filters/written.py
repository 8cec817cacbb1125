"""Write a filter in the query language.

Called where a filter is shown or saved. Always: `language.parse` reads the result back as the same filter, on any day;
only search words that look like filters come back as phrases.
"""

import re

from shared.domain.filters.language import KEY, QUOTES
from shared.domain.filters.value import TaskFilter

_PIECE = re.compile(r'-?"[^"]*"?|[^\s"]+|"')
_FILTER_LIKE = re.compile(rf'-?(?:{KEY.pattern}|#[^\s,"])')
_BARE = re.compile(r"[^\s]+")


def format(wanted: TaskFilter) -> str:  # noqa: A001 (read as filters.format)
    """Return the shortest query that means this filter; empty for the default list."""
    return " ".join([*_state(wanted), *_tags(wanted), *_days(wanted), *_text(wanted.text)])


def _state(wanted: TaskFilter) -> list[str]:
    pieces = ["is:trash"] if wanted.trash else []
    if wanted.status != ("all" if wanted.trash else "open"):
        pieces.append(f"status:{wanted.status}")
    if wanted.priorities:
        pieces.append(f"priority:{','.join(wanted.priorities)}")
    if wanted.parent is not None:
        pieces.append(f"parent:{wanted.parent}")
    return pieces


def _tags(wanted: TaskFilter) -> list[str]:
    names = [_quoted(name) for name in wanted.tags]
    excluded = [_quoted(name) for name in wanted.excluded_tags]
    together = [",".join(names)] if names and wanted.tag_match == "any" else names
    return [f"tag:{name}" for name in together] + ([f"-tag:{','.join(excluded)}"] if excluded else [])


def _days(wanted: TaskFilter) -> list[str]:
    bounds = (
        ("due:", wanted.due),
        ("due>", wanted.due_after),
        ("due<", wanted.due_before),
        ("completed>", wanted.completed_after),
        ("completed<", wanted.completed_before),
    )
    return [f"{name}{value}" for name, value in bounds if value is not None]


def _text(text: str) -> list[str]:
    pieces = []
    for piece in _PIECE.findall(text.translate(QUOTES)):
        if _FILTER_LIKE.match(piece):
            minus = "-" if piece.startswith("-") else ""
            pieces.append(f'{minus}"{piece.removeprefix("-")}"')
        elif '"' in piece and not (piece.endswith('"') and len(piece.lstrip("-")) > 1):
            pieces.append(piece + '"')
        else:
            pieces.append(piece)
    return pieces


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) else f'"{name}"'
