"""Starts everything in the two images and prints their sizes and cold starts: ``python -m tests.images FUNCTIONS WEB``.

Called by ``make images``. The images run under a read-only root as their own user; PostgreSQL and Kafka are outside, as on a cluster. Every
function must import and answer /healthz (which asks the database), a backup must come back over TLS, the web image must serve the app and pass the registry's routes on.
"""

import sys
import tempfile
from pathlib import Path

from knative.local.registry import load_registry
from tests.images.backup import check_backup
from tests.images.container import Image, available, mounted
from tests.images.functions import check_functions
from tests.images.web import check_web

# Megabytes: the goal, and what is let pass.
GOALS = {"functions": (200, 500), "web": (60, 300)}


def main() -> int:
    """Check both images; the exit status tells whether everything held."""
    if reason := available():
        print(f"images: NOT checked: {reason}")
        return 1
    functions, web = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        Path(folder).chmod(0o755)
        with mounted(functions) as image:
            small = _size("functions", image)
            _said(image, "TERM")
            check_functions(image, load_registry(), Path(folder))
            check_backup(image, Path(folder))
        with mounted(web) as image:
            small &= _size("web", image)
            _said(image, "QUIT")
            check_web(image, Path(folder))
    return 0 if small else 1


def _said(image: Image, stop_signal: str) -> None:
    """Check what the image says of itself: whose it is, which commit, and the signal at which its program finishes what is in flight."""
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in image.settings["Labels"].items()}
    assert all(labels.get(name) for name in ("title", "description", "version", "revision")), labels
    assert image.settings.get("StopSignal", "SIGTERM").removeprefix("SIG") == stop_signal, image.settings
    assert list(image.settings["ExposedPorts"]) == ["8080/tcp"]


def _size(kind: str, image: Image) -> bool:
    goal, most = GOALS[kind]
    megabytes = image.size_bytes / 1_000_000
    print(f"images: {kind}: {megabytes:.0f} MB (goal {goal}, at most {most}), user {image.user}, read-only root")
    return image.user != 0 and megabytes <= most


if __name__ == "__main__":
    raise SystemExit(main())
