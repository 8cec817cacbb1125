"""Named places where a test can break this process: ``FAILPOINTS="outbox.after_lock=kill,api.before_commit=raise@2"``.

Each crash point of the event protocol has one ``failpoint("name")`` in the code; ``tests/faults`` arms them in child processes.
Without the variable a call is one comparison. Actions: ``kill`` (SIGKILL to itself), ``raise`` (an error), ``sleep:SECONDS``;
``@N`` means at the N-th time it is passed.
"""

import os
import signal
import time

_armed: dict[str, tuple[str, int]] = {}
_passed: dict[str, int] = {}


class FailpointError(Exception):
    """What an armed ``raise`` raises; a test reads it as any unexpected failure."""


def _arm(text: str) -> None:
    for part in filter(None, text.split(",")):
        name, _, action = part.partition("=")
        action, _, times = action.partition("@")
        _armed[name.strip()] = (action, int(times or 1))


_arm(os.environ.get("FAILPOINTS", ""))


def failpoint(name: str) -> None:
    """Do what a test armed for ``name``, if it did."""
    if not _armed:
        return
    action, times = _armed.get(name, ("", 0))
    if not action:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] != times:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action.startswith("sleep:"):
        time.sleep(float(action.removeprefix("sleep:")))
    else:
        raise FailpointError(name)
