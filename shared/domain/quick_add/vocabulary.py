"""The words quick add knows, English and German, with umlauts spelled out as `line.Word.low` has them.

Always: a word stands in one table only where its meaning does not depend on its neighbours; what is ambiguous (``may``, ``sun``,
``so``) stands in a table of its own, whose users ask for more evidence.
"""

from datetime import time
from typing import Literal

Unit = Literal["minute", "hour", "day", "week", "month", "year"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag",
            "tuesday dienstag",
            "wednesday mittwoch",
            "thursday donnerstag",
            "friday freitag",
            "saturday samstag sonnabend",
            "sunday sonntag",
        )
    )
    for name in names.split()
}
WEEKDAYS_PLURAL = {name + "s": number for name, number in WEEKDAYS.items()}
# Freitagabend, Montagmorgen: the weekday and its part of the day.
WEEKDAY_PARTS = {
    day + part: (number, "morning" if part == "morgen" else part)
    for day, number in WEEKDAYS.items()
    if day.endswith(("tag", "woch", "abend"))
    for part in ("morgen", "frueh", "vormittag", "mittag", "nachmittag", "abend", "nacht")
}
WEEKDAYS_SHORT = {
    name: number
    for number, names in enumerate(("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun"))
    for name in names.split()
}
WEEKDAYS_GERMAN_SHORT = {name: number for number, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))}
# With one of these before it a weekday is a name.
WEEKDAY_NAMES = _words("black good cyber casual easter palm ash fat super bloody freaky taco throwback")

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jaenner",
            "february februar",
            "march maerz",
            "april",
            "may mai",
            "june juni",
            "july juli",
            "august",
            "september",
            "october oktober",
            "november",
            "december dezember",
        ),
        1,
    )
    for name in names.split()
}
MONTHS_SHORT = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mrz", "apr", "", "jun", "jul", "aug", "sep sept", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}

NUMBERS = {
    name: number
    for names, number in (
        ("a an one ein eine einem einen einer eins", 1),
        ("two zwei couple", 2),
        ("three drei", 3),
        ("four vier", 4),
        ("five fuenf", 5),
        ("six sechs", 6),
        ("seven sieben", 7),
        ("eight acht", 8),
        ("nine neun", 9),
        ("ten zehn", 10),
        ("eleven elf", 11),
        ("twelve zwoelf", 12),
        ("fifteen fuenfzehn", 15),
        ("twenty zwanzig", 20),
        ("thirty dreissig", 30),
    )
    for name in names.split()
}
ARTICLES = frozenset({"a", "an", "ein", "eine", "einem", "einen", "einer"})

ORDINALS = {
    name: number
    for names, number in (
        ("first erste ersten erster erstes", 1),
        ("second zweite zweiten zweiter zweites", 2),
        ("third dritte dritten dritter drittes", 3),
        ("fourth vierte vierten vierter viertes", 4),
        ("fifth fuenfte fuenften fuenfter fuenftes", 5),
        ("last letzte letzten letzter letztes", -1),
    )
    for name in names.split()
}
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})

UNITS: dict[str, Unit] = {
    **dict.fromkeys(_words("minute minutes min mins minuten"), "minute"),
    **dict.fromkeys(_words("hour hours hr hrs stunde stunden std"), "hour"),
    **dict.fromkeys(_words("day days tag tage tagen"), "day"),
    **dict.fromkeys(_words("week weeks wk wks woche wochen"), "week"),
    **dict.fromkeys(_words("month months monat monate monaten monats"), "month"),
    **dict.fromkeys(_words("year years yr yrs jahr jahre jahren jahres"), "year"),
}
UNIT_LETTERS: dict[str, Unit] = {"m": "minute", "h": "hour", "d": "day", "w": "week"}

NEXT = _words("next coming following naechste naechsten naechster naechstes kommende kommenden kommender kommendes")
THIS = _words("this diese diesen dieser dieses")
TODAY = frozenset({"today", "heute"})
YESTERDAY = frozenset({"yesterday", "gestern"})
EREYESTERDAY = frozenset({"vorgestern"})
TOMORROW = frozenset({"tomorrow", "tmrw", "tmr", "tomorow", "morgen"})
OVERMORROW = frozenset({"uebermorgen", "overmorrow"})
WEEKEND = frozenset({"weekend", "wochenende"})

ENDS: dict[str, Unit] = {
    "eod": "day",
    "eow": "week",
    "eom": "month",
    "eoy": "year",
    "monatsende": "month",
    "jahresende": "year",
}
END_FILLERS = NEXT | THIS | _words("the der des dem")

# Parts of a day; only beside a date or after "this", "in the", "am" do they name a time.
DAYPARTS = {
    "morning": time(9),
    "frueh": time(9),
    "vormittag": time(10),
    "mittag": time(12),
    "afternoon": time(15),
    "nachmittag": time(15),
    "evening": time(19),
    "abend": time(19),
    "night": time(21),
    "nacht": time(21),
}
TONIGHT = time(20)
NOON = frozenset({"noon", "midday", "mittag", "mittags"})
MIDNIGHT = frozenset({"midnight", "mitternacht"})
LATE_PARTS = _words("afternoon nachmittag evening abend night nacht")
PART_LEADS = _words("in am at im zum gegen um bis by")
JOINING = frozenset({"to", "and", "und", "bis"})
RANGES = frozenset({"-", "\u2013", "to", "bis", "until"})
MONTH_LEADS = _words("in im ab from starting until till bis by before vor")
COUNTS = frozenset(NUMBERS) | {"half", "halbe", "halben"}
MORNING_HINTS = frozenset({"morgens", "frueh", "vormittags", "morning"})
EVENING_HINTS = frozenset({"abends", "nachmittags", "nachts", "evening", "afternoon", "night"})

DATE_PREPOSITIONS = _words("on by due before until till til for starting am bis ab zum vor fuer faellig spaetestens")
TIME_PREPOSITIONS = _words("at by before until till til starting around due um bis ab vor gegen @ faellig spaetestens")
END_PREPOSITIONS = frozenset({"until", "till", "til", "bis", "through"})
START_PREPOSITIONS = frozenset({"from", "starting", "ab"})
FROM = frozenset({"from", "von"})
DUE_WORDS = frozenset({"due", "by", "bis", "faellig", "until", "till", "before", "vor"})

# A date in the middle of a text counts when the text goes on with one of these.
CONTINUATIONS = _words(
    "about with for to at in after because if re regarding via per from vom von mit and und then dann wegen fuer bei beim zum zur ueber nach in im an auf"
)
# After one of these what looks like a date belongs to the words around it.
CLAIMING = _words(
    "of from the a an my our your his her their its last past previous about than like vom von der die das dem des ein eine einen einem "
    "einer mein meine meinen letzte letzten letzter letztes vorige vorigen ueber wie called named titled to and or und oder except ausser with mit between vs zu zwischen"
)

EVERY = _words("every each jede jeden jedes jeder alle")
WORKDAYS = _words("weekday weekdays workday workdays werktag werktage arbeitstag arbeitstage wochentag wochentage")
LONG_UNITS = {"quarter": 3, "quarters": 3, "quartal": 3, "quartale": 3, "halbjahr": 6}
GERMAN_SECOND = frozenset({"zweite", "zweiten", "zweiter", "zweites"})
IN_MONTH = EVERY | _words("of the in im des a")
HOURLY = frozenset({"hourly", "stuendlich"})
ADVERBS = {
    word: rule
    for words, rule in (
        ("daily everyday taeglich", "FREQ=DAILY"),
        ("weekly woechentlich", "FREQ=WEEKLY"),
        ("biweekly fortnightly zweiwoechentlich vierzehntaegig", "FREQ=WEEKLY;INTERVAL=2"),
        ("monthly monatlich", "FREQ=MONTHLY"),
        ("quarterly vierteljaehrlich quartalsweise", "FREQ=MONTHLY;INTERVAL=3"),
        ("halbjaehrlich", "FREQ=MONTHLY;INTERVAL=6"),
        ("yearly annually jaehrlich", "FREQ=YEARLY"),
    )
    for word in words.split()
}

PRIORITIES = {
    word: priority
    for words, priority in (
        ("urgent dringend 1", "urgent"),
        ("high hoch 2", "high"),
        ("medium mittel normal 3", "medium"),
        ("low niedrig 4", "low"),
        ("none keine", "none"),
    )
    for word in words.split()
}
URGENT = frozenset({"urgent", "dringend"})

REMIND = frozenset({"remind", "erinnere", "erinner"})
REMINDER = frozenset({"reminder", "erinnerung"})
ME = frozenset({"me", "mich", "bitte", "please"})
BEFORE = _words("before beforehand prior early earlier ahead vorher davor zuvor frueher")
REMIND_LINKS = frozenset({"to", "about", "that", "an", "daran"})
