"""Grafana dashboards: current, loadable, and asking for metrics that exist."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from shared import metrics
from tests.contract.chart.rendering import CHART, ROOT, needs_helm, of_kind, render
from tests.contract.chart.test_chart_alerts import PROMTOOL, needs_promtool, own_names

FILES = sorted((CHART / "dashboards").glob("*.json"))
PLACEHOLDERS = {"$__rate_interval": "5m", "$function": ".*"}


def expressions(file: Path) -> list[str]:
    """Return the PromQL of every line of a dashboard, Grafana's variables filled in."""
    found = [
        target["expr"]
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    for variable, value in PLACEHOLDERS.items():
        found = [expression.replace(variable, value) for expression in found]
    return found


def test_files_are_current() -> None:
    """`make dashboards` writes them."""
    result = subprocess.run(
        [sys.executable, ROOT / ".ci" / "dashboards.py"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_metrics_exist(file: Path) -> None:
    """Own names stand in shared/metrics.py; the rest is Knative's or a recording rule of the chart."""
    names = set().union(*(own_names(expression) for expression in expressions(file)))
    assert names - {metric.name for metric in metrics.ALL} - {"obsidianlist_http_errors"} == set()
    for expression in expressions(file):
        assert re.search(r"obsidianlist|kn_", expression)


@needs_promtool
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_expressions_parse(file: Path, tmp_path: Path) -> None:
    """Prometheus' own parser takes every expression."""
    rules = [
        {"record": f"test:line{number}", "expr": expression} for number, expression in enumerate(expressions(file))
    ]
    (tmp_path / "rules.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "lines", "rules": rules}]}), encoding="utf-8"
    )
    result = subprocess.run(
        [PROMTOOL, "check", "rules", "rules.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_grafanas_model_knows_every_field(file: Path) -> None:
    """Read into Grafana's own model and written again, nothing is lost or changed: its reader drops what it does not know."""
    written = json.loads(file.read_text(encoding="utf-8"))
    model = Dashboard.from_json(written)
    assert contains(json.loads(json.dumps(model, cls=JSONEncoder)), written)


def contains(whole: Any, part: Any) -> bool:
    """Tell whether every field of `part` stands in `whole` with its value; the model adds defaults."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_panels_fit_the_grid(file: Path) -> None:
    """Ids are unique, nothing overlaps, everything says what it means and where its data come from."""
    panels: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells
        assert place["x"] + place["w"] <= 24
        cells |= own
        assert panel["description"]
        assert panel["datasource"]["uid"] == "${datasource}"


@needs_helm
def test_chart_carries_every_dashboard() -> None:
    """As ConfigMaps that Grafana's sidecar finds."""
    maps = of_kind(render(settings=('monitoring.objects="always"',)), "ConfigMap")
    for file in FILES:
        found = maps[f"obsidianlist-dashboard-{file.stem}"]
        assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert json.loads(found["data"][f"obsidianlist-{file.name}"]) == json.loads(file.read_text(encoding="utf-8"))
