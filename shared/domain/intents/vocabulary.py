"""Words of both languages that the rules are made of."""

import re

from shared.domain.intents.intent import Kind

PRIORITIES = {
    "urgent": "urgent", "urgently": "urgent", "asap": "urgent", "dringend": "urgent", "dringende": "urgent",
    "high": "high", "important": "high", "hoch": "high", "hohe": "high", "hoher": "high", "hohen": "high", "wichtig": "high", "top": "high",
    "medium": "medium", "normal": "medium", "mittel": "medium", "mittlere": "medium", "mittlerer": "medium",
    "low": "low", "unimportant": "low", "niedrig": "low", "niedrige": "low", "niedriger": "low", "unwichtig": "low",
    "p1": "urgent", "p2": "high", "p3": "medium", "p4": "low",
    "none": "none", "keine": "none", "keiner": "none",
}  # fmt: skip
PRIORITY = "|".join(sorted(PRIORITIES, key=len, reverse=True))
TAG_LIST = r"#\S+(?:(?:,| and| und|, and|, und)? #\S+)*"
NAME_LIST = r"[^\s,#]+(?:(?:,| and| und) [^\s,#]+)*"

YES = {
    "yes", "y", "yep", "yeah", "yup", "ok", "okay", "sure", "do it", "confirm", "confirmed", "go ahead", "go for it", "yes please", "please do",
    "sounds good", "correct", "right", "ja", "jo", "jep", "jawohl", "klar", "mach das", "mach es", "mach", "bestätigen", "bestätige", "gerne", "ja bitte",
    "ja gerne", "passt", "genau", "in ordnung", "yes do it", "ja mach das", "👍", "✅", "👌",
}  # fmt: skip
NO = {
    "no", "n", "nope", "nvm", "nah", "nee lass", "lass mal", "ne", "passt schon", "cancel", "stop", "don't", "do not", "never mind", "nevermind", "no thanks", "no thank you", "forget it", "rather not",
    "nein", "nee", "nö", "abbrechen", "abbruch", "nicht", "lieber nicht", "nein danke", "lass es", "lass das", "vergiss es", "doch nicht", "👎", "❌",
}  # fmt: skip
HELP = {
    "help", "hilfe", "?", "what can u do", "what do you do", "was kannst du alles", "was kannst du so", "was geht", "what can you do", "was kannst du", "hi", "hello", "hey", "hallo", "moin", "servus", "guten tag", "guten morgen",
    "good morning", "how does this work", "wie geht das", "help me", "hilf mir", "test",
    "can you help me", "i need help", "kannst du mir helfen", "ich brauche hilfe", "wie gehts", "wie geht's", "how are you",
}  # fmt: skip
THANKS = {
    "thanks", "thank you", "thx", "cheers", "great", "perfect", "nice", "danke", "vielen dank", "dankeschön", "super", "perfekt", "toll", "prima",
    "thanks a lot", "great thanks", "danke dir", "🙏", "❤️",
}  # fmt: skip
BARE_VERBS: dict[str, Kind] = {
    "delete": "delete", "remove": "delete", "löschen": "delete", "lösche": "delete", "done": "complete", "complete": "complete", "finished": "complete",
    "erledigt": "complete", "fertig": "complete", "abhaken": "complete", "reopen": "reopen", "wieder öffnen": "reopen",
    "i finished": "complete", "i'm done": "complete", "ich bin fertig": "complete", "bin fertig": "complete",
}  # fmt: skip
UNDO = re.compile(
    r"(?:(?:oops|ups|hoppla|sorry|nein|no)[,!]? ?)?(?:undo|revert|take (?:it|that) back|put (?:it|that) back|go back|rückgängig|zurücknehmen|nimm (?:das|es) zurück"
    r"|mach(?:e)? (?:das|es|die letzte änderung|alles) (?:wieder )?rückgängig)(?: (?:that|it|this|(?:the|my|die|das) (?:last|letzte[ns]?)(?: \w+)?))?|oops|ups|hoppla"
)
PLAN = re.compile(
    r"what(?:'s| is) (?:the )?most important(?: thing| task| one)?(?: (?:now|today))?|was ist (?:jetzt |heute )?(?:am wichtigsten|das wichtigste)|plane? (?:mir )?mal (?:meinen|den) tag|"
    r"(?:plan|organi[sz]e|structure) (?:my|the) day|what (?:should|shall|can|do) i (?:do|work on|start with|focus on)(?: (?:now|today|next|first))?"
    r"|what(?:'s| is) next|what(?:'s| is) on (?:my )?(?:plate|agenda|the agenda)(?: (?:today|for today))?|(?:my )?(?:agenda|day)(?: for today)?"
    r"|plane?(?: mir)? (?:meinen|den) tag|was (?:soll|kann) ich (?:heute |jetzt |als nächstes )?(?:tun|machen|anfangen)|mein tag|tagesplan|was kommt als nächstes|was liegt (?:heute )?an"
)
TAGS = re.compile(
    r"(?:show|list|what are|give me)(?: me)?(?: all)?(?: of)?(?: my| the)? tags|(?:which|what) tags (?:do i have|are there|exist)|(?:my |all )?tags"
    r"|(?:zeige?|liste)(?: mir)?(?: alle| meine)? (?:tags|schlagwörter)(?: auf)?|welche tags (?:habe ich|gibt es)|(?:meine |alle )tags"
)

DUE = (
    ("overdue", r"\b(?:overdue|past due|late|überfällige?[nrs]?)\b"),
    ("none", r"\b(?:without (?:a )?(?:due )?date|with no (?:due )?date|undated|unscheduled|ohne (?:datum|termin|frist|fälligkeit))\b"),
    ("today", r"\b(?:due )?(?:today|tonight|heutige[nrs]?|heute(?: fällige?[nrs]?)?)\b"),
    ("upcoming", r"\b(?:upcoming|coming up|kommende?[nrs]?|demnächst|anstehende?[nrs]?)\b"),
)  # fmt: skip
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
)
SPAN = re.compile(
    r"\b(?:the |die |der |den |das |dem )?(day after tomorrow|tomorrow|yesterday|this weekend|next weekend|weekend|this week|next week|last week|this month|next month"
    r"|next (?:\d{1,2}|two|three|four|five|six|seven|ten) days|übermorgen|morgen|gestern|dieses wochenende|wochenende|diese[rn]? woche|(?:der )?nächste[nr]? woche|letzte[rn]? woche"
    r"|diese[nsm]* monat|nächste[nsm]* monat|nächsten (?:\d{1,2}|zwei|drei|vier|fünf|sechs|sieben|zehn) tage"
    rf"|(?:next |this |nächsten |diesen |kommenden )?(?:{_DAY}))\b",
    re.IGNORECASE,
)
ASCII_UMLAUTS = tuple(
    (re.compile(rf"\b{plain}", re.IGNORECASE), umlaut)
    for plain, umlaut in (
        ("loesch", "lösch"), ("losch", "lösch"), ("ueberfaellig", "überfällig"), ("uberfallig", "überfällig"), ("faellig", "fällig"), ("fallig", "fällig"),
        ("oeffne", "öffne"), ("offne\\b", "öffne"), ("naechst", "nächst"), ("rueckgaengig", "rückgängig"), ("ruckgangig", "rückgängig"),
        ("uebermorgen", "übermorgen"), ("fuer\\b", "für"), ("fuege\\b", "füge"), ("aendere", "ändere"), ("prioritaet", "priorität"), ("schliess", "schließ"),
    )
)  # fmt: skip
