"""What an intent does to a task, as a bulk operation."""

from typing import Any

from shared import clock
from shared.domain.intents import Intent, split_again
from shared.domain.task import tag_key
from shared.domain.zone import today
from shared.errors import InvalidInput
from shared.services.assistant.due import read_due
from shared.services.assistant.person import Person

_LEVELS = ("none", "low", "medium", "high", "urgent")
_WHOLE = {"complete", "reopen", "delete", "restore"}


class Unclear(Exception):
    """The intent lacks something; ``key`` says in the catalogue of sentences what."""

    def __init__(self, key: str, text: str = "") -> None:
        super().__init__(key)
        self.key, self.text = key, text


def settled(intent: Intent, person: Person, locale: str) -> Intent:
    """Return an intent whose time can be read, in the reading that makes it so, and whose kind is decided.

    Raises:
        Unclear: no reading gives a time, or a tag is missing.
    """
    from dataclasses import replace

    if intent.kind in {"tag", "untag"} and not intent.tags and intent.text != "all":
        raise Unclear("needs_tag")
    if intent.kind == "elsewhere" and not intent.fallback:
        raise Unclear(f"elsewhere_{intent.text}")
    if intent.kind == "change":
        kind: Any = "reschedule" if _readable(intent.text, person, locale) else "rename"
        return replace(intent, kind=kind)
    if intent.kind != "reschedule" or intent.text == "none" or intent.text[:1] in "+-":
        return intent
    candidate: Intent | None = intent
    while candidate is not None:
        if _readable(candidate.text, person, locale):
            return candidate
        candidate = split_again(candidate)
    raise Unclear("bad_time", intent.text)


def operation(intent: Intent, task: dict[str, Any], person: Person, locale: str) -> dict[str, Any] | None:
    """Return what to do to a task, or ``None`` when it is that way already."""
    if intent.kind in _WHOLE:
        return {"action": intent.kind, "id": task["id"]}
    if intent.kind == "elsewhere":
        raise Unclear(f"elsewhere_{intent.text}")
    change = _fields(intent, task, person, locale)
    return {"action": "update", "id": task["id"], "task": change} if change else None


def _fields(intent: Intent, task: dict[str, Any], person: Person, locale: str) -> dict[str, Any]:
    if intent.kind == "prioritise":
        priority = _priority(intent.priority, task["priority"])
        return {} if task["priority"] == priority else {"priority": priority}
    if intent.kind == "note":
        return {"notes": f"{task['notes']}\n{intent.text}".strip()}
    if intent.kind == "rename":
        return {} if task["title"] == intent.text else {"title": intent.text}
    if intent.kind in {"tag", "untag"}:
        return _tags(intent, task)
    return _due(intent.text, task, person, locale)


def _tags(intent: Intent, task: dict[str, Any]) -> dict[str, Any]:
    keys = {tag_key(name) for name in intent.tags}
    kept = [] if intent.text == "all" else [name for name in task["tags"] if tag_key(name) not in keys]
    tags = kept + list(intent.tags) if intent.kind == "tag" else kept
    return {} if {tag_key(name) for name in tags} == {tag_key(name) for name in task["tags"]} else {"tags": tags}


def _due(text: str, task: dict[str, Any], person: Person, locale: str) -> dict[str, Any]:
    if text == "none":
        return {"due_on": None, "due_at": None} if task["due_on"] or task["due_at"] else {}
    if text[:1] in "+-":
        from shared.services.chat.days import shifted

        try:
            return shifted(task, text, today(clock.now(), person.time_zone))
        except InvalidInput as error:
            raise Unclear("bad_time", text[1:]) from error
    due = read_due(text, person.time_zone, locale)
    if due.local is not None:
        return (
            {}
            if task["due_local"] == due.local.isoformat()
            else {"due_at": due.local.isoformat(), "due_tz": person.time_zone}
        )
    day = due.on.isoformat() if due.on else None
    return {} if task["due_on"] == day else {"due_on": day}


def _priority(wanted: str, present: str) -> str:
    if wanted not in {"up", "down"}:
        return wanted
    place = _LEVELS.index(present) + (1 if wanted == "up" else -1)
    return _LEVELS[max(0, min(len(_LEVELS) - 1, place))]


def _readable(text: str, person: Person, locale: str) -> bool:
    try:
        due = read_due(text, person.time_zone, locale)
    except InvalidInput:
        return False
    return due.rrule is None
