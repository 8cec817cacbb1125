"""Where the design folder beside the checkout is, and the mark for tests that need it.

The CRDs and the recorded admission verdicts are data of the design and are not copied into the repository. A checkout without that
folder skips the tests that read it and says so.
"""

from pathlib import Path

import pytest

DESIGN = Path(__file__).resolve().parents[4] / "shared"

needs_design = pytest.mark.usefixtures("design")  # conftest.py skips where it is absent
