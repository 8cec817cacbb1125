"""The caller's address behind proxies."""

import pytest

from shared.http.client_address import client_address

CLUSTER = ("10.0.0.0/8", "127.0.0.0/8", "fc00::/7")


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.9, 10.1.0.4", "203.0.113.9"),
        ("203.0.113.9, 10.1.0.4, 10.1.0.9", "203.0.113.9"),  # the activator stepped in
        ("203.0.113.9, 127.0.0.1, 127.0.0.1", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.1.0.4", "203.0.113.9"),  # the caller wrote the first one
        ("10.9.9.9, 203.0.113.9, 10.1.0.4", "203.0.113.9"),  # or pretended to be one of ours
        ("2001:db8::7, fd00::4", "2001:db8::7"),
        ("10.2.2.2, 10.1.0.4", "10.2.2.2"),  # a caller inside the cluster
        ("not an address, 10.1.0.4", "not an address"),
        ("", "10.1.0.4"),
        (None, "10.1.0.4"),
    ],
)
def test_last_address_that_is_no_proxy(forwarded: str | None, expected: str) -> None:
    """However many proxies of the cluster appended themselves."""
    assert client_address("10.1.0.4", forwarded, hops=0, networks=CLUSTER) == expected


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("203.0.113.9", 3, "203.0.113.9"),
        ("203.0.113.9", 0, "127.0.0.1"),  # nobody in front of us: the header is the caller's own
    ],
)
def test_fixed_number_of_proxies(forwarded: str, hops: int, expected: str) -> None:
    """Counted from the right, where our own proxies append."""
    assert client_address("127.0.0.1", forwarded, hops=hops, networks=()) == expected


def test_long_forgeries_are_cut() -> None:
    """What is kept as a key stays short."""
    assert client_address("127.0.0.1", "x" * 5000, hops=1, networks=()) == "x" * 64
