"""What the templates make of the registry: one test per promise."""

import json
import re
from collections.abc import Iterator
from typing import Any

import grimp
import pytest

from tests.contract.chart.rendering import (
    CHART,
    ROOT,
    VARIANTS,
    needs_helm,
    notes,
    of_kind,
    registry,
    render,
    values,
)

pytestmark = needs_helm
SERVING = "serving.knative.dev/"
FUNCTIONS = sorted(registry())
SOURCES = [path for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py")]
CONSUMERS = [name for name in FUNCTIONS if registry()[name]["kind"] == "consumer"]
CRON = [name for name in FUNCTIONS if registry()[name]["kind"] == "cron"]


def services() -> dict[str, dict[str, Any]]:
    """Return the Knative Services of the default values."""
    return of_kind(render(), "Service", SERVING)


def container(name: str, *files: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the container of a function's revision template."""
    service = of_kind(render(*files, settings=settings), "Service", SERVING)[name]
    found: dict[str, Any] = service["spec"]["template"]["spec"]["containers"][0]
    return found


def environment(name: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a function's environment: plain text, or {secret: (name, key)}."""
    found = {}
    for variable in container(name, settings=settings)["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        found[variable["name"]] = (reference["name"], reference["key"]) if reference else variable["value"]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_its_service(name: str) -> None:
    """One Knative Service each; threads, concurrency and the target agree with the registry."""
    spec = services()[name]["spec"]["template"]["spec"]
    concurrency = registry()[name].get("concurrency", values()["defaults"]["concurrency"])
    assert spec["containerConcurrency"] == concurrency
    assert environment(name)["THREADS"] == str(concurrency)
    assert environment(name)["FUNCTION"] == name.replace("-", "_")
    assert environment(name)["TIMEOUT_SECONDS"] == str(spec["timeoutSeconds"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_public_functions_leave_the_cluster(name: str) -> None:
    """Sinks of events, and every function the registry does not call public, are cluster-local."""
    label = services()[name]["metadata"]["labels"].get("networking.knative.dev/visibility")
    assert label == (None if registry()[name].get("public") else "cluster-local")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_scale_annotations_stand_on_the_revision(name: str) -> None:
    """Knative refuses them on the Service's own metadata."""
    annotations = services()[name]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["autoscaling.knative.dev/max-scale"] == str(registry()[name]["scale"]["max"])
    assert not any("autoscaling" in key for key in services()[name]["metadata"].get("annotations", {}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_startup_probe_names_its_port(name: str) -> None:
    """Knative does not fill the startup probe's port in; without it the Deployment fails."""
    probes = container(name)
    assert probes["startupProbe"]["httpGet"] == {"path": "/healthz", "port": 8080}
    assert probes["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": 8080}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_revision_outlasts_its_startup_probe(name: str) -> None:
    """progress-deadline exceeds the startup probe's budget."""
    annotations = services()[name]["spec"]["template"]["metadata"]["annotations"]
    startup = container(name)["startupProbe"]
    deadline = int(annotations["serving.knative.dev/progress-deadline"].removesuffix("s"))
    assert deadline > startup["periodSeconds"] * startup["failureThreshold"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_database_role_follows_the_registry(name: str) -> None:
    """A user's function never holds the system role's URL, and no function holds the owner's."""
    database = registry()[name].get("database", values()["defaults"]["database"])
    expected = {
        "app": ("obsidianlist", "DATABASE_URL_APP"),
        "system": ("obsidianlist", "DATABASE_URL_SYSTEM"),
        "none": None,
    }
    assert environment(name).get("DATABASE_URL") == expected[database]
    assert "DATABASE_OWNER_URL" not in environment(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_environment_is_what_the_settings_read(name: str) -> None:
    """What every function needs is given, and nothing is given that no setting in the code reads."""
    read = {alias for path in SOURCES for alias in re.findall(r'alias="([A-Z_]+)"', path.read_text(encoding="utf-8"))}
    of_people = {"CURSOR_KEY", "JWT_PUBLIC_KEYS"}
    needed = {"KAFKA_BOOTSTRAP_SERVERS", "EVENT_SIGNING_KEYS"}
    assert needed | of_people <= read
    # Who takes no request of people's holds no key of theirs, and who has nothing to do with events none of those.
    expected = (needed if registry()[name].get("events", True) else set()) | (
        of_people if registry()[name]["kind"] == "http" else set()
    )
    assert set(environment(name)) & (needed | of_people) == expected
    read_elsewhere = {"FUNCTION", "TIMEOUT_SECONDS", "LOG_LEVEL"}  # by the server's entry point and by logging
    assert set(environment(name)) - read - read_elsewhere == set()


MAIL = {
    "mailbox": {"EMAIL_TRANSPORT", "EMAIL_FROM", "MAILBOX_DIR"},
    "smtp": {"EMAIL_TRANSPORT", "EMAIL_FROM", "SMTP_URL"},
    "ses": {"EMAIL_TRANSPORT", "EMAIL_FROM", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
}


@pytest.mark.parametrize("transport", MAIL)
def test_mail_settings_reach_those_who_send(transport: str) -> None:
    """A function with egress mail, and no other, can send."""
    for name in FUNCTIONS:
        mail = {
            key
            for key in environment(name, (f'config.mail.transport="{transport}"',))
            if key in set().union(*MAIL.values())
        }
        assert mail == (MAIL[transport] if "mail" in registry()[name].get("egress", []) else set())


def test_push_settings_reach_those_who_push() -> None:
    """A push service knows whom to write to."""
    for name in FUNCTIONS:
        pushes = "push" in registry()[name].get("egress", [])
        assert ("VAPID_SUBJECT" in environment(name)) == pushes
        assert ("VAPID_PRIVATE_KEY" in environment(name)) == pushes


def test_every_secret_is_documented() -> None:
    """The chart's README says what each key of the Secret is."""
    page = (CHART / "README.md").read_text(encoding="utf-8")
    for name in FUNCTIONS:
        for value in environment(name).values():
            if isinstance(value, tuple):
                assert f"`{value[1]}`" in page


def test_only_auth_can_sign_tokens() -> None:
    """The private key reaches one function."""
    assert [name for name in FUNCTIONS if "JWT_PRIVATE_KEY" in environment(name)] == ["auth"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_knows_the_consumers(name: str) -> None:
    """EVENT_CONSUMERS lists each consumer with its topics."""
    assert json.loads(environment(name)["EVENT_CONSUMERS"]) == {each: registry()[each]["topics"] for each in CONSUMERS}


@pytest.mark.parametrize("name", CONSUMERS)
def test_every_consumer_has_its_source(name: str) -> None:
    """Fixed group, earliest, every delivery field, a dead letter sink, and the Service as sink."""
    source = of_kind(render(), "KafkaSource")[name]
    entry = registry()[name]
    spec = source["spec"]
    assert (spec["topics"], spec["consumerGroup"], spec["ordering"]) == (
        entry["topics"],
        entry["consumerGroup"],
        entry["ordering"],
    )
    assert spec["initialOffset"] == "earliest"
    assert set(spec["delivery"]) == {"retry", "backoffPolicy", "backoffDelay", "timeout", "deadLetterSink"}
    assert spec["delivery"]["deadLetterSink"]["ref"]["kind"] == "KafkaSink"
    assert (spec["sink"]["ref"]["kind"], spec["sink"]["ref"]["name"]) == ("Service", name)
    assert source["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_dead_letters_come_back_to_their_function() -> None:
    """The topic's own source posts at the function's sink path and never drops a record."""
    spec = of_kind(render(), "KafkaSource")["dead-letters"]["spec"]
    assert spec["topics"] == ["dead-letters"]
    assert spec["ordering"] == "unordered"
    assert spec["sink"]["ref"]["name"] == "dead-letters"
    assert spec["sink"]["uri"] == "/events"
    assert spec["delivery"]["deadLetterSink"]["ref"]["name"] == "dead-letters"
    assert of_kind(render(), "KafkaSink")["dead-letters"]["spec"]["topic"] == "dead-letters"


@pytest.mark.parametrize("name", CRON)
def test_every_cron_function_has_its_ping(name: str) -> None:
    """Schedule and zone come from the registry."""
    spec = of_kind(render(), "PingSource")[name]["spec"]
    assert spec["schedule"] == registry()[name]["schedule"]
    assert spec["timezone"] == registry()[name]["timeZone"]
    assert spec["sink"]["ref"]["name"] == name


def test_entry_wins_over_defaults_even_with_zero() -> None:
    """0 and false of an entry are not taken for "not set"."""
    settings = (
        "defaults.scale.min=2",
        "functions.tags.scale.min=0",
        "functions.tags.public=false",
        "defaults.public=true",
    )
    service = of_kind(render(settings=settings), "Service", SERVING)["tags"]
    assert service["spec"]["template"]["metadata"]["annotations"]["autoscaling.knative.dev/min-scale"] == "0"
    assert service["metadata"]["labels"]["networking.knative.dev/visibility"] == "cluster-local"


def test_digest_wins_over_tag() -> None:
    """A digest pins the image and spares the cluster the tag resolution."""
    digest = "sha256:" + "0" * 64
    image = container("tasks", settings=(f'image.digest="{digest}"', 'image.tag="2.0"'))["image"]
    assert image == f"ghcr.io/obsidianlist/functions@{digest}"


def test_broker_with_password_and_own_authority() -> None:
    """SASL and the authority reach the functions, the sources and the sink from one Secret."""
    settings = ('kafka.securityProtocol="SASL_SSL"', 'kafka.authSecretName="kafka-user"', 'kafka.caKey="ca.crt"')
    assert environment("tasks", settings)["KAFKA_SASL_PASSWORD"] == ("kafka-user", "password")
    assert environment("tasks", settings)["KAFKA_SSL_CA_LOCATION"] == "/etc/obsidianlist/kafka/ca.crt"
    assert {"name": "kafka-ca", "mountPath": "/etc/obsidianlist/kafka", "readOnly": True} in container(
        "tasks", settings=settings
    )["volumeMounts"]
    net = of_kind(render(settings=settings), "KafkaSource")["audit-writer"]["spec"]["net"]
    assert net["sasl"]["type"]["secretKeyRef"] == {"name": "kafka-user", "key": "sasl.mechanism"}
    assert net["tls"]["caCert"]["secretKeyRef"] == {"name": "kafka-user", "key": "ca.crt"}
    assert (
        of_kind(render(settings=settings), "KafkaSink")["dead-letters"]["spec"]["auth"]["secret"]["ref"]["name"]
        == "kafka-user"
    )


def test_plain_broker_needs_no_secret() -> None:
    """PLAINTEXT renders neither net nor auth."""
    assert "net" not in of_kind(render(), "KafkaSource")["audit-writer"]["spec"]
    assert "auth" not in of_kind(render(), "KafkaSink")["dead-letters"]["spec"]


def test_strimzi_topics_keep_whole_numbers() -> None:
    """Retention stays 1209600000 and is not written as 1.2096e+09."""
    assert of_kind(render(), "KafkaTopic") == {}
    topics = of_kind(render(settings=("kafka.strimzi.enabled=true",)), "KafkaTopic")
    assert set(topics) == set(values()["kafka"]["topics"])
    for name, topic in topics.items():
        wanted = values()["kafka"]["topics"][name]
        assert topic["spec"]["partitions"] == wanted["partitions"]
        assert wanted["config"].items() <= topic["spec"]["config"].items()
        assert topic["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_migration_runs_before_the_functions_change() -> None:
    """A hook, as the owner, and the only holder of the owner's URL."""
    job = of_kind(render(), "Job")["migration"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    names = {variable["name"] for variable in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert names == {"DATABASE_OWNER_URL", "DATABASE_APP_PASSWORD", "DATABASE_SYSTEM_PASSWORD"}


def test_pods_are_reached_only_past_queue_proxy() -> None:
    """Nobody but Prometheus may call a pod's own port."""
    policy = of_kind(render(), "NetworkPolicy")["functions"]["spec"]
    for rule in policy["ingress"]:
        callers = {each["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for each in rule["from"]}
        if 8080 in {port["port"] for port in rule["ports"]}:
            assert callers == {"monitoring"}
            assert all(each["podSelector"]["matchLabels"] for each in rule["from"])
        else:
            assert callers == {"knative-serving", "kourier-system"}
            assert {port["port"] for port in rule["ports"]} == {8012, 8013, 8112, 9090}
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_network_labels_follow_the_registry(name: str) -> None:
    """A pod is isolated, and may leave only where its entry says."""
    labels = services()[name]["spec"]["template"]["metadata"]["labels"]
    egress = {
        key.removeprefix("obsidianlist.app/egress-") for key in labels if key.startswith("obsidianlist.app/egress-")
    }
    entry = registry()[name]
    database = set() if entry.get("database") == "none" else {"database"}
    kafka = {"kafka"} if entry.get("events", True) else set()
    assert labels["obsidianlist.app/isolated"] == "true"
    assert egress == {*kafka, *entry.get("egress", []), *database}


def test_events_are_the_business_of_those_who_import_them() -> None:
    """By the import graph: a function that could write or read an event says so in the registry, and no other does."""
    graph = grimp.build_graph("functions", "shared")
    for name in FUNCTIONS:
        imported = graph.find_upstream_modules(f"functions.{name.replace('-', '_')}.main")
        writes_or_reads = {"shared.events.outbox", "shared.events.producer", "shared.events.broadcast"} & imported
        assert registry()[name].get("events", True) == bool(writes_or_reads), name


def test_outside_addresses_exclude_the_cluster() -> None:
    """Push, mail and model hosts are reached, private ranges and the metadata address are not."""
    policies = of_kind(render(), "NetworkPolicy")
    blocks = [block["ipBlock"] for block in policies["egress-push"]["spec"]["egress"][0]["to"]]
    assert {"10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"} <= set(blocks[0]["except"])


def test_trial_secret_is_written_only_on_request() -> None:
    """The chart holds no secret unless told to."""
    assert of_kind(render(), "Secret") == {}
    made = of_kind(render(*VARIANTS["other-options"]), "Secret")["obsidianlist"]
    assert made["stringData"]["CURSOR_KEY"] == "t"


@pytest.mark.parametrize("variant", VARIANTS)
def test_notes_name_every_key_that_a_pod_reads(variant: str) -> None:
    """The chart's own reckoning of needed keys, which refuses a Secret that lacks one, agrees with the rendered pods."""
    read: dict[str, set[str]] = {}
    for reference in references(list(render(*VARIANTS[variant]))):
        read.setdefault(reference["name"], set()).add(reference["key"])
    told = dict(re.findall(r"the Secret (\S+) with ([A-Za-z_., ]+) \(", notes(*VARIANTS[variant])))
    # A sink's own key, which no pod reads.
    wanted = {name: keys for name, text in told.items() if (keys := set(text.split(", ")) - {"protocol"})}
    assert read == wanted


def references(value: Any) -> Iterator[dict[str, str]]:
    """Yield every reference to a key of a Secret, wherever it stands in the objects."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if "secretKeyRef" in value:
            yield value["secretKeyRef"]
        if value.get("type") == "Secret" and "key" in value:
            yield {"name": value["name"], "key": value["key"]}
        if "secretName" in value:
            yield from ({"name": value["secretName"], "key": item["key"]} for item in value.get("items", []))
        for item in value.values():
            yield from references(item)


def test_smoke_test_is_a_test_hook() -> None:
    """`helm test` runs the script the chart carries, outside the functions' network policy."""
    pod = of_kind(render(), "Pod")["smoke-test"]
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert "obsidianlist.app/isolated" not in pod["metadata"]["labels"]
    script = of_kind(render(), "ConfigMap")["smoke-test"]["data"]["smoke.py"]
    compile(script, "smoke.py", "exec")
