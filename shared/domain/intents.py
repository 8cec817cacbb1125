"""What a person wants done, read from one sentence in English or German; no model, no storage.

Used by the built-in interpreter of the chat. The leading verb says the kind; the rest says which tasks and what about them. Compound
sentences are split only where the next part begins with a verb again ("move … to Saturday and make the taxes one urgent"), so that "buy
bread and milk" stays one task. What no rule recognises is a task to add.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "add", "find", "complete", "reopen", "reschedule", "prioritise", "tag", "untag", "rename", "delete", "restore", "undo", "plan", "help",
    "yes", "no", "choose",
]  # fmt: skip
MAX_LENGTH = 2000
_PRIORITIES = {
    "urgent": "urgent", "dringend": "urgent", "high": "high", "important": "high", "hoch": "high", "wichtig": "high",
    "medium": "medium", "normal": "medium", "mittel": "medium", "low": "low", "niedrig": "low", "unwichtig": "low", "none": "none",
    "keine": "none", "ohne": "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Which tasks: by words, or all that fit the conditions.

    Attributes:
        words: what the title is about; empty when only conditions count.
        every: the person said all of them, so a match of several is no question.
        tags: all of these.
        due: overdue, today, upcoming, none, or empty.
        priority: empty for any.
        completed: completed tasks are meant.
    """

    words: str = ""
    every: bool = False
    tags: tuple[str, ...] = ()
    due: str = ""
    priority: str = ""
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to do.

    Attributes:
        kind: what.
        target: which tasks.
        text: the rest it needs: the new task, the new time, the new title.
        priority: the new priority.
        tags: tags to add or take away.
        number: the choice that was picked.
    """

    kind: Kind
    target: Target = field(default_factory=Target)
    text: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    number: int = 0


_YES = {
    "yes",
    "y",
    "ok",
    "okay",
    "sure",
    "do it",
    "confirm",
    "go ahead",
    "ja",
    "jo",
    "klar",
    "mach das",
    "bestätigen",
    "gerne",
}
_NO = {"no", "n", "cancel", "stop", "don't", "nein", "nee", "abbrechen", "nicht"}
_HELP = {"help", "hilfe", "?", "what can you do", "was kannst du"}
_UNDO = re.compile(
    r"(?:undo|revert|take (?:it|that) back|rückgängig|mach(?:e)? (?:das|es) rückgängig)(?: (?:that|it|this|the last))?"
)
_PLAN = re.compile(
    r"(?:please )?(?:plan|organi[sz]e) (?:my|the) day|what should i do (?:now|today|next)|plane?(?: mir)? (?:meinen|den) tag|was soll ich heute (?:tun|machen)"
)

# (kind, pattern). The first that matches the whole clause wins; groups: target, text, priority, tags.
_RULES: list[tuple[Kind, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        ("prioritise", r"(?:set|change) (?:the )?priority of (?P<target>.+?) to (?P<priority>urgent|high|medium|low|none)"),
        ("prioritise", r"(?:make|mark|set|flag) (?P<target>.+?) (?:as |to |with )?(?P<priority>urgent|important|high|medium|normal|low)(?: priority)?"),
        ("prioritise", r"(?:mach|mache|markiere|setze?|stelle?) (?P<target>.+?) (?:als |auf |mit )?(?:priorität )?(?P<priority>dringend|wichtig|hoch|mittel|normal|niedrig|unwichtig)"),
        ("reopen", r"(?:reopen|uncomplete|un-complete|untick) (?P<target>.+)"),
        ("reopen", r"mark (?P<target>.+?) as (?:open|not done|undone)"),
        ("reopen", r"(?:öffne) (?P<target>.+?)(?: wieder)?"),
        ("complete", r"(?:complete|finish|close|tick off|check off) (?P<target>.+)"),
        ("complete", r"(?:mark|tick|check) (?P<target>.+?) (?:as )?(?:done|complete|completed|finished|off)"),
        ("complete", r"(?:i(?:'m| am) )?(?:done|finished) with (?P<target>.+)"),
        ("complete", r"i(?:'ve| have)? (?:did|done|finished) (?P<target>.+)"),
        ("complete", r"(?:erledige|schließe|beende) (?P<target>.+?)(?: ab)?"),
        ("complete", r"(?:hake|hak) (?P<target>.+?) ab"),
        ("complete", r"(?:markiere) (?P<target>.+?) als (?:erledigt|fertig)"),
        ("complete", r"(?P<target>.+?) (?:ist|sind) (?:erledigt|fertig)"),
        ("reschedule", r"(?:move|reschedule|postpone|defer|push|shift|delay) (?P<target>.+?) (?:to|until|till|for) (?P<text>.+)"),
        ("reschedule", r"(?:set|make) (?P<target>.+?) (?:due|for) (?:on |at |by )?(?P<text>.+)"),
        ("reschedule", r"(?:verschiebe?|verlege?|schiebe?) (?P<target>.+?) (?:auf|nach|bis|zu) (?:den |die |das )?(?P<text>.+)"),
        ("rename", r"rename (?P<target>.+?) (?:to|into|as) (?P<text>.+)"),
        ("rename", r"(?:benenne?) (?P<target>.+?) (?:in|um in|zu) (?P<text>.+?)(?: um)?"),
        ("untag", r"(?:untag) (?P<target>.+?) (?:from |with )?(?P<tags>#\S+(?: #\S+)*)"),
        ("untag", r"(?:remove|take) (?:the )?(?:tag )?(?P<tags>#\S+(?: #\S+)*) (?:from|off) (?P<target>.+)"),
        ("untag", r"(?:entferne) (?P<tags>#\S+(?: #\S+)*) (?:von|bei) (?P<target>.+)"),
        ("tag", r"(?:tag|label) (?P<target>.+?) (?:with |as )?(?P<tags>#\S+(?: #\S+)*|(?<=with )\S+|(?<=as )\S+)"),
        ("tag", r"add (?:the )?(?:tag )?(?P<tags>#\S+(?: #\S+)*) to (?P<target>.+)"),
        ("tag", r"(?:tagge?|versieh) (?P<target>.+?) (?:mit )(?P<tags>#?\S+(?: #\S+)*)"),
        ("restore", r"(?:restore|undelete|bring back) (?P<target>.+)"),
        ("restore", r"(?:stelle) (?P<target>.+?) wieder her"),
        ("delete", r"(?:delete|remove|trash|drop|get rid of|erase) (?P<target>.+)"),
        ("delete", r"(?:lösche?|entferne) (?P<target>.+)"),
        ("find", r"(?:show|list|find|search|search for|look for|look up|give me|display)(?: me)?(?: all)? (?P<target>.+)"),
        ("find", r"(?:what(?:'s| is| are)|which|do i have|are there|what do i have)(?: my)? (?P<target>.+)"),
        ("find", r"(?:zeige?|liste|finde|suche?|such)(?: mir)?(?: nach)?(?: alle)? (?P<target>.+?)(?: auf)?"),
        ("find", r"was (?:steht|ist|sind|habe ich|muss ich)(?: denn)? (?P<target>.+?)(?: an| fällig| zu tun| tun| machen)?"),
        ("find", r"welche (?:aufgaben )?(?:sind |habe ich )?(?P<target>.+)"),
        ("add", r"(?:add|create|new|note|todo|remember|remind me to|i need to|i have to)(?: a)?(?: (?:new )?task)?(?::| to| called)? (?P<text>.+)"),
        ("add", r"(?:erstelle?|neu|neue|notiere?|erinnere? mich(?: daran)?(?:,)?|ich muss|ich soll)(?: eine)?(?: (?:neue )?aufgabe)?:? (?P<text>.+)"),
        ("add", r"(?:füge?) (?P<text>.+?) hinzu"),
    )
]  # fmt: skip
_VERB = re.compile(
    r"\s*(?:,\s*)?(?:\band then\b|\band\b|\bund dann\b|\bund\b|;)\s+(?=(?:please )?(?:make|mark|set|move|reschedule|postpone|complete|finish|delete|"
    r"remove|tag|untag|rename|reopen|add|create|show|mach|mache|markiere|setze|verschiebe|verlege|erledige|lösche|entferne|benenne|"
    r"hake|erstelle|füge|zeige)\b)",
    re.IGNORECASE,
)
_DUE_WORDS = (
    ("overdue", r"\b(?:overdue|late|past due|überfällige?[nrs]?)\b"),
    ("today", r"\b(?:due )?(?:today|heute(?: fällige?[nrs]?)?)\b"),
    ("upcoming", r"\b(?:upcoming|coming up|next|kommende?[nrs]?|demnächst)\b"),
    ("none", r"\b(?:without (?:a )?(?:due )?date|undated|ohne (?:datum|termin|frist))\b"),
)
_NOISE = re.compile(
    r"\b(?:everything|all|any|every|the|my|of|a|an|task|tasks|todo|todos|item|items|one|ones|thing|things|please|that(?:'s|s)?|which|who|is|are|"
    r"tagged|tag|labelled|labeled|with|due|do|i|have|for|on|in|about|called|to|it|this|those|these|"
    r"alles|alle|aller|jede[rns]?|der|die|das|den|dem|meine?[nrs]?|eine?[nrs]?|aufgaben?|bitte|was|welche|ist|sind|mit|getaggt|markiert|"
    r"fällig|an|für|am|im|zum|zur)\b",
    re.IGNORECASE,
)
_EVERY = re.compile(r"\b(?:everything|all|every|alles|alle|jede)\b", re.IGNORECASE)
_TAGGED = re.compile(
    r"#([^\s#,;]+)|\b(?:tagged|labell?ed|with tag|mit tag|getaggt mit|tag)\s+(?:with\s+)?#?([^\s#,;]+)", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“„»']([^\"“”„«»']{2,})[\"”“«']")
_SPACES = re.compile(r"\s+")


def read(text: str) -> list[Intent]:
    """Return what a sentence asks for, in order; never empty for a text with a word in it."""
    text = _SPACES.sub(" ", text[:MAX_LENGTH]).strip()
    bare = text.strip(" .!?").casefold()
    if text.strip(" .").isdigit():
        return [Intent("choose", number=int(text.strip(" .")[:4]))]
    for kind, words in (("yes", _YES), ("no", _NO), ("help", _HELP)):
        if bare in words or text in words:
            return [Intent(kind)]  # type: ignore[arg-type]
    if _UNDO.fullmatch(bare):
        return [Intent("undo")]
    if _PLAN.fullmatch(bare):
        return [Intent("plan")]
    clauses = _VERB.split(text)
    return [_clause(clause.strip()) for clause in clauses if clause and clause.strip()]


def _clause(clause: str) -> Intent:
    bare = re.sub(r"^(?:please|bitte|can you|could you|kannst du)\s+", "", clause, flags=re.IGNORECASE).rstrip(" .!?")
    for kind, pattern in _RULES:
        match = pattern.fullmatch(bare)
        if match is None:
            continue
        groups = match.groupdict()
        if kind == "add":
            return Intent("add", text=_from_original(clause, groups["text"]))
        target = read_target(groups.get("target") or "")
        if kind != "find" and target == Target():
            continue
        tags = tuple(part.lstrip("#").strip(",.;") for part in (groups.get("tags") or "").split())
        priority = _PRIORITIES.get((groups.get("priority") or "").casefold(), "")
        return Intent(kind, target, (groups.get("text") or "").strip(), priority, tags)
    return Intent("add", text=clause)


def _from_original(clause: str, text: str) -> str:
    # The closing dot or question mark belongs to the task's own words.
    start = clause.rfind(text)
    return clause[start:].strip() if start >= 0 and not clause.endswith("hinzu") else text.strip()


def read_target(text: str) -> Target:
    """Return which tasks a phrase means."""
    quoted = _QUOTED.search(text)
    every = bool(_EVERY.search(text))
    if quoted is not None:
        return Target(words=quoted[1].strip(), every=every)
    tags = tuple(match[1] or match[2] for match in _TAGGED.finditer(text))
    rest = _TAGGED.sub(" ", text)
    due = ""
    for name, pattern in _DUE_WORDS:
        if re.search(pattern, rest, re.IGNORECASE):
            due = name
            rest = re.sub(pattern, " ", rest, flags=re.IGNORECASE)
            break
    priority = ""
    found = re.search(
        r"\b(urgent|high|medium|low|dringende?[nrs]?|wichtige?[nrs]?)(?: priority)?\b", rest, re.IGNORECASE
    )
    if found and (every or re.search(r"\b(?:tasks|aufgaben|ones)\b", rest, re.IGNORECASE)):
        stem = re.sub(r"(?<=dringend|.wichtig)e[nrs]?$", "", found[1].casefold())
        priority = _PRIORITIES.get(stem, "")
        rest = rest.replace(found[0], " ")
    completed = bool(re.search(r"\b(?:completed|finished|erledigte?[nrs]?)\b", rest, re.IGNORECASE))
    rest = re.sub(r"\b(?:completed|finished|erledigte?[nrs]?|open|offene?[nrs]?)\b", " ", rest, flags=re.IGNORECASE)
    words = _SPACES.sub(" ", _NOISE.sub(" ", rest)).strip(
        " ,.'\u2019?!s" if rest.strip().startswith("'") else " ,.'\u2019?!"
    )
    return Target(words, every, tags, due, priority, completed)
