"""The person a tool works for, as every tool and the doors to them need it."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from shared.services.actor import Actor


@dataclass(frozen=True)
class Person:
    """For whom a tool works: who, through which door, in which zone and language."""

    actor: Actor
    time_zone: str
    locale: str

    @property
    def user_id(self) -> UUID:
        """Whose tasks."""
        return self.actor.user_id


def load_person(actor: Actor) -> Person:
    """Return the person behind an actor, with zone and language.

    Raises:
        Unauthenticated: the account is gone.
    """
    from shared.db.direct import fetch_json
    from shared.errors import Unauthenticated

    raw = fetch_json(
        "select json_build_object('time_zone', time_zone, 'locale', locale) from users where id = $1",
        [actor.user_id],
        user_id=actor.user_id,
    )
    if raw is None:
        raise Unauthenticated("This account no longer exists.")
    return Person(actor, **orjson.loads(raw))
