"""What a person can set, and the keys of a data directory."""

import base64
import json
import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from knative.local.environments import make_environments, with_login
from knative.local.keys import demo_password, function_environment, load_keys, public_key_set
from knative.local.registry import load_registry
from knative.local.settings import REPOSITORY, SettingsError, load_settings


def test_defaults() -> None:
    """Nothing set: port 8080, .local, Kafka in memory, reachable from this machine only."""
    settings = load_settings({})
    assert (settings.port, settings.host, settings.kafka) == (8080, "127.0.0.1", "memory")
    assert settings.data_dir == REPOSITORY / ".local"
    assert settings.public_url == "http://localhost:8080"


def test_a_real_kafka_is_chosen_by_its_address() -> None:
    """Whatever KAFKA says."""
    assert load_settings({"KAFKA_BOOTSTRAP_SERVERS": "k:9092", "KAFKA": "memory"}).kafka == "external"
    assert load_settings({"KAFKA": "apache", "DATA_DIR": "/data"}).data_dir == Path("/data")


@pytest.mark.parametrize(
    "environment", [{"PORT": "http"}, {"PORT": "0"}, {"PORT": "70000"}, {"KAFKA": "redpanda"}, {"WORKERS": "-1"}]
)
def test_a_value_that_means_nothing_is_refused_with_what_is_possible(environment: dict[str, str]) -> None:
    """The message names the variable."""
    with pytest.raises(SettingsError, match=next(iter(environment))):
        load_settings(environment)


def test_keys_are_made_once_private_and_completed(tmp_path: Path) -> None:
    """A newer version adds its names and changes no old value."""
    file = tmp_path / "secrets.json"
    keys = load_keys(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_keys(file) == keys
    older = {name: value for name, value in keys.items() if name != "ACTION_KEY"}
    file.write_text(json.dumps(older))
    completed = load_keys(file)
    assert {name: completed[name] for name in older} == older
    assert completed["ACTION_KEY"] != keys["ACTION_KEY"]
    assert demo_password(file) == demo_password(file)
    assert load_keys(file)["CURSOR_KEY"] == keys["CURSOR_KEY"]


def test_the_public_key_verifies_what_the_private_key_signs() -> None:
    """The set's key id is the thumbprint of the example in RFC 8037, appendix A.3."""
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    key_set = jwt.PyJWKSet.from_json(public_key_set(base64.b64encode(seed).decode()))
    [key] = key_set.keys
    assert key.key_id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    token = jwt.encode({"sub": "1"}, Ed25519PrivateKey.from_private_bytes(seed), algorithm="EdDSA")
    assert jwt.decode(token, key.key, algorithms=["EdDSA"]) == {"sub": "1"}


def test_each_group_gets_one_role_and_only_auth_can_sign(tmp_path: Path) -> None:
    """The users' functions see neither the system's password nor the signing key."""
    keys = load_keys(tmp_path / "secrets.json")
    environments = make_environments(
        load_settings({"DATA_DIR": str(tmp_path)}),
        load_registry(),
        keys,
        owner_url="postgresql://owner:o%40@db.example:5433/app?sslmode=verify-full",
        bootstrap_servers="k:9092",
        system_port=9000,
        inherited={
            "LOG_LEVEL": "DEBUG",
            "DATABASE_URL": "postgresql://owner@x/y",
            "TRUSTED_PROXY_HOPS": "1",
            "HOME": "/h",
        },
    )
    web, system = environments.web, environments.system
    assert web["DATABASE_URL"].startswith("postgresql://obsidianlist_app:")
    assert web["DATABASE_URL"].endswith("@db.example:5433/app?sslmode=verify-full")
    assert system["DATABASE_URL"].startswith("postgresql://obsidianlist_system:")
    assert "JWT_PRIVATE_KEY" not in web
    assert not [name for name in web if name.startswith("DATABASE_") and name != "DATABASE_URL"]
    assert keys["DATABASE_SYSTEM_PASSWORD"] not in json.dumps(web)
    assert (web["TRUSTED_PROXY_HOPS"], system["TRUSTED_PROXY_HOPS"]) == ("1", "2")
    assert (web["LOG_LEVEL"], web["HOME"]) == ("DEBUG", "/h")
    assert json.loads(web["EVENT_CONSUMERS"])["audit-writer"] == ["task-events", "notifications"]
    assert environments.migration["DATABASE_OWNER_URL"].startswith("postgresql://owner:o%40@")
    assert len(base64.urlsafe_b64decode(function_environment(keys)["VAPID_PRIVATE_KEY"] + "=")) == 32


def test_a_login_is_replaced_and_nothing_else() -> None:
    """Characters of the password are escaped."""
    assert with_login("postgresql://a:b@[::1]:5432/d?x=1", "u", "p@/:") == "postgresql://u:p%40%2F%3A@[::1]:5432/d?x=1"
    assert with_login("postgresql://host/d", "u", "p") == "postgresql://u:p@host/d"
