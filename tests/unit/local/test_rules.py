"""Every documented rule of the sources has a test."""

import re
from pathlib import Path

from knative.local.rules import RULES

TESTS = Path(__file__).parents[2]


def test_every_rule_has_a_test_and_every_marked_test_a_rule() -> None:
    """The list and the tests cannot drift apart."""
    marked = set()
    for file in TESTS.rglob("test_*.py"):
        marked |= set(re.findall(r'@pytest\.mark\.rule\("([a-z-]+)"\)', file.read_text()))
    assert marked == {rule.name for rule in RULES}


def test_every_rule_names_its_origin() -> None:
    """A rule without a source cannot be checked."""
    assert all(rule.what.endswith(".") and rule.source for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
