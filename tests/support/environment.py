"""The environment of a function, for tests that call our code in their own process."""

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pytest

from knative.local.keys import public_key_set
from knative.local.registry import load_registry


@cache
def function_variables() -> dict[str, str]:
    """Return fixed keys and the registry's consumers, as the platform sets them."""
    seed = base64.b64encode(bytes(range(32))).decode()
    return {
        "EVENT_SIGNING_KEYS": f"test-1:{base64.b64encode(b'e' * 32).decode()}",
        "EVENT_CONSUMERS": json.dumps(load_registry().event_consumers()),
        "JWT_PRIVATE_KEY": seed,
        "JWT_PUBLIC_KEYS": public_key_set(seed),
        "CURSOR_KEY": base64.b64encode(b"c" * 32).decode(),
        "ACTION_KEY": base64.b64encode(b"a" * 32).decode(),
        "VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode(),
        "VAPID_SUBJECT": "mailto:operator@example.com",
        "PUBLIC_URL": "http://localhost:8080",
        "OPERATOR_EMAILS": "operator@example.com",
        "THREADS": "4",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def function_environment(variables: Mapping[str, str]) -> Iterator[pytest.MonkeyPatch]:
    """Set ``variables`` over the usual ones; our code forgets what it read before and holds open, on entry and on exit."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**function_variables(), **variables}.items():
            patch.setenv(name, value)
        _forget()
        yield patch
        _forget()
    _forget()


def _forget() -> None:
    from shared.config import forget_settings

    # What was committed is still published to the broker of these settings, not to the next test's or to none.
    if "shared.events.outbox" in sys.modules:
        sys.modules["shared.events.outbox"].finish(5)
    if "shared.events.producer" in sys.modules:
        sys.modules["shared.events.producer"].close()
    forget_settings()
    try:
        from shared.db.pool import dispose
    except ImportError:
        return
    dispose()
