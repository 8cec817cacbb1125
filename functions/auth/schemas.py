"""What ``auth`` reads and answers: the schemas of its part of the OpenAPI document."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from shared.domain.account import canonical_locale, check_clock_time, check_email, clean_display_name
from shared.domain.reminder import MAX_MINUTES_BEFORE
from shared.domain.task import clean_title
from shared.domain.zone import get_zone
from shared.http.schema import Input, Instant, Output

_EMAIL = "anna@example.com"
_PASSWORD = "twelve green umbrellas"  # noqa: S105 - an example in the documentation
_REFRESH_TOKEN = "olr_4mXn2sKQ0o5fZr9vW1yTb7cJ8dLhA3gE6uPiNqRkSxM"  # noqa: S105


def _zone(name: str) -> str:
    get_zone(name)
    return name


def _token_name(text: str) -> str:
    return clean_title(text, "name")


# Longer than any address, so that a mistyped one is answered as an unknown account.
GivenEmail = Annotated[str, Field(max_length=320, examples=[_EMAIL])]
# Characters exactly as received; one that is too long for a new password is simply wrong.
GivenPassword = Annotated[str, Field(min_length=1, max_length=512, examples=[_PASSWORD])]
NewPassword = Annotated[str, Field(min_length=8, max_length=128, examples=[_PASSWORD])]
TimeZone = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"]), AfterValidator(_zone)]
Locale = Annotated[str, Field(max_length=16, examples=["de", "en-GB"]), AfterValidator(canonical_locale)]
DisplayName = Annotated[str, Field(max_length=400, examples=["Anna"]), AfterValidator(clean_display_name)]
Scope = Literal["tasks:read", "tasks:write", "account", "operator"]
RefreshTokenText = Annotated[str, Field(min_length=1, max_length=200, examples=[_REFRESH_TOKEN])]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Register(Input):
    """A new account."""

    model_config = _example(email=_EMAIL, password=_PASSWORD, display_name="Anna", time_zone="Europe/Berlin")

    email: Annotated[str, Field(max_length=320, examples=[_EMAIL]), AfterValidator(check_email)]
    password: NewPassword
    display_name: DisplayName = ""
    time_zone: TimeZone = "UTC"
    locale: Locale = "en"


class LogIn(Input):
    """Address and password."""

    model_config = _example(email=_EMAIL, password=_PASSWORD)

    email: GivenEmail
    password: GivenPassword


class Refresh(Input):
    """The refresh token; left out where the browser's cookie carries it."""

    model_config = _example(refresh_token=_REFRESH_TOKEN)

    refresh_token: RefreshTokenText | None = None


class Settings(Output):
    """Settings of reminders."""

    default_reminder_minutes: int | None = Field(
        description="Put on new tasks with a time; null for none.", examples=[30]
    )
    all_day_reminder_time: str = Field(description="When a reminder of an all-day task fires.", examples=["09:00"])


class SettingsChange(Input):
    """Settings to change; the others stay."""

    default_reminder_minutes: Annotated[int, Field(ge=0, le=MAX_MINUTES_BEFORE, examples=[30])] | None = None
    all_day_reminder_time: Annotated[str, Field(examples=["09:00"]), AfterValidator(check_clock_time)] = "09:00"


class User(Output):
    """An account as its owner sees it."""

    id: UUID
    email: str = Field(examples=[_EMAIL])
    display_name: str = Field(examples=["Anna"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    locale: str = Field(examples=["de"])
    week_start: int = Field(ge=0, le=6, description="First day of the week, Monday 0 to Sunday 6.", examples=[0])
    created_at: Instant
    operator: bool = Field(description="Whether this person may see and replay dead letters.", examples=[False])
    settings: Settings
    email_confirmed: bool = Field(
        description="Whether its owner opened a link mailed to it; reminders are mailed to no other address.",
        examples=[True],
    )
    pending_email: str | None = Field(description="The address that replaces it once confirmed.", examples=[None])


class ProfileChange(Input):
    """Fields to change (JSON merge patch); the others stay."""

    model_config = _example(time_zone="Europe/Lisbon", settings={"default_reminder_minutes": 10})

    display_name: DisplayName = ""
    time_zone: TimeZone = "UTC"
    locale: Locale = "en"
    week_start: Annotated[int, Field(ge=0, le=6, examples=[0])] = 0
    settings: SettingsChange = SettingsChange()


class Session(Output):
    """Tokens of somebody who signed in."""

    access_token: str = Field(
        description="JWT; send it as Authorization: Bearer.",
        examples=["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"],
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds the access token lives.", examples=[600])
    refresh_token: str = Field(description="Used once, for the next session.", examples=[_REFRESH_TOKEN])
    user: User


class SignedIn(Output):
    """A sign-in on one device that goes on."""

    id: UUID
    user_agent: str = Field(description="What the browser calls itself.", examples=["Mozilla/5.0 (X11; Linux x86_64)"])
    started_at: Instant
    last_used_at: Instant = Field(description="When it refreshed last.")
    expires_at: Instant = Field(description="When it ends if it is not used.")
    current: bool = Field(description="Whether the cookie of this request is of this session.")


class SessionList(Output):
    """All sign-ins that go on."""

    items: list[SignedIn]
    next_cursor: None = None


class EndedSessions(Output):
    """How many were signed out."""

    ended: int = Field(ge=0, examples=[2])


class ChangePassword(Input):
    """The present and the next password."""

    model_config = _example(current_password=_PASSWORD, new_password="nine paper lanterns at dusk")  # noqa: S106 - an example

    current_password: GivenPassword
    new_password: NewPassword


class DeleteAccount(Input):
    """The password, to be sure."""

    model_config = _example(password=_PASSWORD)

    password: GivenPassword


class NewApiToken(Input):
    """A personal API token to make."""

    model_config = _example(name="backup script", scopes=["tasks:read"], expires_in_days=90)

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["backup script"]), AfterValidator(_token_name)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4, examples=[["tasks:read"]])]
    expires_in_days: Annotated[int, Field(ge=1, le=3650, examples=[90])] | None = None


class ApiToken(Output):
    """A personal API token; its secret is shown once."""

    id: UUID
    name: str = Field(examples=["backup script"])
    scopes: list[Scope] = Field(examples=[["tasks:read"]])
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None


class CreatedApiToken(ApiToken):
    """A personal API token with its secret."""

    token: str = Field(description="Shown this once.", examples=["olt_0WbqXyF4nS7kTzLr2mVhPj9cEaG1dUoQ8iNw3sKxBtY"])


class ApiTokenList(Output):
    """All personal API tokens that were not revoked."""

    items: list[ApiToken]
    next_cursor: None = None


class PublicKey(Output):
    """A key that verifies access tokens (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    kid: str
    x: str
    alg: Literal["EdDSA"] = "EdDSA"
    use: Literal["sig"] = "sig"


class KeySet(Output):
    """The keys that verify access tokens (RFC 7517)."""

    keys: list[PublicKey]
