"""Turn what a person types into the search box into PostgreSQL full-text queries that cannot fail.

Called by the task list's service; `shared.domain.search_sql` has the SQL that stores and ranks. Always holds: every
input gives a `SearchQuery`; every tsquery text consists of quoted lexemes made of letters and digits only, so the cast
``$1::tsquery`` never raises and nothing typed reaches PostgreSQL's own query syntax.

What a person can type: words in any order, the last one as a prefix; ``"words in quotes"`` for a phrase, which must
occur; ``-word`` or ``-"a phrase"`` to exclude. Words are alternatives: one match is enough, and the ranking puts tasks
with more and rarer words first, so a question of ten words still finds the task that has six of them.

Decisions, measured on PostgreSQL 18 with 300,000 tasks (200 users of 1,000, one of 100,000):

- *Every lexeme begins with its owner* (``u53f1b4rent``, six random digits of the user's id), so each user's words are
  keys of their own in the GIN index. One extra lexeme per user beside global words needs an intersection instead, and a
  prefix then reads the words of every tenant: ``tre:*`` for a user of 1,000 tasks took 6.4 ms against 0.4 ms, ten
  alternatives 3.1 ms against 0.5 ms. Single inserts cost the same (0.10 ms each); the index grows from 50 to 260
  bytes a task. Two users may share the six digits: the query still filters by ``user_id``.
- *Configuration ``simple``, folded text, no stored stems.* Text is decomposed (NFKD), loses its accents and its case,
  and every run of other characters separates words, so addresses, hyphens and paths fall into plain words and the
  result does not depend on the server's locale or on PostgreSQL's token types. English stems beside the simple words
  made the index a fifth larger, merged unrelated German words and cannot be searched by prefix.
- *Inflection belongs to the query:* a word of four letters or more also matches what begins with it, and what begins
  with it less a common English or German ending (``invoices`` finds invoice, ``Rechnungen`` finds Rechnung, ``Steuer``
  finds Steuererklärung). Exact matches rank higher.
- *Chinese and Japanese characters are words of their own* and a run of them a phrase: without spaces the whole
  sentence would be one word otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

MAX_TEXT_LENGTH = 500
MAX_UNITS = 16
MAX_UNIT_WORDS = 16
MAX_WORD_LENGTH = 64

# Kept in step with search_sql.words_sql, which folds the stored text the same way.
COMBINING_MARKS = "\u0300-\u036f"
IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
LETTERS_FROM = "\u03c2\u0131øłđ"  # final sigma, dotless i
LETTERS_TO = "\u03c3iold"

_MARK = re.compile(f"[{COMBINING_MARKS}]+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_IDEOGRAPH = re.compile(f"([{IDEOGRAPHS}])")
_LETTERS = str.maketrans(dict(zip(LETTERS_FROM, LETTERS_TO, strict=True)) | {"ß": "ss"})
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»\uff02"), '"')
_PIECE = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')
_ENDINGS = ("en", "es", "er", "s", "n", "e")
_LOOSE_FROM = 4
_NOT_IN_WORDS = frozenset({1, 7, 8, 9, 107, 216, 218, 220, 222, 224, 226, 228, 230, 232})  # by combining class

Unit = tuple[str, ...]
"""One thing to look for: a single folded word, or several that follow each other."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for, folded and in the order typed.

    Attributes:
        text: the typed text, trimmed.
        words: alternatives; one match is enough. ``follow-up`` is one unit of two words.
        phrases: every one must occur.
        excluded: none may occur.
        prefix: the last unit of `words` may continue.
    """

    text: str = ""
    words: tuple[Unit, ...] = ()
    phrases: tuple[Unit, ...] = ()
    excluded: tuple[Unit, ...] = ()
    prefix: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing typed is a word (blank, punctuation, emoji): search the title for `text` then."""
        return not (self.words or self.phrases or self.excluded)


def fold(text: str) -> str:
    """Fold accents, case and compatibility forms away: ``Café Straße №5`` becomes ``cafe strasse no5``."""
    plain = _MARK.sub("", unicodedata.normalize("NFKD", text))
    # Letter by letter: lower() of a whole word depends on context (final sigma), PostgreSQL's does not.
    return "".join(map(str.lower, plain)).translate(_LETTERS)


def split_words(text: str) -> Unit:
    """Split text into folded words exactly as the stored document is split, in their order."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text.lower()))  # what the rest would find, in a tenth of the time
    spaced = _IDEOGRAPH.sub(r" \1 ", fold(text))
    return tuple("".join(c if _is_word(c) else " " for c in spaced).split())


def _is_word(character: str) -> bool:
    """Tell what PostgreSQL's [[:alnum:]] tells: letters, ASCII digits, and the vowel signs of Hindi, Thai, Hebrew, ..."""
    if character.isascii():
        return character.isalnum()
    category = unicodedata.category(character)
    if category in {"Mn", "Mc"}:
        return unicodedata.combining(character) not in _NOT_IN_WORDS
    return character.isalpha() or category == "Nl"


def parse(text: str) -> SearchQuery:
    """Read a search text; never raises. Beyond 500 characters and 16 units of each kind the rest is ignored."""
    text = text[:MAX_TEXT_LENGTH].strip()
    words: dict[Unit, None] = {}
    phrases: dict[Unit, None] = {}
    excluded: dict[Unit, None] = {}
    prefix = False
    for unit, quoted, negated in _pieces(text):
        prefix = not quoted and not negated
        target = excluded if negated else phrases if quoted else words
        if target is words:
            target.pop(unit, None)  # a repeated word counts where it was typed last
        if len(target) < MAX_UNITS:
            target[unit] = None
        else:
            prefix = False
    return SearchQuery(text, tuple(words), tuple(phrases), tuple(excluded), prefix)


def _pieces(text: str) -> Iterator[tuple[Unit, bool, bool]]:
    for match in _PIECE.finditer(text.translate(_QUOTES)):
        quoted = match[2] is not None
        unit = split_words(match[2] if quoted else match[4])[:MAX_UNIT_WORDS]
        if unit:
            yield unit, quoted, bool(match[1] or match[3])


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Text parameters for the statement in `shared.domain.search_sql`; each is cast to tsquery there.

    Attributes:
        match: what a candidate must match: any of the words, all phrases, nothing excluded.
        strict: the same with at least two of the words (all of them where there are only two); None for fewer
            than two. Read first, so that old tasks that match well are not cut off by newer ones that barely do.
        all_words: the same with every word, for lists that are not sorted by relevance.
        units: what is counted, one query per word or phrase.
        exact: the words as typed, for ranking.
        loose: the words with their inflections, for ranking.
    """

    match: str
    strict: str | None
    all_words: str
    units: tuple[str, ...]
    exact: str
    loose: str


def owner_prefix(user_id: UUID) -> str:
    """Return what every lexeme of this user's tasks begins with; it is also a lexeme of each of them."""
    return "u" + user_id.hex[-6:]


def plan(query: SearchQuery, user_id: UUID) -> SearchPlan:
    """Write the query as tsquery texts over the words of one user.

    Raises:
        ValueError: the query is empty; look for `SearchQuery.text` in the titles instead.
    """
    if query.is_empty:
        raise ValueError("a query without words has no plan")
    owner = owner_prefix(user_id)
    last = len(query.words) - 1
    loose = [_loose(owner, unit, query.prefix and i == last) for i, unit in enumerate(query.words)]
    phrases = [_exact(owner, unit) for unit in query.phrases]
    required = [*phrases, *("!" + _exact(owner, unit) for unit in query.excluded)]
    units = [*loose, *phrases] or [_lexeme(owner)]
    exact = [_exact(owner, unit) for unit in query.words]
    return SearchPlan(
        match=_all(owner, [_any(loose), *required]),
        strict=_all(owner, [_two_of(loose), *required]) if len(loose) > 1 else None,
        all_words=_all(owner, [*loose, *required]),
        units=tuple(units),
        exact=_any([*exact, *phrases]) or units[0],
        loose=_any(units),
    )


def like_pattern(text: str) -> str:
    r"""Escape text for ``title ILIKE $1`` (escape character ``\``), to be found anywhere."""
    escaped = "".join("\\" + c if c in "\\%_" else c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff")
    return f"%{escaped}%"


def _lexeme(owner: str, word: str = "", *, prefix: bool = False) -> str:
    cut = word[:MAX_WORD_LENGTH]
    return f"'{owner}{cut}'" + (":*" if prefix or cut != word else "")


def _exact(owner: str, unit: Unit, *, prefix: bool = False) -> str:
    *head, tail = unit
    lexemes = [*(_lexeme(owner, word) for word in head), _lexeme(owner, tail, prefix=prefix)]
    return lexemes[0] if len(lexemes) == 1 else f"({' <-> '.join(lexemes)})"


def _loose(owner: str, unit: Unit, prefix: bool) -> str:
    word = unit[0]
    if len(unit) > 1 or len(word) < _LOOSE_FROM or not word.isalpha():
        return _exact(owner, unit, prefix=prefix)
    stems = {word.removesuffix(ending) for ending in _ENDINGS} | {word}
    root = min((stem for stem in stems if len(stem) >= _LOOSE_FROM), key=len)
    short = sorted(stem for stem in stems if len(word) - len(stem) < len(stem) < _LOOSE_FROM)
    return _any([_lexeme(owner, root, prefix=True), *(_lexeme(owner, stem) for stem in short)])


def _any(queries: list[str]) -> str:
    return queries[0] if len(queries) == 1 else f"({' | '.join(queries)})" if queries else ""


def _all(owner: str, queries: list[str]) -> str:
    given = [query for query in queries if query]
    if all(query.startswith("!") for query in given):
        given.insert(0, _lexeme(owner))  # "not x" alone would read the whole index
    return " & ".join(given)


def _two_of(queries: list[str]) -> str:
    return _any([f"({query} & {_any(queries[i + 1 :])})" for i, query in enumerate(queries[:-1])])
