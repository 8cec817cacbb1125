"""The environment of each process of the platform: what a cluster takes from the chart and its Secret.

Called by the supervisor. What always holds: a process gets the database URL of one role only, and the key that signs access
tokens goes to the system group alone, as the registry's ``secrets`` say for ``auth``.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from knative.local.keys import function_environment
from knative.local.registry import Registry
from knative.local.settings import REPOSITORY, PlatformSettings

APP_ROLE = "obsidianlist_app"
SYSTEM_ROLE = "obsidianlist_system"
SYSTEM_THREADS = 16  # auth and every consumer and cron function share this group
# Meant for the platform itself: the children get their own values, or none.
OWN_NAMES = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_APP_PASSWORD",
    "DATABASE_SYSTEM_PASSWORD",
    "JWT_PRIVATE_KEY",
)


@dataclass(frozen=True)
class Environments:
    """The environments by purpose."""

    web: dict[str, str]
    system: dict[str, str]
    migration: dict[str, str]


def make_environments(
    settings: PlatformSettings,
    registry: Registry,
    keys: Mapping[str, str],
    *,
    owner_url: str,
    bootstrap_servers: str,
    system_port: int,
    inherited: Mapping[str, str],
) -> Environments:
    """Return the environments; values a person set win over our defaults, never over keys and addresses."""
    base = {name: value for name, value in inherited.items() if name not in OWN_NAMES}
    defaults = {
        "EMAIL_TRANSPORT": "mailbox",
        "EMAIL_FROM": "ObsidianList <reminders@localhost>",
        "MAILBOX_DIR": str(settings.data_dir / "mailbox"),
        "VAPID_SUBJECT": "mailto:operator@localhost",
        "LOG_LEVEL": "INFO",
    }
    fixed = {
        "PUBLIC_URL": settings.public_url,
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "KAFKA_IN_MEMORY": "1" if settings.kafka == "memory" else "0",
        "EVENT_CONSUMERS": json.dumps(registry.event_consumers()),
        "SYSTEM_PORT": str(system_port),
        "PYTHONPATH": module_path(base),
        "PYTHONUNBUFFERED": "1",
    }
    of_functions = {name: value for function in registry.functions for name, value in function.environment}
    common = defaults | of_functions | base | function_environment(dict(keys)) | fixed
    hops = int(base.get("TRUSTED_PROXY_HOPS", "0"))
    web = common | {
        "DATABASE_URL": with_login(owner_url, APP_ROLE, keys["DATABASE_APP_PASSWORD"]),
        "BIND": f"{settings.host}:{settings.port}",
        "WORKERS": str(settings.workers),
        "THREADS": str(settings.threads),
    }
    system = common | {
        "DATABASE_URL": with_login(owner_url, SYSTEM_ROLE, keys["DATABASE_SYSTEM_PASSWORD"]),
        "JWT_PRIVATE_KEY": keys["JWT_PRIVATE_KEY"],
        "BIND": f"127.0.0.1:{system_port}",
        "WORKERS": "1",
        "THREADS": str(SYSTEM_THREADS),
        # The gateway is one more proxy in front of this group.
        "TRUSTED_PROXY_HOPS": str(hops + 1),
    }
    migration = base | {
        "DATABASE_OWNER_URL": owner_url,
        "DATABASE_APP_PASSWORD": keys["DATABASE_APP_PASSWORD"],
        "DATABASE_SYSTEM_PASSWORD": keys["DATABASE_SYSTEM_PASSWORD"],
        "PYTHONPATH": fixed["PYTHONPATH"],
    }
    return Environments(web, system, migration)


def with_login(url: str, user: str, password: str) -> str:
    """Return ``url`` for another login role; host, database and options stay."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password, safe='')}@{host}"))


def module_path(inherited: Mapping[str, str]) -> str:
    """Return PYTHONPATH for a child: the repository, then what was set."""
    given = inherited.get("PYTHONPATH")
    return f"{REPOSITORY}{os.pathsep}{given}" if given else str(REPOSITORY)
