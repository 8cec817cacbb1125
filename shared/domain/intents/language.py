"""In which language a message is written, as far as that can be told."""

import re

_WORD = re.compile(r"\b[^\W\d_]+\b")
_GERMAN = frozenset({
    "der", "die", "das", "den", "dem", "ein", "eine", "einen", "und", "oder", "nicht", "ich", "mir", "mich", "mein", "meine", "meinen",
    "bitte", "kannst", "könntest", "alle", "alles", "aufgabe", "aufgaben", "heute", "morgen", "übermorgen", "gestern", "woche", "nächste",
    "nächsten", "diese", "dieser", "dieses", "auf", "bis", "für", "mit", "ohne", "um", "zu", "zum", "zur", "von", "vom", "im", "am",
    "ist", "sind", "was", "welche", "wie", "viele", "zeige", "zeig", "suche", "finde", "erstelle", "füge", "hinzu", "lösche", "lösch",
    "entferne", "erledige", "erledigt", "fertig", "hake", "hak", "ab", "abhaken", "verschiebe", "verschieb", "markiere", "setze", "mach",
    "mache", "benenne", "tagge", "plane", "öffne", "wieder", "rückgängig", "fällig", "überfällig", "überfälligen", "dringend", "wichtig",
    "hoch", "niedrig", "erinnere", "steht", "an", "hilfe", "ja", "nein", "danke", "hallo", "beide", "erste", "ersten", "zweite",
    "zweiten", "dritte", "dritten", "letzte", "letzten", "sie", "es", "uhr", "montag", "dienstag", "mittwoch", "donnerstag", "freitag",
    "samstag", "sonntag", "schmeiß", "weg", "gibts", "überfälliges", "tagen", "wochen", "monats", "ende", "nee", "lass", "hol", "hole", "zurück", "vergiss", "nenn", "schieb", "mal", "gibt", "hab", "habe", "noch", "kein", "keine", "früh", "abend", "löschen", "verschieben", "umbenennen", "papierkorb", "tag",
})  # fmt: skip
_ENGLISH = frozenset({
    "the", "a", "an", "and", "or", "not", "i", "me", "my", "please", "can", "could", "you", "all", "everything", "task", "tasks", "today",
    "tomorrow", "yesterday", "week", "next", "this", "these", "those", "that", "to", "until", "for", "with", "without", "by", "from",
    "in", "on", "is", "are", "was", "what", "which", "how", "many", "show", "list", "find", "search", "add", "create", "delete", "remove",
    "complete", "finish", "done", "mark", "tick", "move", "postpone", "set", "make", "rename", "tag", "untag", "plan", "reopen", "undo",
    "due", "overdue", "urgent", "important", "high", "low", "remind", "help", "yes", "no", "thanks", "hello", "both", "first", "second",
    "third", "last", "it", "them", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "morning", "evening",
    "of", "one",
})  # fmt: skip


def language_of(text: str, default: str) -> str:
    """Return ``de`` or ``en`` by the small words of a message, or ``default`` where they do not tell."""
    words = [word.casefold() for word in _WORD.findall(text[:400])]
    german, english = sum(word in _GERMAN for word in words), sum(word in _ENGLISH for word in words)
    if german == english:
        return default
    return "de" if german > english else "en"
