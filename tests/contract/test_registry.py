"""The registry, the folders, the topics and the README say the same.

knative/chart/values.yaml is the one list of functions; these tests hold everything beside it.
"""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
VALUES = yaml.safe_load((ROOT / "knative" / "chart" / "values.yaml").read_text(encoding="utf-8"))
FUNCTIONS: dict[str, dict[str, Any]] = VALUES["functions"]
TOPICS = yaml.safe_load((ROOT / "kafka" / "topics.yaml").read_text(encoding="utf-8"))["topics"]


def folder(name: str) -> Path:
    """Return the folder of a registry name."""
    return ROOT / "functions" / name.replace("-", "_")


def test_every_folder_is_registered_and_every_entry_has_its_folder() -> None:
    """No function is hidden and none is promised."""
    folders = {path.parent.name.replace("_", "-") for path in (ROOT / "functions").glob("*/main.py")}
    assert folders == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_entry_point_has_the_name_of_its_folder(name: str) -> None:
    """`functions-framework --target <folder>` finds it."""
    module = ast.parse((folder(name) / "main.py").read_text(encoding="utf-8"))
    bound = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    for node in module.body:
        if isinstance(node, ast.Assign):
            bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            bound.add(node.target.id)
    assert folder(name).name in bound


def covered(path: str, prefixes: list[str]) -> bool:
    """Tell whether a path lies under one of the prefixes, on segment boundaries."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def declares_route(call: ast.Call) -> bool:
    """Tell whether a call is `router.<method>("/path", ...)`."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"get", "post", "put", "patch", "delete", "route"}
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id.endswith("router")
        and bool(call.args)
        and isinstance(call.args[0], ast.Constant)
    )


def declared_paths(name: str) -> list[str]:
    """Return the literal paths in the decorators `@router.get("/api/...")` of a function's folder."""
    return [
        str(call.args[0].value)  # type: ignore[attr-defined]
        for source in sorted(folder(name).rglob("*.py"))
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and declares_route(call)
    ]


@pytest.mark.parametrize("name", [name for name, entry in FUNCTIONS.items() if entry["kind"] == "http"])
def test_every_route_is_reachable(name: str) -> None:
    """Each path a router answers lies under a prefix of its registry entry, or is the function's sink."""
    entry = FUNCTIONS[name]
    paths = declared_paths(name)
    assert paths, f"functions/{folder(name).name} declares no route"
    allowed = [*entry["routes"], *([entry["sink"]] if "sink" in entry else [])]
    assert [path for path in paths if not covered(path, allowed)] == []


def test_no_two_functions_share_a_route() -> None:
    """The longest prefix decides, so an equal one would be decided by chance."""
    routes = [route for entry in FUNCTIONS.values() for route in entry.get("routes", [])]
    assert len(routes) == len(set(routes))


def test_topics_of_chart_and_broker_are_equal() -> None:
    """A chart cannot read kafka/topics.yaml, so it keeps a copy."""
    assert VALUES["kafka"]["topics"] == TOPICS


@pytest.mark.parametrize("name", [name for name, entry in FUNCTIONS.items() if entry["kind"] == "consumer"])
def test_consumed_topics_exist(name: str) -> None:
    """Consumers read topics that are created."""
    assert set(FUNCTIONS[name]["topics"]) <= set(TOPICS)


def test_consumer_groups_are_unique() -> None:
    """Two consumers in one group would each see half of the events."""
    groups = [entry["consumerGroup"] for entry in FUNCTIONS.values() if entry["kind"] == "consumer"]
    groups.append(VALUES["kafka"]["deadLetters"]["consumerGroup"])
    assert len(groups) == len(set(groups))


def test_exactly_one_function_takes_dead_letters() -> None:
    """The dead letter topic has one reader."""
    assert len([name for name, entry in FUNCTIONS.items() if "sink" in entry]) == 1


def test_tables_of_functions_are_current() -> None:
    """`make registry` writes them."""
    result = subprocess.run(
        [sys.executable, ROOT / ".ci" / "function_table.py"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
