"""The one tree of errors that services raise and doors translate.

Services raise these; HTTP status and problem details are decided in ``shared.http`` and consumer status codes in
``shared.events.consumer``, nowhere else. The axis that matters to a caller is whether trying again can help::

    ObsidianListError
    ├── PermanentError            the same request will fail again
    │   ├── InvalidInput          a field is wrong (names it)
    │   ├── Unauthenticated       no valid credentials
    │   ├── Forbidden             credentials lack the scope
    │   ├── NotFound              no such thing, or not yours: never told apart
    │   ├── MethodNotAllowed
    │   ├── Conflict              the thing's state forbids it
    │   │   └── VersionConflict   somebody changed it first (carries the current state)
    │   ├── PayloadTooLarge
    │   ├── UnsupportedMediaType
    │   ├── IdempotencyMismatch   the key was used with other parameters
    │   └── InvalidMessage        an event that no retry can mend
    └── TransientError            trying again later can help
        ├── TooManyRequests       carries the seconds to wait
        ├── InProgress            the same request is being worked on
        └── Unavailable           a dependency is down
"""

from collections.abc import Mapping
from typing import Any


class ObsidianListError(Exception):
    """Base of every error this project raises on purpose."""

    status = 500
    title = "Internal error"
    slug = "internal"

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra


class PermanentError(ObsidianListError):
    """The same request would fail again."""


class TransientError(ObsidianListError):
    """The same request may succeed later."""


class InvalidInput(PermanentError):
    """One or more fields are wrong.

    Args:
        detail: one sentence for a person.
        field: dotted path of the field, as the client named it; empty for the request as a whole.
        errors: all wrong fields, each ``{"field": ..., "detail": ...}``; made from ``field`` when absent.
        status: 400 where the request cannot be read at all, else 422.
    """

    status = 422
    title = "Invalid input"
    slug = "invalid-input"

    def __init__(
        self,
        detail: str,
        *,
        field: str = "",
        errors: list[dict[str, str]] | None = None,
        status: int = 422,
        **extra: Any,
    ) -> None:
        super().__init__(detail, **extra)
        self.status = status
        self.field = field
        self.errors = errors if errors is not None else [{"field": field, "detail": detail}]


class Unauthenticated(PermanentError):
    """No credentials, or none that hold."""

    status = 401
    title = "Not signed in"
    slug = "unauthenticated"


class Forbidden(PermanentError):
    """The credentials hold but do not allow this."""

    status = 403
    title = "Not allowed"
    slug = "forbidden"


class NotFound(PermanentError):
    """There is no such thing, or it belongs to somebody else; the two are never told apart."""

    status = 404
    title = "Not found"
    slug = "not-found"


class MethodNotAllowed(PermanentError):
    """The path exists, the method does not."""

    status = 405
    title = "Method not allowed"
    slug = "method-not-allowed"


class Conflict(PermanentError):
    """The present state of the thing forbids the change."""

    status = 409
    title = "Conflict"
    slug = "conflict"


class VersionConflict(Conflict):
    """Somebody changed the thing first; ``current`` is its state now, ready to send."""

    status = 412
    title = "Changed by someone else"
    slug = "version-conflict"

    def __init__(self, detail: str, *, current: Any) -> None:
        super().__init__(detail)
        self.current = current


class PayloadTooLarge(PermanentError):
    """The body is longer than the server reads."""

    status = 413
    title = "Body too large"
    slug = "body-too-large"


class UnsupportedMediaType(PermanentError):
    """The body is not in a form the server reads."""

    status = 415
    title = "Unsupported media type"
    slug = "unsupported-media-type"


class IdempotencyMismatch(PermanentError):
    """The idempotency key was first used with other parameters."""

    status = 422
    title = "Idempotency key reused"
    slug = "idempotency-key-reused"


class InvalidMessage(PermanentError):
    """An event that no retry can mend: unknown type, bad schema, bad signature."""

    status = 400
    title = "Invalid event"
    slug = "invalid-event"


class TooManyRequests(TransientError):
    """A limit was reached; ``retry_after_seconds`` says when to come back."""

    status = 429
    title = "Too many requests"
    slug = "too-many-requests"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after_seconds))})
        self.retry_after_seconds = retry_after_seconds


class InProgress(TransientError):
    """The same request or event is being worked on right now."""

    status = 409
    title = "In progress"
    slug = "in-progress"


class Unavailable(TransientError):
    """A dependency (database, broker) is down."""

    status = 503
    title = "Temporarily unavailable"
    slug = "unavailable"

    def __init__(self, detail: str = "A dependency is not answering; try again shortly.") -> None:
        super().__init__(detail, headers={"Retry-After": "2"})
