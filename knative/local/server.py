"""One gunicorn of the one-machine platform: ``python -m knative.local.server web|system``.

Started by the supervisor, once per group, with the environment of that group's database role. Functions are imported in
the workers, after the fork: engines, producers and threads are each worker's own.
"""

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from knative.local.parent import end_with_parent
from knative.local.registry import load_registry
from shared.http.server import finish

STATIC_SITE = Path(__file__).parents[2] / "frontend" / "out"

# timeout watches a worker's main loop, which never waits for requests. No max_requests: a restarting worker drops
# connections (benoitc/gunicorn#1236).
OPTIONS: dict[str, Any] = {
    "worker_class": "knative.local.stream_worker.StreamWorker",
    "keepalive": 75,
    "graceful_timeout": 60,
    "timeout": 60,
    "limit_request_line": 8190,
    "limit_request_fields": 100,
    "limit_request_field_size": 8190,
    "worker_connections": 1000,
    # Who is behind a proxy is shared.http's to decide; no header may move SCRIPT_NAME or PATH_INFO.
    "forwarded_allow_ips": "",
    "forwarder_headers": "",
    "control_socket_disable": True,
    "errorlog": "-",
    "loglevel": "warning",
    "worker_exit": finish,
}


class PlatformServer(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """gunicorn with our options and one group's application."""

    def __init__(self, group: str, options: dict[str, Any]) -> None:
        self._group = group
        self._options = OPTIONS | options
        self.stream_prefixes: tuple[bytes, ...] = ()
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)
        if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn makes a private heartbeat file there, off the disk
            self.cfg.set("worker_tmp_dir", "/dev/shm")  # noqa: S108

    def load(self) -> Any:
        """Build the group's WSGI application. Called in each worker."""
        registry = load_registry()
        self.stream_prefixes = tuple(
            route.encode() for function in registry.functions if function.streaming for route in function.routes
        )
        if self._group == "system":
            from knative.local.system_group import SystemGroup

            return SystemGroup(registry)
        from knative.local.gateway import Gateway
        from knative.local.static_site import StaticSite

        site = StaticSite(Path(os.environ.get("STATIC_SITE", STATIC_SITE)))
        return Gateway(registry, site, int(os.environ["SYSTEM_PORT"]))


def main() -> None:
    """Serve until SIGTERM."""
    [group] = sys.argv[1:]
    options = {
        "bind": os.environ["BIND"],
        "workers": int(os.environ["WORKERS"]),
        "threads": int(os.environ["THREADS"]),
        "proc_name": f"obsidianlist-{group}",
    }
    end_with_parent()
    PlatformServer(group, options).run()


if __name__ == "__main__":
    main()
