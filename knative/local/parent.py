"""Ends a child process of the platform when the supervisor is gone without having stopped it (kill -9, a crash).

Called by every child at its start. Asking for the parent's id once a second works on every Unix, unlike the Linux-only
parent death signal, and needs no cooperation of the dead.
"""

import os
import signal
import threading
import time

CHECK_SECONDS = 1.0


def end_with_parent() -> None:
    """Send this process SIGTERM, as a person would, once its parent has changed."""
    parent = os.getppid()

    def _watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()
