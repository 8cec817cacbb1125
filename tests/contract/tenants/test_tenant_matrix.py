"""Every operation of the OpenAPI document against its owner, somebody else, nobody, an expired token and one without the scope."""

import copy
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.auth import SCOPES, issue_access_token
from shared.config import forget_settings
from shared.db.engine import transaction
from tests.contract.tenants.recipes import RECIPES, Recipe
from tests.contract.tenants.world import fingerprint, make, new_person
from tests.support.api import document, operations
from tests.support.client import Person

OPERATIONS = {f"{method} {path}": operation for method, path, operation in operations()}
CLOSED = [name for name, operation in OPERATIONS.items() if "security" in operation]
PLACES = [
    (name, place)
    for name in CLOSED
    for place in (RECIPES[name].ids if name in RECIPES else ())
    if RECIPES[name].ids[place] not in {"letter", "mail"}
]
_MOMENT_OR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[0-9:.]+Z")


@pytest.fixture(scope="module")
def owner(system_env: pytest.MonkeyPatch) -> Person:
    """Somebody with things."""
    return new_person()


@pytest.fixture(scope="module")
def other(system_env: pytest.MonkeyPatch) -> Person:
    """Somebody else."""
    return new_person()


def _uuid_places(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    if "$ref" in schema:
        yield from _uuid_places(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], path)
    if schema.get("format") == "uuid":
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from _uuid_places(inner, f"{path}.{name}" if path else name)
    if "items" in schema:
        yield from _uuid_places(schema["items"], f"{path}.0")
    for option in schema.get("anyOf", []):
        yield from _uuid_places(option, path)


def _id_places(operation: dict[str, Any]) -> set[str]:
    places = set()
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] != "token":
            places.add(parameter["name"])
        if parameter["in"] == "query" and re.search(r"(^|_)ids?$", parameter["name"]):
            places.add(f"query:{parameter['name']}")
    if "requestBody" in operation:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        places |= {f"body:{place}" for place in _uuid_places(schema)}
    return places


def _call(person: Person, name: str, filled: dict[str, str], token: str | None = "own") -> Any:
    method, _, path = name.partition(" ")
    recipe: Recipe = RECIPES[name]
    body, query = copy.deepcopy(recipe.body), dict(recipe.query)
    for place, value in filled.items():
        where, _, target = place.partition(":")
        if not target:
            path = path.replace("{" + place + "}", value)
        elif where == "query":
            query[target] = value
        else:
            _put(body, target.split("."), value)
    if name == "POST /api/recurring-tasks" and "body:task_id" in filled:
        body.pop("template")
    headers = {} if token is None else {"Authorization": f"Bearer {person.token if token == 'own' else token}"}
    options = {} if body is None else {"json": body}
    return person.client.open(path, method=method, query_string=query, headers=headers, **options)


def _put(body: Any, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        body = body[int(step)] if step.isdigit() else body.setdefault(step, [] if steps[-1].isdigit() else {})
    if steps[-1].isdigit():
        body.append(value)
    else:
        body[steps[-1]] = value


def _own(person: Person, name: str, *also: str) -> dict[str, str]:
    recipe = RECIPES[name]
    return {
        place: make(person, kind)
        for place, kind in recipe.ids.items()
        if ":" not in place or place in recipe.always or place in also
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_recipe_that_names_its_ids(name: str) -> None:
    """A new route, or a new id in an old one, has to be added to recipes.py."""
    assert name in RECIPES, f"add {name} to tests/contract/tenants/recipes.py"
    recipe = RECIPES[name]
    assert bool(recipe.public) == ("security" not in OPERATIONS[name])
    if not recipe.public:
        assert set(recipe.ids) == _id_places(OPERATIONS[name])


@pytest.mark.parametrize("name", [name for name in CLOSED if name in RECIPES and not RECIPES[name].owner])
def test_the_owner_gets_through(owner: Person, name: str) -> None:
    """With own ids and the scope nothing is hidden: the refusals below are not those of a broken call."""
    answer = _call(owner, name, _own(owner, name))
    assert answer.status_code in {200, 201, 202, 204, 409}, answer.text


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_an_id_of_somebody_else_answers_like_one_that_does_not_exist(
    owner: Person, other: Person, name: str, place: str
) -> None:
    """Same status and same body, in the path 404; and nothing of the other person changes."""
    theirs, missing = make(owner, RECIPES[name].ids[place]), str(uuid.uuid4())
    before = fingerprint(owner)
    own = _own(other, name)
    answers = [_call(other, name, {**own, place: value}) for value in (theirs, missing)]
    texts = [_MOMENT_OR_ID.sub("…", answer.text) for answer in answers]
    assert answers[0].status_code == answers[1].status_code
    assert texts[0] == texts[1]
    if ":" not in place:
        assert answers[0].status_code == 404
    assert fingerprint(owner) == before


@pytest.mark.parametrize("name", CLOSED)
def test_nobody_and_expired_tokens_get_401(owner: Person, name: str) -> None:
    """Without a token, with one of yesterday and with a personal token nobody made."""
    ids = dict.fromkeys((place for place in RECIPES[name].ids if ":" not in place), str(uuid.uuid4()))
    expired = issue_access_token(owner.user_id, list(SCOPES), lifetime_seconds=-3600)
    for token in (None, expired, "olt_" + "x" * 43, "nonsense"):
        answer = _call(owner, name, ids, token)
        assert answer.status_code == 401, answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", CLOSED)
def test_a_token_without_the_scope_gets_403(owner: Person, name: str) -> None:
    """Whether the thing exists is not told either."""
    needed = OPERATIONS[name]["x-scope"]
    assert needed is not None
    token = issue_access_token(owner.user_id, [scope for scope in SCOPES if scope != needed])
    ids = dict.fromkeys((place for place in RECIPES[name].ids if ":" not in place), str(uuid.uuid4()))
    answer = _call(owner, name, ids, token)
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("name", [name for name in CLOSED if name in RECIPES and isinstance(RECIPES[name].body, dict)])
@pytest.mark.parametrize("field", ["user_id", "version", "role"])
def test_no_field_can_be_slipped_in(owner: Person, other: Person, name: str, field: str) -> None:
    """Bodies are closed: an owner, version or role in them is refused by name."""
    recipe = RECIPES[name]
    method, _, path = name.partition(" ")
    for place, kind in recipe.ids.items():
        if ":" not in place:
            path = path.replace("{" + place + "}", make(other, kind))
    token = issue_access_token(other.user_id, list(SCOPES))
    body = {**recipe.body, field: str(owner.user_id)}
    answer = other.client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json["errors"]]


@pytest.mark.parametrize("name", CLOSED)
def test_a_deleted_account_writes_nothing_and_breaks_nothing(
    owner: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Its access token outlives it by minutes: what it asks for is empty or gone, what it writes is 401, never 5xx and never made."""
    monkeypatch.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()
    ghost = new_person()
    with transaction(None) as connection:
        connection.exec_driver_sql("DELETE FROM users WHERE id = %s", (ghost.user_id,))
    ids = dict.fromkeys((place for place in RECIPES[name].ids if ":" not in place), str(uuid.uuid4()))
    answer = _call(ghost, name, ids)
    assert answer.status_code in {200, 202, 204, 401, 403, 404, 409, 422}, answer.text
    assert not any(digest for _, digest in fingerprint(ghost))
