"""Idempotency keys: a request repeated with its key has one effect and one answer.

The answer is stored in the transaction of the change itself, so there is no moment at which the one exists without the other. A failed
request stores nothing: its key may be used again.
"""

import hashlib
from collections.abc import Callable

import orjson
from sqlalchemy import text

from shared.db.engine import transaction
from shared.errors import IdempotencyMismatch, InProgress, InvalidInput
from shared.failpoints import failpoint
from shared.http.request import Reply, Request

_MAX_KEY_LENGTH = 255
_FIND = text(
    "SELECT request_hash, status, response, headers FROM idempotency_keys WHERE user_id = :user_id AND key = :key"
)
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:user_id || :key, 7))")
_STORE = text(
    "INSERT INTO idempotency_keys (user_id, key, request_hash, status, response, headers)"
    " VALUES (:user_id, :key, :hash, :status, :response, CAST(:headers AS jsonb))"
)


def once(request: Request, answer: Callable[[], Reply]) -> Reply:
    """Run ``answer`` the first time a key is used; afterwards return what it answered, with ``Idempotency-Replayed: true``.

    Raises:
        InvalidInput: the key is empty, longer than 255 characters or not printable ASCII.
        IdempotencyMismatch: the key was first used with another method, path or body.
        InProgress: the first request with this key has not finished.
    """
    key = request.header("Idempotency-Key") or ""
    if not 1 <= len(key) <= _MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            "Idempotency-Key takes 1 to 255 printable ASCII characters.", field="Idempotency-Key", status=400
        )
    query = request.environ.get("QUERY_STRING", "")
    digest = hashlib.sha256(f"{request.method} {request.path}?{query}\n".encode() + request.body).digest()
    who = {"user_id": str(request.user_id), "key": key}
    with transaction(request.user_id) as connection:
        if not connection.execute(_LOCK, who).scalar_one():
            raise InProgress("A request with this Idempotency-Key is being worked on.", headers={"Retry-After": "1"})
        stored = connection.execute(_FIND, who).one_or_none()
        if stored is not None:
            if bytes(stored.request_hash) != digest:
                raise IdempotencyMismatch("This Idempotency-Key was first used for another request.", headers={})
            return Reply(
                bytes(stored.response) if stored.response is not None else None,
                stored.status,
                {**stored.headers, "Idempotency-Replayed": "true"},
            )
        reply = answer()
        body = reply.body if isinstance(reply.body, bytes) else None
        values = {
            **who,
            "hash": digest,
            "status": reply.status,
            "response": body,
            "headers": orjson.dumps(reply.headers).decode(),
        }
        connection.execute(_STORE, values)
        failpoint("idempotency.before_commit")
    failpoint("idempotency.commit_lost_reply")
    return reply
