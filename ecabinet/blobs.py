"""Files kept by what is in them: each stands under its SHA-256, is written whole or not at all, and never changes."""

import hashlib
import io
import os
import re
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from gevent import get_hub, monkey

from ecabinet.refusals import N_, NotFound, Refused

MEGABYTE = 1024 * 1024
LIMIT = 100 * MEGABYTE
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = 256 * 1024
_INCOMING = ".incoming-"


class Reason(StrEnum):
    """Why a file is not taken."""

    FILE_TOO_LARGE = N_("This file is larger than %(limit)s MB. Split it and send the parts one by one.")


@dataclass(frozen=True)
class Blob:
    """A file that is safely on disk."""

    sha256: str
    size: int


class Blobs:
    """One folder of files by hash. Uploads as they came and files for reading stand in two folders, each with its own `Blobs`."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit

    def put(self, source: bytes | BinaryIO) -> Blob:
        """Keep what the source holds; when this returns, it survives a power cut. The same content is kept once.

        Raises `Refused` with `FILE_TOO_LARGE`, and leaves nothing behind then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=_INCOMING, dir=self.folder)
        incoming = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                blob = self._write(io.BytesIO(source) if isinstance(source, bytes) else source, target)
            self._settle(incoming, blob)
        finally:
            incoming.unlink(missing_ok=True)
        return blob

    def path(self, sha256: str) -> Path:
        """Where the file stands. Raises `NotFound` for what is no hash and for what is not here."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound(sha256)
        return place

    def open(self, sha256: str) -> BinaryIO:
        """The file, open for reading. Raises `NotFound` as `path` does."""
        return self.path(sha256).open("rb")

    def holds(self, sha256: str) -> bool:
        """Whether the file is here."""
        return _SHA256.fullmatch(sha256) is not None and self._place(sha256).is_file()

    def remove_orphans(self, known: Collection[str], older_than: float = 3600.0) -> int:
        """Remove the files nobody knows and half-written ones, if they are older than so many seconds; return how many.

        A file is on disk before the row that names it is committed, hence the age.
        """
        before = time.time() - older_than
        removed = 0
        for place in list(self._places()):
            with suppress(FileNotFoundError):
                if place.name not in known and place.stat().st_mtime < before:
                    place.unlink()
                    removed += 1
        return removed

    def _places(self) -> Iterator[Path]:
        yield from self.folder.glob(f"{_INCOMING}*")
        for place in self.folder.glob("??/*"):
            if _SHA256.fullmatch(place.name):
                yield place

    def _place(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:
            raise NotFound(sha256)
        return self.folder / sha256[:2] / sha256

    def _write(self, source: BinaryIO, target: BinaryIO) -> Blob:
        digest, size = hashlib.sha256(), 0
        while part := source.read(_PART):
            size += len(part)
            if size > self.limit:
                raise Refused(Reason.FILE_TOO_LARGE, limit=self.limit // MEGABYTE)
            digest.update(part)
            target.write(part)
            time.sleep(0)  # under gevent this lets others work between two parts of a long file
        target.flush()
        _sync(target.fileno())
        return Blob(digest.hexdigest(), size)

    def _settle(self, incoming: Path, blob: Blob) -> None:
        place = self._place(blob.sha256)
        if place.is_file() and place.stat().st_size == blob.size:
            os.utime(place)  # young again, so that a sweep spares it until its new row is committed
            return
        place.parent.mkdir(exist_ok=True)
        incoming.replace(place)
        for folder in (place.parent, self.folder):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    """Wait for the disk, beside the hub where there is one: a slow disk must not stop every socket."""
    if monkey.is_module_patched("threading"):
        get_hub().threadpool.apply(os.fsync, (descriptor,))
    else:
        os.fsync(descriptor)
