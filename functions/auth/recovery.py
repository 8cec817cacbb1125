"""A forgotten password, and the account's address: asked for here, done with a link that was mailed.

Mounted by ``functions/auth/main.py``. Who only has a link needs no sign-in: the link's secret says whose account it is. None of these
answers is kept for an Idempotency-Key: bodies hold passwords and links, and each link works once anyway.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from functions.auth.schemas import GivenEmail, GivenPassword, NewPassword, User
from shared.domain.account import check_email
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Output

_EMAIL = "anna@example.com"
_NEW_EMAIL = "anna@example.org"
_PASSWORD = "nine paper lanterns at dusk"  # noqa: S105 - an example in the documentation
_TOKEN = "oll_4mXn2sKQ0o5fZr9vW1yTb7cJ8dLhA3gE6uPiNqRkSxM"  # noqa: S105

LinkToken = Annotated[
    str,
    Field(
        min_length=1, max_length=200, description="What stands behind #token= in the mailed link.", examples=[_TOKEN]
    ),
]


class ForgotPassword(Input):
    """Whose password was forgotten."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": _EMAIL}]})

    email: GivenEmail


class ResetPassword(Input):
    """The mailed link's secret and the new password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": _TOKEN, "new_password": _PASSWORD}]})

    token: LinkToken
    new_password: NewPassword


class ChangeEmail(Input):
    """The new address, and the password to be sure."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": _NEW_EMAIL, "password": _PASSWORD}]})

    email: Annotated[str, Field(max_length=320, examples=[_NEW_EMAIL]), AfterValidator(check_email)]
    password: GivenPassword


class ConfirmEmail(Input):
    """The mailed link's secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": _TOKEN}]})

    token: LinkToken


class Accepted(Output):
    """It was taken; what comes of it is in the mail, if anything does."""

    accepted: Literal[True] = True


class ConfirmedEmail(Output):
    """The address that is confirmed now."""

    email: str = Field(examples=[_NEW_EMAIL])


def mount(router: Router) -> None:
    """Add the routes."""
    account: dict[str, Any] = {"scope": "account", "idempotent": False}
    public: dict[str, Any] = {"public": True, "idempotent": False, "errors": (422, 429)}
    router.post("/api/auth/password/forgot", body=ForgotPassword, response=Accepted, status=202, **public)(
        forgot_password
    )
    router.post("/api/auth/password/reset", body=ResetPassword, status=204, **public)(reset_password)
    router.post("/api/auth/email/confirm", body=ConfirmEmail, response=ConfirmedEmail, **public)(confirm_email)
    router.post(
        "/api/auth/email/change", body=ChangeEmail, response=User, status=202, errors=(409, 422, 429), **account
    )(change_email)
    router.delete("/api/auth/email/change", scope="account")(cancel_email_change)
    router.post("/api/auth/email/confirmation", response=Accepted, status=202, errors=(429,), **account)(
        send_confirmation
    )


def forgot_password(request: Request, body: ForgotPassword) -> dict[str, bool]:
    """Mail a link that sets a new password, where the address has an account; the answer never tells whether it has."""
    from shared.services import password_reset

    password_reset.request_link(body.email, _client(request))
    return {"accepted": True}


def reset_password(request: Request, body: ResetPassword) -> Reply:
    """Set a new password with a mailed link; every session ends, and the link with them."""
    from shared.services import password_reset

    password_reset.set_password(body.token, body.new_password, _client(request))
    return Reply(None, 204)


def confirm_email(request: Request, body: ConfirmEmail) -> dict[str, str]:
    """Confirm an address with a mailed link; a change of address happens here."""
    from shared.services import email_address

    return {"email": email_address.confirm(body.token, _client(request))}


def change_email(request: Request, body: ChangeEmail) -> dict[str, Any]:
    """Ask for another address: a link goes to it and a notice to the present one, which stays until the link is opened."""
    from shared.services import email_address, profile

    email_address.request_change(request.user_id, body.email, body.password, request.identity.origin)
    return profile.fetch_profile(request.user_id)


def cancel_email_change(request: Request) -> None:
    """Take back a change of address that waits for its confirmation."""
    from shared.services import email_address

    email_address.cancel_change(request.user_id, request.identity.origin)


def send_confirmation(request: Request) -> dict[str, bool]:
    """Mail the link that confirms the present address once more; nothing is sent where it is confirmed."""
    from shared.services import email_address

    email_address.request_confirmation(request.user_id)
    return {"accepted": True}


def _client(request: Request) -> Any:
    from shared.services.sessions import Client

    return Client(request.client_ip, request.header("User-Agent") or "")
