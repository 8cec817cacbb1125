"""The table of what the assistant must not do names a test for each, and every one of them exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_clause_of_the_assistant_has_its_test() -> None:
    """Each row of the table names at least one test, and each named test is defined once."""
    rows = re.findall(
        r"^\| (?!what )(.+?) \| (`test_.+) \|$", (TESTS / "integration/chat/README.md").read_text(), re.MULTILINE
    )
    assert len(rows) > 25
    defined = [
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    ]
    for clause, tests in rows:
        for name in re.findall(r"`(test_\w+)`", tests):
            assert defined.count(name) == 1, f"{clause}: {name}"
