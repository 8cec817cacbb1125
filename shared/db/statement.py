"""SQL of a module that stays light to import: SQLAlchemy is loaded when a statement is first used.

For modules that a cold read loads without running any of their statements; everything else names ``sqlalchemy.text`` itself.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import TextClause


def statement(sql: str) -> Callable[[], "TextClause"]:
    """Return a function that gives ``sql`` (``:name`` parameters) as a SQLAlchemy statement, made at its first call."""

    @cache
    def clause() -> "TextClause":
        from sqlalchemy import text

        return text(sql)

    return clause
