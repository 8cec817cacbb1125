"""What is left of a line as the title when its tokens are taken out.

Called by `interpret`.
"""

import re

from shared.domain.quick_add.line import Line

_SPACE = re.compile(r"\s+")
_EMPTY_BRACKETS = re.compile(r"\(\s?\)|\[\s?\]")
_LEFT_BEHIND = ",.;:!?"
_EDGES = " \t,;:-\u2013—"
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}


def title_of(line: Line, *, unquote: bool) -> str:
    """Return the free words of a line as they stand, without what the tokens leave behind at the edges.

    With `unquote` a title that is one quotation loses its marks.
    """
    pieces: list[str] = []
    start = 0
    for index, word in enumerate(line.words):
        if index in line.taken:
            pieces.append(line.text[start : word.start])
            start = word.end
    pieces.append(line.text[start:])
    title = _tidy(pieces)
    return _unquoted(title) if unquote else title


def _tidy(pieces: list[str]) -> str:
    text = ""
    for index, piece in enumerate(map(str.strip, pieces)):
        if not piece or (index and not piece.strip(_LEFT_BEHIND)):
            continue
        follows = piece[0] in ",.;:!?)" and text
        text += piece if follows or not text else " " + piece
    text = _EMPTY_BRACKETS.sub("", _SPACE.sub(" ", text))
    return text.strip(_EDGES) if len(pieces) > 1 else text.strip()


def _unquoted(title: str) -> str:
    inner = title[1:-1]
    closing = _QUOTES.get(title[:1])
    if closing is not None and title[1:].endswith((closing, '"', "”")) and not any(mark in inner for mark in '"“”„«»'):
        return inner.strip() or title
    return title
