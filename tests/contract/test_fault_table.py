"""The table of crash points in tests/faults against the tests: every row has some, and each named is there and carries its mark."""

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROWS = range(1, 25)
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def named() -> dict[int, set[str]]:
    """Return the tests each row of the table names."""
    table = (TESTS / "faults" / "README.md").read_text()
    return {int(number): set(re.findall(r"`(\w+)`", tests)) for number, tests in ROW.findall(table)}


def marked() -> dict[int, set[str]]:
    """Return the tests that carry the mark of each row, on themselves or on their module."""
    found: dict[int, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        module = ast.parse(path.read_text())
        everywhere = [row for node in module.body if isinstance(node, ast.Assign) for row in _rows(node)]
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row in [*everywhere, *(row for mark in node.decorator_list for row in _rows(mark))]:
                    found[row].add(node.name)
    return found


def _rows(tree: ast.AST) -> list[int]:
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.row"
    ]
    return [argument.value for call in calls for argument in call.args if isinstance(argument, ast.Constant)]


def test_every_row_of_the_table_names_the_tests_that_carry_its_mark() -> None:
    """No row without a test, no name without one behind it, no test that the table leaves out."""
    assert sorted(named()) == list(ROWS)
    assert named() == marked()
