"""Writes the Grafana dashboards of the chart from .ci/dashboards.yaml, or checks that they are current.

Called by `make dashboards` (with --write) and by tests/contract/chart/test_chart_dashboards.py. The JSON files are what Grafana loads;
the YAML file is what people edit.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

PANELS = Path(__file__).with_suffix(".yaml")
FOLDER = Path(__file__).resolve().parents[1] / "knative" / "chart" / "dashboards"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH, HEIGHT, COLUMNS = 12, 8, 24
DASHBOARDS: dict[str, dict[str, Any]] = yaml.safe_load(PANELS.read_text(encoding="utf-8"))


def dashboard(name: str) -> dict[str, Any]:
    """Return one dashboard in Grafana's JSON model."""
    return {
        "uid": f"obsidianlist-{name}",
        "title": DASHBOARDS[name]["title"],
        "tags": ["obsidianlist"],
        "schemaVersion": 41,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "links": [{"title": "ObsidianList", "type": "dashboards", "tags": ["obsidianlist"], "asDropdown": True}],
        "templating": {"list": variables(name)},
        "annotations": {"list": []},
        "panels": [drawn(number, panel) for number, panel in enumerate(DASHBOARDS[name]["panels"])],
    }


def variables(name: str) -> list[dict[str, Any]]:
    """Return the choices at the top: the data source, and for the service the function."""
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    function = {
        "name": "function",
        "label": "Function",
        "type": "query",
        "datasource": DATASOURCE,
        "query": "label_values(obsidianlist_http_request_duration_seconds_count, function)",
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "sort": 1,
    }
    return [source, function] if name == "service" else [source]


def drawn(number: int, panel: dict[str, Any]) -> dict[str, Any]:
    """Return a panel at its place: two to a row."""
    kind = panel.get("kind", "timeseries")
    steps = [{"color": "green", "value": None}] + ([{"color": "red", "value": panel["red"]}] if "red" in panel else [])
    defaults: dict[str, Any] = {"unit": panel["unit"], "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if kind == "timeseries":
        defaults["custom"] = {"thresholdsStyle": {"mode": "line" if "red" in panel else "off"}}
    per_row = COLUMNS // WIDTH
    return {
        "id": number + 1,
        "type": kind,
        "title": panel["title"],
        "description": panel["meaning"],
        "datasource": DATASOURCE,
        "gridPos": {"x": number % per_row * WIDTH, "y": number // per_row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": DATASOURCE, "expr": expression, "legendFormat": legend}
            for place, (legend, expression) in enumerate(panel["lines"].items())
        ],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}} if kind == "timeseries" else {},
    }


def text(name: str) -> str:
    """Return a dashboard file's content."""
    return json.dumps(dashboard(name), indent=1) + "\n"


def stale() -> list[str]:
    """Return the names of the dashboards whose file differs."""
    files = {name: FOLDER / f"{name}.json" for name in DASHBOARDS}
    return [name for name, file in files.items() if not file.exists() or file.read_text(encoding="utf-8") != text(name)]


def main() -> int:
    """Write or check; the exit status says whether every file is current."""
    behind = stale()
    if "--write" in sys.argv[1:]:
        FOLDER.mkdir(exist_ok=True)
        for name in behind:
            (FOLDER / f"{name}.json").write_text(text(name), encoding="utf-8")
        return 0
    for name in behind:
        print(f"dashboards/{name}.json is behind .ci/dashboards.py: run `make dashboards`", file=sys.stderr)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
