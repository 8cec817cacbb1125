"""Commands as patterns of a whole clause, in the order they are tried.

Groups: ``target`` (which tasks), ``text`` (a time or a title), ``priority``, ``tags``. ``maybe`` marks readings that are a task to add when no
task fits ("Fenster putzen erledigt", "the report is done").
"""

import re
from dataclasses import dataclass

from shared.domain.intents.intent import Kind
from shared.domain.intents.vocabulary import NAME_LIST, PRIORITY, TAG_LIST

_T = r"(?P<target>.+?)"
_P = rf"(?P<priority>{PRIORITY})"
_G = rf"(?P<tags>{TAG_LIST})"
_N = rf"(?P<tags>{NAME_LIST})"
_X = r"(?P<text>.+?)"
_AMOUNT = r"(?P<text>(?:an?|one|two|three|four|five|six|seven|\d{1,3}|ein(?:e|en|er)?|zwei|drei|vier|fünf|sechs|sieben) (?:\w+))"
_DUE_EN = r"(?:due date|due time|due|date|deadline)"
_DUE_DE = r"(?:datum|termin|frist|fälligkeit|fälligkeitsdatum)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say one thing.

    Attributes:
        kind: what it means.
        pattern: of the whole clause.
        set: values the words imply: ``text``, ``priority``, the ``sign`` of an amount of time, ``completed``.
        maybe: it may be a task to add as well.
        or_add: the same, and yet tried before the words that say "add".
    """

    kind: Kind
    pattern: re.Pattern[str]
    set: tuple[tuple[str, str], ...] = ()
    maybe: bool = False
    or_add: bool = False


def _rule(kind: Kind, pattern: str, *, maybe: bool = False, or_add: bool = False, **values: str) -> Rule:
    return Rule(kind, re.compile(pattern, re.IGNORECASE), tuple(values.items()), maybe, or_add)


_FIELDS = [
    _rule("reschedule", rf"(?:set|change|move|update) (?:the )?{_DUE_EN} (?:of|for|on) {_T} to (?P<text>.+)"),
    _rule("reschedule", rf"(?:setze?|ändere?|verschiebe?) (?:das |den |die )?{_DUE_DE} (?:von|für|bei) {_T} auf (?:den |die |das )?(?P<text>.+)"),
    _rule("reschedule", rf"(?:remove|clear|delete|drop|unset) (?:the |its )?{_DUE_EN} (?:of|from|for|on) (?P<target>.+)", text="none"),
    _rule("reschedule", rf"(?:entferne?|lösche?|streiche?) (?:das |den |die )?{_DUE_DE} (?:von|bei|für|aus) (?P<target>.+)", text="none"),
    _rule("prioritise", r"(?:remove|clear|drop|unset) (?:the )?priority (?:of|from|for) (?P<target>.+)", priority="none"),
    _rule("prioritise", r"(?:entferne?|lösche?) (?:die )?prio(?:rität)? (?:von|bei|für) (?P<target>.+)", priority="none"),
]  # fmt: skip
_PARTICIPLE = (
    "paid|bought|called|sent|returned|booked|ordered|emailed|submitted|mailed|cancelled|canceled|renewed|cleaned|washed|fixed|watered|fed|signed"
    "|printed|collected|delivered|picked up|handed in|turned in|dropped off"
)
_PAST = (
    "paid|bought|called|sent|returned|booked|ordered|emailed|wrote|submitted|mailed|cancelled|canceled|renewed|picked up|took out|talked to|talked with"
    "|spoke to|spoke with"
)
_PARTIZIP = (
    "bezahlt|gekauft|angerufen|abgeschickt|verschickt|geschickt|abgegeben|abgeholt|geholt|überwiesen|geputzt|gewaschen|zurückgegeben|gegossen|gebucht"
    "|bestellt|repariert|unterschrieben"
)
_EARLIER = "(?: already| today| yesterday| just now| earlier| this morning| last night)?"
_TICK = "(?:\u2705|\u2714\ufe0f?|\u2713|\u2611\ufe0f?|\\[x\\])"
_DAY = (
    r"(?:today|tonight|tomorrow|(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|next week|(?:the )?weekend"
    r"|heute|morgen|übermorgen|(?:nächsten |kommenden )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|nächste woche|(?:das )?wochenende)"
)
# What "add … to the list" means is to add it.
_LIST = r"(?!(?:my |the |our |meiner? |der |die |dem |den |das )?(?:\S+ )?(?:lists?|\w*liste|inbox|tasks|to-?dos|calendar|kalender)\b)"
_FIELD = r"(?!(?:an? |the |another |eine? |einen |den |die |das )?(?:\S+ )?(?:reminder|due|date|deadline|priority|prio|tags?|labels?|tasks?|to-?dos?|erinnerung|datum|frist|termin)\b)"
_NOT_NOW = r"(?:that |so |very |really |super |mehr |mehr so |so |sehr )*"
_EVERY = r"(?P<text>every .+|each .+|daily|weekly|monthly|yearly|annually|biweekly|recurring)"
_ELSEWHERE = [
    _rule("elsewhere", r"(?:rename|change|replace|merge) (?:the )?(?:tag|label) (?P<target>.+?) (?:to|with|into|by|as) .+", text="tags"),
    _rule("elsewhere", r"(?:benenne?|nenne?|ändere?|ersetze?) (?:den |das )?(?:tag|label|schlagwort) (?P<target>.+?) (?:in|zu|durch|auf) .+", text="tags"),
    _rule("elsewhere", r"(?:delete|remove) (?:the )?(?:tag|label) (?P<target>#?[^\s]+)", text="tags"),
    _rule("elsewhere", r"(?:empty|clear|purge) (?P<target>(?:the |my )?(?:trash|bin))", text="trash"),
    _rule("elsewhere", r"(?:leere?|räume?) (?P<target>(?:den |meinen )?papierkorb)(?: aus)?|(?:den |meinen )?papierkorb (?:leeren|ausleeren)", text="trash"),
    _rule("elsewhere", rf"repeat {_T} {_EVERY.replace('(?P<text>', '(?:')}", text="repeat", maybe=True),
    _rule("elsewhere", rf"make {_T} (?:repeat |recur |repeating |recurring )?{_EVERY.replace('(?P<text>', '(?:')}", text="repeat", maybe=True),
    _rule("elsewhere", r"(?:wiederhole?) (?P<target>.+?) (?:jede[nrs]? .+|täglich|wöchentlich|monatlich|jährlich)", text="repeat", maybe=True),
]  # fmt: skip
_SUBTASK = [
    _rule("subtask", r"(?:(?:add|create|make|new) )?(?:an? |the |new )*(?:sub-?task|step)s?:? (?P<text>.+?) (?:to|for|under|of) (?P<target>.+)", or_add=True),
    _rule("subtask", r"(?:(?:add|create|make) )?(?P<text>.+?) as (?:an? )?(?:sub-?task|step) (?:of|to|for|under) (?P<target>.+)"),
    _rule("subtask", r"(?:(?:add|create|make|new) )?(?:an? |the |new )*sub-?tasks? (?:of|for|to|under) (?P<target>[^:]+): ?(?P<text>.+)"),
    _rule("subtask", r"under (?P<target>[^:]+): ?(?P<text>.+)", maybe=True),
    _rule("subtask", r"(?:(?:füge?|erstelle?|lege?|neue) )?(?:eine |die )?(?:neue )?(?:unteraufgabe|teilaufgabe):? (?P<text>.+?) (?:zu|zur|zum|für|unter|bei) (?P<target>.+?)(?: hinzu| an)?"),
    _rule("subtask", r"(?:neue |eine )?(?:unteraufgabe|teilaufgabe) (?:zu|zur|zum|für|von|bei) (?P<target>[^:]+): ?(?P<text>.+)"),
    _rule("subtask", r"(?:füge? )?(?P<text>.+?) als (?:unteraufgabe|teilaufgabe) (?:zu|zur|zum|von|bei|für|unter) (?P<target>.+?)(?: hinzu| hinzufügen)?"),
]  # fmt: skip
_NOTE = [
    _rule("note", r"(?:add|write|put) (?:an? )?(?:notes?|comments?) (?:to|on|for|in) (?P<target>[^:]+): ?(?P<text>.+)"),
    _rule("note", r"(?:add|write|put) (?P<text>.+?) (?:to|in|into) the (?:notes?|comments?|description) (?:of|on|for) (?P<target>.+)"),
    _rule("note", rf"(?:add|put|write) {_FIELD}(?P<text>.+?) (?:to|on|in|into) (?P<target>(?:the |my )?{_LIST}.+? (?:task|to-?do|item))"),
    _rule("note", rf"(?:füge?|schreibe?) {_FIELD}(?P<text>.+?) (?:zu|zur|zum|bei) (?P<target>(?:der |die |den )?aufgabe .+?)(?: hinzu| dazu)?"),
    _rule("note", r"ergänze? (?P<target>.+?) um (?P<text>.+)"),
    _rule("note", r"note (?:to|on|for) (?P<target>[^:]+): ?(?P<text>.+)"),
    _rule("note", r"(?:schreibe?|füge?)? ?(?:eine )?notiz (?:zu|bei|für|an) (?P<target>[^:]+?)(?: hinzu)?: ?(?P<text>.+)"),
]  # fmt: skip
_PRIORITISE = [
    _rule("prioritise", rf"{_T} auf (?:prio|priority|priorität) {_P} (?:setzen|stellen)"),
    _rule("prioritise", rf"(?:set|make|give|change) {_T}(?:'s)? priority (?:to |as )?{_P}"),
    _rule("prioritise", rf"(?:lower|raise|drop|bump|downgrade|upgrade) {_T} to {_P}(?: priority)?"),
    _rule("prioritise", rf"{_T} (?:is|are)(?:n't| not| no longer) {_NOT_NOW}(?:urgent|important)(?: anymore| any more| now)?", priority="none", maybe=True),
    _rule("prioritise", rf"{_T} not {_NOT_NOW}(?:urgent|important)(?: anymore| any more| now)?", priority="none", maybe=True),
    _rule("prioritise", rf"{_T} (?:ist|sind) nicht {_NOT_NOW}(?:dringend|wichtig)", priority="none", maybe=True),
    _rule("prioritise", rf"{_T}: ?{_P}(?: priority)?", maybe=True),
    _rule("prioritise", rf"(?:set|change|put) (?:the )?priority (?:of|for|on) {_T} to {_P}"),
    _rule("prioritise", r"(?:raise|increase|bump|up) (?:the )?priority (?:of|for|on) (?P<target>.+)", priority="up"),
    _rule("prioritise", r"(?:lower|decrease|reduce) (?:the )?priority (?:of|for|on) (?P<target>.+)", priority="down"),
    _rule("prioritise", rf"(?:make|mark|set|flag|change|give) {_T} (?:as |to |with |an? |be )*{_P}(?:[- ]prio(?:rity)?)?"),
    _rule("prioritise", rf"(?:add|give) (?:an? )?{_P} prio(?:rity)? to (?P<target>.+)"),
    _rule("prioritise", r"bump (?!.* (?:to|by|until|till|for) )(?P<target>.+)", priority="up"),
    _rule("prioritise", rf"{_T} can wait", priority="low", maybe=True),
    _rule("prioritise", rf"{_T} (?:kann|können) (?:noch )?warten", priority="low", maybe=True),
    _rule("prioritise", rf"{_T} ?(?:->|=>|\u2192) ?{_P}(?: prio(?:rity)?)?", maybe=True),
    _rule("prioritise", r"prioriti[sz]e (?P<target>.+)", priority="high"),
    _rule("prioritise", r"deprioriti[sz]e (?P<target>.+)", priority="low"),
    _rule("prioritise", rf"{_P} prio(?:rity)? (?:for|to) (?P<target>.+)"),
    _rule("prioritise", rf"{_T} (?:is|are) (?:now |really |very |super |so )*{_P}(?: priority)?(?: now)?", maybe=True),
    _rule("prioritise", rf"(?:setze?|ändere?|stelle?) (?:die )?prio(?:rität)? (?:von|für|bei) {_T} auf {_P}"),
    _rule("prioritise", rf"(?:mache?|markiere?|setze?|stelle?|stufe?) {_T} (?:als |auf |mit |zu |prio(?:rität)? )*{_P}(?: ein)?(?: priorität)?"),
    _rule("prioritise", rf"gib {_T} (?:eine )?{_P} prio(?:rität)?"),
    _rule("prioritise", r"erhöhe (?:die )?prio(?:rität)? (?:von|für) (?P<target>.+)", priority="up"),
    _rule("prioritise", r"(?:senke|verringere) (?:die )?prio(?:rität)? (?:von|für) (?P<target>.+)", priority="down"),
    _rule("prioritise", rf"{_T} (?:als |auf |mit |prio |priority |priorität )*{_P} (?:machen|markieren|setzen|stellen|einstufen)", maybe=True),
    _rule("prioritise", rf"{_T} (?:ist|sind) (?:jetzt |sehr |super |wirklich )*{_P}", maybe=True),
]  # fmt: skip
_REOPEN = [
    _rule("reopen", r"(?:re-?open|un-?complete|untick|uncheck|unmark) (?P<target>.+)"),
    _rule("reopen", rf"mark {_T} as (?:open|not done|undone|incomplete|unfinished|todo)(?: again)?"),
    _rule("reopen", rf"{_T} (?:is|are|isn't|aren't) (?:not )?(?:done|finished|complete) (?:yet|after all)", maybe=True),
    _rule("reopen", rf"{_T} (?:(?:is|are|was|were) not|isn't|aren't|wasn't|weren't) (?:really |actually )?(?:done|finished|complete|completed|paid)", maybe=True),
    _rule("reopen", rf"{_T} (?:is |are )?(?:not yet|not done|not finished)(?: done| finished| yet)?", maybe=True),
    _rule("reopen", rf"{_T} (?:ist |sind )?noch nicht(?: ganz)?(?: fertig| erledigt| bezahlt)?", maybe=True),
    _rule("reopen", rf"(?:öffne|mache?) {_T} wieder(?: auf)?"),
    _rule("reopen", r"öffne (?P<target>.+)"),
    _rule("reopen", rf"setze? {_T} wieder auf offen"),
    _rule("reopen", rf"{_T} wieder (?:öffnen|aufmachen)"),
    _rule("reopen", rf"{_T} (?:ist|sind) (?:doch )?(?:noch )?nicht (?:fertig|erledigt)", maybe=True),
]  # fmt: skip
_COMPLETE = [
    _rule("complete", rf"(?:i(?:'ve| have)? )?(?:already |just )*(?:{_PAST}) (?P<target>.+?){_EARLIER}"),
    _rule("complete", rf"(?:i(?:'ve| have)? )?(?:{_PARTICIPLE}) (?P<target>.+?){_EARLIER}", maybe=True),
    _rule("complete", rf"(?!(?:have|get|need|want|make|let|see|keep|hold|lass|muss)\b){_T} (?:is |are |was |were |has been |have been |got |already |now |finally |all )*(?:{_PARTICIPLE}){_EARLIER}", maybe=True),
    _rule("complete", rf"(?!(?:lass|muss|wird|soll)\b){_T} (?:ist |sind |wurden? |jetzt |schon |bereits |gerade |heute |endlich )*(?:{_PARTIZIP})", maybe=True),
    _rule("complete", r"(?:i |we )?(?:just |already )*got (?P<target>.+)", maybe=True),
    _rule("complete", rf"{_TICK} ?(?P<target>.+)"),
    _rule("complete", rf"{_T} ?{_TICK}"),
    _rule("complete", r"(?:done|finished|completed|erledigt|fertig|geschafft|abgehakt) ?: ?(?P<target>.+)"),
    _rule("complete", r"(?:x|done|erledigt) (?P<target>.+)", maybe=True),
    _rule("complete", rf"(?!(?:was|wann|wo|wie|welche\w*)\b){_T} hab(?:e)? ich (?:schon |bereits |gerade |heute )*(?:bezahlt|gekauft|erledigt|gemacht|angerufen|geschickt|abgegeben|geholt|geschafft)"),
    _rule("complete", rf"ich hab(?:e)? {_T} (?:schon |gerade |heute )?(?:bezahlt|gekauft|angerufen|geschickt|abgegeben|geholt)"),
    _rule("complete", rf"mache? {_T} fertig"),
    _rule("complete", r"(?:finished|completed) (?P<target>.+)", maybe=True),
    _rule("complete", rf"(?:mark|tick|check|set|cross) {_T} (?:as |to |off as )?(?:done|complete|completed|finished|off)(?: (?:my |the )?list)?"),
    _rule("complete", r"(?:complete|finish|close|tick off|check off|cross off|tick|resolve|conclude) (?P<target>.+)"),
    _rule("complete", r"(?:i(?:'m| am) )?(?:done|finished|through) with (?P<target>.+)"),
    _rule("complete", rf"i(?:'ve| have)? (?:already |just )*(?:did|done|finished|completed|got) {_T}(?: done)?(?: already)?"),
    _rule("complete", rf"{_T} (?:is|are|has been|have been) (?:all |now |already )*(?:done|finished|complete|completed)", maybe=True),
    _rule("complete", rf"{_T} (?:done|completed|finished)", maybe=True),
    _rule("complete", rf"(?:erledige?|schließe?|beende) {_T}(?: ab)?"),
    _rule("complete", rf"(?:hake?|kreuze?|streiche?) {_T} ab"),
    _rule("complete", rf"(?:markiere?|setze?) {_T} (?:als|auf) (?:erledigt|fertig|abgeschlossen)"),
    _rule("complete", rf"ich hab(?:e)? {_T} (?:schon |gerade |heute )?(?:erledigt|gemacht|geschafft|fertig|abgeschlossen)"),
    _rule("complete", r"ich bin (?:fertig )?mit (?P<target>.+?)(?: fertig)?"),
    _rule("complete", r"fertig mit (?P<target>.+)"),
    _rule("complete", rf"{_T} (?:als )?(?:erledigt|fertig|abgeschlossen) markieren"),
    _rule("complete", rf"{_T} (?:ist |sind |wurde |hab ich |habe ich )?(?:jetzt |schon |bereits )*(?:erledigt|fertig|abgehakt)", maybe=True),
    _rule("complete", rf"{_T} (?:abhaken|abschließen)", maybe=True),
]  # fmt: skip
_RESCHEDULE = [
    _rule("reschedule", rf"(?:move|push|shift|postpone|reschedule) {_T} (?:by )?{_AMOUNT} later", sign="+"),
    _rule("reschedule", rf"(?:move|push|shift|bring|reschedule) {_T} (?:by )?{_AMOUNT} (?:earlier|sooner)", sign="-"),
    _rule("reschedule", rf"{_T} {_AMOUNT} (?:später|nach hinten)(?: verschieben)?", sign="+", maybe=True),
    _rule("reschedule", r"(?:verschiebe?|schiebe?) (?P<target>.+?) nach hinten", text="+1 day"),
    _rule("reschedule", rf"{_T} (?:on |am |to |auf )?(?P<text>{_DAY}(?: .+?)?) (?:instead|rather|stattdessen)(?: of .+)?", maybe=True),
    _rule("reschedule", rf"{_T} (?:not|nicht) .+?,? (?:but|sondern) (?:on |am |erst )*(?P<text>.+)", maybe=True),
    _rule("reschedule", rf"{_T} (?:doch |lieber )+(?:erst |am |auf )*(?P<text>{_DAY}.*)", maybe=True),
    _rule("reschedule", rf"{_T} (?:(?:was|is|got|has been) )?(?:moved|postponed|rescheduled|pushed(?: back)?|delayed) (?:to|until|till) (?P<text>.+)", maybe=True),
    _rule("reschedule", rf"{_T} (?:wurde |ist )?(?:auf|bis) (?:den |die |das )?(?P<text>.+?) (?:verschoben|verlegt|vertagt)(?: worden)?", maybe=True),
    _rule("reschedule", rf"{_T} can wait (?:until|till|for) (?P<text>.+)", maybe=True),
    _rule("reschedule", rf"{_T} (?:kann|können) (?:noch )?bis (?:zum |zur )?(?P<text>.+?) warten", maybe=True),
    _rule("reschedule", r"(?P<target>.+?) ?(?:->|=>|\u2192) ?(?P<text>.+)", maybe=True),
    _rule("reschedule", r"(?:put|have) (?P<target>.+?) (?:on|for|in) (?P<text>(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day.*|tomorrow.*|today.*|(?:the )?weekend|next week)", maybe=True),
    _rule("reschedule", r"(?:no|without) (?:due )?date for (?P<target>.+)", text="none", maybe=True),
    _rule("reschedule", r"(?P<target>.+?) (?:has|have|needs?) no (?:deadline|due date|date)", text="none", maybe=True),
    _rule("reschedule", rf"(?:postpone|delay|push|defer|snooze|move|shift|put off) {_T} (?:back |off |out )?(?:by|for) {_AMOUNT}", sign="+"),
    _rule("reschedule", rf"(?:push|move|shift) {_T} (?:back|out) {_AMOUNT}", sign="+"),
    _rule("reschedule", rf"(?:move|bring|pull) {_T} forward (?:by )?{_AMOUNT}", sign="-"),
    _rule("reschedule", rf"(?:move|reschedule|postpone|defer|push|shift|delay|bump|snooze|bring|put off|pull) {_T} (?:back |off |out |forward |over )?(?:to|until|till|for|onto) (?P<text>.+)"),
    _rule("reschedule", rf"(?:set|make) {_T} (?:be )?(?:due|for) (?:on |at |by |to )?(?P<text>.+)"),
    _rule("reschedule", r"(?:postpone|defer|snooze|put off|delay) (?P<target>.+)", text="+1 day"),
    _rule("reschedule", rf"(?:re)?schedule {_T} (?:for|on|at|to) (?P<text>.+)", maybe=True),
    _rule("reschedule", rf"{_T} (?:is|are) (?:now )?due (?:on |by |at )?(?P<text>.+)", maybe=True),
    _rule("reschedule", rf"(?:verschiebe?|verlege?|schiebe?) {_T} um {_AMOUNT}(?: nach hinten)?", sign="+"),
    _rule("reschedule", rf"{_T} um {_AMOUNT} (?:verschieben|nach hinten schieben|aufschieben|verlegen)", sign="+"),
    _rule("reschedule", rf"(?:verschiebe?|verlege?|schiebe?|leg|lege|packe?|setze?|ziehe?) {_T} (?:auf|nach|bis|zu|vor auf) (?:den |die |das )?(?P<text>.+)"),
    _rule("reschedule", rf"{_T} (?:auf|bis|nach) (?:den |die |das )?{_X} (?:verschieben|verlegen|schieben|setzen|legen)"),
    _rule("reschedule", r"(?:verschiebe?|verlege?) (?P<target>.+)", text="+1 day"),
    _rule("reschedule", rf"{_T} (?:ist|sind) (?:am |bis |erst )?{_X} fällig", maybe=True),
]  # fmt: skip
_RENAME = [
    _rule("rename", r"call (?:the )?(?P<target>.+?)(?: task| one)? [\"\u201c\u201e](?P<text>[^\"\u201c\u201d]+)[\"\u201d\u201c]"),
    _rule("rename", rf"rename {_T} (?:to|into|as) (?P<text>.+)"),
    _rule("rename", rf"(?:change|set) (?:the )?(?:title|name) of {_T} to (?P<text>.+)"),
    _rule("rename", rf"(?:benenne?|nenne?) {_T} (?:in|um in|zu) {_X}(?: um)?"),
    _rule("rename", rf"ändere? (?:den )?(?:titel|namen) (?:von|der|des) {_T} (?:in|auf|zu) (?P<text>.+)"),
    _rule("rename", rf"{_T} in {_X} umbenennen"),
    _rule("change", rf"change {_T} (?:to|into) (?P<text>.+)"),
    _rule("change", rf"ändere? {_T} (?:in|auf|zu) (?P<text>.+)"),
]  # fmt: skip
_TAG = [
    _rule("untag", r"(?:remove|clear|delete|drop) (?:all |the |all the )?tags (?:from|of|on) (?P<target>.+)", text="all"),
    _rule("untag", r"entferne? (?:alle |die )?tags (?:von|bei|aus) (?P<target>.+)", text="all"),
    _rule("untag", rf"untag {_T} (?:from |with |as )?{_G}"),
    _rule("untag", r"untag (?P<target>.+)", text="all"),
    _rule("untag", rf"(?:remove|take|drop|delete) (?:the )?(?:tags? |label )?{_G}(?: tag)? (?:from|off|of) (?P<target>.+)"),
    _rule("untag", rf"(?:remove|take|drop|delete) (?:the )?(?:tags?|labels?) {_N} (?:from|off|of) (?P<target>.+)"),
    _rule("untag", rf"(?:entferne?|nimm|lösche?) (?:den |das |die )?(?:tags? )?{_G} (?:von|bei|aus) {_T}(?: weg)?"),
    _rule("untag", rf"(?:entferne?|nimm|lösche?) (?:den |das |die )?tags? {_N} (?:von|bei|aus) {_T}(?: weg)?"),
    _rule("tag", rf"(?:tag|label) {_T} (?:with |as )?(?:the tag )?{_G}"),
    _rule("tag", rf"(?:tag|label) {_T} (?:with|as) (?:the tag )?{_N}"),
    _rule("tag", rf"add (?:the )?(?:tags? |label )?{_G}(?: tag)? to (?P<target>.+)"),
    _rule("tag", rf"(?:add|give|put) (?:the )?(?:tags?|labels?) {_N} (?:to|on) (?P<target>.+)"),
    _rule("tag", rf"(?:put|file) {_T} (?:under|into) {_G}"),
    _rule("tag", rf"give {_T} the tags? #?{_N}"),
    _rule("tag", rf"(?:tagge?|versieh|markiere?) {_T} mit (?:dem )?(?:tags? )?{_G}"),
    _rule("tag", rf"(?:tagge?|versieh) {_T} mit (?:dem )?(?:tags? )?{_N}"),
    _rule("tag", rf"gib {_T} (?:den |das |die )?tags? #?{_N}"),
    _rule("tag", rf"füge? (?:den |das )?(?:tags? )?{_G} (?:zu|bei) {_T} hinzu"),
    _rule("tag", rf"{_T} mit (?:dem )?(?:tags? )?{_G} (?:taggen|markieren|versehen)"),
    _rule("tag", r"(?:tag|label) (?P<target>\S+(?: \S+)*) (?P<tags>(?!one\b|task\b)\S+)"),
    _rule("tag", r"(?:tag|label|tagge?) (?P<target>.+)"),
]  # fmt: skip
_DROP = [
    _rule("drop", r"(?:(?:i|we) )?(?:don't|do not|no longer) need (?:the |any |to )?(?P<target>.+?)(?: anymore| any more| after all)?"),
    _rule("drop", rf"{_T} (?:(?:is|are) )?(?:no longer|not|isn't|aren't) (?:needed|necessary|required)(?: anymore| any more| after all)?"),
    _rule("drop", r"not (?P<target>.+?) after all"),
    _rule("drop", rf"{_T} (?:doch )?(?:muss|brauche?|will) ich (?:doch )?nicht(?: mehr)?"),
    _rule("drop", r"(?:ich )?(?:brauche?|muss|will) (?P<target>.+?) (?:doch nicht(?: mehr)?|nicht mehr)"),
    _rule("drop", rf"{_T} (?:ist |sind )?(?:doch )?(?:nicht (?:mehr )?(?:nötig|notwendig)|hinfällig|überflüssig)"),
    _rule("drop", rf"{_T} doch nicht(?: mehr)?"),
    _rule("drop", r"doch (?:nicht|kein(?:e|en)?) (?P<target>.+)"),
]  # fmt: skip
_DELETE = [
    _rule("restore", r"(?:restore|undelete|bring back|recover) (?P<target>.+?)(?: from (?:the )?(?:trash|bin))?"),
    _rule("restore", rf"(?:stelle?) {_T} wieder her"),
    _rule("restore", rf"(?:hole?) {_T} (?:wieder )?(?:zurück|aus dem papierkorb)"),
    _rule("restore", rf"{_T}(?: aus dem papierkorb)? wiederherstellen"),
    _rule("delete", rf"(?:delete|remove|trash|drop|get rid of|erase|discard|bin|throw away|throw out|scrap|scratch|cancel) {_T}(?: from (?:my|the) list)?"),
    _rule("delete", r"clear (?P<target>(?:all|every|everything|the completed|completed|done|overdue)\b.*)"),
    _rule("delete", rf"(?:lösche?|entferne?|streiche?|verwirf) {_T}(?: (?:von|aus) (?:der|meiner) liste)?"),
    _rule("delete", rf"(?:wirf|schmeiße?|mache?) {_T} weg"),
    _rule("delete", r"clear (?P<target>(?:my|the) (?:whole |entire )?(?:list|tasks|to-?dos|inbox))", every="yes"),
    _rule("delete", r"(?:forget about|forget|never mind|vergiss) (?P<target>.+)", maybe=True),
    _rule("delete", rf"{_T} kann weg"),
    _rule("delete", rf"{_T} (?:löschen|wegwerfen)", maybe=True),
]  # fmt: skip
_FIND = [
    _rule("find", r"(?:did|have|has|when (?:do|did|should|must)|must|should) (?:i|we) (?:have to |need to |already |ever )*(?!have to\b|need to\b|do\b|done\b)\w+ (?P<target>.+?)(?: yet| already| today)?"),
    _rule("find", rf"(?:is|are|was|were) (?P<target>.+?) (?:already )?(?:done|finished|completed?|{_PARTICIPLE})(?: yet| already)?"),
    _rule("find", rf"(?:ist|sind) (?P<target>.+?) (?:schon |bereits |eigentlich )*(?:erledigt|fertig|{_PARTIZIP})"),
    _rule("find", rf"(?:habe?|hab) ich (?P<target>.+?) (?:schon |bereits |eigentlich |heute )*(?:erledigt|gemacht|geschafft|{_PARTIZIP})"),
    _rule("find", r"wann (?:muss|soll|sollte|wollte) ich (?P<target>.+)"),
    _rule("find", r"(?:help me )?(?:plan|organi[sz]e) (?P<target>(?:my |the )?(?:week|weekend|tomorrow|month|next week|this week))"),
    _rule("find", r"(?:plane?|plan)(?: mir)?(?: mal)? (?P<target>(?:meine |die )?(?:woche|morgen|nächste woche))"),
    _rule("find", r"(?:which|what|welche)(?: tasks| ones| aufgaben)? (?:have|has|got|haben) (?:no|kein) (?:due )?(?:date|deadline|datum)", undated="yes"),
    _rule("find", r"what about (?P<target>.+)"),
    _rule("find", r"gibt es (?:noch )?(?:was|etwas) (?P<target>.+)"),
    _rule("find", r"wie viele (?P<target>aufgaben.*)"),
    _rule("find", r"what (?:did|have) i (?:do|done|complete|completed|finish|finished|get done|got done|achieve|achieved)(?P<target>.*)", completed="yes"),
    _rule("find", r"was habe? ich (?P<target>.*?) ?(?:erledigt|geschafft|gemacht)", completed="yes"),
    _rule("find", r"(?:show|list|find|search for|search|look for|look up|give me|display)(?: me)? (?P<target>.+)"),
    _rule("find", r"(?:get|see)(?: me)? (?P<target>(?:all|every|my|open|overdue|completed|the (?:list|tasks?)|tasks|what)\b.*)"),
    _rule("find", r"(?:how many|how much|what(?:'s| is| are| do)?|which|do i have|have i got|are there|is there|when is|where is|i want to see)(?: my| on my)? (?P<target>.+)"),
    _rule("find", r"anything (?P<target>.+)"),
    _rule("find", rf"(?:zeige?|liste|finde|suche?|such|gib)(?: mir)?(?: mal)?(?: nach)? {_T}(?: auf| an)?"),
    _rule("find", rf"(?:was|wie viel(?:e)?|gibt es|habe ich|hab ich|wann ist|wo ist)(?: denn)?(?: (?:steht|ist|sind|habe ich|hab ich|muss ich|gibt es|liegt))?(?: noch)? {_T}(?: an| fällig| zu tun| tun| machen| zu erledigen| los)?"),
    _rule("find", r"welche (?:aufgaben )?(?:sind |habe ich |stehen )?(?P<target>.+?)(?: an| fällig)?"),
    _rule("find", r"(?:steht|liegt) (?P<target>.+?) (?:was |etwas )?an"),
]  # fmt: skip
_ADD = [
    _rule("note", rf"add {_FIELD}(?!(?:another|one more|a second|a new|new)\b)(?P<text>.+?) to (?P<target>{_LIST}.+)", or_add=True),
    _rule("note", rf"füge? {_FIELD}(?P<text>.+?) (?:zu|zur|zum|bei) (?P<target>{_LIST}.+?) hinzu", or_add=True),
    _rule("add", r"remind me (?P<text>(?:in|at|on|tomorrow|tonight|today|next)\b.*? to .+)", reminded="late"),
    _rule("add", r"remind me(?: to| about| of| that i have to)?:? (?P<text>.+?)", reminded="plain"),
    _rule("add", r"(?:add|create|make|new)(?: me)?(?: an?| the| some)?(?: new)? (?:tasks?|to-?dos?|reminders?|items?)(?: called| named| titled| to| for| that says)?:? (?P<text>.+)"),
    _rule("add", r"(?:add|create|new|note|todo|to-do|task|reminder|remember|i need|i have|i must|i should|i've got|don't forget|do not forget|don't let me forget|don't let me forget about|put)(?: to| about| of| that i have to| down)?:? (?P<text>.+?)(?: (?:to|on) (?:my|the) (?:list|tasks|todo list|to-do list))?"),
    _rule("add", r"(?:erstelle?|neu|neue|notiere?|merke?(?: dir)?|anlegen)(?:,)?(?: mir)?(?: eine| die)?(?: neue)?(?: (?:aufgaben?|todo|erinnerung))?(?: namens)?:? (?P<text>.+)"),
    _rule("add", r"lege? (?:eine )?(?:neue )?aufgabe (?:namens )?(?P<text>.+?) an"),
    _rule("add", r"erinnere? mich (?P<text>(?:daran|an) .+|.+ daran,? .+|.+)", reminded="german"),
    _rule("add", r"(?:ich muss|ich soll|ich sollte|ich darf nicht vergessen|vergiss nicht|nicht vergessen|aufgabe):?,? (?P<text>.+)"),
    _rule("add", r"füge?(?: mir)? (?P<text>.+?) (?:zu meiner liste |zur liste )?hinzu"),
    _rule("add", r"(?P<text>.+?) hinzufügen"),
]  # fmt: skip
_ALL = (
    *_ELSEWHERE,
    *_SUBTASK,
    *_NOTE,
    *_FIELDS,
    *_PRIORITISE,
    *_REOPEN,
    *_COMPLETE,
    *_RENAME,
    *_TAG,
    *_RESCHEDULE,
    *_DROP,
    *_DELETE,
    *_FIND,
    *_ADD,
)
RULES = tuple(sorted(_ALL, key=lambda rule: rule.maybe))
