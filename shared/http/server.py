"""The server of one function in its container: ``FUNCTION=tasks python -m shared.http.server``.

gunicorn with the function's WSGI application, without the functions-framework command: that one fixes gunicorn's options (30 s of
grace, 2 s keep-alive) and pays for Flask at each cold start. The entry point stays one that the framework can serve.

Environment: ``FUNCTION`` (folder or registry name), ``PORT`` (8080), ``THREADS`` (= containerConcurrency), ``TIMEOUT_SECONDS`` (of the
revision; the grace period for requests in flight).
"""

import gc
import os
import sys
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication

from shared import tracing

# Looking for plugins reads the metadata of every installed package, at the first model that is built; none is meant to be there.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# Above the idle time of queue-proxy's connections, so that never the server closes first.
_KEEP_ALIVE_SECONDS = 100
# Probes and Prometheus come past queue-proxy's limit: without threads of their own a pod full of streams would count as not ready.
_SPARE_THREADS = 2
_MAX_LINE_BYTES = 8190
_MAX_FIELDS = 64


def load(name: str) -> Any:
    """Return the WSGI application of a function by its folder or registry name."""
    folder = name.replace("-", "_")
    if not folder.isidentifier():
        raise SystemExit(f"FUNCTION={name!r} is not the name of a function")
    return getattr(import_module(f"functions.{folder}.main"), folder).wsgi


class FunctionServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured for a pod behind queue-proxy."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        environment = os.environ
        options = {
            "bind": f"0.0.0.0:{environment.get('PORT', '8080')}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": int(environment.get("THREADS", "8")) + _SPARE_THREADS,
            "preload_app": False,
            "timeout": 0,  # queue-proxy bounds a request; a worker killed half-way would take its neighbours along
            "graceful_timeout": int(environment.get("TIMEOUT_SECONDS", "60")),
            "keepalive": _KEEP_ALIVE_SECONDS,
            "limit_request_line": _MAX_LINE_BYTES,
            "limit_request_fields": _MAX_FIELDS,
            "worker_tmp_dir": environment.get("TMPDIR", "/tmp"),  # noqa: S108 - an emptyDir in memory; the root is read-only
            "control_socket_disable": True,
            "loglevel": "warning",
            "worker_exit": finish,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Import the function in the worker, after the fork."""
        # What an import makes stays: collecting garbage among it costs a tenth of a cold start and finds nothing.
        gc.disable()
        try:
            return load(self._name)
        finally:
            gc.freeze()
            gc.enable()


def finish(_server: Any, _worker: Any) -> None:
    """Publish what is waiting before a worker ends: gunicorn's worker_exit hook, here and on one machine."""
    # Only what was loaded: a function that published nothing has nothing to flush.
    outbox = sys.modules.get("shared.events.outbox")
    if outbox is not None:
        outbox.finish(2.0)
    producer = sys.modules.get("shared.events.producer")
    if producer is not None:
        producer.close(2.0)
    tracing.finish(2.0)


def main() -> None:
    """Serve the function named in the environment until the process is told to stop."""
    name = os.environ.get("FUNCTION") or os.environ.get("K_SERVICE", "")
    if not name:
        raise SystemExit("FUNCTION is not set: name the function to serve, for example tasks")
    FunctionServer(name).run()


if __name__ == "__main__":
    main()
