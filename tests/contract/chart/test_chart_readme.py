"""The chart's values: each explained where it stands and in the README, and none that the schema does not know."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.chart.rendering import CHART, ROOT

TABLE = ROOT / ".ci" / "values_table.py"


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every value with its comment."""
    monkeypatch.syspath_prepend(str(TABLE.parent))
    import values_table

    return list(values_table.rows())


def test_every_value_says_what_it_is(rows: list[Any]) -> None:
    """A comment above or behind each, and no value without one."""
    assert len(rows) > 150
    assert [row.path for row in rows if len(row.meaning) < 5] == []


def test_the_table_of_values_is_current() -> None:
    """`make registry` writes it."""
    done = subprocess.run([sys.executable, TABLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of the schema that describes a map by its keys."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_knows_no_other_names() -> None:
    """A misspelt value is refused wherever it stands, instead of being ignored."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    described = list(objects(schema))
    assert len(described) > 30
    # What only narrows an entry by its kind leaves the names to the description of the entry itself.
    narrowing = [part for part in described if "if" in schema or set(part) <= {"properties", "required"}]
    loose = [part for part in described if part not in narrowing and part.get("additionalProperties", True) is True]
    assert [list(part["properties"]) for part in loose] == []
