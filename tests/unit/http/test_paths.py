"""Routes by method and path, held against werkzeug's map, which says what people expect."""

from uuid import UUID

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from functions.auth.main import auth
from functions.notifications.main import notifications
from functions.tasks.main import tasks
from shared.http.paths import Paths, WrongMethodError

ID = "0193abcd-0000-7000-8000-00000000000A"
ROUTES = [
    ("GET", "/api/tasks"),
    ("POST", "/api/tasks"),
    ("POST", "/api/tasks/parse"),
    ("GET", "/api/tasks/<uuid:task_id>"),
    ("DELETE", "/api/tasks/<uuid:task_id>"),
    ("POST", "/api/tasks/<uuid:task_id>/tags/<uuid:tag_id>"),
    ("GET", "/api/calendar/<token>.ics"),
    ("GET", "/"),
]
PATHS = [
    "/", "/api", "/api/tasks", "/api/tasks/", "/api/tasks//", "/api/tasks/parse", "/api/tasks/parse/", "/API/tasks",
    f"/api/tasks/{ID}", f"/api/tasks/{ID}/", f"/api/tasks/{ID.lower()}", f"/api/tasks/{ID}0", f"/api/tasks/{ID}\n", "/api/tasks/12",
    f"/api/tasks/{ID}/tags/{ID}", f"/api/tasks/{ID}/tags/", f"/api/tasks/{ID}/tags/x", "/api/tasks/\u0661\u0661\u0661", f"/api/tasks/{{{ID}}}",
    "/api/calendar/abc.ics", "/api/calendar/abc.ics/", "/api/calendar/.ics", "/api/calendar/a/b.ics", "/api/calendar/a\nb.ics",
    "/api/calendar/abcxics", "/api/calendar/a%2Fb.ics",
]  # fmt: skip


def ours(method, path):
    """Return route and parameters, the allowed methods, or "nothing"."""
    paths = Paths()
    for index, (each, pattern) in enumerate(ROUTES):
        paths.add(each, pattern, index)
    try:
        found = paths.match(method, path)
    except WrongMethodError as error:
        return sorted(error.allowed)
    return "nothing" if found is None else found


def werkzeugs(method, path):
    """Return the same as werkzeug says it."""
    rules = [Rule(pattern, methods=[each], endpoint=index) for index, (each, pattern) in enumerate(ROUTES)]
    try:
        found = Map(rules, strict_slashes=False, merge_slashes=False).bind("").match(path, method=method)
    except MethodNotAllowed as error:
        return sorted(set(error.valid_methods or ()) - {"HEAD"})
    except NotFound:
        return "nothing"
    return found[0], dict(found[1])


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS)
def test_answers_as_werkzeug_does(method, path):
    """Route, parameters, wrong method and unknown path are werkzeug's, but for a doubled slash at the end, which is nobody's path."""
    assert ours(method, path) == ("nothing" if path.endswith("//") else werkzeugs(method, path))


def test_parameters_have_their_type():
    """A UUID arrives as one, whatever the case of its letters."""
    assert ours("GET", f"/api/tasks/{ID}") == (3, {"task_id": UUID(ID)})


@pytest.mark.parametrize("entry_point", [auth, tasks, notifications], ids=["auth", "tasks", "notifications"])
def test_every_route_is_found(entry_point):
    """No route of a function hides another."""
    router = entry_point.router
    for route in router.routes:
        path = route.path.replace("<token>", "x")
        while "<" in path:
            path = path[: path.index("<")] + ID + path[path.index(">") + 1 :]
        found = router._paths.match(route.method, path)
        assert found is not None
        assert found[0] is route
