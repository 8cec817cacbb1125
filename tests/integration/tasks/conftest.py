"""A person with the tasks, tags and audit functions at hand."""

from collections.abc import Callable

import pytest

from tests.support.client import Person


@pytest.fixture
def new_person(system_env: pytest.MonkeyPatch) -> Callable[..., Person]:
    """Return a maker of people with accounts of their own."""
    from functions.audit.main import audit
    from functions.tags.main import tags
    from functions.tasks.main import tasks

    return lambda **options: Person(tasks.wsgi, tags.wsgi, audit.wsgi, **options)


@pytest.fixture
def ada(new_person: Callable[..., Person]) -> Person:
    """A person in Berlin."""
    return new_person(time_zone="Europe/Berlin")
