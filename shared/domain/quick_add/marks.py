"""What needs no grammar: quotations, ``#tags`` and ``!priority``.

Called by `interpret` first, so that a quoted date stays text and a tag at the end leaves the date before it at the edge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.errors import DomainError
from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.line import Line
from shared.domain.task import clean_tag_name

_OPENING = frozenset('"“„«')
_CLOSING = frozenset('"”“»')
_TAG = re.compile(r'#(?:"([^"]+)"|(\w(?:[\w/&+.-]*\w)?))')
_LEVELS = frozenset({1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class Mark:
    """Words ``start`` up to before ``end`` and what they say."""

    start: int
    end: int
    value: str


def quotations(line: Line) -> Iterator[Mark]:
    """Yield the quoted parts of a line; the last quotation mark may be missing its partner and is text then."""
    index, closed = 0, True
    while closed and index < len(line.words):
        if line.low(index) in _OPENING and line.opens(index):
            end = index + 1
            while end < len(line.words) and line.words[end].low not in _CLOSING:
                end += 1
            closed = end < len(line.words)
            if closed and end > index + 1:
                yield Mark(index, end + 1, line.text[line.words[index].end : line.words[end].start])
            index = end
        index += 1


def tags(line: Line) -> Iterator[Mark]:
    """Yield ``#home``, ``#two-words`` and ``#"two words"``; ``#1`` and ``C#`` are text."""
    ends = {word.end: index for index, word in enumerate(line.words)}
    for index, word in enumerate(line.words):
        found = _TAG.match(line.text, word.start) if line.low(index) == "#" and line.opens(index) else None
        last = ends.get(found.end()) if found else None
        if found is None or last is None:
            continue
        name = found[1] or found[2]
        try:
            if not name.isdecimal():
                yield Mark(index, last + 1, clean_tag_name(name))
        except DomainError:
            continue  # too long for a tag: text


def priority(line: Line) -> Mark | None:
    """Return the first ``!high``, ``!1``, ``p1`` or ``urgent!``.

    A capital ``P1`` is the name of something unless the text ends with it.
    """
    for index, word in enumerate(line.words):
        if not line.low(index) or not line.opens(index):
            continue
        if word.low == "!" and line.glued(index + 1) and line.low(index + 1) in v.PRIORITIES and line.closes(index + 2):
            return Mark(index, index + 2, v.PRIORITIES[line.low(index + 1)])
        if word.low in v.URGENT and line.low(index + 1) == "!" and line.glued(index + 1) and line.closes(index + 2):
            return Mark(index, index + 2, "urgent")
        is_level = word.low == "p" and line.glued(index + 1) and line.number(index + 1) in _LEVELS
        named = line.text[word.start] == "P" and index + 2 < len(line.words)
        if is_level and not named and line.closes(index + 2):
            return Mark(index, index + 2, v.PRIORITIES[line.low(index + 1)])
    return None
