"""Renders the chart with the pinned helm, once per set of values.

Called by the chart tests. helm is built by .ci/install-chart-tools.sh into .tools/bin; `make test` works without it and then skips the
tests of rendered objects, saying why, while CI installs it first.
"""

import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "knative" / "chart"
HELM = Path(os.environ.get("HELM", ROOT / ".tools" / "bin" / "helm"))
NAMESPACE = "obsidianlist"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast

needs_helm = pytest.mark.usefixtures("helm")  # conftest.py skips where there is none

# Every values file a person may combine with the default values, as given after -f. Each combination is rendered and checked whole.
VARIANTS: dict[str, tuple[str, ...]] = {
    "default": (),
    **{path.stem.removeprefix("values-"): (path.name,) for path in sorted(CHART.glob("values-*.yaml"))},
    "production-doks-neon-redpanda": tuple(
        f"values-{part}.yaml" for part in ("production", "doks", "neon", "redpanda")
    ),
    "production-gke-strimzi": tuple(f"values-{part}.yaml" for part in ("production", "gke", "strimzi")),
    "production-aks-neon-strimzi": tuple(f"values-{part}.yaml" for part in ("production", "aks", "neon", "strimzi")),
    "every-option": (str(Path(__file__).with_name("values-every-option.yaml")),),
    "other-options": (str(Path(__file__).with_name("values-other-options.yaml")),),
}


def helm_template(
    *values_files: str,
    settings: tuple[str, ...] = (),
    capabilities: tuple[str, ...] = (),
    kube_version: str = "v1.34.0",
) -> subprocess.CompletedProcess[str]:
    """Run `helm template`; `settings` go to --set-json as key=json, `capabilities` are API versions the cluster is said to have."""
    command = [
        str(HELM),
        "template",
        "obsidianlist",
        str(CHART),
        "--namespace",
        NAMESPACE,
        "--kube-version",
        kube_version,
    ]
    for name in values_files:
        command += ["-f", str(CHART / name)]
    for setting in settings:
        command += ["--set-json", setting]
    for capability in capabilities:
        command += ["--api-versions", capability]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@cache
def render(
    *values_files: str, settings: tuple[str, ...] = (), capabilities: tuple[str, ...] = ()
) -> tuple[dict[str, Any], ...]:
    """Return the rendered objects; a refusal of helm's fails the test with its words."""
    result = helm_template(*values_files, settings=settings, capabilities=capabilities)
    assert result.returncode == 0, result.stderr
    return tuple(document for document in yaml.load_all(result.stdout, LOADER) if document)


def notes(*values_files: str) -> str:
    """Return what helm tells the person after an installation, without a cluster."""
    command = [str(HELM), "install", "obsidianlist", str(CHART), "--namespace", NAMESPACE, "--dry-run=client"]
    for name in values_files:
        command += ["-f", str(CHART / name)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return result.stdout.split("NOTES:\n", 1)[1]


def of_kind(manifests: tuple[dict[str, Any], ...], kind: str, api_group: str = "") -> dict[str, dict[str, Any]]:
    """Return the objects of a kind by name; `api_group` tells Knative's Service from Kubernetes'."""
    return {m["metadata"]["name"]: m for m in manifests if m["kind"] == kind and m["apiVersion"].startswith(api_group)}


def registry() -> dict[str, dict[str, Any]]:
    """Return `functions` of values.yaml, unmerged."""
    functions: dict[str, dict[str, Any]] = values()["functions"]
    return functions


@cache
def values() -> dict[str, Any]:
    """Return values.yaml."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return loaded
