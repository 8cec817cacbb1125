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
    """

    kind: Kind
    pattern: re.Pattern[str]
    set: tuple[tuple[str, str], ...] = ()
    maybe: bool = False


def _rule(kind: Kind, pattern: str, *, maybe: bool = False, **values: str) -> Rule:
    return Rule(kind, re.compile(pattern, re.IGNORECASE), tuple(values.items()), maybe)


_FIELDS = [
    _rule("reschedule", rf"(?:set|change|move|update) (?:the )?{_DUE_EN} (?:of|for|on) {_T} to (?P<text>.+)"),
    _rule("reschedule", rf"(?:setze?|ändere?|verschiebe?) (?:das |den |die )?{_DUE_DE} (?:von|für|bei) {_T} auf (?:den |die |das )?(?P<text>.+)"),
    _rule("reschedule", rf"(?:remove|clear|delete|drop|unset) (?:the |its )?{_DUE_EN} (?:of|from|for|on) (?P<target>.+)", text="none"),
    _rule("reschedule", rf"(?:entferne?|lösche?|streiche?) (?:das |den |die )?{_DUE_DE} (?:von|bei|für|aus) (?P<target>.+)", text="none"),
    _rule("prioritise", r"(?:remove|clear|drop|unset) (?:the )?priority (?:of|from|for) (?P<target>.+)", priority="none"),
    _rule("prioritise", r"(?:entferne?|lösche?) (?:die )?prio(?:rität)? (?:von|bei|für) (?P<target>.+)", priority="none"),
]  # fmt: skip
_PAST = "paid|bought|called|sent|returned|booked|ordered|emailed|wrote|submitted|mailed|cancelled|canceled|renewed"
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
_NOTE = [
    _rule("note", r"(?:add|write|put) (?:a )?notes? (?:to|on|for|in) (?P<target>[^:]+): ?(?P<text>.+)"),
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
    _rule("reopen", rf"(?:öffne|mache?) {_T} wieder(?: auf)?"),
    _rule("reopen", r"öffne (?P<target>.+)"),
    _rule("reopen", rf"setze? {_T} wieder auf offen"),
    _rule("reopen", rf"{_T} wieder (?:öffnen|aufmachen)"),
    _rule("reopen", rf"{_T} (?:ist|sind) (?:doch )?(?:noch )?nicht (?:fertig|erledigt)", maybe=True),
]  # fmt: skip
_COMPLETE = [
    _rule("complete", rf"(?:i(?:'ve| have)? )?(?:already |just )*(?:{_PAST}) (?P<target>.+?)(?: already| today| just now)?"),
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
    _rule("reschedule", rf"{_T} is due (?:on |by |at )?(?P<text>.+)", maybe=True),
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
_DELETE = [
    _rule("restore", r"(?:restore|undelete|bring back|recover) (?P<target>.+?)(?: from (?:the )?(?:trash|bin))?"),
    _rule("restore", rf"(?:stelle?) {_T} wieder her"),
    _rule("restore", rf"(?:hole?) {_T} (?:wieder )?(?:zurück|aus dem papierkorb)"),
    _rule("restore", rf"{_T}(?: aus dem papierkorb)? wiederherstellen"),
    _rule("delete", rf"(?:delete|remove|trash|drop|get rid of|erase|discard|bin|throw away|throw out|scrap|cancel) {_T}(?: from (?:my|the) list)?"),
    _rule("delete", r"clear (?P<target>(?:all|every|everything|the completed|completed|done|overdue)\b.*)"),
    _rule("delete", rf"(?:lösche?|entferne?|streiche?|verwirf) {_T}(?: (?:von|aus) (?:der|meiner) liste)?"),
    _rule("delete", rf"(?:wirf|schmeiße?) {_T} weg"),
    _rule("delete", r"clear (?P<target>(?:my|the) (?:whole |entire )?(?:list|tasks|to-?dos|inbox))", every="yes"),
    _rule("delete", r"(?:forget about|forget|never mind|vergiss) (?P<target>.+)", maybe=True),
    _rule("delete", rf"{_T} kann weg"),
    _rule("delete", rf"{_T} (?:löschen|wegwerfen)", maybe=True),
]  # fmt: skip
_FIND = [
    _rule("find", r"(?:help me )?(?:plan|organi[sz]e) (?P<target>(?:my |the )?(?:week|weekend|tomorrow|month|next week|this week))"),
    _rule("find", r"(?:plane?|plan)(?: mir)?(?: mal)? (?P<target>(?:meine |die )?(?:woche|morgen|nächste woche))"),
    _rule("find", r"(?:which|what|welche)(?: tasks| ones| aufgaben)? (?:have|has|got|haben) (?:no|kein) (?:due )?(?:date|deadline|datum)", undated="yes"),
    _rule("find", r"what about (?P<target>.+)"),
    _rule("find", r"gibt es (?:noch )?(?:was|etwas) (?P<target>.+)"),
    _rule("find", r"wie viele (?P<target>aufgaben.*)"),
    _rule("find", r"what (?:did|have) i (?:do|done|complete|completed|finish|finished|get done|got done|achieve|achieved)(?P<target>.*)", completed="yes"),
    _rule("find", r"was habe? ich (?P<target>.*?) ?(?:erledigt|geschafft|gemacht)", completed="yes"),
    _rule("find", r"(?:show|list|find|search for|search|look for|look up|give me|display|get|see)(?: me)? (?P<target>.+)"),
    _rule("find", r"(?:how many|how much|what(?:'s| is| are| do)?|which|do i have|have i got|are there|is there|when is|where is|i want to see)(?: my| on my)? (?P<target>.+)"),
    _rule("find", r"anything (?P<target>.+)"),
    _rule("find", rf"(?:zeige?|liste|finde|suche?|such|gib)(?: mir)?(?: mal)?(?: nach)? {_T}(?: auf| an)?"),
    _rule("find", rf"(?:was|wie viel(?:e)?|gibt es|habe ich|hab ich|wann ist|wo ist)(?: denn)?(?: (?:steht|ist|sind|habe ich|hab ich|muss ich|gibt es|liegt))?(?: noch)? {_T}(?: an| fällig| zu tun| tun| machen| zu erledigen| los)?"),
    _rule("find", r"welche (?:aufgaben )?(?:sind |habe ich |stehen )?(?P<target>.+?)(?: an| fällig)?"),
    _rule("find", r"(?:steht|liegt) (?P<target>.+?) (?:was |etwas )?an"),
]  # fmt: skip
_ADD = [
    _rule("add", r"remind me (?P<text>(?:in|at|on|tomorrow|tonight|today|next)\b.*? to .+)", reminded="yes"),
    _rule("add", r"(?:add|create|make|new)(?: me)?(?: an?| the| some)?(?: new)? (?:tasks?|to-?dos?|reminders?|items?)(?: called| named| titled| to| for| that says)?:? (?P<text>.+)"),
    _rule("add", r"(?:add|create|new|note|todo|to-do|task|reminder|remember|remind me|i need|i have|i must|i should|i've got|don't forget|do not forget|don't let me forget|don't let me forget about|put)(?: to| about| that i have to| down)?:? (?P<text>.+?)(?: (?:to|on) (?:my|the) (?:list|tasks|todo list|to-do list))?"),
    _rule("add", r"(?:erstelle?|neu|neue|notiere?|merke?(?: dir)?|anlegen)(?:,)?(?: mir)?(?: eine| die)?(?: neue)?(?: (?:aufgaben?|todo|erinnerung))?(?: namens)?:? (?P<text>.+)"),
    _rule("add", r"lege? (?:eine )?(?:neue )?aufgabe (?:namens )?(?P<text>.+?) an"),
    _rule("add", r"erinnere? mich (?P<text>(?:daran|an) .+|.+ daran,? .+|.+)", reminded="yes"),
    _rule("add", r"(?:ich muss|ich soll|ich sollte|ich darf nicht vergessen|vergiss nicht|nicht vergessen|aufgabe):?,? (?P<text>.+)"),
    _rule("add", r"füge?(?: mir)? (?P<text>.+?) (?:zu meiner liste |zur liste )?hinzu"),
    _rule("add", r"(?P<text>.+?) hinzufügen"),
]  # fmt: skip
_ALL = (
    *_ELSEWHERE,
    *_NOTE,
    *_FIELDS,
    *_PRIORITISE,
    *_REOPEN,
    *_COMPLETE,
    *_RENAME,
    *_TAG,
    *_RESCHEDULE,
    *_DELETE,
    *_FIND,
    *_ADD,
)
RULES = tuple(sorted(_ALL, key=lambda rule: rule.maybe))
