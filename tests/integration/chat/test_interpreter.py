"""The chat without a model: sentences in, effects and answers out, on a real database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.integration.chat.conftest import of

BERLIN = ZoneInfo("Europe/Berlin")


def _day(offset: int) -> str:
    return str((datetime.now(UTC).astimezone(BERLIN) + timedelta(days=offset)).date())


def test_the_main_sentence_works_after_one_confirmation(ada):
    """Move everything tagged home that is overdue and make the taxes urgent: nothing before the click, all of it after."""
    late = [ada.add(f"Late {n}", tags=["home"], due_on=_day(-2)) for n in range(3)]
    other = ada.add("Late elsewhere", tags=["work"], due_on=_day(-2))
    taxes = ada.add("Do the taxes")
    events = ada.say("move everything tagged home that's overdue to Saturday morning and make the taxes one urgent")
    pending = of(events, "pending_action")[0]
    assert sorted(task["title"] for task in pending["tasks"]) == ["Do the taxes", "Late 0", "Late 1", "Late 2"]
    assert ada.task(taxes["id"])["priority"] == "none"
    done = ada.post(f"/api/chat/actions/{pending['id']}/confirm")
    assert done.status_code == 200
    assert ada.task(taxes["id"])["priority"] == "urgent"
    moved = ada.task(late[0]["id"])
    assert datetime.fromisoformat(moved["due_local"]).weekday() == 5
    assert moved["due_local"].endswith("T09:00:00")
    assert ada.task(other["id"])["due_on"] == _day(-2)
    undone = ada.post(f"/api/chat/actions/{pending['id']}/undo")
    assert undone.json["state"] == "undone"
    assert ada.task(late[0]["id"])["due_on"] == _day(-2)
    assert ada.task(taxes["id"])["priority"] == "none"


def test_a_pending_action_is_confirmed_by_a_typed_yes_and_only_once(ada):
    """Yes does it; confirming again answers the same without doing it again."""
    task = ada.add("Old thing")
    events = ada.say("delete old thing")
    assert ada.task(task["id"])["deleted_at"] is None
    ada.say("yes")
    deleted = ada.task(task["id"])
    assert deleted["deleted_at"] is not None
    again = ada.post(f"/api/chat/actions/{of(events, 'pending_action')[0]['id']}/confirm")
    assert again.json["state"] == "done"
    assert ada.task(task["id"])["version"] == deleted["version"]


def test_no_cancels(ada):
    """A refused action can no longer be confirmed."""
    task = ada.add("Keep me")
    action = of(ada.say("delete keep me"), "pending_action")[0]["id"]
    ada.say("no")
    assert ada.post(f"/api/chat/actions/{action}/confirm").status_code == 409
    assert ada.task(task["id"])["deleted_at"] is None


def test_several_matches_are_a_question_with_numbers(ada):
    """Answering with the number goes on with what was asked."""
    first, second = ada.add("Call the bank"), ada.add("Call the plumber")
    choices = of(ada.say("complete call"), "choices")[0]["items"]
    number = next(item["number"] for item in choices if item["value"] == second["id"])
    ada.say(str(number))
    assert ada.task(second["id"])["status"] == "completed"
    assert ada.task(first["id"])["status"] == "open"


def test_an_exact_title_is_no_question(ada):
    """A task whose title was said in full is meant, though others hold its words."""
    exact = ada.add("Milk")
    ada.add("Milk for the neighbours")
    ada.say("complete milk")
    assert ada.task(exact["id"])["status"] == "completed"


ADDED = [
    ("Call mom tomorrow at 5pm #family !high", "Call mom", {"tags": ["family"], "priority": "high"}),
    ("add buy bread and milk", "buy bread and milk", {}),
    ("remind me to water the plants every friday", "water the plants", {}),
    ("Brot kaufen morgen", "Brot kaufen", {}),
    ("füge Fenster putzen hinzu", "Fenster putzen", {}),
    ("create a task: write the report", "write the report", {}),
    ('note "read The 9/11 Report"', "read The 9/11 Report", {}),
]


@pytest.mark.parametrize(("sentence", "title", "fields"), ADDED)
def test_what_is_no_command_is_a_task(ada, sentence, title, fields):
    """Quick add's grammar reads date, tag and priority."""
    tasks = of(ada.say(sentence), "tool_result")[0]["result"]["tasks"]
    assert [task["untrusted"]["title"].strip('"') for task in tasks] == [title]
    for name, value in fields.items():
        assert (tasks[0]["untrusted"] | tasks[0])[name] == value


CHANGES = [
    ("complete the rent", lambda t: t["status"] == "completed"),
    ("mark rent as done", lambda t: t["status"] == "completed"),
    ("i'm done with the rent", lambda t: t["status"] == "completed"),
    ("check off rent", lambda t: t["status"] == "completed"),
    ("erledige rent", lambda t: t["status"] == "completed"),
    ("hake rent ab", lambda t: t["status"] == "completed"),
    ("rent ist erledigt", lambda t: t["status"] == "completed"),
    ("make rent urgent", lambda t: t["priority"] == "urgent"),
    ("set the priority of rent to high", lambda t: t["priority"] == "high"),
    ("mark rent as low priority", lambda t: t["priority"] == "low"),
    ("mach rent dringend", lambda t: t["priority"] == "urgent"),
    ("setze rent auf hoch", lambda t: t["priority"] == "high"),
    ("move rent to tomorrow", lambda t: t["due_on"] == _day(1)),
    ("postpone rent until 2031-05-01", lambda t: t["due_on"] == "2031-05-01"),
    ("reschedule the rent to tomorrow 9am", lambda t: t["due_local"] == f"{_day(1)}T09:00:00"),
    ("verschiebe rent auf morgen", lambda t: t["due_on"] == _day(1)),
    ("rename rent to Pay the rent", lambda t: t["title"] == "Pay the rent"),
    ("tag rent with #home", lambda t: t["tags"] == ["home"]),
    ("add #home to rent", lambda t: t["tags"] == ["home"]),
    ("tagge rent mit #haus", lambda t: t["tags"] == ["haus"]),
    ("please complete rent", lambda t: t["status"] == "completed"),
    ("can you make the rent task urgent?", lambda t: t["priority"] == "urgent"),
]


@pytest.mark.parametrize(("sentence", "holds"), CHANGES, ids=[sentence for sentence, _ in CHANGES])
def test_a_change_of_one_task_happens_at_once_and_can_be_undone(ada, sentence, holds):
    """One task needs no confirmation; undo brings back what was."""
    task = ada.add("Rent")
    before = ada.task(task["id"])
    ada.say(sentence)
    assert holds(ada.task(task["id"]))
    ada.say("undo")
    after = ada.task(task["id"])
    kept = ("title", "status", "priority", "tags", "due_on", "due_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


SEARCHES = [
    ("what's due today?", ["Today"]),
    ("was steht heute an?", ["Today"]),
    ("show overdue tasks", ["Overdue home"]),
    ("zeige alle überfälligen aufgaben", ["Overdue home"]),
    ("show #home", ["Overdue home"]),
    ("list all tasks tagged home", ["Overdue home"]),
    ("find invoice", ["Send the invoice"]),
    ("suche invoice", ["Send the invoice"]),
    ("show all urgent tasks", ["Send the invoice"]),
    ("show completed tasks", ["Done already"]),
]


@pytest.mark.parametrize(("sentence", "titles"), SEARCHES)
def test_questions_are_answered_from_the_list(ada, sentence, titles):
    """Asking changes nothing and shows what the list shows."""
    ada.add("Today", due_on=_day(0))
    ada.add("Overdue home", due_on=_day(-1), tags=["home"])
    ada.add("Send the invoice", priority="urgent")
    done = ada.add("Done already")
    ada.post(f"/api/tasks/{done['id']}/complete", app=1)
    shown = of(ada.say(sentence), "tool_result")[0]["result"]["tasks"]
    assert [task["untrusted"]["title"] for task in shown] == titles


def test_planning_the_day_shows_overdue_before_today(ada):
    """Plan my day lists what is late, then today, then a few without a date."""
    ada.add("Today", due_on=_day(0))
    ada.add("Late", due_on=_day(-1))
    ada.add("Some day")
    lists = [data["result"]["tasks"] for data in of(ada.say("plan my day"), "tool_result")]
    assert [[task["untrusted"]["title"] for task in tasks] for tasks in lists] == [["Late"], ["Today"], ["Some day"]]


@pytest.mark.parametrize(
    "sentence", ["complete flying carpet", "delete", "2", "yes", "undo", "tag rent", "move rent to sometime blue"]
)
def test_what_cannot_be_done_is_said_in_words(ada, sentence):
    """No error, no effect: a sentence that says what to try."""
    ada.add("Rent")
    events = ada.say(sentence)
    assert of(events, "text")
    assert not of(events, "error")


def test_more_than_three_changes_wait(ada):
    """Four tasks need the person's word even when nothing is deleted."""
    made = [ada.add(f"Weed bed {n}", tags=["garden"]) for n in range(4)]
    events = ada.say("complete all tasks tagged garden")
    assert len(of(events, "pending_action")[0]["tasks"]) == 4
    assert all(ada.task(task["id"])["status"] == "open" for task in made)


def test_conversations_are_kept_and_are_mine_alone(ada, new_talker):
    """A conversation can be listed, read, renamed and deleted by its owner; for everyone else it is not there."""
    ada.say("plan my day")
    listed = ada.get("/api/chat/conversations").json["items"]
    assert [each["title"] for each in listed] == ["plan my day"]
    path = f"/api/chat/conversations/{listed[0]['id']}"
    assert [message["role"] for message in ada.get(path).json["messages"]] == ["user", "assistant"]
    eve = new_talker()
    assert eve.get(path).status_code == 404
    assert eve.patch(path, {"title": "x"}).status_code == 404
    assert eve.delete(path).status_code == 404
    assert eve.post("/api/chat", {"message": "hi", "conversation_id": listed[0]["id"]}).status_code == 404
    assert ada.patch(path, {"title": "Mine"}).json["title"] == "Mine"
    assert ada.delete(path).status_code == 204
    assert ada.get(path).status_code == 404


def test_anothers_action_cannot_be_confirmed(ada, new_talker):
    """Knowing an action's id is not enough."""
    ada.add("Mine")
    action = of(ada.say("delete mine"), "pending_action")[0]["id"]
    eve = new_talker()
    for verb in ("confirm", "cancel", "undo"):
        assert eve.post(f"/api/chat/actions/{action}/{verb}").status_code == 404
