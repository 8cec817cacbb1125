"""What slows down guessing: limits of sign-in and registration, per account and per address.

Called by the account service before any password is looked at. Always: an attempt is counted before it is checked, so attempts sent at
once cannot pass together; an account that does not exist is counted like one that does; nothing is ever locked, only slowed.

Per account: ten wrong passwords are free, then each doubles the pause, up to five minutes; a success or a quiet hour starts anew. That
is at most some 300 guesses a day against one account, from however many addresses. Per address: wrong attempts share a
bucket, so one machine cannot try one password on every account.
"""

import hashlib
import ipaddress
import math
from uuid import UUID

from shared.db.direct import fetch_json
from shared.errors import TooManyRequests
from shared.services import rate_limit

FREE_ATTEMPTS = 10
LONGEST_PAUSE_SECONDS = 300
_FORGOTTEN_AFTER_SECONDS = 3600
_SIGN_IN_BURST, _SIGN_IN_PER_SECOND = 50, 0.1
_REGISTER_BURST, _REGISTER_PER_SECOND = 100, 0.1
_COST_OF_TAKEN_ADDRESS = 4.0
_REFRESH_BURST, _REFRESH_PER_SECOND = 300, 2.0
_RESET_BURST, _RESET_PER_SECOND = 20, 0.02
_LINK_BURST, _LINK_PER_SECOND = 30, 0.1
_MAILS_BURST, _MAILS_PER_SECOND = 3, 3 / 3600
_ADDRESS_BURST, _ADDRESS_PER_SECOND = 5, 5 / 3600
_IPV6_PREFIX = 64

# The row counts wrong attempts (tokens) and when the last was (updated_at). $1 bucket, $2 free attempts, $3 longest pause, $4 forgotten after.
_PAUSE = "CASE WHEN r.tokens < $2::float8 THEN 0 ELSE least($3::float8, power(2, least(r.tokens - $2::float8, 30))) END"
_ATTEMPT = f"""
WITH counted AS (
    INSERT INTO rate_limits AS r (bucket, tokens, updated_at) VALUES ($1, 1, clock_timestamp())
    ON CONFLICT (bucket) DO UPDATE SET
        tokens = CASE WHEN r.updated_at < clock_timestamp() - make_interval(secs => $4::float8) THEN 1 ELSE r.tokens + 1 END,
        updated_at = clock_timestamp()
    WHERE r.updated_at + make_interval(secs => {_PAUSE}) <= clock_timestamp()
    RETURNING tokens
)
SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN '0' ELSE coalesce(
    (SELECT greatest(0.001, {_PAUSE} - extract(epoch FROM clock_timestamp() - r.updated_at))::text FROM rate_limits r WHERE r.bucket = $1),
    '1') END
"""  # noqa: S608 - made of constants
_FORGET = "DELETE FROM rate_limits WHERE bucket = $1 RETURNING bucket"


def account_bucket(email_key: str) -> str:
    """Return the bucket of an account's wrong passwords; a hash, because people mistype addresses that are not ours to keep."""
    return f"password:{hashlib.sha256(email_key.encode()).hexdigest()[:32]}"


def attempt_password(email_key: str) -> None:
    """Count an attempt on an account; :func:`forgive_password` takes all of them back.

    Raises:
        TooManyRequests: the pause after the last wrong one is not over; this attempt was not counted.
    """
    values = [account_bucket(email_key), FREE_ATTEMPTS, LONGEST_PAUSE_SECONDS, _FORGOTTEN_AFTER_SECONDS]
    raw = fetch_json(_ATTEMPT, values, user_id=None, read_only=False)
    wait = float(raw or b"1")
    if wait:
        raise TooManyRequests(
            "Too many wrong passwords for this account; wait a little.", retry_after_seconds=math.ceil(wait)
        )


def forgive_password(email_key: str) -> None:
    """Start anew after the right password, or when the account is gone."""
    fetch_json(_FORGET, [account_bucket(email_key)], user_id=None, read_only=False)


def attempt_sign_in(address: str) -> None:
    """Take one of the wrong sign-ins an address has.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"login:{_network(address)}", _SIGN_IN_BURST, _SIGN_IN_PER_SECOND)


def forgive_sign_in(address: str) -> None:
    """Give it back: the sign-in was right."""
    rate_limit.give_back(f"login:{_network(address)}", _SIGN_IN_BURST)


def attempt_registration(address: str) -> None:
    """Take one of the registrations an address has.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"register:{_network(address)}", _REGISTER_BURST, _REGISTER_PER_SECOND)


def charge_taken_address(address: str) -> None:
    """Make an answer that tells whether an account exists cost five registrations.

    Raises:
        TooManyRequests: that many are not left; the answer is then kept.
    """
    rate_limit.take(f"register:{_network(address)}", _REGISTER_BURST, _REGISTER_PER_SECOND, _COST_OF_TAKEN_ADDRESS)


def attempt_reset_request(address: str) -> None:
    """Take one of the requests for a reset link an address has.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"forgot:{_network(address)}", _RESET_BURST, _RESET_PER_SECOND)


def may_mail_reset(email_key: str) -> bool:
    """Return whether a reset link may go to an address now: three an hour. Never told to whoever asks, who may be anybody."""
    return _may(f"reset:{_digest(email_key)}", _MAILS_BURST, _MAILS_PER_SECOND)


def may_mail_address(email_key: str) -> bool:
    """Return whether somebody's wish to use an address may be mailed to it now, whoever they are: five an hour."""
    return _may(f"address:{_digest(email_key)}", _ADDRESS_BURST, _ADDRESS_PER_SECOND)


def attempt_address_mail(user_id: UUID) -> None:
    """Take one of the mails with a link that a person may have sent to an address: five an hour.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"address-of:{user_id}", _ADDRESS_BURST, _ADDRESS_PER_SECOND)


def attempt_link(address: str) -> None:
    """Take one of the mailed links an address may try.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"link:{_network(address)}", _LINK_BURST, _LINK_PER_SECOND)


def attempt_refresh(address: str) -> None:
    """Take one of the refreshes an address has; generous, because one address can be a whole office.

    Raises:
        TooManyRequests: none is left.
    """
    rate_limit.take(f"refresh:{_network(address)}", _REFRESH_BURST, _REFRESH_PER_SECOND)


def _may(bucket: str, capacity: float, refill_per_second: float) -> bool:
    try:
        rate_limit.take(bucket, capacity, refill_per_second)
    except TooManyRequests:
        return False
    return True


def _digest(email_key: str) -> str:
    return hashlib.sha256(email_key.encode(errors="replace")).hexdigest()[:32]


def _network(address: str) -> str:
    """Return what one subscriber has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"unknown:{hashlib.sha256(address.encode(errors='replace')).hexdigest()[:16]}"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False).network_address) + "/64"
    return str(parsed)
