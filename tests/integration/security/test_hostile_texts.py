"""JSONTestSuite and the big list of naughty strings through every text field: stored exactly or refused by name, never a 5xx."""

import base64
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.contract.tenants.world import new_person
from tests.support.client import Person

CASES = Path(__file__).parents[4] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="../shared/cases is not here")


def _load(name: str) -> list[Any]:
    file = CASES / name
    if not file.exists():
        pytest.skip(f"the cases (../shared/cases/{name}) are not beside this checkout")
    found: list[Any] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return found


@pytest.fixture(scope="module")
def person(system_env: pytest.MonkeyPatch) -> Person:
    """Somebody signed in."""
    return new_person()


def _stored(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _named(answer: Any, field: str) -> bool:
    return answer.status_code in {409, 422} and any(field in error["field"] for error in answer.json["errors"])


def test_json_test_suite(person: Person) -> None:
    """What is no JSON is 400; what is JSON but no task is 422; nothing is 500."""
    cases = _load("jsontestsuite.json")
    assert len(cases) > 300
    wrong = []
    for case in cases:
        answer = person.client.post(
            "/api/tasks",
            data=base64.b64decode(case["body_b64"]),
            content_type="application/json",
            headers={"Authorization": f"Bearer {person.token}"},
        )
        # We refuse more than the grammar: a name twice, and bodies beyond depth and number range.
        expected = {"reject": {400}, "accept": {201, 400, 422}, "either": {400, 422}}[case["expect"]]
        if answer.status_code not in expected or not {"detail", "id"} & set(answer.json):
            wrong.append((case["name"], answer.status_code))
    assert not wrong


def test_naughty_strings_in_every_text_field(person: Person) -> None:
    """Titles, notes, tags, tag names and display names come back as they were given (NFC, trimmed) or the field is named."""
    fields = [
        ("POST", "/api/tasks", "title", lambda text: {"title": text}),
        ("POST", "/api/tasks", "notes", lambda text: {"title": "x", "notes": text}),
        ("POST", "/api/tasks", "tags", lambda text: {"title": "x", "tags": [text]}),
        ("POST", "/api/tags", "name", lambda text: {"name": text}),
        ("PATCH", "/api/auth/me", "display_name", lambda text: {"display_name": text}),
    ]
    wrong = []
    for text in _load("blns.json"):
        for method, path, field, body in fields:
            answer = person.call(method, path, body(text))
            if answer.status_code in {200, 201}:
                kept = answer.json[field][0] if field == "tags" else answer.json[field]
                alike = (
                    kept == _stored(text)
                    if field in {"title", "notes"}
                    else kept.split() == _stored(text).split() or field == "tags"
                )
                if not alike:
                    wrong.append((field, text, kept))
            elif not _named(answer, field):
                wrong.append((field, text, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("parameter", ["q", "filter", "cursor", "tag", "sort", "order", "parent_id"])
def test_naughty_strings_in_queries(person: Person, parameter: str) -> None:
    """A search never fails; any other parameter is understood or named."""
    wrong = []
    for text in _load("blns.json")[::3]:
        answer = person.client.get(
            "/api/tasks", query_string={parameter: text}, headers={"Authorization": f"Bearer {person.token}"}
        )
        allowed = {200} if parameter == "q" and len(text) <= 500 and "\0" not in text else {200, 422}
        if answer.status_code not in allowed:
            wrong.append((text, answer.status_code, answer.text[:200]))
    assert not wrong
