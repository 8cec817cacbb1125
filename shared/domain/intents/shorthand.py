"""What people type for a word: abbreviations, dropped apostrophes, the slips that are no slip of one letter.

Only commands and questions are read this way; a task keeps the words it was given.
"""

import re

_ANYWHERE = {
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "2moro": "tomorrow",
    "wk": "week", "wknd": "weekend", "eod": "tonight", "prio": "priority", "wich": "which", "dont": "don't", "isnt": "isn't", "arent": "aren't", "im": "i'm",
    "ive": "i've", "whats": "what's", "gibts": "gibt es", "gibt's": "gibt es", "hab's": "habe es", "wieviele": "wie viele", "wieviel": "wie viel",
    "übermorgn": "übermorgen", "moin": "hallo",
}  # fmt: skip
_FIRST = {
    "mv": "move", "del": "delete", "rm": "delete", "resched": "reschedule", "compl": "complete", "rember": "remember", "remeber": "remember",
    "remmber": "remember", "dlete": "delete", "plz": "please",
}  # fmt: skip
_WORD = re.compile(r"[^\W_][\w'\u2019]*")
_U_AND = re.compile(r"(?<=\w) u\.? (?=\w)")
_GERMAN_VERB = re.compile(
    r"(?:erledige?|lösche?|verschiebe?|schiebe?|hake?|markiere?|tagge?|setze?|mache?|entferne?)\b", re.IGNORECASE
)


def spelled(clause: str) -> str:
    """Return a clause with its shorthand written out."""
    first, _, rest = clause.partition(" ")
    clause = f"{_FIRST.get(first.casefold(), first)} {rest}".strip()
    if _GERMAN_VERB.match(clause):
        clause = _U_AND.sub(" und ", clause)
    return _WORD.sub(lambda match: _ANYWHERE.get(match[0].casefold().replace("\u2019", "'"), match[0]), clause)
