"""An image as a folder, and programs started in it as a pod would start them. Needs buildah, and root for mounting."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.programs import program

ENTER = Path(__file__).with_name("enter.sh")


@dataclass(frozen=True)
class Image:
    """A mounted image: its root, and what its configuration says."""

    name: str
    root: Path
    environment: Mapping[str, str]
    user: int
    size_bytes: int
    settings: Mapping[str, Any]

    @contextlib.contextmanager
    def running(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program in it for the block, with the image's environment and nothing of ours."""
        with program(self._words(command, environment), {}, log) as process:
            try:
                yield process
            finally:
                process.kill()  # unshare does not listen to anything softer; its child goes with it

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a program to its end and return what it printed; its failure is an error with its words."""
        done = subprocess.run(
            self._words(command, environment), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(command)[:200]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _words(self, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """Return the command on this machine: the image has no ``env``, so the variables are set before the root changes."""
        variables = [f"{name}={value}" for name, value in {**self.environment, **environment}.items()]
        return ["env", "-i", *variables, str(ENTER), str(self.root), str(self.user), *command]


@contextlib.contextmanager
def mounted(name: str) -> Iterator[Image]:
    """Mount an image for the block. What is written into ``root`` before a program starts lies in a layer that is thrown away."""
    container = _buildah("from", "--pull-never", name)
    try:
        root = Path(_buildah("mount", container))
        told = json.loads(_buildah("inspect", "--type", "image", name))
        settings = told["OCIv1"]["config"]
        size = sum(file.lstat().st_size for file in root.rglob("*") if not file.is_symlink() and file.is_file())
        environment = dict(pair.split("=", 1) for pair in settings.get("Env", []))
        yield Image(name, root, environment, int(settings["User"].split(":")[0]), size, settings)
    finally:
        _buildah("rm", container)


def available() -> str:
    """Return why images cannot be run here; empty where they can."""
    missing = [tool for tool in ("buildah", "unshare", "setpriv", "chroot") if not shutil.which(tool)]
    return f"{', '.join(missing)} missing" if missing else ""


def _buildah(*words: str) -> str:
    return subprocess.run(["buildah", *words], check=True, capture_output=True, text=True, timeout=300).stdout.strip()
