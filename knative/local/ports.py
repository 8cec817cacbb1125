"""TCP ports of 127.0.0.1 for the one-machine platform's own servers.

Called by everything that listens. A port is only *likely* free: another program may take it before it is bound, which
the binding program then reports.
"""

import contextlib
import socket
from pathlib import Path


def free_port() -> int:
    """Return a port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether ``host``:``port`` can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def remembered_port(file: Path) -> int:
    """Return the port written in ``file`` if it is still free, else another one, and remember it there."""
    port = 0
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
    if not port or not port_is_free(port):
        port = free_port()
    file.write_text(f"{port}\n")
    return port
