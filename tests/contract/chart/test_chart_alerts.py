"""Alert rules: their expressions, their behaviour over made-up time, and the metrics they name."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared import metrics
from tests.contract.chart.rendering import ROOT, needs_helm, of_kind, render

PROMTOOL = ROOT / ".tools" / "bin" / "promtool"
CASES = sorted(Path(__file__).parent.glob("alert-cases*.yaml"))
RUNBOOKS = ROOT / "knative" / "runbooks"
SUFFIXES = re.compile(r"_(bucket|count|sum)$")

needs_promtool = pytest.mark.usefixtures("promtool")  # conftest.py skips where there is none
pytestmark = needs_helm


def groups() -> dict[str, Any]:
    """Return the rendered rule file."""
    rules: dict[str, Any] = of_kind(render(settings=('monitoring.objects="always"',)), "PrometheusRule")[
        "obsidianlist"
    ]["spec"]
    return rules


def alerts() -> list[dict[str, Any]]:
    """Return every alert rule."""
    return [rule for group in groups()["groups"] for rule in group["rules"] if "alert" in rule]


def own_names(expression: str) -> set[str]:
    """Return the product's metric names in an expression, without what a histogram appends."""
    return {SUFFIXES.sub("", name) for name in re.findall(r"\bobsidianlist_[a-z0-9_]+", expression)}


@needs_promtool
def test_rules_behave(tmp_path: Path) -> None:
    """Promtool runs every case of alert-cases.yaml and of alert-cases-days.yaml."""
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(groups()), encoding="utf-8")
    for file in CASES:
        shutil.copy(file, tmp_path)
    for command in (["check", "rules", "rules.yaml"], ["test", "rules", *(file.name for file in CASES)]):
        result = subprocess.run(
            [PROMTOOL, *command], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tested_firing_and_silent() -> None:
    """A rule that can never fire, or always does, is worse than none."""
    cases = [case for file in CASES for case in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]]
    checks = [check for case in cases for check in case.get("alert_rule_test", [])]
    fired = {check["alertname"] for check in checks if check["exp_alerts"]}
    names = {alert["alert"] for alert in alerts()}
    assert fired == names
    # PanicMode, RemindersLate and RequestsRefused name one series of two: the other is the silent one.
    silent = {check["alertname"] for check in checks if not check["exp_alerts"]}
    assert names - silent == {"PanicMode", "RemindersLate", "RequestsRefused"}


def test_rules_use_metrics_that_exist() -> None:
    """shared/metrics.py is the one list of names."""
    known = {metric.name for metric in metrics.ALL}
    used = {name for group in groups()["groups"] for rule in group["rules"] for name in own_names(rule["expr"])}
    assert used
    assert used - known == set()


def test_latency_promise_is_a_bucket() -> None:
    """A bound between two buckets would count nothing."""
    bounds = set(
        re.findall(r'le="([^"]+)"', " ".join(rule["expr"] for group in groups()["groups"] for rule in group["rules"]))
    )
    assert bounds <= {str(bound) for bound in metrics.HTTP_REQUEST_DURATION.buckets}


@pytest.mark.parametrize("objects", ["auto", "never"])
def test_monitoring_objects_need_the_operator(objects: str) -> None:
    """Auto writes them where the cluster has the API, never not even there."""
    settings = (f'monitoring.objects="{objects}"',)
    assert of_kind(render(settings=settings), "PrometheusRule") == {}
    there = render(settings=settings, capabilities=("monitoring.coreos.com/v1",))
    assert bool(of_kind(there, "PrometheusRule")) == bool(of_kind(there, "PodMonitor")) == (objects == "auto")
