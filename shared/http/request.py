"""A request as handlers see it, and the reply they may answer with; nothing here knows Flask."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from shared.auth import Identity
from shared.config import HttpSettings
from shared.domain.errors import DomainError
from shared.errors import InvalidInput, PayloadTooLarge, Unauthenticated, UnsupportedMediaType
from shared.http.client_address import client_address

MAX_BODY_BYTES = 256 * 1024
UNREAD_KEPT, MAX_DISCARDED = 64 * 1024, 1024 * 1024
MAX_DEPTH = 32
MAX_QUERY_LENGTH = 8192


@dataclass(slots=True)
class Reply:
    """An answer with more than a body: status, headers, another content type, or a stream.

    ``body`` is JSON bytes, a model, anything orjson can write, or an iterable of bytes for a stream.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cookies: list[str] = field(default_factory=list)


class Request:
    """One HTTP request over its WSGI environment."""

    def __init__(self, environ: dict[str, Any], request_id: str, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.environ = environ
        self.request_id = request_id
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "/")
        self.identity_or_none: Identity | None = None
        self._max_body_bytes = max_body_bytes
        self._body: bytes | None = None

    @property
    def identity(self) -> Identity:
        """Who is asking.

        Raises:
            Unauthenticated: the route is public and nobody signed in.
        """
        if self.identity_or_none is None:
            raise Unauthenticated("Sign in first.", headers={"WWW-Authenticate": "Bearer"})
        return self.identity_or_none

    @property
    def user_id(self) -> UUID:
        """Whose rows exist for this request."""
        return self.identity.user_id

    def header(self, name: str) -> str | None:
        """Return a request header by its usual name, or ``None``."""
        key = name.upper().replace("-", "_")
        if key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            return self.environ.get(key)
        value: str | None = self.environ.get(f"HTTP_{key}")
        return value

    def holds(self, etag: str) -> bool:
        """Whether If-None-Match names the tag: the client has this very state. Weak comparison. Source: RFC 9110 section 13.1.2."""
        given = (self.header("If-None-Match") or "").strip()
        return given == "*" or etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}

    @property
    def client_ip(self) -> str:
        """The address of the caller, seen through the proxies that are ours."""
        settings = HttpSettings.load()
        return client_address(
            str(self.environ.get("REMOTE_ADDR", "")),
            self.header("X-Forwarded-For"),
            hops=settings.trusted_proxy_hops,
            networks=settings.trusted_proxies,
        )

    @property
    def query_args(self) -> dict[str, list[str]]:
        """Every query parameter with its values in order.

        Raises:
            InvalidInput: too long, or not UTF-8.
        """
        raw = self.environ.get("QUERY_STRING", "")
        if len(raw) > MAX_QUERY_LENGTH:
            raise InvalidInput(f"The query is longer than {MAX_QUERY_LENGTH} characters.", status=414)
        values: dict[str, list[str]] = {}
        try:
            for name, value in parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=200):
                values.setdefault(name, []).append(value)
        except (UnicodeDecodeError, ValueError) as error:
            raise InvalidInput("The query is not valid percent-encoded UTF-8.", status=400) from error
        return values

    @property
    def body(self) -> bytes:
        """The raw body.

        Raises:
            PayloadTooLarge: longer than the route reads, whatever Content-Length claims.
            InvalidInput: it broke off, with status 400.
            UnsupportedMediaType: compressed.
        """
        if self._body is None:
            if self.header("Content-Encoding") not in {None, "", "identity"}:
                raise UnsupportedMediaType("Send the body uncompressed.")
            limit = self._max_body_bytes
            length = self.environ.get("CONTENT_LENGTH") or ""
            if length.isdigit() and int(length) > limit:
                raise PayloadTooLarge(f"The body is larger than {limit} bytes.")
            chunked = self.environ.get("HTTP_TRANSFER_ENCODING") or self.environ.get("wsgi.input_terminated")
            stream = self.environ["wsgi.input"]
            size = min(int(length), limit) if length.isdigit() else (limit + 1 if chunked else 0)
            try:
                raw: bytes = stream.read(size) if size else b""
            except Exception as error:  # each server has its own errors for a body that breaks off or is no chunk
                raise InvalidInput("The body ended early or is not chunked as it says.", status=400) from error
            if len(raw) > limit:
                raise PayloadTooLarge(f"The body is larger than {limit} bytes.")
            self._body = raw
        return self._body

    def discard_body(self) -> None:
        """Read what is left of a body that was refused, so that the connection carries the next request.

        gunicorn says "keep-alive" and cuts a connection on which more than 64 KiB are unread; what is longer than a mebibyte is its to cut.
        """
        length = self.environ.get("CONTENT_LENGTH") or ""
        if self._body is None and length.isdigit() and UNREAD_KEPT < int(length) <= MAX_DISCARDED:
            with contextlib.suppress(Exception):  # it broke off
                self.environ["wsgi.input"].read(int(length))

    def parse_body(self, model: type[BaseModel]) -> Any:
        """Return the JSON body as ``model``.

        Raises:
            InvalidInput: not JSON (400) or not this model (422, naming every wrong field).
            UnsupportedMediaType: another content type was declared.
        """
        declared = (self.header("Content-Type") or "application/json").partition(";")[0].strip().lower()
        if declared not in {"application/json", "application/merge-patch+json"}:
            raise UnsupportedMediaType("Send JSON: Content-Type: application/json.")
        check_json(self.body)
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise invalid(error) from error

    def parse_query(self, model: type[BaseModel]) -> Any:
        """Return the query parameters as ``model``; a list field takes repeated and comma-separated values.

        Raises:
            InvalidInput: naming every wrong parameter.
        """
        values: dict[str, Any] = {}
        for name, given in self.query_args.items():
            info = model.model_fields.get(name)
            if info is not None and "list" in str(info.annotation):
                values[name] = [part for value in given for part in value.split(",") if part]
            elif len(given) > 1:
                raise InvalidInput(f"{name} is given more than once.", field=name)
            else:
                values[name] = given[0]
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise invalid(error) from error


def check_json(raw: bytes) -> None:
    """Refuse what parsers disagree about or choke on: duplicate names, NaN, numbers beyond range, deep nesting.

    Raises:
        InvalidInput: with status 400.
    """
    if not raw.strip():
        raise InvalidInput("The request needs a JSON body.", status=400)
    try:
        document = json.loads(
            raw, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded
        )
    except RecursionError:
        raise InvalidInput(f"The JSON is nested deeper than {MAX_DEPTH} levels.", status=400) from None
    except (ValueError, UnicodeDecodeError) as error:
        detail = str(error) if isinstance(error, _RefusedJsonError | json.JSONDecodeError) else "not UTF-8"
        raise InvalidInput(f"The body is not valid JSON: {detail[:200]}", status=400) from error
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(document) > MAX_DEPTH:
        raise InvalidInput(f"The JSON is nested deeper than {MAX_DEPTH} levels.", status=400)


class _RefusedJsonError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise _RefusedJsonError("a name occurs twice in one object")
    return names


def _no_constant(name: str) -> Any:
    raise _RefusedJsonError(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise _RefusedJsonError("a number is out of range")
    return value


def _bounded(text: str) -> int:
    if len(text) > 20:  # noqa: PLR2004 - more digits than any 64-bit integer
        raise _RefusedJsonError("a number is out of range")
    return int(text)


def _depth(document: Any) -> int:
    deepest, level = 0, [document]
    while level:
        deepest += 1
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if deepest > MAX_DEPTH + 1:
            break
    return deepest - 1


def invalid(error: ValidationError) -> InvalidInput:
    """Return pydantic's findings as ours: every wrong field by its dotted path, none of the input repeated."""
    errors = []
    for found in error.errors(include_url=False, include_context=True, include_input=False):
        cause = found.get("ctx", {}).get("error")
        path = [str(part) for part in found["loc"]]
        if isinstance(cause, DomainError):
            if cause.field and (not path or path[-1] != cause.field):
                path.append(cause.field)
            message = cause.detail
        else:
            message = found["msg"]
        errors.append({"field": ".".join(path), "detail": message})
    unreadable = any(found["type"] == "json_invalid" for found in error.errors(include_url=False, include_input=False))
    first = errors[0]
    detail = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return InvalidInput(detail, field=first["field"], errors=errors, status=400 if unreadable else 422)


def wrong_field(error: DomainError) -> InvalidInput:
    """Return a broken rule of the domain as ours: the sentence names the field, its place beside the field does not repeat it."""
    detail = f"{error.field}: {error.detail}" if error.field else error.detail
    return InvalidInput(detail, field=error.field, errors=[{"field": error.field, "detail": error.detail}])


def to_json(body: Any) -> bytes:
    """Return a reply's body as JSON bytes; bytes are taken as JSON already."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return orjson.dumps(body, default=_more_types)


def _more_types(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)


Headers = Mapping[str, str]
Stream = Iterable[bytes]
