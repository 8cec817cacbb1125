"""Quick add: what a person types, understood as tasks: ``Pay rent every 1st at 9 !high #home``.

Called by the parse endpoint, the web app's quick add through it, chat and MCP. English and German; other languages through
`parse`'s `fallback`. Pure and linear: no clock, no storage, no regular expression that can back off twice.

What counts as a date: at the beginning or the end of the text, after a preposition (``on friday``, ``bis morgen``), or within the
text where it goes on with a preposition (``call mom tomorrow about ...``); abbreviations that are words too (``sat``, ``mon``,
``mar``, ``may``) at the end or after a preposition only. Everything understood is a token that can be taken back.
"""

from shared.domain.quick_add.context import Fallback
from shared.domain.quick_add.interpret import MAX_LENGTH, MAX_TASKS, parse
from shared.domain.quick_add.result import Kind, ParsedReminder, ParsedTask, Token

__all__ = ["MAX_LENGTH", "MAX_TASKS", "Fallback", "Kind", "ParsedReminder", "ParsedTask", "Token", "parse"]
