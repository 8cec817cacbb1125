"""A real PostgreSQL that takes nothing but TLS, and an authority made for one run.

Debian's server, because the embedded one is built without OpenSSL. Used by the TLS tests and by the check of the images.
"""

import contextlib
import datetime as dt
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from knative.local.ports import free_port

ABSENT = "no PostgreSQL with OpenSSL: .ci/install-system-packages.sh installs it"


def programs() -> list[Path]:
    """Return the folders of the installed servers' programs, the newest last."""
    return sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@dataclass
class Authority:
    """A certificate authority made for one test run."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        self.file = self.folder / f"{self.name}.crt"
        self.file.write_bytes(self._signed(self._subject, self._key, constraints))

    def issue(self, host: str) -> tuple[bytes, bytes]:
        """Return certificate and key of a server with that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(subject, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        return certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _signed(self, subject: x509.Name, key: Any, extension: x509.ExtensionType) -> bytes:
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self._subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1)).add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )  # fmt: skip
        return made.public_bytes(Encoding.PEM)


@dataclass
class TlsServer:
    """A server that takes nothing but TLS."""

    data: Path
    port: int
    ours: Authority
    stranger: Authority

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs; under root as Debian's own user, since PostgreSQL refuses root."""
        user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        command = [str(programs()[-1] / program), "-D", str(self.data), *arguments]
        log = self.data.parent / "output.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **user
            )
        assert done.returncode == 0, log.read_text()

    def take(self, *lines: str) -> None:
        """Take only the connections these lines of ``pg_hba.conf`` allow, from now on."""
        (self.data / "pg_hba.conf").write_text("".join(f"{line}\n" for line in lines))
        self.run("pg_ctl", "reload")

    def present(self, host: str) -> None:
        """Restart with a certificate of that name."""
        for file, content in zip(("server.crt", "server.key"), self.ours.issue(host), strict=True):
            (self.data / file).write_bytes(content)
            (self.data / file).chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(self.data / file, "postgres", "postgres")
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' -c fsync=off -c ssl=on"
        )
        self.run("pg_ctl", "-w", "-m", "fast", "-l", str(self.data / "server.log"), "-o", options, "restart")

    def url(self, authority: Authority | None, host: str = "localhost", sslmode: str = "verify-full") -> str:
        """Return a URL as a cluster's Secret holds it."""
        root = f"&sslrootcert={authority.file}" if authority else ""
        return f"postgresql://postgres:secret@{host}:{self.port}/postgres?sslmode={sslmode}{root}"


@contextlib.contextmanager
def tls_server() -> Iterator[TlsServer]:
    """Make and start a server with a certificate of ``localhost``; its superuser is postgres, password secret."""
    folder = Path(tempfile.mkdtemp(prefix="tls-postgres-"))
    made = TlsServer(folder / "data", free_port(), Authority(folder, "ours"), Authority(folder, "stranger"))
    (folder / "password").write_text("secret")
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(folder, "postgres", "postgres")
    made.run("initdb", "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")
    (made.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    try:
        made.present("localhost")
        yield made
    finally:
        made.run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)
