"""Every object of every values file is one the cluster would take."""

import json
from functools import cache
from typing import Any

import kubernetes_validate
import pytest

from tests.contract.chart.admission import refusals
from tests.contract.chart.crds import schema_errors, schemas
from tests.contract.chart.design import needs_design
from tests.contract.chart.rendering import VARIANTS, needs_helm, render

KUBERNETES = "1.34"
CORE_GROUPS = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"}
pytestmark = [needs_helm, pytest.mark.parametrize("variant", VARIANTS)]


def is_core(manifest: dict[str, Any]) -> bool:
    """Tell whether Kubernetes itself defines the kind."""
    return manifest["apiVersion"] in CORE_GROUPS


@needs_design
def test_custom_resources_match_their_definition(variant: str) -> None:
    """No unknown field, no wrong type in any custom resource, and no kind without a definition to check against."""
    for manifest in render(*VARIANTS[variant]):
        if not is_core(manifest):
            assert (manifest["apiVersion"], manifest["kind"]) in schemas() or manifest[
                "apiVersion"
            ] in WITHOUT_DEFINITION
            if manifest["apiVersion"] not in WITHOUT_DEFINITION:
                assert schema_errors(manifest) == [], manifest["metadata"]["name"]


@needs_design
def test_definitions_refuse_a_misspelt_field(variant: str) -> None:
    """The converted schemas are strict: the same objects with one unknown field do not pass."""
    for manifest in render(*VARIANTS[variant]):
        if not is_core(manifest) and manifest["apiVersion"] not in WITHOUT_DEFINITION:
            misspelt = manifest | {"spec": manifest["spec"] | {"timeoutSecond": 1}}
            assert schema_errors(misspelt), manifest["kind"]


@cache
def check_core(manifest: str) -> None:
    """Check a core object strictly; most are the same in every variant, and a schema is a megabyte to read."""
    kubernetes_validate.validate(json.loads(manifest), KUBERNETES, strict=True)


# External Secrets' CRDs are not stored; test_chart_surroundings.py checks the one object of that kind field by field.
WITHOUT_DEFINITION = {"external-secrets.io/v1"}


def test_core_objects_match_kubernetes(variant: str) -> None:
    """Core kinds pass Kubernetes' own schema, strictly."""
    for manifest in filter(is_core, render(*VARIANTS[variant])):
        check_core(json.dumps(manifest))


def test_admission_takes_every_object(variant: str) -> None:
    """No webhook would refuse an object."""
    for manifest in render(*VARIANTS[variant]):
        assert refusals(manifest) == [], manifest["metadata"]["name"]


def test_names_are_unique(variant: str) -> None:
    """No two objects of a kind share a name in a namespace."""
    keys = [
        (m["apiVersion"], m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"])
        for m in render(*VARIANTS[variant])
    ]
    assert len(keys) == len(set(keys))


def test_every_pod_is_restricted(variant: str) -> None:
    """Pod Security "restricted", a read-only root and no token in every container, whoever makes the pod."""
    for manifest in render(*VARIANTS[variant]):
        spec = pod_spec(manifest)
        if spec is None:
            continue
        assert spec["automountServiceAccountToken"] is False, manifest["metadata"]["name"]
        assert spec["enableServiceLinks"] is False, manifest["metadata"]["name"]
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["runAsNonRoot"] is True
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security["seccompProfile"] == {"type": "RuntimeDefault"}
            assert container["resources"]["requests"]["memory"]
            assert container["resources"]["limits"]["memory"]


def test_every_lasting_pod_is_isolated(variant: str) -> None:
    """The network policies select every pod but the smoke test, which calls like anybody in the cluster."""
    for manifest in render(*VARIANTS[variant]):
        if manifest["kind"] != "Pod" and pod_spec(manifest) is not None:
            spec = manifest["spec"]["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else manifest["spec"]
            labels = spec["template"]["metadata"]["labels"]
            assert labels["obsidianlist.app/isolated"] == "true", manifest["metadata"]["name"]


def pod_spec(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod spec an object carries, if it carries one."""
    spec = manifest.get("spec", {})
    found: dict[str, Any] | None = None
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if manifest["kind"] == "Pod":
        found = spec
    elif "template" in spec and "containers" in spec["template"].get("spec", {}):
        found = spec["template"]["spec"]
    return found
