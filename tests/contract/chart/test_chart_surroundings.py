"""Optional objects: the domain, rollouts, secrets, scaling of sources, and what the cluster must serve."""

from typing import Any

import pytest

from functions.mcp.operator_tools import TOOLS as OPERATOR_TOOLS
from tests.contract.chart.rendering import (
    NAMESPACE,
    VARIANTS,
    helm_template,
    needs_helm,
    notes,
    of_kind,
    registry,
    render,
)

pytestmark = needs_helm
SERVING = "serving.knative.dev/"
HOST = 'domain.host="tasks.example.com"'
KNATIVE = ("serving.knative.dev/v1", "sources.knative.dev/v1", "eventing.knative.dev/v1alpha1")


def service(name: str, *settings: str) -> dict[str, Any]:
    """Return one Knative Service."""
    return of_kind(render(settings=settings), "Service", SERVING)[name]


def test_no_domain_no_mapping() -> None:
    """Without a host nothing claims one."""
    assert of_kind(render(), "DomainMapping") == {}


def test_host_leads_to_web_and_http_is_redirected() -> None:
    """The cluster's external-domain-tls makes the certificate."""
    mapping = of_kind(render(settings=(HOST,)), "DomainMapping")["tasks.example.com"]
    assert mapping["spec"] == {
        "ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "web", "namespace": NAMESPACE}
    }
    assert mapping["metadata"]["annotations"] == {"networking.knative.dev/http-protocol": "redirected"}
    environment = service("tasks", HOST)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "PUBLIC_URL", "value": "https://tasks.example.com"} in environment


def test_only_public_routes_redirect_http() -> None:
    """A redirect in front of an event sink would send every event to the dead letters."""
    assert service("tasks", HOST)["metadata"]["annotations"]["networking.knative.dev/http-protocol"] == "redirected"
    for name, entry in registry().items():
        if not entry.get("public"):
            assert "annotations" not in service(name, HOST)["metadata"]


def test_certificate_of_our_own() -> None:
    """cert-manager writes the Secret the mapping names, and Knative keeps out of it."""
    settings = (HOST, 'domain.tls.mode="certificate"', 'domain.tls.issuer="letsencrypt-production"')
    manifests = render(settings=settings)
    certificate = of_kind(manifests, "Certificate")["web"]["spec"]
    mapping = of_kind(manifests, "DomainMapping")["tasks.example.com"]
    assert mapping["spec"]["tls"]["secretName"] == certificate["secretName"]
    assert mapping["metadata"]["annotations"]["networking.knative.dev/disable-external-domain-tls"] == "true"
    assert certificate["issuerRef"]["name"] == "letsencrypt-production"


def test_issuers_are_staging_and_production() -> None:
    """Staging first; production blocks a host for a week after five failures."""
    settings = ("domain.tls.createIssuers=true", 'domain.tls.email="ops@example.com"')
    issuers = of_kind(render(settings=settings), "ClusterIssuer")
    assert set(issuers) == {"letsencrypt-staging", "letsencrypt-production"}
    assert "staging" in issuers["letsencrypt-staging"]["spec"]["acme"]["server"]
    assert "staging" not in issuers["letsencrypt-production"]["spec"]["acme"]["server"]


def test_http_route_sends_every_path_to_its_function() -> None:
    """Knative's gateway finds a function by Host, so each rule rewrites it; the rest is the web app's."""
    manifests = render(settings=(HOST, 'domain.exposure="httpRoute"'))
    rules = of_kind(manifests, "HTTPRoute")["obsidianlist"]["spec"]["rules"]
    targets = {
        match["path"]["value"]: rule["filters"][0]["urlRewrite"]["hostname"].split(".")[0]
        for rule in rules
        for match in rule["matches"]
    }
    expected = {route: name for name, entry in registry().items() for route in entry.get("routes", [])}
    assert targets == expected | {"/": "web"}
    assert len(rules) <= 16, "Gateway API takes 16 rules"
    assert of_kind(manifests, "DomainMapping") == {}
    grant = of_kind(manifests, "ReferenceGrant")[f"obsidianlist-{NAMESPACE}"]
    assert grant["metadata"]["namespace"] == "kourier-system"
    redirect = of_kind(manifests, "HTTPRoute")["obsidianlist-redirect"]["spec"]["rules"][0]["filters"][0]
    assert redirect["requestRedirect"]["scheme"] == "https"


def test_all_traffic_goes_to_the_latest_revision() -> None:
    """Unless a canary is asked for."""
    assert service("tasks")["spec"]["traffic"] == [{"latestRevision": True, "percent": 100}]


def test_canary_splits_traffic_with_the_stable_revision() -> None:
    """A function without a stable revision is new and gets all of it."""
    settings = ("rollout.canaryPercent=10", 'rollout.stableRevisions={"tasks":"tasks-00007"}')
    assert service("tasks", *settings)["spec"]["traffic"] == [
        {"revisionName": "tasks-00007", "percent": 90},
        {"latestRevision": True, "percent": 10, "tag": "canary"},
    ]
    assert service("tags", *settings)["spec"]["traffic"] == [{"latestRevision": True, "percent": 100}]


@pytest.mark.parametrize("percent", [0, 100])
def test_canary_ends_with_the_latest_revision(percent: int) -> None:
    """0 and 100 per cent leave no entry of the stable revision behind."""
    settings = (f"rollout.canaryPercent={percent}", 'rollout.stableRevisions={"tasks":"tasks-00007"}')
    assert service("tasks", *settings)["spec"]["traffic"] == [{"latestRevision": True, "percent": 100}]


def test_gradual_rollout_stands_on_the_service() -> None:
    """Knative reads it there, unlike the scale annotations."""
    assert service("tasks", 'rollout.duration="120s"')["metadata"]["annotations"] == {
        "serving.knative.dev/rollout-duration": "120s"
    }


def test_two_ways_to_shift_traffic_exclude_each_other() -> None:
    """rollout-duration only moves traffic of the latest revision."""
    refused = helm_template(settings=('rollout.duration="120s"', "rollout.canaryPercent=10"))
    assert "canaryPercent" in refused.stderr


def test_raising_the_secrets_revision_makes_new_revisions() -> None:
    """Pods read a Secret when they start."""
    before = service("tasks")["spec"]["template"]
    after = service("tasks", 'secrets.revision="2"')["spec"]["template"]
    assert before != after


def test_external_secret_comes_before_the_migration() -> None:
    """It writes the Secret the migration reads, and leaves it in place when it is replaced."""
    settings = ("secrets.external.enabled=true", 'secrets.external.store.name="vault"')
    external = of_kind(render(settings=settings), "ExternalSecret")["obsidianlist"]
    assert external["apiVersion"] == "external-secrets.io/v1"
    assert int(external["metadata"]["annotations"]["helm.sh/hook-weight"]) < 0
    assert external["spec"]["target"] == {
        "name": "obsidianlist",
        "creationPolicy": "Orphan",
        "deletionPolicy": "Retain",
    }
    assert external["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "vault"}
    assert external["spec"]["dataFrom"] == [{"extract": {"key": "obsidianlist"}}]


def test_keda_scales_sources_on_request() -> None:
    """The annotations this Knative reads; not the legacy ones."""
    annotations = of_kind(render(settings=("kafka.keda.enabled=true",)), "KafkaSource")["audit-writer"]["metadata"][
        "annotations"
    ]
    assert annotations["autoscaling.eventing.knative.dev/class"] == "keda.autoscaling.knative.dev"
    assert annotations["autoscaling.eventing.knative.dev/activation-lag-threshold"] == "0"
    assert annotations["helm.sh/resource-policy"] == "keep"
    assert not any(key.startswith("keda.autoscaling") for key in annotations)


def test_event_policy_names_every_source() -> None:
    """Only the bundle's own sources may write dead letters."""
    manifests = render(settings=("kafka.eventPolicy=true",))
    allowed = {each["ref"]["name"] for each in of_kind(manifests, "EventPolicy")["dead-letters"]["spec"]["from"]}
    assert allowed == set(of_kind(manifests, "KafkaSource"))


def test_budgets_where_two_pods_always_run() -> None:
    """A budget over one pod would block the drain of its node."""
    assert of_kind(render(), "PodDisruptionBudget") == {}
    budgets = of_kind(
        render(settings=("functions.tasks.scale.min=2", "functions.tags.scale.min=1")), "PodDisruptionBudget"
    )
    assert set(budgets) == {"tasks"}
    assert budgets["tasks"]["spec"]["selector"]["matchLabels"] == {"serving.knative.dev/service": "tasks"}


def test_new_routes_make_a_new_revision_of_web() -> None:
    """Nginx reads its configuration once."""
    before = service("web")["spec"]["template"]["metadata"]["annotations"]["obsidianlist.app/nginx-conf"]
    changed = service("web", 'functions.tags.routes=["/api/labels"]')["spec"]["template"]["metadata"]["annotations"]
    assert changed["obsidianlist.app/nginx-conf"] != before


def test_strimzi_version_is_what_the_cluster_serves() -> None:
    """v1beta2 only where there is no v1."""
    settings = ("kafka.strimzi.enabled=true",)
    old = render(settings=settings, capabilities=("kafka.strimzi.io/v1beta2",))
    new = render(settings=settings, capabilities=("kafka.strimzi.io/v1beta2", "kafka.strimzi.io/v1"))
    assert of_kind(old, "KafkaTopic")["reminders"]["apiVersion"] == "kafka.strimzi.io/v1beta2"
    assert of_kind(new, "KafkaTopic")["reminders"]["apiVersion"] == "kafka.strimzi.io/v1"


def test_strimzi_user_has_the_rights_it_needs_and_no_more() -> None:
    """Group Delete: a removed KafkaSource removes its consumer group."""
    settings = ("kafka.strimzi.enabled=true", 'kafka.strimzi.user="obsidianlist"')
    rights = of_kind(render(settings=settings), "KafkaUser")["obsidianlist"]["spec"]["authorization"]["acls"]
    groups = [right for right in rights if right["resource"]["type"] == "group"]
    assert groups == [
        {
            "resource": {"type": "group", "name": "obsidianlist-", "patternType": "prefix"},
            "operations": ["Read", "Describe", "Delete"],
        }
    ]
    assert not any("*" in right["resource"]["name"] for right in rights)


@pytest.mark.parametrize(
    ("missing", "settings"),
    [
        ("sources.knative.dev/v1", ()),
        ("eventing.knative.dev/v1alpha1", ()),
        ("cert-manager.io/v1", (HOST, 'domain.tls.mode="certificate"')),
        ("gateway.networking.k8s.io/v1", (HOST, 'domain.exposure="httpRoute"')),
        ("external-secrets.io/v1", ("secrets.external.enabled=true", 'secrets.external.store.name="vault"')),
        ("monitoring.coreos.com/v1", ('monitoring.objects="always"',)),
        ("kafka.strimzi.io", ("kafka.strimzi.enabled=true",)),
    ],
)
def test_missing_operator_is_named(missing: str, settings: tuple[str, ...]) -> None:
    """Instead of helm's "no matches for kind"."""
    there = tuple(api for api in KNATIVE if api != missing)
    refused = helm_template(settings=settings, capabilities=there)
    assert refused.returncode != 0
    assert f"does not serve {missing}" in refused.stderr


def test_cluster_with_knative_alone_is_enough() -> None:
    """The default values need no further operator."""
    assert render(capabilities=KNATIVE)


def test_notes_name_what_the_cluster_must_switch_on() -> None:
    """Each option names its flag, and only then."""
    flags = ("controller-autoscaler-keda", "authentication-oidc", "request-metrics-protocol")
    assert not any(flag in notes() for flag in flags)
    assert all(flag in notes(*VARIANTS["every-option"]) for flag in flags)


def test_notes_say_what_is_still_an_example_and_how_to_become_an_operator() -> None:
    """Whoever installs the default values is told what nobody will be able to do; the finished values leave nothing to do."""
    first = notes()
    for words in ("domain.host is empty", "config.operatorEmails is empty", "transport is mailbox: no mail leaves"):
        assert words in first
    assert "register as" not in first
    finished = notes(*VARIANTS["every-option"])
    assert "register as ops@example.com, open the mailed link" in finished
    assert "config.operatorEmails is empty" not in finished


def test_traces_only_where_there_is_a_collector() -> None:
    """No endpoint: no variable and no way out. An endpoint: every function gets it, with the sampler and a policy."""
    quiet = service("tasks")["spec"]["template"]["spec"]["containers"][0]["env"]
    assert not [entry for entry in quiet if entry["name"].startswith("OTEL_")]
    assert "egress-tracing" not in of_kind(render(), "NetworkPolicy")
    objects = render(*VARIANTS["every-option"])
    for one in of_kind(objects, "Service", SERVING).values():
        env = {
            entry["name"]: entry.get("value")
            for entry in one["spec"]["template"]["spec"]["containers"][0].get("env", [])
        }
        if "FUNCTION" in env:
            assert env["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.monitoring:4318"
            assert (env["OTEL_TRACES_SAMPLER"], env["OTEL_TRACES_SAMPLER_ARG"]) == ("parentbased_traceidratio", "0.1")
    policy = of_kind(objects, "NetworkPolicy")["egress-tracing"]["spec"]
    assert policy["egress"][0]["ports"] == [{"protocol": "TCP", "port": 4318}]


def test_backups_only_on_request() -> None:
    """Without the value there is no CronJob; with it one that dumps, seals and uploads with the release's image, and no token."""
    assert of_kind(render(), "CronJob") == {}
    job = of_kind(render(settings=("backup.enabled=true", 'backup.bucket="copies"')), "CronJob")["backup"]["spec"]
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    env = {entry["name"]: entry.get("value") for entry in pod["containers"][0]["env"]}
    assert job["concurrencyPolicy"] == "Forbid"
    assert pod["automountServiceAccountToken"] is False
    assert env["BACKUP_S3_BUCKET"] == "copies"
    assert {"BACKUP_KEYS", "DATABASE_OWNER_URL", "AWS_SECRET_ACCESS_KEY"} <= env.keys()
    with pytest.raises(Exception, match="backup"):
        render(settings=("backup.enabled=true",))


def test_the_operators_assistant_only_reads() -> None:
    """Without the value kagent gets nothing; with it an agent whose tools are the read-only ones, and a token from the Secret."""
    assert of_kind(render(), "Agent") == {}
    objects = render(settings=("kagent.enabled=true",))
    server = of_kind(objects, "RemoteMCPServer")["obsidianlist-operations"]["spec"]
    assert server["headersFrom"][0]["valueFrom"] == {
        "type": "Secret",
        "name": "obsidianlist",
        "key": "KAGENT_AUTHORIZATION",
    }
    tools = of_kind(objects, "Agent")["obsidianlist-operator"]["spec"]["declarative"]["tools"]
    own = [tool.name for tool in OPERATOR_TOOLS if tool.read_only]
    assert tools[0]["mcpServer"]["toolNames"] == own == [tool.name for tool in OPERATOR_TOOLS]
    assert not [name for name in tools[1]["mcpServer"]["toolNames"] if not name.startswith(("k8s_get", "k8s_describe"))]
    without = render(settings=("kagent.enabled=true", 'kagent.clusterTools.server=""'))
    assert len(of_kind(without, "Agent")["obsidianlist-operator"]["spec"]["declarative"]["tools"]) == 1
