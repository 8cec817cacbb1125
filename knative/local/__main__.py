"""``make run``: the whole bundle on this machine. See ``supervisor`` for what is started and in which order."""

import fcntl
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import IO

from kafka.brokers.apache import ApacheBrokerError
from knative.local.component import ComponentError
from knative.local.console import Console
from knative.local.ports import port_is_free
from knative.local.postgres import PostgresError
from knative.local.settings import PlatformSettings, SettingsError, load_settings
from knative.local.supervisor import Supervisor


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status."""
    console = Console()
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(130)  # a second Ctrl-C: the children notice that their parent is gone
        stop.set()

    try:
        settings = load_settings()
        lock = _prepare(settings)
    except SettingsError as error:
        console.line(f"Cannot start: {error}")
        return 1
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    with lock:
        return _run(settings, console, stop)


def _run(settings: PlatformSettings, console: Console, stop: threading.Event) -> int:
    console.line(f"ObsidianList starts; data and logs in {settings.data_dir}")
    supervisor = Supervisor(settings, console)
    try:
        supervisor.start(stop)
        console.line(f"\nReady after {console.seconds:.1f} s: {settings.public_url}   (Ctrl-C stops)\n")
        supervisor.watch(stop)
    except (ComponentError, PostgresError, ApacheBrokerError) as error:
        if not stop.is_set():
            console.line(f"\nCannot go on: {error}")
            return 1
    finally:
        console.line("stopping ...")
        supervisor.stop()
        console.line("stopped; the data is kept")
    return 0


def _prepare(settings: PlatformSettings) -> IO[str]:
    """Make the data directory and lock it, check the port; return the lock, held while it is open.

    Raises:
        SettingsError: another platform uses the directory, or another program the port.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = Path(settings.data_dir, "lock").open("a+")  # noqa: SIM115 - held until the platform ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise SettingsError(
            f"another ObsidianList runs with the data in {settings.data_dir}; stop it, or choose another DATA_DIR"
        ) from None
    if not port_is_free(settings.port, settings.host):
        lock.close()
        raise SettingsError(
            f"port {settings.port} is taken by another program; stop it, or choose another port: PORT=8090 make run"
        )
    return lock


if __name__ == "__main__":
    sys.exit(main())
