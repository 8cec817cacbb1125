"""Starting the programs that are measured, waiting for their answers, reading their memory, ending them by their id."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.bench.settings import REPOSITORY

START_SECONDS = 30.0


class ProgramFailedError(Exception):
    """A measured program ended or never answered; the message holds the end of its output."""


@contextlib.contextmanager
def program(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the block; everything it started ends with it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = []
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(family, timeout=1)[1]:
        with contextlib.suppress(psutil.Error):
            child.kill()


def first_answer(
    port: int, path: str, headers: Mapping[str, str], process: subprocess.Popen[bytes], log: Path, body: Any = None
) -> float:
    """Ask until ``path`` answers 2xx and return when it did (``time.perf_counter``); with a ``body`` it is a POST of JSON.

    Raises:
        ProgramFailedError: the program ended, or gave another answer, or none in time.
    """
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            if body is None:
                connection.request("GET", path, headers=dict(headers))
            else:
                given = {**headers, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
                connection.request("POST", path, json.dumps(body), given)
            answer = connection.getresponse()
            text = answer.read(2048)
        except OSError:
            time.sleep(0.003)
            continue
        finally:
            connection.close()
        if 200 <= answer.status < 300:
            return time.perf_counter()
        raise ProgramFailedError(f"GET {path}: {answer.status} {text[:300]!r}\n{_tail(log)}")
    raise ProgramFailedError(f"no answer at {path}\n{_tail(log)}")


def pss_megabytes(process: subprocess.Popen[bytes]) -> float:
    """Return the proportional set size of a program and all it started."""
    family = [psutil.Process(process.pid)]
    family += family[0].children(recursive=True)
    return sum(member.memory_full_info().pss for member in family) / 2**20


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
