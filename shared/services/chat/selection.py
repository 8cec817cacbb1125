"""Which tasks an intent means: by title, by condition, or among those shown before."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.domain.filters import TaskFilter
from shared.domain.intents import Intent, Target
from shared.domain.intents.verbs import nearly
from shared.domain.search import fold, split_words
from shared.domain.task import Priority
from shared.domain.zone import today
from shared.errors import NotFound
from shared.services import task_lists
from shared.services import tasks as service
from shared.services.assistant.person import Person
from shared.services.chat.conversations import Message
from shared.services.chat.days import bounds

Task = dict[str, Any]
_MOST_TASKS = 100
_MOST_CHOICES = 9
_LOOKED_BACK = 6
_AND = re.compile(r"\s*(?:,\s*(?:and|und)\s+|,\s*|\s(?:and|und|&)\s)\s*", re.IGNORECASE)


class Question(Exception):
    """A title fits several tasks."""

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__("which")
        self.tasks = tasks


class NoTask(Exception):
    """Nothing fits; ``key`` says in the catalogue of sentences why."""

    def __init__(self, key: str, words: str = "") -> None:
        super().__init__(key)
        self.key, self.words = key, words


class Selection:
    """The tasks of one person, asked for by intents; ``picked`` are the answers to earlier questions, in their order."""

    def __init__(self, person: Person, locale: str, shown: list[str], picked: list[list[str]]) -> None:
        self.person, self.locale, self.shown = person, locale, shown
        self.picked = list(picked)

    def targets(self, intent: Intent) -> list[Task]:
        """Return the tasks an intent means.

        Raises:
            Question: a title fits several.
            NoTask: nothing fits.
        """
        target = intent.target
        if target.refers or target.positions:
            return self._referred(intent)
        status = "completed" if intent.kind == "reopen" or target.completed else "open"
        trash = intent.kind == "restore" or target.trash
        if not target.words and not target.conditional:
            target = replace(target, words=target.phrase)
        if not target.words:
            found = self.matching(target, _MOST_TASKS, status=status, trash=trash)
            if not found:
                raise NoTask("found_none")
            return found
        return self._titled(intent, target, status, trash=trash)

    def dropped(self, intent: Intent) -> tuple[Intent, list[Task]]:
        """Return what taking something back means and for which tasks: open again what is done, or else delete what is open.

        Raises:
            Question: a title fits several.
            NoTask: nothing fits.
        """
        again = replace(intent, kind="reopen")
        try:
            return again, self.targets(again)
        except NoTask:
            gone = replace(intent, kind="delete")
            return gone, self.targets(gone)

    def matching(self, target: Target, most: int, *, status: str = "", trash: bool = False) -> list[Task]:
        """Return tasks that fit a target's conditions and hold some of its words, the best first."""
        trash = trash or target.trash
        status = status or ("completed" if target.completed else "open")
        done = status == "completed" and not trash
        due, first, last = target.due or None, None, None
        if done and due == "today":
            due, first = None, today(clock.now(), self.person.time_zone)
            last = first
        if target.when:
            now = today(clock.now(), self.person.time_zone)
            first, last = bounds(target.when, now, self.person.time_zone, self.locale)
        names = ("completed_after", "completed_before") if done else ("due_after", "due_before")
        edges: dict[str, Any] = {names[0]: _day(first, -1), names[1]: _day(last, 1)} if first and last else {}
        wanted = TaskFilter(
            status="all" if trash else status,  # type: ignore[arg-type]
            priorities=(Priority(target.priority),) if target.priority else (),
            tags=target.tags,
            tag_match="all",
            due=due,  # type: ignore[arg-type]
            trash=trash,
            text=target.words[:200],
            **edges,
        )
        sort: Any = "relevance" if target.words else "updated" if done or trash else "due"
        question = task_lists.TaskQuestion(wanted, sort, None, most)
        tasks: list[Task] = orjson.loads(task_lists.list_tasks(self.person.user_id, question))["items"]
        return tasks

    def _titled(self, intent: Intent, target: Target, status: str, *, trash: bool) -> list[Task]:
        found = self._by_title(target, status, trash=trash)
        if found and not target.every and len(found) > 1:
            return self._picked(found)
        if found:
            return found
        parts = [part for part in _AND.split(target.words) if part.strip()]
        if len(parts) > 1:
            tasks = [task for part in parts for task in self.targets(replace(intent, target=_part(target, part)))]
            return list({task["id"]: task for task in tasks}.values())
        if intent.kind in {"complete", "reopen", "delete"} and not trash:
            other = self._by_title(target, "open" if status == "completed" else "completed", trash=False)
            if other and intent.kind == "delete":
                return other if len(other) == 1 or target.every else self._picked(other)
            if other:
                raise NoTask("already")
        raise NoTask("no_match", target.phrase or target.words)

    def _by_title(self, target: Target, status: str, *, trash: bool) -> list[Task]:
        found = self.matching(target, 30, status=status, trash=trash)
        words = set(split_words(target.words))
        names = {fold(target.words).strip(), fold(target.phrase).strip()}
        exact = [task for task in found if fold(task["title"]).strip() in names]
        if exact:
            return exact
        # Every word must begin a word of the title or the other way round: "tax" finds "Taxes", "milk" does not find "almond".
        fitting = [task for task in found if all(_begins(word, split_words(task["title"])) for word in words)]
        if fitting or not words:
            return fitting
        everything = self.matching(replace(target, words=""), _MOST_TASKS, status=status, trash=trash)
        return [
            task
            for task in everything
            if all(any(nearly(word, each) for each in split_words(task["title"])) for word in words)
        ]

    def _referred(self, intent: Intent) -> list[Task]:
        tasks = self._shown(deleted=intent.kind == "restore")
        if not tasks:
            raise NoTask("no_reference")
        if intent.target.refers == "them":
            return tasks
        if intent.target.refers == "it":
            return tasks if len(tasks) == 1 else self._picked(tasks)
        places = [place - 1 if place > 0 else place for place in intent.target.positions]
        chosen = [tasks[place] for place in places if -len(tasks) <= place < len(tasks)]
        if len(chosen) < len(places):
            raise NoTask("bad_place")
        return chosen

    def _shown(self, *, deleted: bool) -> list[Task]:
        found = []
        for task_id in self.shown:
            try:
                task = orjson.loads(service.get_task(self.person.user_id, UUID(task_id)))
            except NotFound:
                continue
            if (task["deleted_at"] is not None) == deleted:
                found.append(task)
        return found

    def _picked(self, found: list[Task]) -> list[Task]:
        chosen = [task for task in found if self.picked and task["id"] in self.picked[0]]
        if not chosen:
            raise Question(found[:_MOST_CHOICES])
        self.picked.pop(0)
        return chosen


def shown_before(history: list[Message]) -> list[str]:
    """Return the ids of the tasks that were shown last in a conversation, in the order they were shown."""
    answers = [message.content for message in reversed(history) if message.role == "assistant"]
    for content in answers[:_LOOKED_BACK]:
        ids = [task["id"] for event in content.get("events", []) for task in _tasks_of(event)]
        if ids:
            return list(dict.fromkeys(ids))
    return []


def _tasks_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    data = event.get("data", {})
    if event.get("event") == "tool_result":
        return (data.get("result") or {}).get("tasks") or []
    if event.get("event") == "pending_action":
        return data.get("tasks") or []
    if event.get("event") == "choices":
        return [{"id": item["value"]} for item in data.get("items", [])]
    return []


def _part(target: Target, part: str) -> Target:
    words = re.sub(r"^(?:the|der|die|das|den|my|meine?n?)\s+", "", part.strip(), flags=re.IGNORECASE)
    return replace(target, words=words, phrase=part.strip())


def _day(day: date, by: int) -> date:
    return day + timedelta(days=by)


def _begins(word: str, title: tuple[str, ...]) -> bool:
    short = 3
    return any(
        each.startswith(word)
        or (len(each) >= short and word.startswith(each))
        or (len(word) > short and each.startswith(word[:-1]))
        for each in title
    )
