"""Which route a method and a path mean: what the router asks for every request.

Our own lines instead of werkzeug's map: importing any part of werkzeug loads its development server and test client, a tenth of a
function's cold start, and our paths need two kinds of parameter. ``tests/unit/http/test_paths.py`` holds it against werkzeug's answers.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

_PARAMETER = re.compile(r"<(uuid:)?(\w+)>")
_UUID = "[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"


class WrongMethodError(Exception):
    """The path is known, the method is not; ``allowed`` are those that are."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = frozenset(allowed)


class Paths:
    """Routes by path: fixed ones in a dictionary, those with ``<uuid:name>`` or ``<name>`` as patterns; one closing slash more does not matter."""

    def __init__(self) -> None:
        self._fixed: dict[str, dict[str, Any]] = {}
        self._patterns: dict[str, _Pattern] = {}

    def add(self, method: str, path: str, route: Any) -> None:
        """Add a route; a later one of the same method and path does not replace it."""
        if "<" in path:
            self._patterns.setdefault(path, _Pattern(path)).routes.setdefault(method, route)
        else:
            self._fixed.setdefault(path, {}).setdefault(method, route)

    def match(self, method: str, path: str) -> tuple[Any, dict[str, Any]] | None:
        """Return the route and its path parameters, or ``None`` for a path of nobody.

        Raises:
            WrongMethodError: with the methods the path has.
        """
        if len(path) > 1:
            path = path.removesuffix("/")
        fixed = self._fixed.get(path, {})
        if method in fixed:
            return fixed[method], {}
        allowed = set(fixed)
        for pattern in self._patterns.values():
            parameters = pattern.match(path)
            if parameters is None:
                continue
            if method in pattern.routes:
                return pattern.routes[method], parameters
            allowed.update(pattern.routes)
        if allowed:
            raise WrongMethodError(allowed)
        return None


class _Pattern:
    """A path with parameters; its expression is compiled when the first path is held against it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._start = path[: path.index("<")]
        self.routes: dict[str, Any] = {}

    def match(self, path: str) -> dict[str, Any] | None:
        if not path.startswith(self._start):
            return None
        found = self._expression.fullmatch(path)
        if found is None:
            return None
        return {name: UUID(value) if name in self._uuids else value for name, value in found.groupdict().items()}

    @cached_property
    def _uuids(self) -> frozenset[str]:
        return frozenset(name for kind, name in _PARAMETER.findall(self._path) if kind)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        expression, end = "", 0
        for found in _PARAMETER.finditer(self._path):
            expression += re.escape(self._path[end : found.start()])
            expression += f"(?P<{found[2]}>{_UUID if found[1] else '[^/]+'})"
            end = found.end()
        return re.compile(expression + re.escape(self._path[end:]))
