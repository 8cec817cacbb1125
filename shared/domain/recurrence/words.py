"""A recurrence rule in words, for people: "every 2 weeks on Mon and Thu", "alle 2 Wochen am Mo und Do".

Called by the recurring task service for `description`. Always: says every part that decides about days, and is never an error;
an unknown language gets English.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from shared.domain.recurrence.changes import anchor_day
from shared.domain.recurrence.rule import ByDay, Frequency, RecurrenceRule

WORKING_DAYS = tuple(range(5))
WEEKEND = (5, 6)
ALL_WEEKDAYS = tuple(range(7))
MAX_NAMED_TIMES = 6


@dataclass(frozen=True, slots=True)
class _Language:
    every: dict[Frequency, tuple[str, str]]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    conjunction: str
    ordinals: dict[int, str]
    from_end: str
    numeral: str
    on: str
    on_day: str
    on_last_day: str
    on_anchor_day: str
    on_year_day: str
    in_week: str
    in_month: str
    working_day: str
    every_working_day: str
    every_weekend: str
    weekend_day: str
    any_day: str
    at_time: str
    times_per_day: str
    easter: str
    easter_offset: str
    only_places: str
    count: tuple[str, str]
    until: str
    date_format: str


_ENGLISH = _Language(
    every={
        Frequency.YEARLY: ("every year", "every {} years"),
        Frequency.MONTHLY: ("every month", "every {} months"),
        Frequency.WEEKLY: ("every week", "every {} weeks"),
        Frequency.DAILY: ("every day", "every {} days"),
        Frequency.HOURLY: ("every hour", "every {} hours"),
        Frequency.MINUTELY: ("every minute", "every {} minutes"),
        Frequency.SECONDLY: ("every second", "every {} seconds"),
    },
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    conjunction="and",
    ordinals={1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"},
    from_end="{} from the end",
    numeral="{0}{1}",
    on="on {}",
    on_day="on the {}",
    on_last_day="last day",
    on_anchor_day="on the {} or the last day of a shorter month",
    on_year_day="on the {} day of the year",
    in_week="in week {}",
    in_month="in {}",
    working_day="weekday",
    every_working_day="every weekday",
    every_weekend="every weekend",
    weekend_day="weekend day",
    any_day="day",
    at_time="at {}",
    times_per_day="{} times a day",
    easter="on Easter Sunday",
    easter_offset="{} days from Easter Sunday",
    only_places="only the {} of these",
    count=("once", "{} times"),
    until="until {}",
    date_format="{day} {month} {year}",
)
_GERMAN = _Language(
    every={
        Frequency.YEARLY: ("jedes Jahr", "alle {} Jahre"),
        Frequency.MONTHLY: ("jeden Monat", "alle {} Monate"),
        Frequency.WEEKLY: ("jede Woche", "alle {} Wochen"),
        Frequency.DAILY: ("jeden Tag", "alle {} Tage"),
        Frequency.HOURLY: ("jede Stunde", "alle {} Stunden"),
        Frequency.MINUTELY: ("jede Minute", "alle {} Minuten"),
        Frequency.SECONDLY: ("jede Sekunde", "alle {} Sekunden"),
    },
    weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    conjunction="und",
    ordinals={1: "ersten", 2: "zweiten", 3: "dritten", 4: "vierten", 5: "fünften", -1: "letzten"},
    from_end="{} vom Ende",
    numeral="{0}.",
    on="am {}",
    on_day="am {}",
    on_last_day="letzten Tag",
    on_anchor_day="am {} oder am letzten Tag kürzerer Monate",
    on_year_day="am {} Tag des Jahres",
    in_week="in Woche {}",
    in_month="im {}",
    working_day="Werktag",
    every_working_day="jeden Werktag",
    every_weekend="jedes Wochenende",
    weekend_day="Wochenendtag",
    any_day="Tag",
    at_time="um {}",
    times_per_day="{}-mal am Tag",
    easter="am Ostersonntag",
    easter_offset="{} Tage vom Ostersonntag",
    only_places="davon nur den {}",
    count=("einmal", "{}-mal"),
    until="bis {}",
    date_format="{day}. {month} {year}",
)


def describe(rule: RecurrenceRule, locale: str = "en", at: time | None = None) -> str:
    """Return the rule in words of the locale's language (`en`, `de`, `de-AT`, ...), starting in lower case.

    `at` is the time of day of DTSTART; without it a rule that names hours but no minutes says only how often a day.
    """
    return _Words(_GERMAN if locale.lower().startswith("de") else _ENGLISH, rule, at).sentence()


class _Words:
    """One rule being put into one language."""

    def __init__(self, language: _Language, rule: RecurrenceRule, at: time | None) -> None:
        self._say = language
        self._rule = rule
        self._at = at

    def sentence(self) -> str:
        phrases = [self._frequency(), *self._days(), *self._months(), *self._weeks(), *self._times(), self._end()]
        return " ".join(phrase for phrase in phrases if phrase)

    def _plain_weekdays(self) -> tuple[int, ...]:
        return tuple(entry.weekday for entry in self._rule.by_day)

    def _is_week_pattern(self, weekdays: tuple[int, ...]) -> bool:
        rule = self._rule
        weekly = rule.freq in {Frequency.WEEKLY, Frequency.DAILY} and rule.interval == 1
        return weekly and self._plain_weekdays() == weekdays

    def _frequency(self) -> str:
        if self._is_week_pattern(WORKING_DAYS):
            return self._say.every_working_day
        if self._is_week_pattern(WEEKEND):
            return self._say.every_weekend
        if self._is_week_pattern(ALL_WEEKDAYS):
            return self._say.every[Frequency.DAILY][0]
        one, several = self._say.every[self._rule.freq]
        return one if self._rule.interval == 1 else several.format(self._rule.interval)

    def _days(self) -> list[str]:
        rule, say = self._rule, self._say
        anchor = anchor_day(rule)
        if anchor:
            return [say.on_anchor_day.format(self._numeral(anchor))]
        phrases = []
        if rule.by_year_day:
            phrases.append(say.on_year_day.format(self._list([self._place(number) for number in rule.by_year_day])))
        if rule.by_month_day:
            phrases.append(say.on_day.format(self._list([self._month_day(number) for number in rule.by_month_day])))
        phrases += [say.easter_offset.format(f"{offset:+d}") if offset else say.easter for offset in rule.by_easter]
        return [*phrases, *self._weekday_phrases()]

    def _weekday_phrases(self) -> list[str]:
        rule, say = self._rule, self._say
        if not rule.by_day:
            return self._only_places()
        if any(map(self._is_week_pattern, (WORKING_DAYS, WEEKEND, ALL_WEEKDAYS))):
            return self._only_places()
        named = self._list([self._weekday(entry) for entry in rule.by_day])
        if rule.by_set_pos and rule.freq <= Frequency.MONTHLY and rule.times_per_day == 1:
            kinds = {WORKING_DAYS: say.working_day, WEEKEND: say.weekend_day, ALL_WEEKDAYS: say.any_day}
            has_ordinals = any(entry.ordinal for entry in rule.by_day)
            kind = None if has_ordinals else kinds.get(self._plain_weekdays())
            return [
                say.on_day.format(f"{self._list([self._place(place) for place in rule.by_set_pos])} {kind or named}")
            ]
        ordinal = rule.freq <= Frequency.MONTHLY and any(entry.ordinal for entry in rule.by_day)
        return [(say.on_day if ordinal else say.on).format(named), *self._only_places()]

    def _only_places(self) -> list[str]:
        places = self._rule.by_set_pos
        return [self._say.only_places.format(self._list([self._place(place) for place in places]))] if places else []

    def _weekday(self, entry: ByDay) -> str:
        name = self._say.weekdays[entry.weekday]
        has_ordinal = entry.ordinal and self._rule.freq <= Frequency.MONTHLY
        return f"{self._place(entry.ordinal)} {name}" if has_ordinal else name

    def _month_day(self, number: int) -> str:
        return self._say.on_last_day if number == -1 else self._numeral(number) if number > 0 else self._place(number)

    def _place(self, number: int) -> str:
        if number in self._say.ordinals:
            return self._say.ordinals[number]
        return self._numeral(number) if number > 0 else self._say.from_end.format(self._numeral(-number))

    def _numeral(self, number: int) -> str:
        return self._say.numeral.format(number, _english_suffix(number))

    def _months(self) -> list[str]:
        names = [self._say.months[month - 1] for month in self._rule.by_month]
        return [self._say.in_month.format(self._list(names))] if names else []

    def _weeks(self) -> list[str]:
        numbers = [str(number) for number in self._rule.by_week_no]
        return [self._say.in_week.format(self._list(numbers))] if numbers else []

    def _times(self) -> list[str]:
        rule = self._rule
        if not (rule.by_hour or rule.by_minute or rule.by_second):
            return []
        is_known = (rule.by_hour or self._at) and (rule.by_minute or self._at) and not rule.by_second
        if rule.freq > Frequency.DAILY or not is_known or rule.times_per_day > MAX_NAMED_TIMES:
            return [self._say.times_per_day.format(rule.times_per_day)]
        at = self._at or time()
        hours, minutes = rule.by_hour or (at.hour,), rule.by_minute or (at.minute,)
        return [
            self._say.at_time.format(self._list([f"{hour:02d}:{minute:02d}" for hour in hours for minute in minutes]))
        ]

    def _end(self) -> str:
        rule, say = self._rule, self._say
        if rule.count is not None:
            return say.count[0] if rule.count == 1 else say.count[1].format(rule.count)
        return say.until.format(self._date(rule.until)) if rule.until is not None else ""

    def _date(self, until: date | datetime) -> str:
        month = self._say.months[until.month - 1]
        return self._say.date_format.format(day=until.day, month=month, year=until.year)

    def _list(self, items: list[str]) -> str:
        if len(items) == 1:
            return items[0]
        return f"{', '.join(items[:-1])} {self._say.conjunction} {items[-1]}"


def _english_suffix(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
