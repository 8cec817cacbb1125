"""Which tasks a phrase means: quoted titles, pronouns, places in the last list, conditions, words."""

import re

from shared.domain.intents.intent import Target
from shared.domain.intents.vocabulary import DUE, PRIORITIES, SPAN

_SPACES = re.compile(r"\s+")
_QUOTED = re.compile(r"[\"“„»\u2018']([^\"“”„«»]{2,}?)[\"”“«\u2019'](?=\s|$|[.,!?])")
_EVERY = re.compile(
    r"\b(?:everything|all|every|each|both|beiden?|alles|alle[rn]?|jede[rns]?|sämtliche)\b", re.IGNORECASE
)
_TAGGED = re.compile(
    r"#([^\s#,;]+)|\b(?:tagged|labell?ed|with (?:the )?(?:tag|label)|mit (?:dem )?(?:tag|label)|getaggt mit|tag)\s+(?:with\s+|as\s+)?#?([^\s#,;]+)",
    re.IGNORECASE,
)
_PRIORITY = re.compile(
    r"\b(urgent|high|medium|low|important|dringende?|wichtige?|hohe|niedrige|mittlere)[nrs]?(?:[- ]priority|[- ]prio|[- ]?prioritäts?)?\b",
    re.IGNORECASE,
)
_TASKS = re.compile(r"\b(?:tasks?|todos?|items?|ones|things|stuff|aufgaben?|sachen|prio\w*)\b", re.IGNORECASE)
_COMPLETED = re.compile(
    r"\b(?:completed|finished|done|closed|erledigte?[nrs]?|abgeschlossene?[nrs]?|fertige?[nrs]?)\b", re.IGNORECASE
)
_OPEN = re.compile(r"\b(?:open|unfinished|offene?[nrs]?)\b", re.IGNORECASE)
_TRASH = re.compile(
    r"\b(?:in |from |out of |im |aus )?(?:the |dem |den |der |my )?(?:trash|bin|papierkorb|deleted|gelöschte?[nrs]?)\b",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"\b(?:everything|all|any|anything|every|each|both|beiden?|left|mal|hab|was|the|my|of|a|an|task|tasks|todo|todos|item|items|one|ones|thing|things|stuff|please|that(?:['\u2019]s|s)?|which|who|is|are|"
    r"tagged|tag|labelled|labeled|with|due|do|does|i|have|got|has|for|on|in|at|by|about|called|named|titled|to|it|this|those|these|now|there|still|from|"
    r"alles|alle|aller|jede[rns]?|sämtliche|der|die|das|den|dem|meine?[nrs]?|eine?[nrs]?|aufgaben?|sachen|bitte|was|welche|ist|sind|mit|getaggt|markiert|"
    r"namens|fällige?[nrs]?|an|für|am|im|zum|zur|noch|zu|tun|mal|doch|es|gibt|habe|ich|heißt|von|aus)\b",
    re.IGNORECASE,
)  # fmt: skip
_IT = {
    "it", "that", "this", "that one", "this one", "the task", "that task", "this task", "es", "das", "ihn", "den", "dies", "dieses", "diesen", "diese aufgabe", "die aufgabe",
    "the same", "the one", "the new one", "the last task",
}  # fmt: skip
_THEM = {
    "them", "these", "those", "all of them", "all of these", "all of those", "them all", "all these", "all those", "both", "both of them", "these tasks", "those tasks",
    "all these tasks", "all those tasks", "the tasks", "sie", "die", "diese", "sie alle", "alle davon", "beide", "die beiden", "diese aufgaben", "die alle", "all diese",
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
    "erste": 1, "zweite": 2, "dritte": 3, "vierte": 4, "fünfte": 5, "sechste": 6, "letzte": -1,
}  # fmt: skip
_AMOUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "beiden": 2}
_JOINED = re.compile(r"\s*(?:,|&|\+|\band\b|\bund\b)\s*", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:the |die |der |das |den |dem )?(?:number |no\.? |nr\.? |nummer |#)?(?P<word>\w+?)(?P<ending>[nrs])?\.?(?: one| task| aufgabe)?",
    re.IGNORECASE,
)
_FIRST_FEW = re.compile(r"(?:the |die )?(?:first|ersten) (?P<many>\w+)(?: ones| tasks| aufgaben)?", re.IGNORECASE)


def read_target(text: str, *, asking: bool = False) -> Target:
    """Return which tasks a phrase means; when ``asking``, a day in it is a condition even without "all" or "due"."""
    plain = _SPACES.sub(" ", text).strip(" ,.!?")
    reference = _reference(plain.casefold())
    if reference is not None:
        return reference
    quoted = _QUOTED.search(text)
    every = bool(_EVERY.search(text))
    if quoted is not None:
        return Target(words=quoted[1].strip(), phrase=quoted[1].strip(), every=every)
    tags = tuple(match[1] or match[2] for match in _TAGGED.finditer(text))
    rest = _TAGGED.sub(" ", text)
    conditional = every or asking or bool(tags) or bool(_TASKS.search(rest))
    when, rest = _span(rest, conditional=conditional)
    due, rest = _due(rest) if not when else ("", rest)
    priority, rest = _priority(rest, conditional=conditional)
    completed = conditional and bool(_COMPLETED.search(rest))
    rest = _OPEN.sub(" ", _COMPLETED.sub(" ", rest)) if conditional else rest
    trash = conditional and bool(_TRASH.search(rest))
    rest = _TRASH.sub(" ", rest) if trash else rest
    words = _SPACES.sub(" ", _NOISE.sub(" ", rest)).strip(" ,.'\u2019?!:")
    if words in {"s", "re"}:
        words = ""
    return Target(words, plain, every, tags, due, when, priority, completed, trash)


def read_places(text: str) -> tuple[int, ...]:
    """Return the places a phrase names ("the first one", "2 and 4", "the last"), or nothing when it is something else."""
    few = _FIRST_FEW.fullmatch(text)
    if few is not None:
        amount = _AMOUNTS.get(few["many"].casefold(), int(few["many"]) if few["many"].isdigit() else 0)
        if amount:
            return tuple(range(1, min(amount, 25) + 1))
    found = []
    for part in _JOINED.split(text.strip()):
        match = _PLACE.fullmatch(part.strip())
        if match is None:
            return ()
        word = match["word"].casefold()
        whole = word + (match["ending"] or "")
        number = int(whole[:4]) if whole.isdigit() and len(whole) < 4 else _ORDINALS.get(word, _ORDINALS.get(whole, 0))  # noqa: PLR2004
        if not number:
            return ()
        found.append(number)
    return tuple(found)


def _reference(plain: str) -> Target | None:
    if plain in _IT:
        return Target(phrase=plain, refers="it")
    if plain in _THEM:
        return Target(phrase=plain, refers="them")
    places = read_places(plain)
    return Target(phrase=plain, positions=places) if places else None


def _span(text: str, *, conditional: bool) -> tuple[str, str]:
    match = SPAN.search(text)
    if match is None or not (conditional or re.search(r"\b(?:due|fällig\w*)\b", text, re.IGNORECASE)):
        return "", text
    return match[1].casefold(), text[: match.start()] + " " + text[match.end() :]


def _due(text: str) -> tuple[str, str]:
    for name, pattern in DUE:
        if re.search(pattern, text, re.IGNORECASE):
            return name, re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return "", text


def _priority(text: str, *, conditional: bool) -> tuple[str, str]:
    found = _PRIORITY.search(text)
    if found is None or not conditional:
        return "", text
    word = found[1].casefold()
    priority = PRIORITIES.get(word, PRIORITIES.get(word.removesuffix("e"), ""))
    rest = text.replace(found[0], " ")
    return priority, re.sub(r"\bpriorit\w+|\bprio\b", " ", rest, flags=re.IGNORECASE)
