"""The list of metrics: each recorded, none beside it, and the operators' page current."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from knative.local.metrics_page import TARGET, build
from shared import metrics
from shared.metrics import Metric

ROOT = Path(__file__).parents[2]
LIST = ROOT / "shared" / "metrics.py"
NAMES = {name: value for name, value in vars(metrics).items() if isinstance(value, Metric)}
METHODS = {"counter": "add", "gauge": "set", "histogram": "observe"}


def recordings() -> Iterator[tuple[str, str, int]]:
    """Yield constant, method and number of labels of every recording in the code."""
    for folder in ("shared", "functions"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                for part in ast.walk(node.func.value):
                    name = part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "")
                    if name in NAMES:
                        yield name, node.func.attr, len(node.args)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_metric_is_recorded_by_its_kind_with_all_its_labels(name: str) -> None:
    """A metric nobody records would leave its panel and its alert silent; a wrong label count breaks the whole page."""
    metric = NAMES[name]
    found = {(method, labels) for constant, method, labels in recordings() if constant == name}
    assert found == {(METHODS[metric.kind], len(metric.labels))}


def test_nothing_else_makes_a_metric() -> None:
    """Only the list constructs metrics, so that what is served is what the list says."""
    elsewhere = [
        str(file.relative_to(ROOT))
        for folder in ("shared", "functions")
        for file in (ROOT / folder).rglob("*.py")
        if file != LIST
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and "Metric" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]
    assert not elsewhere
    typed = {line.split()[2] for line in metrics.render().splitlines() if line.startswith("# TYPE ")}
    assert typed == {metric.name for metric in NAMES.values()}


def test_the_page_of_metrics_is_current() -> None:
    """Operators read the page, not the Python."""
    assert TARGET.read_text(encoding="utf-8") == build(), "run make metrics"
