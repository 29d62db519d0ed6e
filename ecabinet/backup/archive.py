"""The backup file: a tar whose last member lists the SHA-256 of every other, and carries its own in its name."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from ecabinet.backup import BackupError

FORMAT = "e-Cabinet backup 1"
FOLDERS = ("blobs", "originals", "archives")
DATABASE = "database"
PART = 1024 * 1024

_DAMAGED = "This backup file is damaged ({what}). Nothing was changed; use another copy of it."


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: the kind of database, the migration it was at, when it was made, and the hash of each file."""

    format: str
    database: str
    revision: str | None
    made_at: str
    files: dict[str, str]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: _Readable) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._digest.update(part)
        return part

    def sha256(self) -> str:
        return self._digest.hexdigest()


class Writer:
    """A backup file in the making."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.hashes: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Add one file under this name; a file that was removed meanwhile is nobody's any more and passed over."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source:
            info = _member(name, os.fstat(source.fileno()).st_size)
            hashing = _Hashing(source)
            self._tar.addfile(info, hashing)
        self.hashes[name] = hashing.sha256()

    def add_folder(self, name: str, folder: Path) -> None:
        """Add every file in a folder; names that begin with a dot are files still being written."""
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in inner.parts):
                self.add(f"{name}/{inner.as_posix()}", path)

    def finish(self, manifest: Manifest) -> None:
        """Add the list that makes the file whole."""
        words = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self._tar.addfile(_member(_manifest_name(words), len(words)), io.BytesIO(words))


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write a backup file that appears under its name only when it is whole and on disk, readable by its owner alone."""
    if target.exists():
        raise BackupError(f"{target} exists already: choose another name, a backup is never overwritten.")
    partial = target.with_name(f".{target.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # also where one was left behind that others may read
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack a backup file into an empty folder and hold each file against its hash; raise `BackupError` where one differs."""
    try:
        with tarfile.open(source, "r:") as tar:
            hashes, words = _unpack_members(tar, folder)
    except FileNotFoundError:
        raise BackupError(f"There is no file {source}.") from None
    except (tarfile.TarError, ValueError, EOFError, FileExistsError, NotADirectoryError) as error:
        raise BackupError(_DAMAGED.format(what=error)) from None
    manifest = _read_manifest(words)
    _require_same(manifest.files, hashes)
    return manifest


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unpack_members(tar: tarfile.TarFile, folder: Path) -> tuple[dict[str, str], bytes]:
    hashes: dict[str, str] = {}
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise BackupError(_DAMAGED.format(what=f"{member.name} is no file"))
        if member.name.startswith("manifest-"):
            words = content.read()
            if member.name != _manifest_name(words):
                raise BackupError(_DAMAGED.format(what="its list of files was changed"))
            return hashes, words
        hashes[member.name] = _copy(content, folder / _safe(member.name))
    raise BackupError(_DAMAGED.format(what="its end is missing"))


def _copy(content: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    hashing = _Hashing(content)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while part := hashing.read(PART):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return hashing.sha256()


def _safe(name: str) -> PurePosixPath:
    """Refuse a name that would lead out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not {DATABASE, *FOLDERS}.issuperset(path.parts[:1] or ("",)):
        raise BackupError(_DAMAGED.format(what=f"it holds {name!r}, which no backup holds"))
    return path


def _read_manifest(words: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(words))
    except (TypeError, ValueError):
        raise BackupError(_DAMAGED.format(what="its list of files cannot be read")) from None
    if manifest.format != FORMAT:
        raise BackupError(f"This is not a backup that this program reads ({manifest.format}); it reads {FORMAT}.")
    return manifest


def _require_same(expected: dict[str, str], found: dict[str, str]) -> None:
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise BackupError(_DAMAGED.format(what=f"{name} is missing or was changed"))


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _manifest_name(words: bytes) -> str:
    return f"manifest-{hashlib.sha256(words).hexdigest()}.json"
