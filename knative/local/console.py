"""What ``make run`` prints: one line per component, as it gets ready, with the time it took.

Called by the supervisor from several threads. Functions' own logs go to files under the data directory.
"""

import sys
import threading
import time
from contextlib import suppress

_lock = threading.Lock()


class Console:
    """Status lines on standard output; coloured only on a terminal."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()
        self._colour = sys.stdout.isatty()

    def component(self, name: str, state: str, detail: str = "", *, since: float | None = None) -> None:
        """Print a component's state and, if it is known when its start began, the milliseconds since."""
        took = f"{(time.monotonic() - since) * 1000:6.0f} ms" if since is not None else " " * 9
        self._print(f"  {name:<12} {self._painted(state, width=10)} {took}   {detail}".rstrip())

    def line(self, text: str = "") -> None:
        """Print a line as it is."""
        self._print(text)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started_at

    def _painted(self, state: str, *, width: int) -> str:
        if not self._colour:
            return f"{state:<{width}}"
        colour = {"ready": 32, "restarted": 32, "failed": 31, "restarting": 33}.get(state, 36)
        return f"\x1b[{colour}m{state:<{width}}\x1b[0m"

    def _print(self, text: str) -> None:
        # A reader that went away (`make run | head`) must not keep the platform from stopping in order.
        with _lock, suppress(OSError):
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
