"""The OpenAPI document: valid, in step with the code, and what the functions really answer."""

import functools
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from knative.local.openapi import TARGET, build
from shared.auth import SCOPES, issue_access_token
from shared.config import forget_settings
from tests.contract.tenants.world import new_person
from tests.support.api import document, gateway, operations
from tests.support.client import Person

# A stream without end, and calls that would leave this machine or end the account.
_LEFT_OUT = {"GET /api/live", "POST /api/chat", "POST /api/push-subscriptions/{device_id}/test"}
# Pages and RFC 6749 error bodies are not problem documents; tests/integration/auth holds them.
FUZZED = [
    f"{method} {path}"
    for method, path, _ in operations()
    if f"{method} {path}" not in _LEFT_OUT and not path.startswith("/oauth/")
]


@functools.cache
def _schema() -> Any:
    return schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def person(system_env: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody with every scope, on a machine with a mailbox."""
    system_env.setenv("MAILBOX_DIR", str(tmp_path_factory.mktemp("mailbox")))
    forget_settings()
    somebody = new_person()
    somebody.token = issue_access_token(somebody.user_id, list(SCOPES))
    return somebody


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1, by the specification's own schema."""
    validate(document())


def test_the_served_document_is_the_built_one() -> None:
    """`make openapi` was run after the last change of a route or schema."""
    assert TARGET.read_bytes() == build(), "run make openapi"


def test_operation_ids_are_unique() -> None:
    """Generated clients name their methods by them."""
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", FUZZED)
def test_answers_are_as_documented(person: Person, name: str) -> None:
    """Generated requests never get a 5xx, and status, content type and body are those of the document."""
    method, _, path = name.partition(" ")
    operation = _schema()[path][method]
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    headers = {"Authorization": f"Bearer {person.token}"}

    @settings(
        max_examples=12, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        case.call_and_validate(app=gateway(), headers=headers, checks=checks)

    run()
