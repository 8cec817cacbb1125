"""One API server for the tests of this folder, its controllers, and a namespace for each test."""

import re
from collections.abc import Iterator

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.server import ApiServer, api_server, missing
from tests.contract.chart.design import DESIGN
from tests.contract.chart.rendering import CHART

RESTRICTED = [f"pod-security.kubernetes.io/{mode}=restricted" for mode in ("enforce", "warn", "audit")]
SECRETS = ("obsidianlist", "redpanda", "obsidianlist-kafka", "kafka-user", "kafka-ca")
KAFKA_KEYS = ("protocol", "sasl.mechanism", "user", "password", "ca.crt")
OTHER_NAMESPACES = ("kafka", "kourier-system", "gateway-system")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """The API server, with every namespace that an object of the chart goes to; skipped, with the reason, where there is none to start."""
    if missing():
        pytest.skip(f"no {', '.join(missing())} in .tools/bin: `make test-cluster` builds them")
    if not (DESIGN / "crds").is_dir():
        pytest.skip("the custom resources' definitions are not beside this checkout")
    with api_server(tmp_path_factory.mktemp("cluster")) as running:
        for name in OTHER_NAMESPACES:
            running.kubectl("create", "namespace", name)
        yield running


@pytest.fixture(scope="session")
def controllers(server: ApiServer) -> Iterator[Controllers]:
    """Knative's and the Jobs' controllers, played."""
    with Controllers(server) as running:
        yield running


@pytest.fixture
def namespace(server: ApiServer, request: pytest.FixtureRequest) -> str:
    """An empty namespace that enforces Pod Security "restricted"."""
    # The controller that empties a deleted namespace does not run here, so each test has its own.
    name = re.sub("[^a-z0-9]+", "-", request.node.name.removeprefix("test_"))[-50:].strip("-")
    server.kubectl("create", "namespace", name)
    server.kubectl("label", "namespace", name, *RESTRICTED)
    server.kubectl("create", "serviceaccount", "default", "-n", name)
    given = (CHART.parent / "chart/README.md").read_text(encoding="utf-8")
    literals = [f"--from-literal={key}=played" for key in {*re.findall(r"`([A-Z][A-Z_]+)`", given), *KAFKA_KEYS}]
    for secret in SECRETS:
        server.kubectl("create", "secret", "generic", secret, "-n", name, *literals)
    return name
