"""What the chart tests need beside Python. Each is skipped at one place, so that a machine without it gets one line that says why.

In CI nothing is skipped for want of a tool: the test then fails on the missing program.
"""

import os
import shutil
from collections.abc import Generator

import pytest

from tests.contract.chart.design import DESIGN
from tests.contract.chart.rendering import HELM, ROOT

TOOLS = ROOT / ".tools" / "bin"
IN_CI = "CI" in os.environ


@pytest.fixture(scope="session")
def helm() -> None:
    """helm, which renders the chart."""
    if not HELM.exists() and not IN_CI:
        pytest.skip(
            f"rendered chart objects are not tested: no helm at {HELM} (`make chart-tools` builds it; needs Go)"
        )


@pytest.fixture(scope="session")
def promtool() -> None:
    """promtool, which runs alert rules and parses PromQL."""
    if not (TOOLS / "promtool").exists() and not IN_CI:
        pytest.skip(f"alert rules are not run: no promtool in {TOOLS} (`make chart-tools` brings it)")


@pytest.fixture(scope="session")
def nginx() -> None:
    """nginx, which runs the web configuration."""
    if not shutil.which("nginx") and not (TOOLS / "nginx").exists() and not IN_CI:
        pytest.skip(
            f"the web configuration is not run: no nginx on the path or in {TOOLS} (`make chart-tools` brings it)"
        )


@pytest.fixture(scope="session")
def design() -> None:
    """The design folder with CRDs and recorded admission verdicts."""
    if not (DESIGN / "crds").is_dir():
        pytest.skip(f"objects are not held against CRDs: the design folder {DESIGN.name} is not beside this checkout")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Place every skip of this folder at one line, so that the summary says each reason once."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report
