"""Which function answers a path: prefixes on segment boundaries, the longest wins.

The same rule as the cluster's ``web`` (nginx) has. Called for every request of the one-machine platform, so it cuts the path
segment by segment and looks each prefix up: the cost depends on the path's depth only.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

Target = TypeVar("Target")


class RouteTable(Generic[Target]):
    """An immutable table of route prefixes."""

    def __init__(self, routes: Iterable[tuple[str, Target]]) -> None:
        self._targets = dict(routes)

    def find(self, path: str) -> Target | None:
        """Return the target of the longest prefix of ``path``, or None.

        ``/api/tasks`` covers ``/api/tasks`` and ``/api/tasks/7``, not ``/api/tasksets``.
        """
        candidate = path.rstrip("/")
        while candidate:
            target = self._targets.get(candidate)
            if target is not None:
                return target
            candidate = candidate.rpartition("/")[0]
        return None
