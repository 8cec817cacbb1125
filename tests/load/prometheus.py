"""A real Prometheus over series that are there already."""

import contextlib
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from knative.local.ports import free_port

BIN = Path(__file__).resolve().parents[2] / ".tools" / "bin"


@contextlib.contextmanager
def held(folder: Path, exposition: str) -> Iterator[str]:
    """Load an OpenMetrics text with its times into an empty server; yields the server's address."""
    text = folder / "series.txt"
    text.write_text(exposition, encoding="utf-8")
    store = folder / "series"
    subprocess.run(
        [BIN / "promtool", "tsdb", "create-blocks-from", "openmetrics", text, store], check=True, capture_output=True
    )
    (folder / "prometheus.yml").write_text("{}")
    address = f"127.0.0.1:{free_port()}"
    words = [
        BIN / "prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={store}",
        "--storage.tsdb.retention.time=100y", f"--web.listen-address={address}",
    ]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _ready(f"http://{address}/-/ready")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ready(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
            return
        time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")
