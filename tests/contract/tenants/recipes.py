"""How to call each operation: one table a function. An operation that is in none of them fails the matrix."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How its owner calls one operation, and where ids of things may stand.

    Attributes:
        body: the JSON without ids.
        query: the query without ids.
        ids: place → kind of thing. A place is a path parameter, ``query:name``, or ``body:`` with dotted steps.
        always: places that are filled with an own thing in every call; path parameters always are.
        owner: why the owner's own call is left to another test; empty when the matrix makes it.
        public: why nobody needs to sign in; empty for all others.
    """

    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    owner: str = ""
    public: str = ""


_PASSWORD = "twelve green umbrellas"
_RULE = {"rrule": "FREQ=DAILY", "dtstart": "2027-03-01T09:00:00"}
_NEEDS_PASSWORD = "needs the account's password: tests/integration/auth"
_OPERATOR = "for operators, who see everybody's: tests/integration"

AUTH = {
    "GET /.well-known/jwks.json": Recipe(public="public keys"),
    "POST /api/auth/register": Recipe(public="makes the account"),
    "POST /api/auth/login": Recipe(public="takes the password"),
    "POST /api/auth/refresh": Recipe(public="takes the refresh token"),
    "POST /api/auth/logout": Recipe(public="takes the refresh token"),
    "GET /api/auth/me": Recipe(),
    "PATCH /api/auth/me": Recipe(body={"display_name": "Anna"}),
    "DELETE /api/auth/me": Recipe(body={"password": _PASSWORD}, owner=_NEEDS_PASSWORD),
    "PUT /api/auth/password": Recipe(
        body={"current_password": _PASSWORD, "new_password": "nine paper lanterns"}, owner=_NEEDS_PASSWORD
    ),
    "POST /api/auth/password/forgot": Recipe(public="answers the same for everybody"),
    "POST /api/auth/password/reset": Recipe(public="takes a mailed link"),
    "POST /api/auth/email/confirm": Recipe(public="takes a mailed link"),
    "POST /api/auth/email/change": Recipe(
        body={"email": "anna@example.org", "password": _PASSWORD}, owner=_NEEDS_PASSWORD
    ),
    "DELETE /api/auth/email/change": Recipe(),
    "POST /api/auth/email/confirmation": Recipe(),
    "GET /api/auth/sessions": Recipe(),
    "DELETE /api/auth/sessions/{session_id}": Recipe(ids={"session_id": "session"}),
    "POST /api/auth/sessions/end-others": Recipe(body={}),
    "GET /api/auth/tokens": Recipe(),
    "POST /api/auth/tokens": Recipe(body={"name": "script", "scopes": ["tasks:read"]}),
    "DELETE /api/auth/tokens/{token_id}": Recipe(ids={"token_id": "token"}),
    "GET /api/auth/connections": Recipe(),
    "DELETE /api/auth/connections/{connection_id}": Recipe(ids={"connection_id": "connection"}),
    "GET /.well-known/oauth-authorization-server": Recipe(public="metadata"),
    "GET /oauth/authorize": Recipe(public="a page"),
    "POST /oauth/authorize": Recipe(public="takes the password"),
    "POST /oauth/token": Recipe(public="takes a code or refresh token"),
    "POST /oauth/revoke": Recipe(public="takes the token"),
    "POST /oauth/register": Recipe(public="makes a client"),
}
TASKS = {
    "GET /api/openapi.json": Recipe(public="documentation"),
    "GET /api/docs": Recipe(public="documentation"),
    "GET /api/tasks": Recipe(ids={"query:parent_id": "task"}),
    "POST /api/tasks": Recipe(body={"title": "x"}, ids={"body:parent_id": "task"}),
    "POST /api/tasks/bulk": Recipe(
        body={"operations": [{"action": "move", "move": {}}]},
        ids={
            "body:operations.0.id": "task",
            "body:operations.0.move.parent_id": "task",
            "body:operations.0.move.before_id": "task",
            "body:operations.0.move.after_id": "task",
        },
        always=("body:operations.0.id",),
    ),
    "POST /api/tasks/parse": Recipe(body={"text": "milk tomorrow"}),
    "GET /api/tasks/{task_id}": Recipe(ids={"task_id": "task"}),
    "PATCH /api/tasks/{task_id}": Recipe(body={"title": "y"}, ids={"task_id": "task", "body:parent_id": "task"}),
    "DELETE /api/tasks/{task_id}": Recipe(ids={"task_id": "task"}),
    "POST /api/tasks/{task_id}/complete": Recipe(ids={"task_id": "task"}),
    "POST /api/tasks/{task_id}/reopen": Recipe(ids={"task_id": "task"}),
    "POST /api/tasks/{task_id}/restore": Recipe(ids={"task_id": "task"}),
    "POST /api/tasks/{task_id}/move": Recipe(
        body={},
        ids={"task_id": "task", "body:parent_id": "task", "body:before_id": "task", "body:after_id": "task"},
    ),
}
TAGS = {
    "GET /api/tags": Recipe(),
    "POST /api/tags": Recipe(body={"name": "a new one"}),
    "GET /api/tags/{tag_id}": Recipe(ids={"tag_id": "tag"}),
    "PATCH /api/tags/{tag_id}": Recipe(body={"color": "red"}, ids={"tag_id": "tag"}),
    "DELETE /api/tags/{tag_id}": Recipe(ids={"tag_id": "tag"}),
    "POST /api/tags/{tag_id}/merge": Recipe(
        body={}, ids={"tag_id": "tag", "body:into_id": "tag"}, always=("body:into_id",)
    ),
}
AUDIT = {"GET /api/audit": Recipe(ids={"query:task_id": "task"})}
DEAD_LETTERS = {
    "GET /api/dead-letters": Recipe(owner=_OPERATOR),
    "POST /api/dead-letters/replay": Recipe(body={"dry_run": True}, owner=_OPERATOR, ids={"body:ids.0": "letter"}),
    "GET /api/dead-letters/{letter_id}": Recipe(ids={"letter_id": "letter"}, owner=_OPERATOR),
    "POST /api/dead-letters/{letter_id}/discard": Recipe(ids={"letter_id": "letter"}, owner=_OPERATOR),
    "POST /api/dead-letters/{letter_id}/replay": Recipe(ids={"letter_id": "letter"}, owner=_OPERATOR),
}
_SERIES = "/api/recurring-tasks/{series_id}"
RECURRING_TASKS = {
    "GET /api/recurring-tasks": Recipe(),
    "POST /api/recurring-tasks": Recipe(
        body={**_RULE, "template": {"title": "x"}}, ids={"body:template.parent_id": "task", "body:task_id": "task"}
    ),
    "GET /api/recurring-tasks/preview": Recipe(query=_RULE),
    "POST /api/recurring-tasks/preview": Recipe(body=_RULE),
    f"GET {_SERIES}": Recipe(ids={"series_id": "series"}),
    f"PATCH {_SERIES}": Recipe(body={"scope": "all", "rrule": "FREQ=WEEKLY"}, ids={"series_id": "series"}),
    f"DELETE {_SERIES}": Recipe(ids={"series_id": "series"}),
    f"GET {_SERIES}/preview": Recipe(ids={"series_id": "series"}),
    **{f"POST {_SERIES}/{act}": Recipe(ids={"series_id": "series"}) for act in ("pause", "resume", "skip", "end")},
}
NOTIFICATIONS = {
    "GET /api/notifications": Recipe(),
    "POST /api/notifications/read-all": Recipe(),
    "POST /api/notifications/{notification_id}/read": Recipe(ids={"notification_id": "notification"}),
    "GET /api/notification-preferences": Recipe(),
    "PUT /api/notification-preferences": Recipe(body={}),
    "PATCH /api/notification-preferences": Recipe(body={}),
    "GET /api/push-subscriptions/public-key": Recipe(public="public key"),
    "GET /api/push-subscriptions": Recipe(),
    "POST /api/push-subscriptions": Recipe(body={}, owner="needs a browser's keys: tests/integration/notifications"),
    "DELETE /api/push-subscriptions/{device_id}": Recipe(ids={"device_id": "device"}),
    "POST /api/push-subscriptions/{device_id}/test": Recipe(
        ids={"device_id": "device"}, owner="would send a push: tests/integration/notifications"
    ),
    "POST /api/reminders/actions": Recipe(public="takes a signed token"),
    "POST /api/reminders/{occurrence_id}/snooze": Recipe(body={"minutes": 10}, ids={"occurrence_id": "occurrence"}),
    "GET /api/email/unsubscribe": Recipe(public="takes a signed token"),
    "POST /api/email/unsubscribe": Recipe(public="takes a signed token"),
    "POST /api/email/ses-events": Recipe(public="takes Amazon's signature"),
    "GET /api/mailbox": Recipe(owner="exists on one machine only: tests/integration/notifications"),
    "GET /api/mailbox/{mail_id}": Recipe(ids={"mail_id": "mail"}, owner="exists on one machine only"),
    "GET /api/calendar": Recipe(),
    "POST /api/calendar": Recipe(owner="shows a secret address: tests/integration/notifications"),
    "DELETE /api/calendar": Recipe(),
    "GET /api/calendar/feed": Recipe(),
    "POST /api/calendar/feed": Recipe(),
    "DELETE /api/calendar/feed": Recipe(),
    "GET /api/calendar/{token}.ics": Recipe(public="takes a secret address"),
}
LIVE = {"GET /api/live": Recipe(owner="a stream: tests/integration/live")}
_MODEL = "answers by a stored action or a model: tests/integration/chat"
_ACTION = "/api/chat/actions/{action_id}"
_CONVERSATION = "/api/chat/conversations/{conversation_id}"
CHAT = {
    "POST /api/chat": Recipe(body={"message": "hello"}, ids={"body:conversation_id": "conversation"}, owner=_MODEL),
    **{
        f"POST {_ACTION}/{act}": Recipe(ids={"action_id": "action"}, owner=_MODEL)
        for act in ("confirm", "cancel", "undo")
    },
    "GET /api/chat/actions": Recipe(),
    f"POST {_CONVERSATION}/stop": Recipe(ids={"conversation_id": "conversation"}),
    "GET /api/chat/conversations": Recipe(),
    f"GET {_CONVERSATION}": Recipe(ids={"conversation_id": "conversation"}),
    f"PATCH {_CONVERSATION}": Recipe(body={"title": "x"}, ids={"conversation_id": "conversation"}),
    f"DELETE {_CONVERSATION}": Recipe(ids={"conversation_id": "conversation"}),
}
MCP = {
    "GET /.well-known/oauth-protected-resource": Recipe(public="metadata"),
    "GET /.well-known/oauth-protected-resource/mcp": Recipe(public="metadata"),
    "POST /mcp": Recipe(public="checks its own audience: tests/integration/mcp"),
}
RECIPES: dict[str, Recipe] = {
    **AUTH, **TASKS, **TAGS, **AUDIT, **DEAD_LETTERS, **RECURRING_TASKS, **NOTIFICATIONS, **LIVE, **CHAT, **MCP,
}  # fmt: skip
