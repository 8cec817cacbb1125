"""The table of Knative's rules in knative/README.md: each names files that exist and tests that do."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
LEAST = 40


def rows() -> list[tuple[str, list[str], list[str]]]:
    """Return rule, files and tests of each row."""
    text = (ROOT / "knative" / "README.md").read_text(encoding="utf-8")
    body = text.split("<!-- rules:start -->")[1].split("<!-- rules:end -->")[0]
    cells = [line.strip("|").split("|") for line in body.strip().splitlines()[2:]]
    return [(rule.strip(), *(re.findall(r"`([^`]+)`", cell) for cell in rest)) for rule, *rest in cells]  # type: ignore[misc]


def known_tests() -> set[str]:
    """Return the names of all tests."""
    return {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_rule_names_its_files_and_its_tests() -> None:
    """No row without a place and a test, none twice, and nothing named that is not there."""
    known = known_tests()
    found = rows()
    assert len(found) >= LEAST
    assert len({rule for rule, _, _ in found}) == len(found)
    for rule, files, names in found:
        assert files, rule
        assert names, rule
        assert [file for file in files if not (ROOT / file).is_file()] == [], rule
        assert [name for name in names if name not in known] == [], rule
