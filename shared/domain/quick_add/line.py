"""One line of input as words with their places: what every small parser reads.

Always: splitting is one pass over the text, each parser looks at a bounded number of words from a place on, and so the time to
read a line is linear in its length.
"""

import re
from dataclasses import dataclass, field

_WORD = re.compile(r"[0-9]{1,9}|[^\W\d_]+|\S")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_CLOSING = frozenset(",.;:!?)…\"”“'")
_MAX_NUMBER_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters, a run of digits, or one other character.

    Attributes:
        low: for comparison: lower case, umlauts spelled out.
        start: offset in the line.
        end: offset after it.
        spaced: white space or the start of the line is before it.
    """

    low: str
    start: int
    end: int
    spaced: bool


@dataclass(slots=True)
class Line:
    """The words of a line, and which of them are taken.

    Attributes:
        text: the line.
        words: in order.
        taken: indexes of words that belong to a token already; parsers see no word there, and tokens at an edge of the text
            do not count as text.
        literal: indexes of words that stay text whatever they say (quoted, or taken back by the person).
    """

    text: str
    words: list[Word]
    taken: set[int] = field(default_factory=set)
    literal: set[int] = field(default_factory=set)

    def low(self, index: int) -> str:
        """Return the word for comparison; empty beyond the ends and where it is taken or literal."""
        if 0 <= index < len(self.words) and index not in self.taken and index not in self.literal:
            return self.words[index].low
        return ""

    def number(self, index: int) -> int | None:
        """Return the value of a word of up to four digits."""
        low = self.low(index)
        return int(low) if low.isdecimal() and low.isascii() and len(low) <= _MAX_NUMBER_DIGITS else None

    def glued(self, index: int) -> bool:
        """Tell whether no space is before the word."""
        return index < len(self.words) and not self.words[index].spaced

    def opens(self, index: int) -> bool:
        """Tell whether a phrase may begin here: after space or an opening bracket."""
        return self.words[index].spaced or self.words[index - 1].low in {"(", ","}

    def closes(self, index: int) -> bool:
        """Tell whether a phrase may end before this word: at space, the end, or punctuation followed by space."""
        if index >= len(self.words) or self.words[index].spaced:
            return True
        after = index + 1
        while after < len(self.words) and not self.words[after].spaced and self.words[after].low in _CLOSING:
            after += 1
            if after - index > len(_CLOSING):
                return False
        return self.words[index].low in _CLOSING and (after >= len(self.words) or self.words[after].spaced)

    def take(self, start: int, end: int) -> None:
        """Mark the words from `start` up to before `end` as taken."""
        self.taken.update(range(start, end))

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether none of the words is taken or literal."""
        return not any(index in self.taken or index in self.literal for index in range(start, end))


def read_line(text: str) -> Line:
    """Split a line into words."""
    words: list[Word] = []
    end = 0
    for match in _WORD.finditer(text):
        low = match[0].lower().translate(_UMLAUTS)
        words.append(Word(low, match.start(), match.end(), not words or match.start() > end))
        end = match.end()
    return Line(text, words)
