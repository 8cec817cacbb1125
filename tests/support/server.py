"""A function's own server as a process of its own: a port nobody has, and waiting until it answers."""

import socket
import time
import urllib.error
import urllib.request


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(origin: str, seconds: float = 20) -> None:
    """Wait until ``/healthz`` answers."""
    ends = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{origin}/healthz", timeout=1):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < ends, f"{origin} does not answer"
            time.sleep(0.05)
