"""Knative's own facts that no schema and no webhook checks, on every object of every values file; the table is in knative/README.md."""

from typing import Any

import pytest

from knative.local.registry import seconds
from tests.contract.chart.rendering import VARIANTS, needs_helm, of_kind, registry, render, values
from tests.contract.chart.test_chart_objects import pod_spec

pytestmark = [needs_helm, pytest.mark.parametrize("variant", VARIANTS)]
SCALING = "autoscaling.knative.dev/"
QUEUE_PROXY = "queue.sidecar.serving.knative.dev/"
# What the versions of Knative, Strimzi and the others that we support serve; an older spelling is admitted by old clusters only.
VERSIONS = {
    "Service": "serving.knative.dev/v1",
    "DomainMapping": "serving.knative.dev/v1beta1",
    "ClusterDomainClaim": "networking.internal.knative.dev/v1alpha1",
    "KafkaSource": "sources.knative.dev/v1",
    "PingSource": "sources.knative.dev/v1",
    "KafkaSink": "eventing.knative.dev/v1alpha1",
    "EventPolicy": "eventing.knative.dev/v1alpha1",
    "KafkaTopic": "kafka.strimzi.io/v1",
    "KafkaUser": "kafka.strimzi.io/v1",
    "Certificate": "cert-manager.io/v1",
    "ClusterIssuer": "cert-manager.io/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
}
UNORDERED_AT_ONCE = 50
DRAIN_SECONDS = 30


def services(variant: str) -> dict[str, dict[str, Any]]:
    """Return the Knative Services by name."""
    return of_kind(render(*VARIANTS[variant]), "Service", "serving.knative.dev/")


def test_every_kind_has_the_version_that_is_served(variant: str) -> None:
    """Not the one that old documentation still shows."""
    for manifest in render(*VARIANTS[variant]):
        if manifest["kind"] in VERSIONS:
            assert manifest["apiVersion"] == VERSIONS[manifest["kind"]]


def test_a_pod_lives_longer_than_it_drains(variant: str) -> None:
    """A revision's timeout is the grace period as well: below the drain's 30 s the process would be killed in it; above 600 it is refused."""
    for name, service in services(variant).items():
        assert DRAIN_SECONDS * 2 <= service["spec"]["template"]["spec"]["timeoutSeconds"] <= 600, name


def test_queue_proxy_has_its_own_resources(variant: str) -> None:
    """A namespace with a LimitRange or a quota refuses pods whose sidecar has none."""
    for name, service in services(variant).items():
        annotations = service["spec"]["template"]["metadata"]["annotations"]
        given = {key.removeprefix(QUEUE_PROXY) for key in annotations if key.startswith(QUEUE_PROXY)}
        assert given == {"cpu-resource-request", "memory-resource-request", "memory-resource-limit"}, name


def test_autoscaling_is_knatives_own_and_bounded(variant: str) -> None:
    """No HPA, which never reaches zero; a target below the hard limit of a pod, and a most for every function."""
    for name, service in services(variant).items():
        template = service["spec"]["template"]
        own = {
            key.removeprefix(SCALING): value
            for key, value in template["metadata"]["annotations"].items()
            if key.startswith(SCALING)
        }
        assert "class" not in own
        assert int(own["max-scale"]) >= 1, name
        assert 1 <= int(own["target-utilization-percentage"]) <= 100
        assert template["spec"]["containerConcurrency"] > 0, name


def test_no_revision_has_a_name_of_ours(variant: str) -> None:
    """A named revision must change its name whenever anything changes, and Helm and Knative's defaults then fight over it."""
    for service in services(variant).values():
        assert "name" not in service["spec"]["template"]["metadata"]


def test_liveness_asks_nobody_else(variant: str) -> None:
    """A restart does not mend a database; and every probe kubelet runs itself names its port."""
    for name, service in services(variant).items():
        container = service["spec"]["template"]["spec"]["containers"][0]
        assert container["startupProbe"]["httpGet"]["port"] == 8080
        kind = "httpGet" if name == "web" else "tcpSocket"
        assert container["livenessProbe"][kind]["port"] == 8080
        assert container["readinessProbe"]["periodSeconds"] > 0


def test_the_root_is_read_only_and_tmp_is_memory_with_a_bound(variant: str) -> None:
    """Servers write there and nowhere else."""
    for manifest in render(*VARIANTS[variant]):
        spec = pod_spec(manifest)
        if spec is None:
            continue
        mounted = {
            mount["name"] for mount in spec["containers"][0].get("volumeMounts", []) if not mount.get("readOnly")
        }
        volumes = [volume for volume in spec.get("volumes", []) if volume["name"] in mounted]
        for volume in volumes:
            assert volume["emptyDir"]["medium"] == "Memory", manifest["metadata"]["name"]
            assert volume["emptyDir"]["sizeLimit"]


def test_events_in_flight_find_room(variant: str) -> None:
    """Ordered: one a partition; unordered: fifty. What finds no room is refused by queue-proxy and comes again, for nothing."""
    manifests = render(*VARIANTS[variant])
    topics = {name: topic["partitions"] for name, topic in values()["kafka"]["topics"].items()}
    for source in of_kind(manifests, "KafkaSource").values():
        spec = source["spec"]
        template = services(variant)[spec["sink"]["ref"]["name"]]["spec"]["template"]
        room = (
            int(template["metadata"]["annotations"][f"{SCALING}max-scale"]) * template["spec"]["containerConcurrency"]
        )
        ordered = spec["ordering"] == "ordered"
        assert room >= (sum(topics[topic] for topic in spec["topics"]) if ordered else UNORDERED_AT_ONCE), source[
            "metadata"
        ]


def test_no_event_is_tried_again_while_it_is_worked_on_or_lost_at_the_end(variant: str) -> None:
    """A delivery waits longer than its function may take and a cold start lasts, tries again, and has a sink for what is given up."""
    for source in of_kind(render(*VARIANTS[variant]), "KafkaSource").values():
        spec = source["spec"]
        service = services(variant)[spec["sink"]["ref"]["name"]]
        delivery = spec["delivery"]
        assert seconds(delivery["timeout"]) >= service["spec"]["template"]["spec"]["timeoutSeconds"] + 30
        assert delivery["retry"] > 0
        assert seconds(delivery["backoffDelay"]) > 0
        assert delivery["deadLetterSink"]["ref"]["kind"] == "KafkaSink"
        assert spec["consumerGroup"].startswith("obsidianlist-")
        assert service["metadata"]["labels"]["networking.knative.dev/visibility"] == "cluster-local"
    for sink in of_kind(render(*VARIANTS[variant]), "KafkaSink").values():
        assert sink["spec"]["contentMode"] == "binary"


def test_a_tick_carries_nothing_and_reaches_a_sink_inside(variant: str) -> None:
    """PingSource signs nothing: the data is an empty object, the zone is its own field, and the function is cluster-local."""
    for source in of_kind(render(*VARIANTS[variant]), "PingSource").values():
        spec = source["spec"]
        assert (spec["contentType"], spec["data"]) == ("application/json", "{}")
        assert "TZ=" not in spec["schedule"]
        service = services(variant)[spec["sink"]["ref"]["name"]]
        assert service["metadata"]["labels"]["networking.knative.dev/visibility"] == "cluster-local"
        assert registry()[spec["sink"]["ref"]["name"]]["kind"] == "cron"


def test_metrics_are_found_by_pod_and_named_by_revision(variant: str) -> None:
    """What scales to zero has no address; Knative's metrics name service and revision in target_info only."""
    for name, monitor in of_kind(render(*VARIANTS[variant]), "PodMonitor").items():
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        assert (
            endpoint["port"]
            == {"obsidianlist-functions": "user-port", "obsidianlist-queue-proxies": "http-usermetric"}[name]
        )
        labels = {rule["sourceLabels"][0]: rule["targetLabel"] for rule in endpoint["relabelings"]}
        assert labels["__meta_kubernetes_pod_label_serving_knative_dev_service"] == "service"
        assert labels["__meta_kubernetes_pod_label_serving_knative_dev_revision"] == "revision"
