"""The admission checker agrees with the recorded verdicts of the real webhooks."""

import json
from typing import Any

import pytest

from tests.contract.chart.admission import refusals
from tests.contract.chart.design import DESIGN, needs_design

CASES_FILE = DESIGN / "knative-admission-cases.json"


def recorded_cases() -> list[Any]:
    """Return the recorded cases as pytest parameters; none where the design folder is absent."""
    if not CASES_FILE.exists():
        return []
    groups = json.loads(CASES_FILE.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["case"]) for cases in groups.values() for case in cases]


@needs_design
def test_all_recorded_cases_are_there() -> None:
    """The file holds 71 verdicts, so none is silently dropped."""
    assert len(recorded_cases()) == 71


@needs_design
@pytest.mark.parametrize("case", recorded_cases())
def test_checker_agrees_with_the_webhook(case: dict[str, Any]) -> None:
    """Each object is admitted or refused as the real webhook did."""
    found = refusals(case["object"])
    assert (not found) == case["admitted"], found or f"admitted, but the webhook says: {case['error']}"


def service(**container: Any) -> dict[str, Any]:
    """Build the smallest Service, with fields of its container replaced."""
    base = {"image": "registry.invalid/f:1", "ports": [{"containerPort": 8080}]}
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": "f"},
        "spec": {"template": {"metadata": {"annotations": {}}, "spec": {"containers": [base | container]}}},
    }


@pytest.mark.parametrize(
    ("container", "word"),
    [
        ({"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}, "add"),
        ({"securityContext": {"privileged": True}}, "privileged"),
        ({"stdin": True}, "stdin"),
        ({"ports": [{"containerPort": 8080, "name": "metrics"}]}, "metrics"),
        ({"ports": [{"containerPort": 8080, "hostPort": 80}]}, "hostPort"),
        ({"volumeMounts": [{"name": "gone", "mountPath": "/x"}]}, "gone"),
        ({"readinessProbe": {"httpGet": {"path": "/"}, "failureThreshold": 3}}, "periodSeconds"),
        ({"env": [{"name": "K_REVISION", "value": "x"}]}, "reserved"),
    ],
)
def test_rules_beyond_the_recorded_cases(container: dict[str, Any], word: str) -> None:
    """Rules the recorded cases do not touch are refused with a word about them."""
    assert any(word in reason for reason in refusals(service(**container)))


@pytest.mark.parametrize(
    ("annotations", "admitted"),
    [
        ({"min-scale": "3", "max-scale": "2"}, False),
        ({"min-scale": "3", "max-scale": "0"}, True),
        ({"window": "61.5s"}, False),
        ({"window": "1h"}, True),
        ({"window": "61m"}, False),
        ({"target-utilization-percentage": "0"}, False),
        ({"panic-threshold-percentage": "109"}, False),
        ({"target-burst-capacity": "-1"}, True),
        ({"class": "kpa2.autoscaling.knative.dev"}, False),
        ({"class": "hpa.autoscaling.knative.dev", "metric": "cpu"}, True),
        ({"activation-scale": "3", "max-scale": "2"}, False),
        ({"min-scale": 1}, False),
    ],
)
def test_autoscaling_annotations(annotations: dict[str, Any], admitted: bool) -> None:
    """Bounds of every autoscaling annotation."""
    manifest = service()
    manifest["spec"]["template"]["metadata"]["annotations"] = {
        f"autoscaling.knative.dev/{key}": value for key, value in annotations.items()
    }
    assert (not refusals(manifest)) == admitted
