"""Knative Serving's webhook for a Service: field mask, autoscaling annotations, probes, traffic.

Called by admission.py. Source: knative/serving 1.23, pkg/apis/serving (fieldmask.go, k8s_validation.go) and pkg/apis/autoscaling
(annotation_validation.go), with every feature flag at its default.
"""

import re
from typing import Any

from tests.contract.chart.admission_pod import pod_refusals
from tests.contract.chart.admission_scale import PREFIX, scale_refusals

DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
MAX_TIMEOUT_SECONDS = 600
MAX_CONCURRENCY = 1000
REVISION_FIELDS = ("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds")


def service_refusals(manifest: dict[str, Any]) -> list[str]:
    """Return the webhook's objections to a serving.knative.dev/v1 Service."""
    metadata = manifest["metadata"]
    template = manifest["spec"]["template"]
    return [
        *_name(metadata["name"]),
        *_service_annotations(metadata.get("annotations", {})),
        *_revision_name(metadata["name"], template.get("metadata", {}).get("name")),
        *scale_refusals(template.get("metadata", {}).get("annotations", {})),
        *_revision_numbers(template["spec"]),
        *pod_refusals({key: value for key, value in template["spec"].items() if key not in REVISION_FIELDS}),
        *_traffic(manifest["spec"].get("traffic")),
    ]


def _name(name: str) -> list[str]:
    if len(name) > 63 or not DNS_1035.fullmatch(name):
        return [f"metadata.name: {name} is not a DNS 1035 label"]
    return []


def _service_annotations(annotations: dict[str, str]) -> list[str]:
    found = [f"metadata.annotations: {key} belongs on the template" for key in annotations if key.startswith(PREFIX)]
    duration = annotations.get("serving.knative.dev/rollout-duration")
    if duration is not None and not re.fullmatch(r"(\d+h)?(\d+m)?(\d+s)?", duration):
        found.append(f"rollout-duration: {duration} is not a duration in whole seconds")
    return found


def _revision_name(service: str, name: str | None) -> list[str]:
    if name is not None and not name.startswith(f"{service}-"):
        return [f"spec.template.metadata.name: {name} must have the prefix {service}-"]
    return []


def _revision_numbers(spec: dict[str, Any]) -> list[str]:
    found = []
    concurrency = spec.get("containerConcurrency", 0)
    if not 0 <= concurrency <= MAX_CONCURRENCY:
        found.append(f"containerConcurrency: expected 0 <= {concurrency} <= {MAX_CONCURRENCY}")
    for field in REVISION_FIELDS[1:]:
        seconds = spec.get(field, 0)
        if not 0 <= seconds <= MAX_TIMEOUT_SECONDS:
            found.append(f"{field}: expected 0 <= {seconds} <= {MAX_TIMEOUT_SECONDS}")
    return found


def _traffic(targets: list[dict[str, Any]] | None) -> list[str]:
    if targets is None:
        return []
    found = []
    percent = sum(target.get("percent", 0) for target in targets)
    if percent != 100:
        found.append(f"spec.traffic: targets sum to {percent}, want 100")
    tags = [target["tag"] for target in targets if "tag" in target]
    if len(tags) != len(set(tags)):
        found.append("spec.traffic: a tag is used twice")
    found.extend(f"spec.traffic: {tag} is not a DNS 1035 label" for tag in tags if not DNS_1035.fullmatch(tag))
    found.extend(
        "spec.traffic: a target names either its revision or the latest one"
        for target in targets
        if bool(target.get("latestRevision")) == ("revisionName" in target)
    )
    return found
