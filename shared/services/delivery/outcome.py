"""What came of handing a notification to a channel."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Outcome:
    """The answer of a channel.

    Attributes:
        state: sent (the service took it, which says nothing about anyone having seen it), retry (later, the same way), gone (the
            device is no more), failed (never), or suppressed (not sent on purpose).
        reason: for the ledger; never an address or an endpoint.
        retry_after_seconds: what the service asked for, when it did.
        provider_id: the service's name for the message.
        is_refusal: the service refuses us at this device (403).
        is_doubtful: no answer came after the message was handed over; it may have been sent all the same.
    """

    state: Literal["sent", "retry", "gone", "failed", "suppressed"]
    reason: str = ""
    retry_after_seconds: float | None = None
    provider_id: str | None = None
    is_refusal: bool = False
    is_doubtful: bool = False
