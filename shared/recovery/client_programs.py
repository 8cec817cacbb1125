"""PostgreSQL's own ``pg_dump`` and ``pg_restore``, told where the server is without its password on a command line."""

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_PIECE_BYTES = 1024 * 1024


class ClientProgramError(Exception):
    """``pg_dump`` or ``pg_restore`` is missing or failed; carries its last words."""


def connection_environment(url: str) -> dict[str, str]:
    """Return libpq's variables for a ``postgresql://`` URL, certificate checks included."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    values = {
        "PGHOST": parts.hostname or "", "PGPORT": str(parts.port or 5432), "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""), "PGDATABASE": unquote(parts.path[1:]),
    }  # fmt: skip
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    asked = query.get("sslmode", ["disable" if local else "verify-full"])[0]
    # As shared.db.connection reads it: to insist on TLS means a verified server.
    values["PGSSLMODE"] = asked if asked in {"disable", "allow", "prefer"} else "verify-full"
    if values["PGSSLMODE"] == "verify-full":
        # A file, because "system" means the system's authorities to libpq 16 and newer only.
        authorities = ssl.get_default_verify_paths().cafile or "system"
        values["PGSSLROOTCERT"] = query.get("sslrootcert", [authorities])[0]
    return values


@contextmanager
def output_of(program: str, *arguments: str, url: str, directory: str = "") -> Iterator[Iterator[bytes]]:
    """Run a program and yield what it writes, piece by piece.

    Raises:
        ClientProgramError: it is not there, or it failed; then what was read is worth nothing.
    """
    process = _start(program, arguments, url, directory, stdout=subprocess.PIPE)
    stream: Any = process.stdout
    try:
        yield iter(lambda: stream.read(_PIECE_BYTES), b"")
        _finish(process, program)
    finally:
        _end(process)


def feed(program: str, *arguments: str, url: str, pieces: Iterator[bytes], directory: str = "") -> None:
    """Run a program that reads ``pieces``; whatever goes wrong with them ends it before it sees an end of file.

    Raises:
        ClientProgramError: it is not there, or it failed.
    """
    process = _start(program, arguments, url, directory, stdin=subprocess.PIPE)
    stream: Any = process.stdin
    try:
        try:
            for piece in pieces:
                stream.write(piece)
            stream.close()
        except BrokenPipeError:
            pass  # it ended first: its own words say why
        _finish(process, program)
    finally:
        _end(process)


def _start(
    program: str, arguments: tuple[str, ...], url: str, directory: str, **streams: int
) -> "subprocess.Popen[bytes]":
    passed = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    libraries = Path(directory).parent / "lib"
    if directory and libraries.is_dir():  # the image has them in a folder of their own, libraries beside them
        passed["LD_LIBRARY_PATH"] = str(libraries)
    environment: Mapping[str, str] = {**passed, "HOME": "/tmp", **connection_environment(url)}  # noqa: S108
    command = [os.path.join(directory, program) if directory else program, *arguments]  # noqa: PTH118 - empty means PATH
    try:
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **streams)  # type: ignore[call-overload,no-any-return]  # noqa: S603
    except OSError as error:
        raise ClientProgramError(
            f"{program} cannot be started ({error}); PostgreSQL's client programs are needed"
        ) from error


def _finish(process: "subprocess.Popen[bytes]", program: str) -> None:
    stream: Any = process.stderr
    words = stream.read().decode(errors="replace")[-1500:]
    if process.wait():
        raise ClientProgramError(f"{program} failed: {words}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue
