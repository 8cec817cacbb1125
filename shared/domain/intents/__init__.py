"""What a person wants done, read from one message in English or German; no model, no storage.

Used by the built-in interpreter of the chat. A verb, leading or (in German) closing, says the kind; the rest says which tasks and what about
them. Compound sentences are split only where every part is a command of its own ("move … to Saturday and make the taxes one urgent"), so
that "buy bread and milk" stays one task. What no rule recognises is a task to add.
"""

from shared.domain.intents.intent import Intent, Kind, Target
from shared.domain.intents.language import language_of
from shared.domain.intents.sentence import MAX_LENGTH, read, read_after, split_again

__all__ = ["MAX_LENGTH", "Intent", "Kind", "Target", "language_of", "read", "read_after", "split_again"]
