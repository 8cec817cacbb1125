"""The built-in interpreter: answers without a model, from what was read by ``shared.domain.intents``.

It works out bulk operations over the same services as the API. Up to three changes run at once; more, and every deletion, wait for a yes.
When a title fits several tasks it asks with numbers, and keeps the question in its own message.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import orjson

from shared.domain.errors import DomainError
from shared.domain.intents import Intent, Target, language_of, read, read_after
from shared.domain.task import Priority
from shared.errors import ObsidianListError
from shared.services import tags as tag_service
from shared.services.assistant import actions
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import PendingResult
from shared.services.assistant.tools import UNCONFIRMED_CHANGES
from shared.services.assistant.work import brief, visible
from shared.services.chat.adding import add_from_text
from shared.services.chat.changing import Unclear, operation, settled
from shared.services.chat.conversations import Message
from shared.services.chat.events import ChatEvent, text
from shared.services.chat.selection import NoTask, Question, Selection, Task, shown_before
from shared.services.chat.words import counted, say

_SHOWN = 20
_CHANGES = {
    "subtask",
    "note",
    "elsewhere",
    "complete",
    "reopen",
    "reschedule",
    "prioritise",
    "tag",
    "untag",
    "rename",
    "change",
    "delete",
    "drop",
    "restore",
}


class Said(Exception):
    """The turn ends with a sentence."""


def answer(person: Person, conversation_id: UUID, message: str, history: list[Message]) -> Iterator[ChatEvent]:
    """Yield the events of one turn.

    Args:
        person: who speaks.
        conversation_id: where.
        message: what was said.
        history: the conversation before; its last answer may hold an open question or a pending action, and what it showed is what "it" and
            "the first one" mean.
    """
    turn = _Turn(person, conversation_id, history, language_of(message, person.locale[:2].lower()))
    try:
        yield from turn.run(_understood(message, history), message)
    except Said as said:
        yield text(str(said))
    except Question as question:
        yield from turn.ask(question.tasks)
    except NoTask as error:
        yield text(turn.say(error.key, words=error.words))
    except Unclear as error:
        yield text(turn.say(error.key, text=error.text))
    except DomainError as error:
        yield text(error.detail)
    except ObsidianListError as error:
        yield text(error.detail)


def _understood(message: str, history: list[Message]) -> list[Intent]:
    intents = read(message)
    if len(intents) > 1 or intents[0].kind != "add":
        return intents
    before = next((each.content.get("text", "") for each in reversed(history) if each.role == "user"), "")
    return read_after(before, message) or intents


class _Turn:
    def __init__(self, person: Person, conversation_id: UUID, history: list[Message], locale: str) -> None:
        self.person = person
        self.conversation_id = conversation_id
        self.locale = locale
        self.last: dict[str, Any] = next((each.content for each in reversed(history) if each.role == "assistant"), {})
        self.shown = shown_before(history)
        self._intents: list[Intent] = []
        self._picked: list[list[str]] = []

    def say(self, key: str, **values: object) -> str:
        return say(self.locale, key, **values)

    def run(self, intents: list[Intent], message: str) -> Iterator[ChatEvent]:
        first = intents[0].kind
        named = self._named(message)
        if named:
            yield from self._choose(named)
        elif first == "choose":
            yield from self._choose(intents[0].numbers)
        elif first in {"yes", "no"}:
            yield from self._decide(confirmed=first == "yes")
        else:
            self._intents = intents
            changes = [intent for intent in intents if intent.kind in _CHANGES]
            for intent in intents:
                if intent.kind not in _CHANGES:
                    yield from self._simple(intent)
            if changes:
                yield from self._change(changes)

    def _named(self, message: str) -> tuple[int, ...]:
        """Return the number of the choice whose title was said instead of its number."""
        said = message.strip(" .!?").casefold()
        items = (self.last.get("choices") or {}).get("items", [])
        return tuple(item["number"] for item in items if item["label"].strip().casefold() == said)[:1]

    def ask(self, tasks: list[Task]) -> Iterator[ChatEvent]:
        """Ask which of several tasks is meant."""
        items = [{"number": n, "label": visible(task["title"]), "value": task["id"]} for n, task in enumerate(tasks, 1)]
        changes = [asdict(intent) for intent in self._intents if intent.kind in _CHANGES]
        open_question = {"intents": changes, "picked": self._picked, "shown": self.shown, "locale": self.locale}
        yield text(self.say("which"))
        yield ChatEvent("choices", {"items": items, "question": open_question})

    def _choose(self, numbers: tuple[int, ...]) -> Iterator[ChatEvent]:
        choices = self.last.get("choices")
        if not choices:
            raise Said(self.say("nothing_open"))
        items = choices["items"]
        places = range(1, len(items) + 1) if numbers == (0,) else [n if n > 0 else len(items) + 1 + n for n in numbers]
        if not all(1 <= place <= len(items) for place in places):
            yield text(self.say("bad_choice", count=len(items)))
            yield ChatEvent("choices", choices)
            return
        question = choices["question"]
        self.locale = question.get("locale", self.locale)
        self.shown = question.get("shown", self.shown)
        self._picked = [*question["picked"], [items[place - 1]["value"] for place in places]]
        self._intents = [_intent(each) for each in question["intents"]]
        yield from self._change([intent for intent in self._intents if intent.kind in _CHANGES])

    def _decide(self, *, confirmed: bool) -> Iterator[ChatEvent]:
        pending = self.last.get("pending_action")
        if not pending:
            yield text(self.say("nothing_open"))
            return
        action_id = UUID(pending["id"])
        if not confirmed:
            actions.cancel(self.person, action_id)
            yield text(self.say("cancelled"))
            return
        result = actions.confirm(self.person, action_id)
        deleted = bool(result["tasks"]) and all(task["status"] == "deleted" for task in result["tasks"])
        yield text(self.say("deleted" if deleted else "changed"))
        yield self._result("bulk", result["tasks"], action_id)

    def _simple(self, intent: Intent) -> Iterator[ChatEvent]:
        if intent.kind == "add":
            yield from self._add(intent.text)
        elif intent.kind == "find":
            yield from self._find(intent.target)
        elif intent.kind == "plan":
            yield from self._plan()
        elif intent.kind == "tags":
            yield from self._tags()
        elif intent.kind == "thanks":
            yield text(self.say("welcome"))
        elif intent.kind == "undo":
            action_id = actions.last_undoable(self.person, self.conversation_id)
            if action_id is None:
                raise Said(self.say("nothing_to_undo"))
            result = actions.undo(self.person, action_id)
            yield text(self.say("undone"))
            yield self._result("undo", result["tasks"], None)
        else:
            yield text(self.say("help"))

    def _add(self, said: str, parent_id: str | None = None) -> Iterator[ChatEvent]:
        tasks, action_id = add_from_text(self.person, said, self.conversation_id, self.locale, parent_id)
        yield text(self.say("added"))
        yield self._result("add_tasks", tasks, action_id)

    def _tags(self) -> Iterator[ChatEvent]:
        tags = orjson.loads(tag_service.list_tags(self.person.user_id, "", 100, None))["items"]
        if not tags:
            raise Said(self.say("no_tags"))
        yield text("\n".join(f"#{visible(tag['name'])} ({tag['task_count']})" for tag in tags))

    def _find(self, target: Target) -> Iterator[ChatEvent]:
        found = self._selection().matching(target, _SHOWN + 1)
        if not found and target.words and not (target.completed or target.trash):
            # "did I pay the rent": it may be done already.
            found = self._selection().matching(replace(target, completed=True), _SHOWN + 1)
        if not found and target.words and not target.tags:
            # "what about work": the word may be a tag's.
            found = self._selection().matching(replace(target, words="", tags=tuple(target.words.split())), _SHOWN + 1)
        if not found:
            asked_due = (target.due or target.when) and not (target.words or target.completed)
            yield text(self.say("nothing_due" if asked_due else "found_none"))
            return
        more = len(found) > _SHOWN
        yield text(self.say("found_more", count=_SHOWN) if more else counted(self.locale, "found", len(found)))
        yield self._result("find_tasks", [brief(task).model_dump(mode="json") for task in found[:_SHOWN]], None)

    def _plan(self) -> Iterator[ChatEvent]:
        nothing = True
        for key, target, most in (
            ("plan_overdue", Target(due="overdue"), 10),
            ("plan_today", Target(due="today"), 10),
            ("plan_next", Target(due="none"), 3),
        ):
            tasks = sorted(self._selection().matching(target, most), key=lambda task: -Priority(task["priority"]).level)
            if not tasks or (key == "plan_next" and nothing):
                continue
            nothing = False
            yield text(self.say(key))
            yield self._result("find_tasks", [brief(task).model_dump(mode="json") for task in tasks], None)
        if nothing:
            yield text(self.say("plan_empty"))

    def _change(self, intents: list[Intent]) -> Iterator[ChatEvent]:
        order, others = self._operations(intents)
        for said, parent_id in others:
            yield from self._add(said, parent_id)
        if not order:
            if not others:
                raise Said(self.say("already"))
            return
        deletes = [each for each in order if each["action"] == "delete"]
        if deletes or len(order) > UNCONFIRMED_CHANGES:
            key = "summary_delete" if len(deletes) == len(order) else "summary_change"
            summary = counted(self.locale, key, len(order))
            yield from self._pending(actions.propose(self.person, order, summary, conversation_id=self.conversation_id))
            return
        action_id, tasks = actions.run_operations(self.person, order, conversation_id=self.conversation_id)
        yield text(self.say(_heading(order)))
        yield self._result("bulk", tasks, action_id)

    def _operations(self, intents: list[Intent]) -> tuple[list[dict[str, Any]], list[tuple[str, str | None]]]:
        """Return what to do, one operation a task where clauses agree, and the tasks to add, each with the one it goes below."""
        selection = self._selection()
        operations: dict[str, dict[str, Any]] = {}
        order: list[dict[str, Any]] = []
        others: list[tuple[str, str | None]] = []
        for said in intents:
            try:
                intent = settled(said, self.person, self.locale)
                intent, tasks = (
                    selection.dropped(intent) if intent.kind == "drop" else (intent, selection.targets(intent))
                )
            except (NoTask, Unclear) as error:
                if error.key == "already":
                    continue
                if not said.fallback:
                    raise
                others.append((said.fallback, None))
                continue
            if intent.kind == "subtask":
                others += [(intent.text, task["id"]) for task in tasks]
                continue
            selection.shown = [task["id"] for task in tasks]  # "and tag it": what this clause was about
            for task in tasks:
                wanted = operation(intent, task, self.person, self.locale)
                known = operations.get(task["id"])
                if wanted is None:
                    continue
                if known is not None and known["action"] == wanted["action"] == "update":
                    known["task"].update(wanted["task"])  # one change of a task that two clauses mean
                else:
                    operations[task["id"]] = wanted
                    order.append(wanted)
        return order, others

    def _selection(self) -> Selection:
        return Selection(self.person, self.locale, self.shown, self._picked)

    def _pending(self, called: actions.Called) -> Iterator[ChatEvent]:
        pending = called.result
        if not isinstance(pending, PendingResult):
            raise TypeError("a proposal is always pending")
        yield text(self.say("confirm", summary=pending.summary))
        data = {"id": str(pending.pending_action_id), "summary": pending.summary, "tasks": pending.untrusted["tasks"]}
        yield ChatEvent("pending_action", {**data, "expires_at": pending.expires_at})

    def _result(self, name: str, tasks: list[Any], action_id: UUID | None) -> ChatEvent:
        undoable = action_id is not None
        data = {"id": str(action_id or ""), "name": name, "result": {"tasks": tasks}, "undoable": undoable}
        return ChatEvent("tool_result", {**data, "action_id": str(action_id) if action_id else None})


def _heading(order: list[dict[str, Any]]) -> str:
    kinds = {each["action"] for each in order}
    return {"complete": "done", "reopen": "reopened", "restore": "restored"}.get(
        kinds.pop() if len(kinds) == 1 else "", "changed"
    )


def _intent(stored: dict[str, Any]) -> Intent:
    return Intent(**{**_tupled(stored), "target": Target(**_tupled(stored["target"]))})


def _tupled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
