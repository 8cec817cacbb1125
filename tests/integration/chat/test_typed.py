"""Sentences as people type them in a hurry: abbreviations, slips, no capitals, half sentences; grouped by what must have become of the tasks.

The world is that of ``test_sentences.py``. A wrong action is worse than a question, so what is not understood for certain changes nothing.
"""

from datetime import datetime

import pytest

from tests.integration.chat.conftest import of
from tests.integration.chat.test_sentences import BERLIN, day, is_, tasks_of, weekday, world

__all__ = ["world"]
FRIDAY, SATURDAY, MONDAY = weekday(4), weekday(5), weekday(0)
RENT, MILK, TAXES, BOOK = "Pay the rent", "Buy milk", "Do the taxes", "Return library book"
DONE = [
    (
        RENT,
        "i paid the rent|rent hab ich bezahlt|check off everything from today|mach alles von heute fertig|i've already paid the rent",
    ),
    (MILK, "bought milk|buy milk ist fertig|finished milk|ich hab milk schon gekauft"),
    (TAXES, "finished the taxes!!|i submitted the taxes|mache taxes fertig"),
    ("Call the bank", "i called the bank|done with both calls|called the bank already"),
    (RENT, "erledige rent u milk|milk and rent are done"),
    (MILK, "erledige rent u milk|complete milk and add buy bread"),
    (
        RENT,
        "rent paid|the rent is paid|paid rent yesterday|rent bezahlt|done: rent|erledigt: rent|✅ rent|rent ✓|x rent|taxes done, rent too",
    ),
    (RENT, "taxes und rent erledigt, milk noch nicht|milk done and rent done|taxes erledigt, rent auch"),
    (MILK, "got milk|picked up milk|milk gekauft|taxes done, milk too|complete taxes and milk as well"),
    ("Call the bank", "talked to the bank|bank angerufen|plumber and bank called"),
]
MOVED = [
    (RENT, {"due_on": FRIDAY}, "mv rent to fri|pls mv the rent to friday"),
    (
        RENT,
        {"due_on": day(1)},
        "rent -> tomorrow|move everything from today to tomorrow|schieb rent nach hinten|rent => tmrw|move rent to tmrw",
    ),
    (RENT, {"due_on": day(2)}, "can u move the rent 2 days later|push rent by two days later|rent 2 tage später"),
    (RENT, {"due_on": day(-1)}, "move rent one day earlier|bring rent a day sooner"),
    (RENT, {"due_on": MONDAY}, "move rent to monday and tag it bills|push all of today's stuff to monday"),
    (
        RENT,
        {"due_on": None},
        "clear the date of rent|rent has no deadline|no date for the rent|remove due date from all",
    ),
    (RENT, {"due_local": f"{MONDAY}T09:00:00"}, "snooze rent till monday morning|verschieb rent auf montag früh"),
    (RENT, {"due_local": f"{day(2)}T09:00:00"}, "verschieb rent auf übermorgen früh"),
    (MILK, {"due_on": day(14)}, "move the milk thing to in 2 weeks|mv milk to in 2 weeks"),
    (MILK, {"due_on": day(1)}, "milk -> tomorrow|milk => tmrw"),
    (BOOK, {"due_on": day(7)}, "postpone everything overdue by a week|push the library book back a week"),
    (BOOK, {"due_on": SATURDAY}, "move library book to the weekend|reschedule library book for saturday"),
    (BOOK, {"due_local": f"{SATURDAY}T10:00:00"}, "schieb alles überfällige auf samstag vormittag"),
    (
        RENT,
        {"due_on": day(1)},
        "rent tomorrow instead|rent not today but tomorrow|rent lieber morgen|rent nicht heute sondern morgen|actually move the rent to tomorrow",
    ),
    (
        RENT,
        {"due_on": FRIDAY},
        "rent moved to friday|rent wurde auf freitag verschoben|rent can wait until friday|rent kann bis freitag warten|rent and taxes are due on friday",
    ),
    ("Call the plumber", {"due_on": day(2)}, "delay the plumber call until after tomorrow"),
]
CHANGED = [
    (
        RENT,
        {"priority": "urgent"},
        "rent is super urgent now|stell rent auf dringend|make rent and taxes urgent|make rent p1",
    ),
    (
        TAXES,
        {"priority": "high"},
        "taxes: high|taxes auf prio hoch setzen|set taxes prio high|raise taxes to high|set the taxes priority to high",
    ),
    (
        TAXES,
        {"priority": "none"},
        "taxes aren't important|taxes not important|taxes sind nicht mehr so wichtig|taxes are no longer urgent",
    ),
    (MILK, {"tags": ["einkauf"]}, "tagge milk mit einkauf|label milk einkauf"),
    (
        RENT,
        {"notes": "use the new account"},
        "add a note to rent: use the new account|note for rent: use the new account",
    ),
    (RENT, {"notes": "neues Konto"}, "notiz zu rent: neues Konto|schreib eine notiz zu rent: neues Konto"),
    (
        "Pay rent and utilities",
        {"status": "open"},
        'rename rent to "Pay rent and utilities"|call the rent task "Pay rent and utilities"|rename rent to Pay rent and utilities',
    ),
    ("Hafermilch", {"status": "open"}, "nenn milk in Hafermilch um"),
    (TAXES, {"priority": "high"}, "taxes -> high|add high priority to taxes"),
    (TAXES, {"priority": "medium"}, "bump the taxes"),
    (MILK, {"priority": "low"}, "milk can wait|milk kann warten"),
    (
        MILK,
        {"notes": "eggs"},
        "add eggs to the milk task|put eggs in the milk task|add eggs to milk|ergänze milk um eggs|füge eggs zu milk hinzu|füge eggs zur aufgabe milk hinzu",
    ),
    ("Water plants", {"status": "open"}, "water plants doch nicht|water plants aren't done|plants noch nicht"),
]
ADDED = [
    (
        "buy bread",
        {"due_local": f"{day(1)}T09:00:00"},
        "buy bread tmrw 9am|add buy bread tomorrow 9am|complete milk and add buy bread tomorrow 9am",
    ),
    (
        "buy batteries",
        {"due_on": None},
        "rember to buy batteries|dont let me forget to buy batteries|add buy batteries",
    ),
    ("zahnarzt", {"due_local": f"{day(2)}T09:00:00"}, "übermorgen früh zahnarzt|zahnarzt übermorgen früh"),
    ("paket abholen", {"due_on": day(3)}, "in 3 tagen paket abholen|paket abholen in 3 tagen"),
    ("fix bike", {"due_on": None}, "todo: fix bike|- fix bike|[ ] fix bike"),
    ("buy milk and call mom", {"due_on": None}, "buy milk and call mom"),
    ("fixed price offer", {"due_on": day(1)}, "fixed price offer tomorrow"),
    ("Berlin -> Hamburg", {"due_on": None}, "Berlin -> Hamburg"),
    ("another call to the plumber", {"notes": ""}, "add another call to the plumber"),
    ("call mom to discuss the trip", {"due_on": None}, "add call mom to discuss the trip"),
    ("tom to the guest list", {"due_on": None}, "add tom to the guest list"),
    ("get groceries", {"due_on": None}, "get groceries"),
    ("see the dentist", {"due_on": FRIDAY}, "see the dentist friday"),
    ("have the car washed", {"status": "open"}, "have the car washed"),
]
PENDING = [
    (["Buy milk"], "del milk|rm milk|get rid of milk|forget about milk|vergiss milk"),
    ([RENT], "rent doch nicht|i don't need the rent anymore|rent brauche ich nicht mehr|scratch the rent|not the rent after all"),
    (["Do the taxes"], "trash the taxes|schmeiß taxes weg|lösch die taxes"),
    ([BOOK, RENT], "throw away everything tagged home"),
    (6, "clear my list|delete all|lösch mal alles|complete all|i'm sick today, move everything to tomorrow|dann verschieb alles auf morgen|then move everything to tomorrow"),
    (3, "finish milk, move rent to friday and delete the taxes"),
]  # fmt: skip
NOTHING = (
    "rename tag home to house|replace tag home with house|delete the tag home|empty the trash|papierkorb leeren|repeat rent every month|make rent monthly"
    "|make it p1|nvm|nee lass|what can u do|was kannst du alles|thx!|undo that pls|plan my week|help me plan tomorrow|what's the most important thing"
    "|plan mal meinen tag|is the rent paid?|did i already buy milk?|mark calls as done|remove home from rent|restore the last one i deleted|i paid the gas bill"
    "|not the rent|nicht die rent|rent is not done|dishes done, laundry done|why is the rent so high|called the plumber, no answer"
    "|i finished|im done|ich bin fertig|kannst du mir helfen|wie gehts|mach das weg"
)
FOUND = [
    (["Call the bank"], "have i called the bank yet|did i call the bank?|habe ich bank schon angerufen|ist bank angerufen"),
    ([RENT], "did i pay the rent|is the rent paid|when do i have to pay the rent|wann muss ich rent bezahlen"),
    (["Water plants"], "did i water the plants|are the plants watered?"),
    ([BOOK], "whats overdue|wich tasks are late|gibts was überfälliges|what's late"),
    ([BOOK, RENT], "show me stuff tagged home|zeig mal alles mit home|what about home"),
    (["Call the bank"], "what about work?"),
    ([RENT], "hab ich heute noch was|when is the rent due?"),
    (["Water plants"], "what did i finish today"),
    ([MILK, "Call the bank", "Call the plumber", TAXES], "which tasks have no date"),
    ([BOOK, RENT, MILK, "Call the bank", "Call the plumber", TAXES], "how many tasks do i have left|wieviele aufgaben hab ich noch"),
]  # fmt: skip


def rows(groups):
    """Return one parameter a sentence."""
    return [pytest.param(*group[:-1], said, id=said) for group in groups for said in group[-1].split("|")]


def core(tasks):
    """Return what a sentence could have changed."""
    names = ("title", "status", "priority", "due_on", "due_local", "tags", "notes", "deleted_at", "recurring_task_id")
    return {task["id"]: [task[name] for name in names] for task in tasks.values()}


@pytest.mark.parametrize(
    ("title", "fields", "said"), rows(MOVED + CHANGED + [(t, {"status": "completed"}, s) for t, s in DONE])
)
def test_a_task_is_changed_as_it_was_meant(world, title, fields, said):
    """The task has the fields, and no task was made of the sentence."""
    before = len(tasks_of(world))
    world.say(said)
    tasks = tasks_of(world)
    assert is_(title, **fields)(tasks), {name: tasks.get(title, {}).get(name) for name in fields}
    assert len(tasks) == before + ("add buy bread" in said)


@pytest.mark.parametrize(("title", "fields", "said"), rows(ADDED))
def test_a_task_is_added_as_it_was_meant(world, title, fields, said):
    """A new task has the title without the words around it, and its time."""
    world.say(said)
    assert is_(title, **fields)(tasks_of(world)), [task["title"] for task in tasks_of(world).values()]


@pytest.mark.parametrize(("titles", "said"), rows(PENDING))
def test_much_and_all_deleting_waits(world, titles, said):
    """The action shows the tasks, and nothing happens before the person's word."""
    before = core(tasks_of(world))
    (pending,) = of(world.say(said), "pending_action")
    shown = [task["title"] for task in pending["tasks"]]
    assert len(shown) == titles if isinstance(titles, int) else sorted(shown) == sorted(titles)
    assert core(tasks_of(world)) == before


@pytest.mark.parametrize("said", NOTHING.split("|"))
def test_what_cannot_be_done_here_changes_nothing(world, said):
    """An answer in words or a question; no task is made of it, none is changed, and no error comes."""
    before = core(tasks_of(world))
    events = world.say(said)
    assert core(tasks_of(world)) == before
    assert not of(events, "error")
    assert of(events, "text")


@pytest.mark.parametrize(("titles", "said"), rows(FOUND))
def test_a_question_finds_what_was_meant(world, titles, said):
    """Exactly these tasks are shown, and asking changes nothing."""
    before = core(tasks_of(world))
    shown = [
        task["untrusted"]["title"] for each in of(world.say(said), "tool_result") for task in each["result"]["tasks"]
    ]
    assert sorted(shown) == sorted(titles)
    assert core(tasks_of(world)) == before


@pytest.mark.parametrize(
    ("first", "then", "title", "fields"),
    [
        ("show me everything tagged home", "move them to friday", RENT, {"due_on": FRIDAY}),
        ("whats overdue", "move it to tmrw", BOOK, {"due_on": day(1)}),
        ("which tasks have no date", "the second one is done", None, {"status": "completed"}),
        ("which tasks have no date", "make the last one urgent", None, {"priority": "urgent"}),
        ("zeig mal alles mit home", "verschieb die auf übermorgen", RENT, {"due_on": day(2)}),
        ("what about work?", "mark it as done", "Call the bank", {"status": "completed"}),
        ("whats overdue", "snooze it", BOOK, {"due_on": day(1)}),
    ],
)  # fmt: skip
def test_a_pronoun_means_what_was_shown(world, first, then, title, fields):
    """It, them, die and the second one are the tasks of the last answer."""
    shown = [
        task["untrusted"]["title"] for each in of(world.say(first), "tool_result") for task in each["result"]["tasks"]
    ]
    wanted = title or shown[1 if "second" in then else -1]
    world.say(then)
    assert is_(wanted, **fields)(tasks_of(world)), tasks_of(world)[wanted]


@pytest.mark.parametrize(
    ("first", "then", "title", "fields"),
    [
        ("taxes are done", "milk too", MILK, {"status": "completed"}),
        ("move rent to friday", "same for milk", MILK, {"due_on": FRIDAY}),
        ("taxes erledigt", "und milk auch", MILK, {"status": "completed"}),
    ],
)
def test_too_means_the_same_of_another(world, first, then, title, fields):
    """What was done with one task is done with the next."""
    before = len(tasks_of(world))
    world.say(first)
    world.say(then)
    assert is_(title, **fields)(tasks_of(world)), tasks_of(world)[title]
    assert len(tasks_of(world)) == before


@pytest.mark.parametrize(
    "said",
    [
        "add a subtask receipts to taxes", "under taxes: receipts", "receipts as a subtask of taxes", "subtask of taxes: receipts",
        "unteraufgabe zu taxes: receipts", "füge die unteraufgabe receipts zu taxes hinzu",
    ],
)  # fmt: skip
def test_a_sub_task_goes_below_its_task(world, said):
    """It is made where it belongs, and not beside it."""
    world.say(said)
    tasks = tasks_of(world)
    assert tasks["receipts"]["parent_id"] == tasks[TAXES]["id"]


@pytest.mark.parametrize(
    ("said", "title", "reminder"),
    [
        ("call mom tomorrow at 5pm remind me 30 minutes before", "call mom", {"minutes_before": 30}),
        ("remind me to feed the cat tomorrow at 8am", "feed the cat", {"minutes_before": 0}),
        ("remind me to call an electrician tomorrow", "call an electrician", {"minutes_before": 0}),
        ("remind me tomorrow at 8 to feed the cat", "feed the cat", {"minutes_before": 0}),
        ("erinnere mich morgen um 9 daran, Blumen zu gießen", "Blumen gießen", {"minutes_before": 0}),
        ("remind me to water the plants every sunday at 9", "water the plants", {"minutes_before": 0}),
    ],
)
def test_who_asks_to_be_reminded_is(world, said, title, reminder):
    """The task has the reminder, not only its time."""
    world.say(said)
    assert (
        [each | reminder for each in tasks_of(world)[title]["reminders"]] == tasks_of(world)[title]["reminders"] != []
    )


def test_a_reminder_at_another_time_of_the_day_it_is_due(world):
    """At eight means of that day; the evening, of the day before."""
    world.say("call mom tomorrow at 5pm remind me at 8")
    world.say("call dad tomorrow at 5pm remind me at 8pm")
    tasks = tasks_of(world)
    times = [
        datetime.fromisoformat(tasks[t]["reminders"][0]["at"]).astimezone(BERLIN) for t in ("call mom", "call dad")
    ]
    assert [f"{time:%Y-%m-%d %H:%M}" for time in times] == [f"{day(1)} 08:00", f"{day(0)} 20:00"]
