"""The caller's address behind proxies: the basis of throttling by address.

Called by Request.client_ip. What always holds: an address a caller wrote into X-Forwarded-For himself is never believed, as long as
the settings name every proxy in front of the function and nothing else.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


def client_address(peer: str, forwarded_for: str | None, *, hops: int, networks: tuple[str, ...]) -> str:
    """Return the address of the caller.

    With ``networks`` (the cluster's own addresses) it is the last address of the chain that lies in none of them: on Knative the number
    of proxies changes from request to request, because the activator is in the path at low scale only, and each proxy on the way
    appends one. With ``hops``, for a fixed number of proxies, it is the address the outermost of them saw.
    """
    chain = [part.strip()[:64] for part in (forwarded_for or "").split(",") if part.strip()]
    if networks and chain:
        return next((address for address in reversed(chain) if not _is_proxy(address, networks)), chain[0])
    if hops and chain:
        return chain[max(0, len(chain) - hops)]
    return peer


def _is_proxy(address: str, networks: tuple[str, ...]) -> bool:
    from ipaddress import ip_address

    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _parsed(networks))


@cache
def _parsed(networks: tuple[str, ...]) -> "tuple[IPv4Network | IPv6Network, ...]":
    from ipaddress import ip_network

    return tuple(ip_network(network) for network in networks)
