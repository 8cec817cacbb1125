"""Where a push may be sent: the push services of the browsers, at public addresses, and nowhere else.

A push endpoint comes from the client, so sending to it is a request somebody else chose (SSRF). Called when a device registers
(:func:`check_endpoint`) and again right before each message (:func:`resolve`, whose address the connection is pinned to, so that a second
look-up cannot answer something else). Source: RFC 8030; the hosts are those of Chrome, Firefox, Safari and Edge.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import InvalidInput
from shared.services.delivery.settings import PushSettings

MAX_LENGTH = 2048
_EXACT = frozenset({"fcm.googleapis.com", "web.push.apple.com", "updates.push.services.mozilla.com"})
_SUFFIXES = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+", re.ASCII)
_HTTPS = 443
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class PushTarget:
    """An endpoint that passed: its origin, and the host and port to connect to."""

    origin: str
    host: str
    port: int
    is_test: bool = False


def check_endpoint(endpoint: str) -> PushTarget:
    """Return where an endpoint leads.

    Raises:
        InvalidInput: not an https URL of a known push service.
    """
    if len(endpoint) > MAX_LENGTH or not endpoint.isascii() or re.search(r"[\x00-\x20\x7f\\]", endpoint):
        raise _refused()
    test_origin = PushSettings.load().test_origin
    if test_origin is not None and endpoint.startswith(f"{test_origin}/"):
        parts = urlsplit(test_origin)
        return PushTarget(test_origin, parts.hostname or "", parts.port or 0, is_test=True)
    try:
        parts = urlsplit(endpoint)
        host, port = parts.netloc, parts.port
    except ValueError:
        raise _refused() from None
    host = host.removesuffix(f":{_HTTPS}").lower()
    allowed = host in _EXACT or host.endswith(_SUFFIXES)
    # Compared as written, not as some parser reads it: user info, another port, brackets or a trailing dot make it another text.
    if (
        parts.scheme != "https"
        or port not in {None, _HTTPS}
        or not _HOST.fullmatch(host)
        or not allowed
        or parts.fragment
    ):
        raise _refused()
    return PushTarget(f"https://{host}", host, _HTTPS)


def resolve(target: PushTarget) -> str:
    """Return one address of a target's host, after making sure that every one of them is public.

    Raises:
        InvalidInput: one is not: the whole answer is distrusted.
        OSError: the name does not resolve now.
    """
    if target.is_test:
        return target.host
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise _refused()
    return addresses[0]


def is_public(text: str) -> bool:
    """Return whether an address belongs to the public internet, also the IPv4 address inside an IPv6 one."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _refused() -> InvalidInput:
    return InvalidInput("The endpoint is not one of a browser's push service.", field="endpoint")
