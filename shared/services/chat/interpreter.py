"""The built-in interpreter: answers without a model, from what was read by ``shared.domain.intents``.

It works out bulk operations over the same services as the API. Up to three changes run at once; more, and every deletion, wait for a yes.
When a title fits several tasks it asks with numbers, and keeps the question in its own message.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson

from shared.domain.errors import DomainError
from shared.domain.filters import TaskFilter
from shared.domain.intents import Intent, Target, read
from shared.domain.search import fold, split_words
from shared.domain.task import Priority, tag_key
from shared.errors import InvalidInput, ObsidianListError
from shared.services import task_lists
from shared.services.assistant import actions
from shared.services.assistant.due import read_due
from shared.services.assistant.schemas import PendingResult
from shared.services.assistant.tools import UNCONFIRMED_CHANGES, Person
from shared.services.assistant.work import brief, visible
from shared.services.chat.adding import add_from_text
from shared.services.chat.events import ChatEvent, text
from shared.services.chat.words import say

_MOST_TASKS = 100
_SHOWN = 20
_CHANGES = {"complete", "reopen", "reschedule", "prioritise", "tag", "untag", "rename", "delete", "restore"}
Task = dict[str, Any]


class Question(Exception):
    """A title fits several tasks."""

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__("which")
        self.tasks = tasks


class Said(Exception):
    """The turn ends with a sentence."""


def answer(person: Person, conversation_id: UUID, message: str, last: dict[str, Any]) -> Iterator[ChatEvent]:
    """Yield the events of one turn.

    Args:
        person: who speaks.
        conversation_id: where.
        message: what was said.
        last: content of the assistant's message before; may hold an open question or a pending action.
    """
    turn = _Turn(person, conversation_id, last)
    try:
        yield from turn.run(read(message))
    except Said as said:
        yield text(str(said))
    except Question as question:
        yield from turn.ask(question.tasks)
    except DomainError as error:
        yield text(error.detail)
    except ObsidianListError as error:
        yield text(error.detail)


class _Turn:
    def __init__(self, person: Person, conversation_id: UUID, last: dict[str, Any]) -> None:
        self.person = person
        self.conversation_id = conversation_id
        self.last = last
        self._intents: list[Intent] = []
        self._picked: list[str] = []

    def say(self, key: str, **values: object) -> str:
        return say(self.person.locale, key, **values)

    def run(self, intents: list[Intent]) -> Iterator[ChatEvent]:
        first = intents[0].kind if intents else "help"
        if first == "choose":
            yield from self._choose(intents[0].number)
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

    def ask(self, tasks: list[Task]) -> Iterator[ChatEvent]:
        """Ask which of several tasks is meant."""
        items = [{"number": n, "label": visible(task["title"]), "value": task["id"]} for n, task in enumerate(tasks, 1)]
        open_question = {"intents": [asdict(intent) for intent in self._intents], "picked": self._picked}
        yield text(self.say("which"))
        yield ChatEvent("choices", {"items": items, "question": open_question})

    def _choose(self, number: int) -> Iterator[ChatEvent]:
        choices = self.last.get("choices")
        if not choices:
            yield text(self.say("nothing_open"))
            return
        items = choices["items"]
        if not 1 <= number <= len(items):
            yield text(self.say("bad_choice", count=len(items)))
            yield ChatEvent("choices", choices)
            return
        question = choices["question"]
        self._picked = [*question["picked"], items[number - 1]["value"]]
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
        yield text(self.say("changed"))
        yield self._result("bulk", result["tasks"], action_id)

    def _simple(self, intent: Intent) -> Iterator[ChatEvent]:
        if intent.kind == "add":
            tasks, action_id = add_from_text(self.person, intent.text, self.conversation_id)
            yield text(self.say("added"))
            yield self._result("add_tasks", tasks, action_id)
        elif intent.kind == "find":
            yield from self._find(intent.target)
        elif intent.kind == "plan":
            yield from self._plan()
        elif intent.kind == "undo":
            action_id = actions.last_undoable(self.person, self.conversation_id)
            if action_id is None:
                raise Said(self.say("nothing_to_undo"))
            result = actions.undo(self.person, action_id)
            yield text(self.say("undone"))
            yield self._result("undo", result["tasks"], None)
        else:
            yield text(self.say("help"))

    def _find(self, target: Target) -> Iterator[ChatEvent]:
        found = self._matching(target, _SHOWN)
        if not found:
            yield text(self.say("nothing_due" if target.due and not target.words else "found_none"))
            return
        yield text(self.say("found", count=len(found)))
        yield self._result("find_tasks", [brief(task).model_dump(mode="json") for task in found], None)

    def _plan(self) -> Iterator[ChatEvent]:
        nothing = True
        for key, target, most in (
            ("plan_overdue", Target(due="overdue"), 10),
            ("plan_today", Target(due="today"), 10),
            ("plan_next", Target(due="none"), 3),
        ):
            tasks = sorted(self._matching(target, most), key=lambda task: -Priority(task["priority"]).level)
            if not tasks or (key == "plan_next" and nothing):
                continue
            nothing = False
            yield text(self.say(key))
            yield self._result("find_tasks", [brief(task).model_dump(mode="json") for task in tasks], None)
        if nothing:
            yield text(self.say("plan_empty"))

    def _change(self, intents: list[Intent]) -> Iterator[ChatEvent]:
        operations: dict[str, dict[str, Any]] = {}
        order: list[dict[str, Any]] = []
        picked = list(self._picked)
        for intent in intents:
            for task in self._targets(intent, picked):
                operation = self._operation(intent, task)
                if operation is None:
                    continue
                known = operations.get(task["id"])
                if known is not None and known["action"] == operation["action"] == "update":
                    known["task"].update(operation["task"])  # one change of a task that two clauses mean
                else:
                    operations[task["id"]] = operation
                    order.append(operation)
        if not order:
            raise Said(self.say("already"))
        deletes = [operation for operation in order if operation["action"] == "delete"]
        if deletes or len(order) > UNCONFIRMED_CHANGES:
            key = "summary_delete" if len(deletes) == len(order) else "summary_change"
            called = actions.propose(
                self.person, order, self.say(key, count=len(order)), conversation_id=self.conversation_id
            )
            yield from self._pending(called)
            return
        action_id, tasks = actions.run_operations(self.person, order, conversation_id=self.conversation_id)
        done = all(operation["action"] == "complete" for operation in order)
        yield text(self.say("done" if done else "changed"))
        yield self._result("bulk", tasks, action_id)

    def _pending(self, called: actions.Called) -> Iterator[ChatEvent]:
        pending = called.result
        if not isinstance(pending, PendingResult):
            raise TypeError("a proposal is always pending")
        yield text(self.say("confirm", summary=pending.summary))
        data = {"id": str(pending.pending_action_id), "summary": pending.summary, "tasks": pending.untrusted["tasks"]}
        yield ChatEvent("pending_action", {**data, "expires_at": pending.expires_at})

    def _targets(self, intent: Intent, picked: list[str]) -> list[Task]:
        target = intent.target
        wants = "completed" if intent.kind == "reopen" else "open"
        conditions = target.every or target.tags or target.due or target.priority
        if not target.words:
            if not conditions:
                raise Said(self.say("no_condition"))
            found = self._matching(target, _MOST_TASKS, wants=wants, trash=intent.kind == "restore")
            if not found:
                raise Said(self.say("found_none"))
            return found
        found = self._by_title(target, wants, trash=intent.kind == "restore")
        if not found:
            raise Said(self.say("no_match", words=target.words))
        if len(found) == 1 or target.every:
            return found
        chosen = [task for task in found if task["id"] in picked]
        if chosen:
            picked.remove(chosen[0]["id"])
            return chosen[:1]
        raise Question(found[:9])

    def _by_title(self, target: Target, wants: str, *, trash: bool) -> list[Task]:
        found = self._matching(target, 30, wants=wants, trash=trash)
        words = set(split_words(target.words))
        exact = [task for task in found if fold(task["title"]).strip() == fold(target.words).strip()]
        if exact:
            return exact
        # Every word must begin a word of the title or the other way round: "tax" finds "Taxes", "milk" does not find "almond".
        return [task for task in found if all(_begins(word, split_words(task["title"])) for word in words)]

    def _matching(self, target: Target, most: int, *, wants: str = "", trash: bool = False) -> list[Task]:
        status = wants or ("completed" if target.completed else "open")
        wanted = TaskFilter(
            status="all" if trash else status,  # type: ignore[arg-type]
            priorities=(Priority(target.priority),) if target.priority else (),
            tags=target.tags,
            tag_match="all",
            due=target.due or None,  # type: ignore[arg-type]
            trash=trash,
            text=target.words[:200],
        )
        question = task_lists.TaskQuestion(wanted, "relevance" if target.words else "due", None, most)
        tasks: list[Task] = orjson.loads(task_lists.list_tasks(self.person.user_id, question))["items"]
        return tasks

    def _operation(self, intent: Intent, task: Task) -> dict[str, Any] | None:
        if intent.kind in {"complete", "reopen", "delete", "restore"}:
            return {"action": intent.kind, "id": task["id"]}
        change = self._fields(intent, task)
        return {"action": "update", "id": task["id"], "task": change} if change else None

    def _fields(self, intent: Intent, task: Task) -> dict[str, Any]:
        if intent.kind == "prioritise":
            return {} if task["priority"] == intent.priority else {"priority": intent.priority}
        if intent.kind == "rename":
            return {"title": intent.text}
        if intent.kind in {"tag", "untag"}:
            if not intent.tags:
                raise Said(self.say("needs_tag"))
            keys = {tag_key(name) for name in intent.tags}
            kept = [name for name in task["tags"] if tag_key(name) not in keys]
            tags = kept + list(intent.tags) if intent.kind == "tag" else kept
            return {} if {tag_key(n) for n in tags} == {tag_key(n) for n in task["tags"]} else {"tags": tags}
        try:
            due = read_due(intent.text, self.person.time_zone, self.person.locale)
        except InvalidInput as error:
            raise Said(self.say("bad_time", text=intent.text)) from error
        if due.local is not None:
            return {"due_at": due.local.isoformat(), "due_tz": self.person.time_zone}
        return {"due_on": due.on.isoformat() if due.on else None}

    def _result(self, name: str, tasks: list[Any], action_id: UUID | None) -> ChatEvent:
        undoable = action_id is not None
        data = {"id": str(action_id or ""), "name": name, "result": {"tasks": tasks}, "undoable": undoable}
        return ChatEvent("tool_result", {**data, "action_id": str(action_id) if action_id else None})


def _begins(word: str, title: tuple[str, ...]) -> bool:
    short = 3
    return any(
        each.startswith(word)
        or (len(each) >= short and word.startswith(each))
        or (len(word) > short and each.startswith(word[:-1]))
        for each in title
    )


def _intent(stored: dict[str, Any]) -> Intent:
    target = stored.pop("target")
    return Intent(
        **{**stored, "tags": tuple(stored["tags"])}, target=Target(**{**target, "tags": tuple(target["tags"])})
    )
