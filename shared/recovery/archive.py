"""Where backups lie: a bucket of S3 or of anything that speaks its protocol. A backup exists once its manifest does.

Data goes up as a multipart upload while it is still being dumped; the manifest follows when the dump ended well. What was cut off has no
manifest, is never offered for a restore, and goes with the next clean-up.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared import clock
from shared.config import BackupSettings

_PART_BYTES = 8 * 1024 * 1024
_ALWAYS_KEPT = 3


@dataclass(frozen=True)
class Manifest:
    """What is known of a backup.

    Attributes:
        name: its key in the bucket, without the prefix; names sort by time.
        snapshot_at: the moment it shows, UTC; changes after it are not in it.
        revision: of the schema.
        server_version: of the server it came from.
        size: of the sealed data, bytes.
        sha256: of the sealed data.
        key_id: which key opens it.
    """

    name: str
    snapshot_at: datetime
    revision: str
    server_version: str
    size: int
    sha256: str
    key_id: str


class Archive:
    """Backups in a bucket, newest last."""

    def __init__(self, settings: BackupSettings) -> None:
        import boto3

        self._settings = settings
        self._s3: Any = boto3.client("s3", endpoint_url=settings.endpoint_url or None)

    def put(self, name: str, sealed: Iterable[bytes]) -> tuple[int, str]:
        """Upload a stream; return its size and SHA-256. It counts only once :meth:`confirm` wrote its manifest."""
        from boto3.s3.transfer import TransferConfig

        reader = _Reader(sealed)
        transfer = TransferConfig(multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False)
        self._s3.upload_fileobj(reader, self._settings.bucket, self._key(name), Config=transfer)
        return reader.size, reader.digest.hexdigest()

    def confirm(self, manifest: Manifest) -> None:
        """Write the manifest: from now on the backup exists."""
        self._s3.put_object(
            Bucket=self._settings.bucket, Key=self._key(f"{manifest.name}.json"), Body=orjson.dumps(vars(manifest))
        )

    def discard(self, name: str) -> None:
        """Remove a backup, its manifest first."""
        for key in (f"{name}.json", name):
            self._s3.delete_object(Bucket=self._settings.bucket, Key=self._key(key))

    def manifests(self) -> list[Manifest]:
        """Return every backup there is, oldest first."""
        found = [self._manifest(key) for key in self._keys() if key.endswith(".json")]
        return sorted(found, key=lambda manifest: manifest.snapshot_at)

    def read(self, manifest: Manifest) -> Iterator[bytes]:
        """Yield the sealed data, and notice at its end whether it is what was written."""
        digest = hashlib.sha256()
        body = self._s3.get_object(Bucket=self._settings.bucket, Key=self._key(manifest.name))["Body"]
        for piece in body.iter_chunks(_PART_BYTES):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != manifest.sha256:
            raise ValueError(f"{manifest.name} is not what was written: its SHA-256 differs from the manifest's")

    def clean_up(self) -> list[str]:
        """Remove backups past their time, but never the last three, and data without a manifest that is older than a day."""
        oldest = clock.now() - timedelta(days=self._settings.keep_days)
        known = self.manifests()
        gone = [manifest.name for manifest in known[:-_ALWAYS_KEPT] if manifest.snapshot_at < oldest]
        names = {manifest.name for manifest in known}
        for key, written in self._keys().items():
            if not key.endswith(".json") and key not in names and written < clock.now() - timedelta(days=1):
                gone.append(key)
        for name in gone:
            self.discard(name)
        return gone

    def _keys(self) -> dict[str, datetime]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._settings.bucket, Prefix=self._settings.prefix
        )
        return {
            entry["Key"][len(self._settings.prefix) :]: entry["LastModified"]
            for page in pages
            for entry in page.get("Contents", ())
        }

    def _manifest(self, key: str) -> Manifest:
        values = orjson.loads(self._s3.get_object(Bucket=self._settings.bucket, Key=self._key(key))["Body"].read())
        return Manifest(**{**values, "snapshot_at": datetime.fromisoformat(values["snapshot_at"])})

    def _key(self, name: str) -> str:
        return self._settings.prefix + name


class _Reader(io.RawIOBase):
    """A stream of pieces as a file to upload; counts and hashes what is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.size = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        self.size += len(taken)
        self.digest.update(taken)
        return len(taken)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read ``size`` bytes unless the stream ends: a short part would end the upload."""
        wanted = size if size is not None and size >= 0 else None
        parts, got = [], 0
        while wanted is None or got < wanted:
            part = super().read(_PART_BYTES if wanted is None else wanted - got)
            if not part:
                break
            parts.append(part)
            got += len(part)
        return b"".join(parts)
