"""What a person may ask of the model endpoint in a day: messages, and tokens as the endpoint counts them.

The day is the person's own, from midnight to midnight in their zone. A message is counted before the endpoint is asked and given back when the
endpoint could not answer; tokens are counted after each turn, so the last turn of a day may go beyond. When nothing is left the built-in
interpreter answers. Counters live among the rate limits: housekeeping deletes them a day after their last use.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.zone import start_of_day, to_local, today
from shared.services.assistant.person import Person
from shared.services.chat.endpoint import ModelSettings
from shared.services.chat.words import say

_COUNT = """
INSERT INTO rate_limits AS r (bucket, tokens, updated_at) VALUES ($1, $2::float8, clock_timestamp())
ON CONFLICT (bucket) DO UPDATE SET tokens = r.tokens + $2::float8, updated_at = clock_timestamp() RETURNING to_json(r.tokens)
"""


@dataclass(frozen=True)
class Allowance:
    """A person's day.

    Attributes:
        person: whose.
        day: in their zone; a turn that begins before midnight counts for the day it began.
        messages: sent to the endpoint, this one included.
        tokens: used before this turn.
    """

    person: Person
    day: str
    messages: int
    tokens: int

    @property
    def left(self) -> bool:
        """Whether the endpoint may be asked; a limit of 0 is none."""
        settings = ModelSettings.load()
        over = settings.daily_messages and self.messages > settings.daily_messages
        return not over and not (settings.daily_tokens and self.tokens >= settings.daily_tokens)

    def spend(self, tokens: int) -> None:
        """Count what a turn used."""
        if tokens:
            _count(self.person, "tokens", self.day, tokens)

    def give_back(self) -> None:
        """Uncount this message: the endpoint was not there."""
        _count(self.person, "messages", self.day, -1)

    def sentence(self, locale: str) -> str:
        """Say that nothing is left, and when the next day begins by the person's clock."""
        settings = ModelSettings.load()
        tomorrow = today(clock.now(), self.person.time_zone) + timedelta(days=1)
        begins = to_local(start_of_day(tomorrow, self.person.time_zone), self.person.time_zone)
        by_messages = bool(settings.daily_messages) and self.messages > settings.daily_messages
        key, limit = ("messages", settings.daily_messages) if by_messages else ("tokens", settings.daily_tokens)
        return say(
            locale, f"quota_{key}", limit=f"{limit:,}".replace(",", "\u202f"),
            day=tomorrow.isoformat(), time=f"{begins:%H:%M}", zone=self.person.time_zone,
        )  # fmt: skip


def begin(person: Person) -> Allowance:
    """Count a message and return how the person's day stands."""
    day = today(clock.now(), person.time_zone).isoformat()
    return Allowance(person, day, _count(person, "messages", day, 1), _count(person, "tokens", day, 0))


def _count(person: Person, what: str, day: str, amount: int) -> int:
    bucket = f"model-{what}:{person.user_id}:{day}"
    return int(float(fetch_json(_COUNT, [bucket, amount], user_id=None, read_only=False) or b"0"))
