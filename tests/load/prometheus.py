"""A real Prometheus on the loopback address: over what it scrapes, or over series that are there already."""

import contextlib
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from knative.local.ports import free_port

BIN = Path(__file__).resolve().parents[2] / ".tools" / "bin"
PROMETHEUS = BIN / "prometheus"
READY_SECONDS = 60


@contextlib.contextmanager
def held(folder: Path, exposition: str) -> Iterator[str]:
    """Load an OpenMetrics text with its times into an empty server; yields the server's address."""
    text = folder / "series.txt"
    text.write_text(exposition, encoding="utf-8")
    words = [BIN / "promtool", "tsdb", "create-blocks-from", "openmetrics", text, _store(folder)]
    subprocess.run(words, check=True, capture_output=True)
    with running(folder, {}, "--storage.tsdb.retention.time=100y") as url:
        yield url


@contextlib.contextmanager
def running(folder: Path, configuration: Mapping[str, Any], *options: str) -> Iterator[str]:
    """Run a server with its configuration and series in the folder for the block; yields its address."""
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(dict(configuration)), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    words = [
        PROMETHEUS, f"--config.file={file}", f"--storage.tsdb.path={_store(folder)}", f"--web.listen-address={address}", *options,
    ]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://{address}/-/ready")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str) -> None:
    """Return when the address answers 200.

    Raises:
        TimeoutError: it does not for a minute.
    """
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
            return
        time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


def _store(folder: Path) -> Path:
    return folder / "series"
