"""Every alert has a page, every page an alert, and what a page names exists: metrics, labels, commands, values, other pages.

tests/integration/local/test_runbook_commands.py runs what can be run on one machine, tests/cluster what asks a cluster.
"""

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.contract.chart.rendering import ROOT, needs_helm, of_kind, render, values
from tests.contract.chart.test_chart_alerts import RUNBOOKS, SUFFIXES, alerts
from tests.contract.test_workflows import make_targets

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in sorted(RUNBOOKS.glob("*.md")) if page.stem != "README"}
NOT_AN_ALERT = {"Restore"}
METRIC = re.compile(r"\b(?:obsidianlist|kn)_[a-z0-9_]+")
ALL_PAGES = "\n".join(PAGES.values())
each_page = pytest.mark.parametrize("name", PAGES)


def asked(expression: str) -> set[str]:
    """Return the metrics of an alert's expression; those of a recording rule are the rule's."""
    expression = expression.replace("obsidianlist:http_errors:", "obsidianlist_http_request_duration_seconds_count ")
    expression = expression.replace("obsidianlist:http_slow:", "obsidianlist_http_request_duration_seconds_count ")
    return {SUFFIXES.sub("", name).removesuffix("_") for name in METRIC.findall(expression)}


@needs_helm
def test_alerts_and_pages_are_one_to_one() -> None:
    """No alert without a page that says what to do, no page that nothing leads to."""
    assert {alert["alert"] for alert in alerts()} | NOT_AN_ALERT == set(PAGES)
    for alert in alerts():
        assert alert["annotations"]["runbook_url"].endswith(f"/{alert['alert']}.md")


@needs_helm
def test_a_page_names_the_metric_its_alert_asks() -> None:
    """Whoever reads the page can ask Prometheus the same question."""
    for alert in alerts():
        line = re.search(r"^\*\*Metric\.\*\* (.+)$", PAGES[alert["alert"]], re.MULTILINE)
        assert line, alert["alert"]
        named = {SUFFIXES.sub("", name) for name in METRIC.findall(line[1])}
        assert named == asked(alert["expr"]), alert["alert"]


def test_own_metrics_stand_in_the_table() -> None:
    """knative/metrics.md explains each, with its labels."""
    table = (ROOT / "knative/metrics.md").read_text(encoding="utf-8")
    for name in {SUFFIXES.sub("", found) for found in METRIC.findall(ALL_PAGES) if found.startswith("obsidianlist_")}:
        assert f"`{name}`" in table, name


@each_page
def test_every_page_has_its_parts_in_order(name: str) -> None:
    """Meaning, look, do, afterwards: an assistant finds the commands that change something apart from those that only read."""
    parts = re.findall(r"^(?:\*\*|## )(Meaning|Metric|Look|Do|Afterwards)\b", PAGES[name], re.MULTILINE)
    assert parts == ["Meaning", *([] if name in NOT_AN_ALERT else ["Metric"]), "Look", "Do", "Afterwards"]
    look = PAGES[name].split("Look", 1)[1].split("**Do**" if "**Do**" in PAGES[name] else "## Do", 1)[0]
    assert not re.findall(r"kubectl (?:-n \S+ )?(?:delete|patch|apply|scale|rollout)", look)


@each_page
def test_pages_lead_to_pages_and_values_that_exist(name: str) -> None:
    """A name in capitals-in-the-middle is another page; a dotted name in backticks is a value of the chart."""
    others = set(re.findall(r"\b(?:see|See) ([A-Z][a-z]+[A-Z]\w+)", PAGES[name]))
    assert others <= set(PAGES)
    for path in re.findall(r"`([a-z][A-Za-z]+(?:\.[a-z][A-Za-z]+)+)`", PAGES[name]):
        assert known_value(path.split(".")), path
    for target in re.findall(r"`make ([a-z-]+)`", PAGES[name]):
        assert target in make_targets()


def known_value(path: list[str]) -> bool:
    """Tell whether a value is the chart's; those of a function are written without its name."""
    if path[0] == "scale":
        schema = (ROOT / "knative/chart/values.schema.json").read_text(encoding="utf-8")
        return f'"{path[1]}"' in schema
    found: Any = values()
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


@needs_helm
def test_labels_select_what_the_chart_makes() -> None:
    """A selector that matches nothing shows an empty log, which reads like peace."""
    pods = [
        manifest["spec"]["template"]["metadata"]["labels"]
        | {"serving.knative.dev/service": manifest["metadata"]["name"]}
        for manifest in of_kind(render(), "Service", "serving.knative.dev/").values()
    ]
    for label, value in re.findall(r"-l ([a-z./-]+)=([\w<>$-]+)", ALL_PAGES):
        if "app.kubernetes.io" in label or "serving.knative.dev" in label:
            known = {labels.get(label) for labels in pods}
            assert None not in known or len(known) > 1, label
            assert value.startswith(("<", "$")) or value in known, (label, value)


def test_the_bundles_own_commands_exist() -> None:
    """Each `python -m` is a module of ours, each command of the recovery program one that it knows."""
    for module in set(re.findall(r"python, -m, ([\w.]+)|python -m ([\w.]+)", ALL_PAGES)):
        name = "".join(module)
        assert (ROOT / (name.replace(".", "/") + ".py")).exists() or (
            ROOT / name.replace(".", "/") / "__main__.py"
        ).exists()
    commands = re.findall(r"^\s+recovery [\w-]+ (\w+)", PAGES["Restore"], re.MULTILINE)
    assert {"list", "restore", "settle", "reconcile"} == set(commands)
    for command in commands:
        words = [sys.executable, "-m", "shared.recovery", command, "--help"]
        assert subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 0, command
