"""The examples of the auth function's schemas are what they claim to be."""

import json

import pytest
from pydantic import BaseModel

from functions.auth import main, recovery, schemas
from shared.domain.account import is_deliverable

MODELS = [
    model
    for module in (schemas, recovery)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_examples(model):
    """Whole examples validate, and every model can say its schema."""
    for example in model.model_json_schema().get("examples", []):
        model.model_validate_json(json.dumps(example))


def test_every_route_says_what_it_does():
    """Each route has a sentence for the document; all but signing in, mailed links and the keys need the scope account."""
    of_clients = {"/token"} | {route.path for route in main.router.routes if "oauth" in route.path}
    public = {route.path for route in main.router.routes if route.public} - of_clients
    names = ("register", "login", "refresh", "logout", "password/forgot", "password/reset", "email/confirm")
    assert public == {f"/api/auth/{name}" for name in names} | {"/.well-known/jwks.json"}
    for route in main.router.routes:
        assert route.handler.__doc__
        if "oauth" in route.path:
            continue  # the authorization server speaks RFC 6749's own forms; tests/integration/mcp_server has them
        assert route.public or route.scope == "account"
        assert route.body is None or route.body in MODELS
    assert is_deliverable(schemas._EMAIL)
