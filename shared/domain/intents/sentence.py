"""Reading a message: courtesies aside, split into commands, each by the first rule that fits."""

import re
from dataclasses import replace

from shared.domain.intents.intent import Intent, Kind, Target
from shared.domain.intents.rules import RULES, Rule
from shared.domain.intents.shorthand import spelled
from shared.domain.intents.target import read_places, read_target
from shared.domain.intents.verbs import mended
from shared.domain.intents.vocabulary import (
    ASCII_UMLAUTS,
    BARE_VERBS,
    HELP,
    NO,
    PLAN,
    PRIORITIES,
    TAGS,
    THANKS,
    UNDO,
    YES,
)

MAX_LENGTH = 4000
_COMMAND_LENGTH = 500
_SPACES = re.compile(r"[^\S\n]+")
_FIXED: tuple[tuple[Kind, set[str]], ...] = (("yes", YES), ("no", NO), ("help", HELP), ("thanks", THANKS))
_COURTESY = re.compile(
    r"(?:please|pls|plz|bitte|hey|hi|hello|hallo|ok|okay|so|now|also|oh|well|then|thanks|danke|dann|mal|actually|eigentlich|ach(?: ja)?|hmm?|um+|btw|by the way|"
    r"übrigens|stimmt|sorry|"
    r"(?:can|could|would|will) (?:you|u)(?: please| kindly)?|would you mind|i(?:'d| would) like (?:you )?to|i want (?:you )?to|i wanna|let'?s|just|kindly|go ahead and|"
    r"(?:kannst|könntest|würdest|magst) du(?: mir)?(?: bitte)?(?: mal)?|ich (?:möchte|will|würde gern(?:e)?))[,!]?\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,]+(?:please|pls|plz|bitte|thanks|thank you|thx|danke|for me|für mich|will you|would you|ok|okay)\s*$",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*(?:,?\s*\b(?:and then|then|and also|and|und dann|dann|und auch|und)\b|[,;.]|\n)\s+", re.IGNORECASE
)
_QUESTION = re.compile(
    r"(?:who|what|why|when|where|how|which|is|are|do|does|did|can|could|should|will|wer|was|warum|wieso|wann|wo|wie|welche\w*|ist|sind|kann|kannst|soll)\b",
    re.IGNORECASE,
)
# Questions also without their mark: no task begins like that.
_ASKING = re.compile(
    r"(?:did|have|has|must|should|may|shall|am|was|were) (?:i|we)\b|(?:when|why|where)(?:'s| is| are| was| do| did| does| should| must| can| will)\b"
    r"|(?:habe?|muss|soll|sollte|kann|darf) ich\b|(?:wann|warum|wieso|weshalb|wohin|wo) (?:ist|sind|war|muss|soll|sollte|kann|habe?|wird)\b",
    re.IGNORECASE,
)
_ECHO = re.compile(
    r"(?P<first>.+?)(?:[,;.]\s+(?:and |und )?|\s+(?:and|und)\s+)(?:(?:also|auch|same (?:for|with)) (?P<same>[^,;.]+?)|(?P<other>[^,;.]+?) (?:too|as well|also|likewise|auch|ebenfalls|genauso))",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(r"(?:not|nicht) (?:the|my|that|this|die|der|das|den|meine?n?) .+", re.IGNORECASE)
_REPEATED = {"complete", "reopen", "reschedule", "prioritise", "tag", "untag", "delete", "drop", "restore"}
_QUOTES = re.compile(r"^[\"\u201c\u201e\u00ab](.+)[\"\u201d\u201c\u00bb]$")
_EXCUSE = re.compile(r"(?:i'?m|i am|sorry|it'?s|ich bin|ich hab|es ist|bin)\b", re.IGNORECASE)
_MY_WEEK = re.compile(r"^(?:my |the |meine |die )(week|weekend|month|woche)$", re.IGNORECASE)
_WORDY = re.compile(r"\w")
_TASK_WORD = re.compile(r"\b(?:tasks?|todos?|to-dos?|aufgaben?|list|liste|inbox|everything|alles)\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s(?:to|until|till|for|on|auf|bis|nach)\s", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:\S+ )?(?:tasks|todos|to-dos|items|aufgaben|things)\s*:\s*(?P<items>.+)", re.IGNORECASE | re.DOTALL
)
_DESCRIBED = (
    (re.compile(r"\b(?:with|mit) (?:an? |the )?(urgent|high|medium|low|dringender|hoher|mittlerer|niedriger) (?:priority|priorität|prio)\b", re.IGNORECASE), "!"),
    (re.compile(r"\b(?:priority|priorität|prio):? (urgent|high|medium|low|dringend|hoch|mittel|niedrig)\b", re.IGNORECASE), "!"),
    (re.compile(r"\b(urgent|high|low)[- ]priority\b", re.IGNORECASE), "!"),
    (re.compile(r"\b(?:tagged(?: with| as)?|with (?:the )?tag|mit (?:dem )?tag|und tag|and tag) #?(\w[\w-]*)", re.IGNORECASE), "#"),
)  # fmt: skip
_REMIND = "remind me to "
_REMIND_LATE = re.compile(r"(?P<when>(?:in|at|on|tomorrow|tonight|today|next) ?.*?) to (?P<what>\w.+)", re.IGNORECASE)
_REMINDED = re.compile(r"(?:(?P<when>.+?) )?(?:daran|an),? (?P<what>.+)", re.IGNORECASE)
_ZU = re.compile(r"\b(?:zu |(?P<prefix>ab|an|auf|aus|ein|mit|nach|vor|weg|zurück|her|hin)zu)(?P<verb>\w+n)$")


def read(text: str) -> list[Intent]:
    """Return what a message asks for, in order; never empty."""
    text = _SPACES.sub(" ", text[:MAX_LENGTH]).strip()
    bare = text.strip(" .!?,").casefold()
    for kind, words in _FIXED:
        if bare in words or text in words:
            return [Intent(kind)]
    if not _WORDY.search(text):
        return [Intent("help")]
    plain = spelled(_polite(bare))
    picked = _picked(plain)
    if picked:
        return [Intent("choose", numbers=picked)]
    for kind, pattern in (("undo", UNDO), ("plan", PLAN), ("tags", TAGS)):
        if pattern.fullmatch(plain) or pattern.fullmatch(bare):
            return [Intent(kind)]
    if len(text) > _COMMAND_LENGTH or "\n" in text:
        return [_added(text)]
    return _commands(text)


def read_after(before: str, text: str) -> list[Intent]:
    """Return what "milk too" asks for after another message: the same of another task; nothing when it is something of its own."""
    return _echoed(f"{before.strip(' .!?')}, {text}")[1:]


def split_again(intent: Intent) -> Intent | None:
    """Return a reading in which the time begins one preposition later: "move letter to mom to friday"."""
    places = list(_SEPARATOR.finditer(intent.text))
    if not places:
        return None
    last = places[-1]
    phrase = f"{intent.target.phrase} {intent.text[: last.start()]}"
    target = replace(intent.target, words=f"{intent.target.words} {intent.text[: last.start()]}".strip(), phrase=phrase)
    return replace(intent, target=target, text=intent.text[last.end() :])


def _picked(plain: str) -> tuple[int, ...]:
    if plain in {"all", "all of them", "both", "alle", "beide", "alles davon"}:
        return (0,)
    return read_places(plain)


def _polite(text: str) -> str:
    before, text = "", text.replace("\u2019", "'")
    while before != text:
        before = text
        text = _AFTER.sub("", _COURTESY.sub("", text, count=1) if _COURTESY.match(text) else text)
    return text.strip()


def _commands(text: str) -> list[Intent]:
    echoed = _echoed(text)
    if echoed:
        return echoed
    parts, whole = _JOINT.split(text), _clause(text)
    if whole.kind == "add" and whole.text != text.strip():
        return [whole]  # said in so many words: everything after "add" is the task
    found: list[Intent] = []
    rest = parts
    while rest:
        for size in range(1, len(rest) + 1):
            # The shortest run of parts that the next part, a command too, ends.
            here = _join(text, rest[:size])
            after = _clause(rest[size]) if size < len(rest) else None
            if after is None or ((after.kind != "add" or _explicit(rest[size])) and not after.fallback):
                found.append(_clause(here))
                rest = rest[size:]
                break
    if (
        len(found) > 1
        and found[0].kind == "add"
        and _EXCUSE.match(_polite(parts[0]))
        and len(found[1:]) == len(parts[1:])
    ):
        found = found[1:]  # "i'm sick today, move everything to tomorrow": why, then what
        if all(intent.kind != "add" for intent in found):
            return found
    if len(found) > 1 and found[0].kind == "add" and not _explicit(parts[0]):
        found = [whole if whole.kind != "add" else _added(text)]
    if len(found) > 1:
        return found
    return _told(text, parts) if whole.kind == "add" or whole.fallback else [whole]


def _echoed(text: str) -> list[Intent]:
    """Return what "taxes done, milk too" asks for: the same of another task."""
    match = _ECHO.fullmatch(text.strip(" .!"))
    first = _clause(match["first"]) if match else None
    if match is None or first is None or first.kind not in _REPEATED:
        return []
    target = read_target(_polite(match["same"] or match["other"]))
    return [replace(first, fallback=""), replace(first, target=target, fallback="")] if target.words else []


def _told(text: str, parts: list[str]) -> list[Intent]:
    """Return the changes of a message in which every part tells of one ("milk done, rent not yet"), or else what the whole is."""
    found, rest = [], parts
    while rest:
        sizes = range(1, len(rest) + 1)
        each = next(
            (each for size in sizes if (each := (size, _clause(_join(text, rest[:size]))))[1].kind in _REPEATED), None
        )
        if each is None:
            return [_clause(text)]
        found.append(replace(each[1], fallback=""))
        rest = rest[each[0] :]
    return found if len(found) > 1 else [_clause(text)]


def _join(text: str, parts: list[str]) -> str:
    start = text.find(parts[0])
    end = text.find(parts[-1], start) + len(parts[-1])
    return text[start:end]


def _explicit(clause: str) -> bool:
    bare = _polite(clause)
    return any(rule.kind == "add" and rule.pattern.fullmatch(bare) for rule in RULES)


def _clause(clause: str) -> Intent:
    bare = _polite(clause.strip()).rstrip(" .!?")
    bare = spelled(bare)
    if bare.casefold() in BARE_VERBS:
        return Intent(BARE_VERBS[bare.casefold()], Target(refers="it"))
    listed = _LISTED.fullmatch(bare)
    if listed is not None:
        return _listed(listed["items"])
    for pattern, umlaut in ASCII_UMLAUTS:
        bare = pattern.sub(umlaut, bare)
    for candidate in (bare, mended(bare)):
        for rule in RULES if candidate else ():
            match = rule.pattern.fullmatch(candidate)
            intent = _intent(rule, match, clause) if match else None
            if intent is not None and not (candidate != bare and intent.kind == "add"):
                return intent
    target = read_target(bare, asking=True)
    if not target.words and (target.conditional or _TASK_WORD.search(bare)) and not (target.refers or target.positions):
        return Intent("find", target)
    if _ASKING.match(bare) or _NOT_THAT.fullmatch(bare) or (_QUESTION.match(bare) and clause.rstrip().endswith("?")):
        return Intent("help")
    return _added(clause)


def _intent(rule: Rule, match: re.Match[str], clause: str) -> Intent | None:
    groups, implied = match.groupdict(), dict(rule.set)
    if rule.kind == "add":
        return _added(
            _reminded(implied["reminded"], clause, groups["text"])
            if implied
            else _from_original(clause, groups["text"])
        )
    asking = rule.kind == "find"
    said = groups.get("target") or ""
    if asking:
        said = _MY_WEEK.sub(
            lambda match: f"this {match[1]}" if match[1] in {"week", "weekend", "month"} else f"diese {match[1]}", said
        )
    target = read_target(said, asking=asking)
    if implied.get("completed"):
        target = replace(target, completed=True)
    if asking and target.refers:
        return None
    if implied.get("every"):
        target = Target(every=True)
    if implied.get("undated"):
        target = replace(target, due="none")
    if rule.kind == "elsewhere" and not rule.maybe:
        return Intent("elsewhere", text=implied["text"])
    if not asking and not said.strip():
        return None
    tags = tuple(
        part.lstrip("#").strip(",.;") for part in re.split(r",? (?:and |und )?|,", groups.get("tags") or "") if part
    )
    priority = implied.get("priority") or PRIORITIES.get((groups.get("priority") or "").casefold(), "")
    text = implied.get("text") or implied.get("sign", "") + (groups.get("text") or "").strip()
    if rule.kind in {"rename", "change"}:
        text = _QUOTES.sub(r"\1", text)
    fallback = _described(clause.strip()) if rule.maybe else _task_of(clause) if rule.or_add else ""
    return Intent(rule.kind, target, text, priority, tags, fallback=fallback)


def _task_of(clause: str) -> str:
    """Return the task that a clause names which says "add"."""
    bare = spelled(_polite(clause.strip()).rstrip(" .!?"))
    adding = [(rule, match) for rule in RULES if rule.kind == "add" and (match := rule.pattern.fullmatch(bare))]
    made = [intent for rule, match in adding if (intent := _intent(rule, match, clause))]
    return made[0].text if made else _described(clause.strip())


def _added(text: str) -> Intent:
    return Intent("add", text=_described(text.strip()))


def _listed(items: str) -> Intent:
    parts = [part.strip(" .") for part in re.split(r"[,;]|\band\b|\bund\b", items)]
    return Intent("add", text="\n".join(_described(part) for part in parts if part))


def _described(text: str) -> str:
    """Write what was said in words as marks that quick add knows: "with high priority" as !high, "tagged home" as #home."""
    for pattern, mark in _DESCRIBED:
        text = pattern.sub(lambda match: _marked(match[1]) if mark == "!" else f"#{match[1]}", text)  # noqa: B023 - used at once
    return re.sub(r"[\s,]+(?:please|bitte|thanks|danke)[.!]*$", "", text, flags=re.IGNORECASE).strip()


def _reminded(how: str, clause: str, text: str) -> str:
    """Return "morgen daran, Blumen zu gießen" as quick add knows it: "remind me to Blumen gießen morgen"."""
    match = {"late": _REMIND_LATE, "german": _REMINDED}[how].fullmatch(text) if how != "plain" else None
    if match is None:
        what = _from_original(clause, text)
    else:
        what = f"{_ZU.sub(_infinitive, match['what'])} {match['when'] or ''}".strip()
    return f"{_REMIND}{what}"


def _infinitive(match: re.Match[str]) -> str:
    return f"{match['prefix'] or ''}{match['verb']}"


def _marked(priority: str) -> str:
    return f"!{PRIORITIES.get(priority.casefold(), priority)}"


def _from_original(clause: str, text: str) -> str:
    # The closing dot or question mark belongs to the task's own words.
    start = clause.rfind(text)
    return clause[start:].strip() if start >= 0 and clause[start + len(text) :].strip(" .!?") == "" else text.strip()
