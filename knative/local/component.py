"""A child process of the platform: started with its own log, restarted by the supervisor when it ends by itself.

Called by the supervisor only. Children run in sessions of their own, so Ctrl-C in the terminal reaches the supervisor alone
and it stops them in order.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

LOG_BYTES = 5_000_000
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
SETTLED_SECONDS = 30.0
KILLED_SECONDS = 5.0


class ComponentError(Exception):
    """A child ended or stayed silent while the platform waited for it."""


@dataclass(eq=False)
class Component:
    """One Python module run as a process.

    Attributes:
        arguments: what follows ``python -m``.
        announces: the child's first line of output is its address (the Kafka brokers).
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    announces: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _crashes: int = 0
    _started_at: float = 0.0

    def start(self) -> None:
        """Start the process; returns at once."""
        self._started_at = time.monotonic()
        with _opened(self.log) as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.announces else log,
                stderr=log,
                start_new_session=True,
            )

    def address(self) -> str:
        """Wait for the child's first line and return it.

        Raises:
            ComponentError: it ended without one.
        """
        if self.process is None or self.process.stdout is None:
            raise ComponentError(f"{self.name} announces nothing")
        line = self.process.stdout.readline().decode().strip()
        if not line:
            raise ComponentError(f"{self.name} did not start:\n{self.log_tail()}")
        return line

    @property
    def ended(self) -> bool:
        """Whether the process ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def pause_before_restart(self) -> float:
        """Return how long to wait before the next start: longer after each crash, short again once it has run a while."""
        if time.monotonic() - self._started_at > SETTLED_SECONDS:
            self._crashes = 0
        self._crashes += 1
        pause: float = FIRST_PAUSE_SECONDS * 2 ** (self._crashes - 1)
        return min(pause, LONGEST_PAUSE_SECONDS)

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process with all that it started, also in sessions of their own (a broker's Java)."""
        if self.process is None or self.process.poll() is not None:
            return
        started: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            started = psutil.Process(self.process.pid).children(recursive=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for process in started:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def wait_stopped(self, seconds: float) -> None:
        """Wait for the end of a process asked to stop; kill what does not end in time."""
        if self.process is None:
            return
        try:
            self.process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            self.kill()
            with contextlib.suppress(
                subprocess.TimeoutExpired
            ):  # stuck in the kernel: nothing more can be done about it
                self.process.wait(KILLED_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def how_it_ended(self) -> str:
        """Return the exit in words."""
        code = self.process.returncode if self.process else None
        return f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit {code}"

    def log_tail(self, lines: int = 15) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _opened(log: Path) -> IO[bytes]:
    """Open a log to append to; one that has grown large begins anew, its old text kept as ``.old``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))
    return log.open("ab")


def run_to_end(component: Component) -> None:
    """Run a component that ends by itself.

    Raises:
        ComponentError: with the end of its log.
    """
    component.start()
    if component.process is None or component.process.wait() != 0:
        raise ComponentError(f"{component.name} failed:\n{component.log_tail()}")
