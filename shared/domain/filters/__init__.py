"""Which tasks a list shows: one value, and one query language to write it in.

Called by the task list, saved views, chat and MCP. `TaskFilter` is what services turn into SQL; `parse` reads
``priority:high tag:home due<+7d "exact words" -word``, `format` writes a filter back. Pure: no clock, no storage.
"""

from shared.domain.filters.language import MAX_LENGTH, FilterError, parse
from shared.domain.filters.value import TaskFilter
from shared.domain.filters.written import format  # noqa: A004 (read as filters.format)

__all__ = ["MAX_LENGTH", "FilterError", "TaskFilter", "format", "parse"]
